// The signed files themselves, named by their hash: written once, never changed, checked before they are named.
using System.Security.Cryptography;
using JkFleet.Contracts;
using JkFleet.Server.Data;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Rollouts;

/// <summary>What an upload turned out to be.</summary>
/// <param name="Manifest">Signed by a pinned key.</param>
/// <param name="Sha256">Of the whole file, lower-case hex.</param>
/// <param name="Size">Of the whole file, bytes.</param>
/// <param name="KeyId">First eight bytes of the key, hex.</param>
public sealed record CheckedArtifact(FirmwareManifest Manifest, string Sha256, long Size, string KeyId);

/// <summary>The folder <c>firmware</c> of the data folder.</summary>
public sealed class ArtifactFiles(IOptions<DataOptions> data, IOptions<FirmwareOptions> options)
{
  /// <summary>Largest file taken, bytes.</summary>
  public const long MaxBytes = FirmwareManifest.MostPayloadBytes + FirmwareManifest.MostHeaderBytes;

  private string Folder => data.Value.File("firmware");

  /// <summary>Path of a stored file; null = not here.</summary>
  public string? Find(string sha256)
  {
    if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower)) return null;
    var path = Path.Combine(Folder, sha256 + ".jkfw");
    return File.Exists(path) ? path : null;
  }

  /// <summary>Takes an upload in, judging it byte by byte with the devices' own judge; nothing refused stays on the disk.</summary>
  /// <param name="upload">The file.</param>
  /// <param name="refuse">The caller's own reasons against a sound build, asked before the file gets its name; null = none.</param>
  /// <param name="stop">Gives up; nothing stays.</param>
  /// <returns>The artifact, or why it is refused.</returns>
  public async Task<(CheckedArtifact? Artifact, string? Refusal)> TakeAsync(Stream upload, Func<CheckedArtifact, Task<string?>> refuse, CancellationToken stop)
  {
    var keys = options.Value.PublicKeys();
    if (keys.Length == 0) return (null, "no release key is pinned on this server (setting Firmware:Keys)");
    Directory.CreateDirectory(Folder);
    var draft = Path.Combine(Folder, $"upload-{Guid.NewGuid():N}.tmp");
    try
    {
      var intake = new FirmwareIntake(keys);
      intake.Begin(null);
      using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
      long size = 0;
      await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
      {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await upload.ReadAsync(buffer, stop)) > 0)
        {
          size += read;
          for (var at = 0; at < read;)
          {
            var taken = intake.Feed(buffer, at, read - at);
            if (taken < 0) return (null, RolloutWords.Of(intake.Refusal));
            at += taken;
            if (intake.Verifying) intake.Step(int.MaxValue);
            if (intake.Refusal != FirmwareRefusal.None) return (null, RolloutWords.Of(intake.Refusal));
          }

          hash.AppendData(buffer, 0, read);
          await file.WriteAsync(buffer.AsMemory(0, read), stop);
        }

        if (intake.End() is var refusal and not FirmwareRefusal.None) return (null, RolloutWords.Of(refusal));
        await file.FlushAsync(stop);
        file.Flush(flushToDisk: true);
      }

      // The devices' judge sees the manifest alone; here the whole file is at hand, and a build for another runtime goes no further.
      if (NanoBuild.IsFor(intake.Manifest.Board))
      {
        var whole = await File.ReadAllBytesAsync(draft, stop);
        var payload = whole[intake.Manifest.HeaderBytes..];
        if (NanoBuild.Judge(payload, payload.Length, intake.Manifest) is var nano and not FirmwareRefusal.None) return (null, RolloutWords.Of(nano));
      }

      var artifact = new CheckedArtifact(intake.Manifest, Convert.ToHexStringLower(hash.GetHashAndReset()), size, Convert.ToHexStringLower(intake.Manifest.KeyId));
      if (await refuse(artifact) is { } objection) return (null, objection);
      File.Move(draft, Path.Combine(Folder, artifact.Sha256 + ".jkfw"), overwrite: true);
      return (artifact, null);
    }
    finally
    {
      File.Delete(draft);
    }
  }
}
