using System.Security.Cryptography;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Release;

/// <summary>What to sign a build as.</summary>
internal sealed record ReleaseRequest(string Name, string Version, string Board)
{
    /// <summary>Lowest version to be installed after this one; "0.0.0" = any.</summary>
    public string MinVersion { get; init; } = "0.0.0";

    public DateTimeOffset? Expires { get; init; }

    public int Contract { get; init; } = Topics.Version;

    /// <summary>Major and minor version of the core library that a nano build must ask for.</summary>
    public string Clr { get; init; } = NanoBuild.Clr;
}

/// <summary>Makes and judges artifacts (.jkfw; form: <see cref="FirmwareManifest"/>).</summary>
internal static class ReleaseArtifact
{
    /// <summary>Signs a payload; refuses what a device would refuse anyway.</summary>
    public static byte[] Sign(ReleaseKey key, byte[] payload, ReleaseRequest request)
    {
        var manifest = new FirmwareManifest
        {
            Name = Named(request.Name, "name"),
            Board = Named(request.Board, "board"),
            Version = Versioned(request.Version, "--version"),
            Floor = Versioned(request.MinVersion, "--min-version"),
            Contract = request.Contract is >= 0 and <= ushort.MaxValue ? request.Contract : throw new ReleaseException("--contract is out of range"),
            ExpiresUtcMs = request.Expires?.ToUnixTimeMilliseconds() ?? 0,
            Size = payload.Length,
        };
        if (payload.Length is 0 or > FirmwareManifest.MostPayloadBytes) throw new ReleaseException($"the build must have 1..{FirmwareManifest.MostPayloadBytes} bytes");
        if (manifest.Floor > manifest.Version) throw new ReleaseException("--min-version is above --version: no device could ever install it again");
        if (NanoBuild.IsFor(request.Board)) AddNeeds(manifest, payload, request.Clr);
        key.Public.AsSpan(0, FirmwareManifest.KeyIdBytes).CopyTo(manifest.KeyId);
        SHA256.HashData(payload, manifest.Hash);

        var header = new byte[FirmwareManifest.MostHeaderBytes];
        var signed = manifest.Write(header);
        return [.. header[..signed], .. key.Sign(header.AsSpan(0, signed)), .. payload];
    }

    /// <summary>Judges a whole artifact as a device would, and the nano assemblies in it against its manifest.</summary>
    public static FirmwareRefusal Judge(byte[] artifact, byte[] publicKey, FirmwareTarget? target, FirmwareManifest manifest)
    {
        var refusal = new FirmwareIntake([publicKey]).Judge(artifact, artifact.Length, target);
        if (refusal != FirmwareRefusal.None) return refusal;
        manifest.TryParse(artifact, artifact.Length);
        if (!NanoBuild.IsFor(manifest.Board)) return FirmwareRefusal.None;
        var payload = artifact[manifest.HeaderBytes..];
        return NanoBuild.Judge(payload, payload.Length, manifest);
    }

    private static void AddNeeds(FirmwareManifest manifest, byte[] payload, string clr)
    {
        var image = new NanoImage();
        if (!image.TryRead(payload, payload.Length)) throw new ReleaseException($"not a nanoFramework build for {manifest.Board}: {image.Fault}");
        var core = Array.IndexOf(image.NeedNames, "mscorlib", 0, image.NeedCount);
        var wanted = FirmwareVersion.ParseAssembly(clr + ".0.0");
        if (wanted == FirmwareVersion.None) throw new ReleaseException("--clr is major.minor, e.g. 1.17");
        if (core < 0) throw new ReleaseException("the build names no mscorlib: it brings its own or is damaged");
        if (!FirmwareVersion.SameMajorMinor(wanted, image.NeedVersions[core]))
            throw new ReleaseException($"the build asks for mscorlib {FirmwareVersion.AssemblyText(image.NeedVersions[core])}, the board runs {clr}");
        manifest.AssemblyCount = image.NeedCount;
        Array.Copy(image.NeedNames, manifest.AssemblyNames, image.NeedCount);
        Array.Copy(image.NeedVersions, manifest.AssemblyVersions, image.NeedCount);
    }

    private static string Named(string text, string what) =>
        text.Length is > 0 and <= FirmwareManifest.MostNameBytes && text.All(c => c is > ' ' and <= '~')
            ? text
            : throw new ReleaseException($"{what} is 1..{FirmwareManifest.MostNameBytes} printable ASCII characters without spaces");

    private static long Versioned(string text, string option)
    {
        var version = FirmwareVersion.Parse(text);
        return version != FirmwareVersion.None ? version : throw new ReleaseException($"{option} is major.minor.patch, each 0..65535");
    }
}
