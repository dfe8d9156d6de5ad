using System.Security.Cryptography;
using JkFleet.Contracts;
using JkFleet.Shared.Tests.Crypto;

namespace JkFleet.Shared.Tests.Firmware;

/// <summary>Makes artifacts for tests: a good one, changed where a test wants it, signed by the library.</summary>
internal static class Artifact
{
    public static readonly Ed25519Signer Key = Ed25519Signer.Seeded(42);

    public static readonly byte[] Payload = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    public static byte[] Make(Action<FirmwareManifest>? change = null, Ed25519Signer? signer = null, byte[]? payload = null)
    {
        payload ??= Payload;
        var manifest = new FirmwareManifest
        {
            Name = "jkfleet-agent",
            Board = "esp32",
            Version = FirmwareVersion.Parse("1.2.3"),
            Floor = FirmwareVersion.Parse("1.0.0"),
            Contract = Topics.Version,
            Size = payload.Length,
        };
        signer ??= Key;
        signer.Public.AsSpan(0, 8).CopyTo(manifest.KeyId);
        SHA256.HashData(payload, manifest.Hash);
        change?.Invoke(manifest);
        var header = new byte[FirmwareManifest.MostHeaderBytes];
        var signed = manifest.Write(header);
        return [.. header[..signed], .. signer.Sign(header[..signed]), .. payload];
    }

    /// <summary>Changes signed bytes and signs again: what a wrong tool would make, not an attacker.</summary>
    public static byte[] Resign(byte[] artifact, Action<byte[]> change)
    {
        var length = FirmwareManifest.Length(artifact, artifact.Length, out _);
        var header = artifact[..(length - 64)];
        change(header);
        return [.. header, .. Key.Sign(header), .. artifact[length..]];
    }

    public static FirmwareRefusal Judge(byte[] artifact, FirmwareTarget? target = null) =>
        new FirmwareIntake([Key.Public]).Judge(artifact, artifact.Length, target);
}
