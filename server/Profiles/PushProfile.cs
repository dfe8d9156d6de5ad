// Pushing a revision to sites, tags or devices: first the preview that says to whom and to whom not, then the one door.
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;

namespace JkFleet.Server.Profiles;

/// <summary>To whom.</summary>
/// <param name="Scope">Kind of target.</param>
/// <param name="Target">Site id, tag or device id as text.</param>
public sealed record PushTarget(AssignmentScope Scope, string Target);

/// <summary>A device that the push leaves alone, and why.</summary>
public sealed record SkippedDevice(string DeviceId, string Name, string Why);

/// <summary>What a push would do.</summary>
/// <param name="Applies">Devices that will get it, with the desired version that was seen.</param>
/// <param name="Skips">Devices of the targets that will not, each with its reason.</param>
/// <param name="Refusal">Why nothing can be pushed at all; null = it can.</param>
public sealed record PushPreview(IReadOnlyDictionary<string, long> Applies, IReadOnlyList<SkippedDevice> Skips, string? Refusal);

/// <summary>The operator's push.</summary>
public sealed class PushProfile(IDbContextFactory<FleetDb> databases, DesiredState door, TimeProvider clock)
{
  /// <summary>Who would get it and who not.</summary>
  /// <param name="profileId">The profile.</param>
  /// <param name="revision">Any of its revisions; an older one is the way back.</param>
  /// <param name="targets">To whom; a device named twice counts once.</param>
  /// <param name="maySite">Sites whose devices the person may change.</param>
  public async Task<PushPreview> PreviewAsync(
    int profileId, int revision, IReadOnlyCollection<PushTarget> targets, Func<int, bool> maySite, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    return await PreviewAsync(db, profileId, revision, targets, maySite, cancellationToken);
  }

  /// <summary>Pushes: remembers the assignments, then wishes the revision for every device of the preview.</summary>
  /// <param name="expected">The preview that the person has seen; devices that changed since are conflicts, not surprises.</param>
  public async Task<(DesiredOutcome? Outcome, string? Refusal)> RunAsync(
    int profileId, int revision, IReadOnlyCollection<PushTarget> targets, PushPreview expected, string by, string reason, Func<int, bool> maySite,
    CancellationToken cancellationToken = default)
  {
    if (string.IsNullOrWhiteSpace(reason)) return (null, "Say why: those who come later will ask.");
    string content;
    await using (var db = await databases.CreateDbContextAsync(cancellationToken))
    {
      var now = await PreviewAsync(db, profileId, revision, targets, maySite, cancellationToken);
      if (now.Refusal is not null) return (null, now.Refusal);
      content = await db.ProfileRevisions.Where(r => r.ProfileId == profileId && r.Number == revision).Select(r => r.Content).SingleAsync(cancellationToken);
      foreach (var target in targets)
      {
        var assignment = await db.ProfileAssignments.SingleOrDefaultAsync(a => a.Scope == target.Scope && a.Target == target.Target, cancellationToken);
        if (assignment is null)
        {
          assignment = new ProfileAssignment { Scope = target.Scope, Target = target.Target, Author = by, Reason = reason };
          db.ProfileAssignments.Add(assignment);
        }

        (assignment.ProfileId, assignment.Revision, assignment.Author, assignment.Reason, assignment.At) = (profileId, revision, by, reason, clock.GetUtcNow());
      }

      await db.SaveChangesAsync(cancellationToken);
    }

    var outcome = await door.ChangeAsync(
      [.. expected.Applies.Keys], new DesiredChange.Profile(profileId, revision, content), by, reason, expected.Applies, cancellationToken);
    return (outcome, null);
  }

  /// <summary>The revision that a new device of a site follows: the nearest assignment, or null.</summary>
  public static async Task<ProfileAssignment?> AssignedAsync(FleetDb db, Device device, string siteTags, CancellationToken cancellationToken = default)
  {
    var tags = Sites.Tags.Of(device.Tags + " " + siteTags);
    var assignments = await db.ProfileAssignments.AsNoTracking().ToListAsync(cancellationToken);
    return assignments.Where(a => Hits(a, device, tags)).OrderByDescending(a => a.Scope).ThenByDescending(a => a.At).FirstOrDefault();
  }

  private static bool Hits(ProfileAssignment assignment, Device device, IReadOnlyList<string> tags) => assignment.Scope switch
  {
    AssignmentScope.Device => assignment.Target == device.Id,
    AssignmentScope.Tag => tags.Contains(assignment.Target, StringComparer.Ordinal),
    _ => assignment.Target == device.SiteId.ToString(),
  };

  private static async Task<PushPreview> PreviewAsync(
    FleetDb db, int profileId, int revision, IReadOnlyCollection<PushTarget> targets, Func<int, bool> maySite, CancellationToken cancellationToken)
  {
    var none = new Dictionary<string, long>(StringComparer.Ordinal);
    var wanted = await db.ProfileRevisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProfileId == profileId && r.Number == revision, cancellationToken);
    if (wanted is null) return new PushPreview(none, [], $"Revision {revision} does not exist.");
    var (_, faults) = ProfileText.Read(wanted.Content, new Envelope());
    if (faults.Count > 0) return new PushPreview(none, [], $"Revision {revision} is no longer valid: {faults[0]}");

    var devices = await db.Devices.AsNoTracking().ToListAsync(cancellationToken);
    var siteTags = await db.Sites.AsNoTracking().ToDictionaryAsync(s => s.Id, s => s.Tags, cancellationToken);
    var desired = await db.Desired.AsNoTracking().ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal, cancellationToken);
    var nearer = await db.ProfileAssignments.AsNoTracking().ToListAsync(cancellationToken);
    var applies = new Dictionary<string, long>(StringComparer.Ordinal);
    var skips = new List<SkippedDevice>();
    foreach (var device in devices.OrderBy(d => d.Id, StringComparer.Ordinal))
    {
      var tags = Sites.Tags.Of(device.Tags + " " + siteTags.GetValueOrDefault(device.SiteId));
      var scope = targets.Where(t => Hits(new ProfileAssignment { Scope = t.Scope, Target = t.Target, Author = "", Reason = "" }, device, tags))
        .Select(t => (AssignmentScope?)t.Scope).Max();
      if (scope is null) continue;
      desired.TryGetValue(device.Id, out var row);
      var other = nearer.Where(a => a.Scope > scope && Hits(a, device, tags)).MaxBy(a => a.Scope);
      var why = !maySite(device.SiteId) ? "you have no right to change devices of its site"
        : device.RevokedAt is not null ? "it is revoked"
        : other is not null ? $"it follows its own assignment by {other.Scope.ToString().ToLowerInvariant()} {other.Target}"
        : row?.ProfileContent == wanted.Content ? "it is wished for it already"
        : null;
      if (why is null) applies[device.Id] = row?.Version ?? 0;
      else skips.Add(new SkippedDevice(device.Id, device.Name, why));
    }

    return new PushPreview(applies, skips, applies.Count == 0 ? "No device would change." : null);
  }
}
