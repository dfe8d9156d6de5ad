using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Release;

/// <summary>What <c>jkagent release inspect</c> prints: facts of the file, no judgement about who signed it.</summary>
internal sealed record ArtifactView(
    string Kind,
    int Bytes,
    string? Name = null,
    string? Version = null,
    string? Board = null,
    string? MinVersion = null,
    int? Contract = null,
    string? Expires = null,
    string? KeyId = null,
    string? Sha256 = null,
    int? PayloadBytes = null,
    IReadOnlyList<AssemblyView>? Needs = null,
    IReadOnlyList<AssemblyView>? Assemblies = null,
    string? Fault = null)
{
    /// <summary>Looks at a .jkfw, a .pe, a bundle of .pe, or any other file.</summary>
    public static ArtifactView Of(byte[] file)
    {
        var manifest = new FirmwareManifest();
        var refusal = manifest.TryParse(file, file.Length);
        if (refusal == FirmwareRefusal.NotFirmware) return OfPayload(file, "file");
        if (refusal != FirmwareRefusal.None) return new("jkfw", file.Length, Fault: FirmwareRefusalNames.Of(refusal));

        var payload = file[manifest.HeaderBytes..];
        var inside = OfPayload(payload, "file");
        return new(
            "jkfw",
            file.Length,
            manifest.Name,
            FirmwareVersion.Text(manifest.Version),
            manifest.Board,
            FirmwareVersion.Text(manifest.Floor),
            manifest.Contract,
            manifest.ExpiresUtcMs == 0 ? "never" : DateTimeOffset.FromUnixTimeMilliseconds(manifest.ExpiresUtcMs).ToString("yyyy-MM-ddTHH:mm:ssZ"),
            Convert.ToHexStringLower(manifest.KeyId),
            Convert.ToHexStringLower(manifest.Hash),
            manifest.Size,
            Views(manifest.AssemblyNames, manifest.AssemblyVersions, manifest.AssemblyCount),
            inside.Assemblies,
            payload.Length == manifest.Size ? inside.Fault : $"payload of {payload.Length} bytes, {manifest.Size} were signed");
    }

    private static ArtifactView OfPayload(byte[] file, string otherwise)
    {
        if (!NanoImage.LooksLikeOne(file, file.Length)) return new(otherwise, file.Length);
        var image = new NanoImage();
        if (!image.TryRead(file, file.Length)) return new("pe", file.Length, Fault: image.Fault);
        var assemblies = Enumerable.Range(0, image.Count)
            .Select(i => new AssemblyView(image.Names[i], FirmwareVersion.AssemblyText(image.Versions[i]), image.Sizes[i], $"0x{image.NativeChecksums[i]:X8}"))
            .ToList();
        return new("pe", file.Length, Needs: Views(image.NeedNames, image.NeedVersions, image.NeedCount), Assemblies: assemblies);
    }

    private static List<AssemblyView> Views(string[] names, long[] versions, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new AssemblyView(names[i], FirmwareVersion.AssemblyText(versions[i])))];
}

/// <summary>An assembly inside (with size and native checksum), or one that is needed from the board.</summary>
internal sealed record AssemblyView(string Name, string Version, int? Bytes = null, string? Native = null);
