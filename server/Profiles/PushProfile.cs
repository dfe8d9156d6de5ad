// Pushing a revision to sites, tags or devices: first the preview that says to whom and to whom not, then the one door.
using System.Security.Claims;
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
/// <param name="WouldRefuse">Devices of <paramref name="Applies"/> whose board, as it last said, refuses it; they are asked all the same.</param>
public sealed record PushPreview(IReadOnlyDictionary<string, long> Applies, IReadOnlyList<SkippedDevice> Skips, string? Refusal, IReadOnlyList<SkippedDevice> WouldRefuse);

/// <summary>The operator's push.</summary>
[Command(Role.Operator)]
public sealed class PushProfile(IDbContextFactory<FleetDb> databases, DesiredState door, TimeProvider clock)
{
  /// <summary>Who would get it and who not.</summary>
  /// <param name="by">Who asks: devices of sites where the person is no operator are skipped.</param>
  /// <param name="profileId">The profile.</param>
  /// <param name="revision">Any of its revisions; an older one is the way back.</param>
  /// <param name="targets">To whom; a device named twice counts once.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<PushPreview> Preview(ClaimsPrincipal by, int profileId, int revision, IReadOnlyCollection<PushTarget> targets, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await PreviewAsync(db, profileId, revision, targets, site => by.Has(Role.Operator, site), stop);
  }

  /// <summary>Pushes: remembers the assignments, then wishes the revision for every device of the preview.</summary>
  /// <param name="by">Who.</param>
  /// <param name="profileId">The profile.</param>
  /// <param name="revision">Any of its revisions.</param>
  /// <param name="targets">To whom.</param>
  /// <param name="expected">The preview that the person has seen; devices that changed since are conflicts, not surprises.</param>
  /// <param name="reason">Why.</param>
  /// <param name="stop">Gives up before the commit.</param>
  public async Task<Outcome<DesiredOutcome>> Run(
    ClaimsPrincipal by, int profileId, int revision, IReadOnlyCollection<PushTarget> targets, PushPreview expected, string reason, CancellationToken stop)
  {
    if (!by.Has(Role.Operator)) return Outcome<DesiredOutcome>.NotAllowed();
    if (string.IsNullOrWhiteSpace(reason)) return Outcome<DesiredOutcome>.Refused("Say why: those who come later will ask.", "reason");
    // A tag reaches over sites, and those that join later follow it too.
    if (targets.Any(t => t.Scope == AssignmentScope.Tag) && !by.HasEverywhere(Role.Operator))
      return Outcome<DesiredOutcome>.Refused("Pushing to a tag needs the role for all sites.", "targets");
    if (targets.FirstOrDefault(t => t.Scope == AssignmentScope.Site && !(int.TryParse(t.Target, out var site) && by.Has(Role.Operator, site))) is { } foreign)
      return Outcome<DesiredOutcome>.Refused($"You have no right to change site {foreign.Target}.", "targets");
    var name = by.Identity?.Name ?? "";
    await using var db = await databases.CreateDbContextAsync(stop);
    var now = await PreviewAsync(db, profileId, revision, targets, site => by.Has(Role.Operator, site), stop);
    if (now.Refusal is not null) return Outcome<DesiredOutcome>.Refused(now.Refusal);
    var wished = expected.Applies.Where(e => now.Applies.ContainsKey(e.Key)).ToDictionary(StringComparer.Ordinal);
    var content = await db.ProfileRevisions.Where(r => r.ProfileId == profileId && r.Number == revision).Select(r => r.Content).SingleAsync(stop);
    await using var transaction = await db.Database.BeginTransactionAsync(stop);
    foreach (var target in targets.Where(t => t.Scope != AssignmentScope.Device || now.Applies.ContainsKey(t.Target)))
    {
      var assignment = await db.ProfileAssignments.SingleOrDefaultAsync(a => a.Scope == target.Scope && a.Target == target.Target, stop);
      if (assignment is null)
      {
        assignment = new ProfileAssignment { Scope = target.Scope, Target = target.Target, Author = name, Reason = reason };
        db.ProfileAssignments.Add(assignment);
      }

      (assignment.ProfileId, assignment.Revision, assignment.Author, assignment.Reason, assignment.At) = (profileId, revision, name, reason, clock.GetUtcNow());
    }

    await db.SaveChangesAsync(stop);
    var outcome = await door.StageAsync(db, [.. wished.Keys], new DesiredChange.Profile(profileId, revision, content), name, reason, wished, stop);
    await transaction.CommitAsync(stop);
    door.Tell(outcome);
    return Outcome<DesiredOutcome>.Of(outcome);
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
    if (wanted is null) return new PushPreview(none, [], $"Revision {revision} does not exist.", []);
    var (profile, faults) = ProfileText.Read(wanted.Content, new Envelope());
    if (profile is null) return new PushPreview(none, [], $"Revision {revision} is no longer valid: {faults[0]}", []);

    var devices = await db.Devices.AsNoTracking().ToListAsync(cancellationToken);
    var siteTags = await db.Sites.AsNoTracking().ToDictionaryAsync(s => s.Id, s => s.Tags, cancellationToken);
    var desired = await db.Desired.AsNoTracking().ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal, cancellationToken);
    var nearer = await db.ProfileAssignments.AsNoTracking().ToListAsync(cancellationToken);
    var applies = new Dictionary<string, long>(StringComparer.Ordinal);
    var skips = new List<SkippedDevice>();
    var wouldRefuse = new List<SkippedDevice>();
    var boards = await db.Hellos.AsNoTracking().ToDictionaryAsync(h => h.DeviceId, StringComparer.Ordinal, cancellationToken);
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
      if (why is not null)
      {
        skips.Add(new SkippedDevice(device.Id, device.Name, why));
        continue;
      }

      applies[device.Id] = row?.Version ?? 0;
      if (boards.GetValueOrDefault(device.Id) is { } hello && ProfileText.Judge(profile, hello.Envelope()) is [{ } fault, ..])
        wouldRefuse.Add(new SkippedDevice(device.Id, device.Name, FieldWords.Of(fault)));
    }

    return new PushPreview(applies, skips, applies.Count == 0 ? "No device would change." : null, wouldRefuse);
  }
}
