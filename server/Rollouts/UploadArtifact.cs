using System.Security.Claims;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Rollouts;

/// <summary>Takes a signed build into the server. What does not verify is refused with the devices' own reason.</summary>
[Command(Role.Operator)]
public sealed class UploadArtifact(IDbContextFactory<FleetDb> databases, ArtifactFiles files, ActivityLog activity, TimeProvider clock)
{
  /// <param name="by">Who; needs the role for every site, since a build is for all.</param>
  /// <param name="fileName">As the person named it.</param>
  /// <param name="content">The file.</param>
  /// <param name="stop">Gives up; nothing stays.</param>
  public async Task<Outcome<Artifact>> Run(ClaimsPrincipal by, string fileName, Stream content, CancellationToken stop)
  {
    if (!by.HasEverywhere(Role.Operator)) return Outcome<Artifact>.NotAllowed();
    await using var db = await databases.CreateDbContextAsync(stop);
    var (taken, refusal) = await files.TakeAsync(content, sound => ObjectionAsync(db, sound, stop), stop);
    if (taken is null) return Outcome<Artifact>.Refused($"The file was refused: {refusal}.", "file");
    if (await db.Artifacts.SingleOrDefaultAsync(a => a.Sha256 == taken.Sha256, stop) is { } known) return Outcome<Artifact>.Of(known);
    var manifest = taken.Manifest;
    var artifact = new Artifact
    {
      Name = Path.GetFileName(fileName) is { Length: > 0 and <= 100 } name ? name : manifest.Name,
      Version = FirmwareVersion.Text(manifest.Version),
      Board = manifest.Board,
      Contract = manifest.Contract,
      Sha256 = taken.Sha256,
      Size = taken.Size,
      MinVersion = manifest.Floor > 0 ? FirmwareVersion.Text(manifest.Floor) : "",
      ExpiresAt = manifest.ExpiresUtcMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(manifest.ExpiresUtcMs),
      KeyId = taken.KeyId,
      UploadedBy = by.Identity?.Name ?? "",
      UploadedAt = clock.GetUtcNow(),
    };
    db.Artifacts.Add(artifact);
    await db.SaveChangesAsync(stop);
    activity.Add(db, artifact.UploadedBy, "artifact.uploaded", $"artifact:{artifact.Id}", null, null, new { artifact.Name, artifact.Version, artifact.Board, artifact.Sha256 });
    await db.SaveChangesAsync(stop);
    return Outcome<Artifact>.Of(artifact);
  }

  /// <summary>What speaks against a build that verifies.</summary>
  private async Task<string?> ObjectionAsync(FleetDb db, CheckedArtifact sound, CancellationToken stop)
  {
    var manifest = sound.Manifest;
    if (manifest.ExpiresUtcMs != 0 && manifest.ExpiresUtcMs < clock.GetUtcNow().ToUnixTimeMilliseconds()) return RolloutWords.Of(FirmwareRefusal.Expired);
    var version = FirmwareVersion.Text(manifest.Version);
    return await db.Artifacts.AnyAsync(a => a.Board == manifest.Board && a.Version == version && a.RetiredAt == null && a.Sha256 != sound.Sha256, stop)
      ? $"there is another build {version} for {manifest.Board} already; a version is given once"
      : null;
  }
}
