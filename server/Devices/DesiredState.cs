// The only door to what devices shall be. People's pushes and rollouts go through it alike, so a version only grows,
// nothing is wished without a name and a reason, and the outbox hears of every change after it is committed.
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Profiles;
using JkFleet.Server.Sites;

namespace JkFleet.Server.Devices;

/// <summary>One change of what a device shall be; the rest of the row stays.</summary>
public abstract record DesiredChange
{
  /// <summary>Follow this revision of a profile.</summary>
  /// <param name="ProfileId">The profile.</param>
  /// <param name="Revision">Its revision.</param>
  /// <param name="Content">The revision's content as the device receives it.</param>
  public sealed record Profile(int ProfileId, int Revision, string Content) : DesiredChange;

  /// <summary>Local time of the device's site moved: summer time, or another site.</summary>
  /// <param name="TimeZone">IANA name of the zone.</param>
  /// <param name="UtcOffsetMin">Where it stands now, minutes from UTC.</param>
  public sealed record LocalTime(string TimeZone, int UtcOffsetMin) : DesiredChange;

  /// <summary>Run this build.</summary>
  /// <param name="Version">Version in the artifact's manifest.</param>
  /// <param name="Sha256">Of the whole signed file, lower-case hex.</param>
  /// <param name="Size">Of the whole signed file, bytes.</param>
  /// <param name="RolloutId">Who wishes it.</param>
  public sealed record Firmware(string Version, string Sha256, long Size, int RolloutId) : DesiredChange;

  /// <summary>Take back the wish of this rollout; devices that meanwhile have another one keep it.</summary>
  /// <param name="RolloutId">Who wished it.</param>
  public sealed record NoFirmware(int RolloutId) : DesiredChange;
}

/// <summary>What came of a change.</summary>
/// <param name="Versions">New version of every device that was changed.</param>
/// <param name="Conflicts">Devices left alone because somebody else was faster than the caller's expectation.</param>
public sealed record DesiredOutcome(IReadOnlyDictionary<string, long> Versions, IReadOnlyList<string> Conflicts);

/// <summary>The door.</summary>
public sealed class DesiredState(IDbContextFactory<FleetDb> databases, TimeProvider clock)
{
  // SQLite and PostgreSQL both take this many parameters in one statement with room to spare.
  private const int Chunk = 500;

  /// <summary>A device that claims to hold more than this is not followed: its nonsense must not break a push to others.</summary>
  private const long MostVersion = 1L << 52;

  private const int MostReason = 400;

  /// <summary>The devices whose wish was changed and committed. Handlers return at once (the outbox only notes the ids).</summary>
  public event Action<IReadOnlyCollection<string>>? Changed;

  /// <summary>Changes many devices in one transaction: all of them or none.</summary>
  /// <param name="deviceIds">Enrolled devices; unknown ids are left out of the outcome.</param>
  /// <param name="change">The change.</param>
  /// <param name="by">Account name, or <c>rollout:7</c>.</param>
  /// <param name="reason">Why, from a person; cut at 400 characters.</param>
  /// <param name="expected">Versions that the caller has seen; a device at another version is a conflict and is left alone.</param>
  /// <param name="cancellationToken">Gives up before the commit.</param>
  public async Task<DesiredOutcome> ChangeAsync(
    IReadOnlyCollection<string> deviceIds,
    DesiredChange change,
    string by,
    string reason,
    IReadOnlyDictionary<string, long>? expected = null,
    CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
    var outcome = await StageAsync(db, deviceIds, change, by, reason, expected, cancellationToken);
    await transaction.CommitAsync(cancellationToken);
    Tell(outcome);
    return outcome;
  }

  /// <summary>The same inside the caller's transaction; after its commit the caller calls <see cref="Tell"/>.</summary>
  public async Task<DesiredOutcome> StageAsync(
    FleetDb db,
    IReadOnlyCollection<string> deviceIds,
    DesiredChange change,
    string by,
    string reason,
    IReadOnlyDictionary<string, long>? expected = null,
    CancellationToken cancellationToken = default)
  {
    // A halted rollout must get its offers back however much its operator has to say.
    if (reason.Length > MostReason) reason = reason[..MostReason];
    var versions = new Dictionary<string, long>(deviceIds.Count, StringComparer.Ordinal);
    var conflicts = new List<string>();
    foreach (var ids in deviceIds.Distinct(StringComparer.Ordinal).Chunk(Chunk))
    {
      await AddMissingRows(db, ids, by, reason, cancellationToken);
      var targets = ids;
      if (expected is not null)
      {
        var seen = await VersionsOf(db, ids, cancellationToken);
        targets = [.. ids.Where(id => seen.TryGetValue(id, out var version) && expected.TryGetValue(id, out var wanted) && version == wanted)];
        conflicts.AddRange(ids.Where(seen.ContainsKey).Except(targets, StringComparer.Ordinal));
      }

      foreach (var id in await Write(db, targets, change, by, reason, cancellationToken)) versions[id.Key] = id.Value;
    }

    if (versions.Count > 0) db.Activities.Add(Entry(versions, change, by, reason));
    await db.SaveChangesAsync(cancellationToken);
    return new DesiredOutcome(versions, conflicts);
  }

  /// <summary>
  /// Tells the devices whose profile has time windows when local time of their site has moved. A device that is not there then
  /// keeps the former offset until it connects.
  /// </summary>
  public async Task FollowLocalTimeAsync(CancellationToken cancellationToken)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    foreach (var zone in await db.Sites.Select(s => s.TimeZone).Distinct().ToListAsync(cancellationToken))
    {
      var now = new DesiredChange.LocalTime(zone, LocalClock.OffsetMin(zone, clock.GetUtcNow()));
      var behind = await db.Desired.Where(r => r.UtcOffsetMin != null && r.UtcOffsetMin != now.UtcOffsetMin)
        .Where(r => db.Devices.Any(d => d.Id == r.DeviceId && db.Sites.Any(s => s.Id == d.SiteId && s.TimeZone == zone)))
        .Select(r => r.DeviceId).ToListAsync(cancellationToken);
      if (behind.Count > 0) await ChangeAsync(behind, now, "clock", $"local time in {zone}", cancellationToken: cancellationToken);
    }
  }

  /// <summary>Tells the listeners of a committed change.</summary>
  public void Tell(DesiredOutcome outcome)
  {
    if (outcome.Versions.Count > 0) Changed?.Invoke([.. outcome.Versions.Keys]);
  }

  private async Task<Dictionary<string, long>> Write(
    FleetDb db, string[] ids, DesiredChange change, string by, string reason, CancellationToken cancellationToken)
  {
    var now = clock.GetUtcNow();
    var rows = db.Desired.Where(r => ids.Contains(r.DeviceId));
    await RiseAboveReported(db, rows, cancellationToken);
    // Versions are raised by the database itself: two writers at once still give two different, growing versions.
    switch (change)
    {
      case DesiredChange.Profile p:
        await rows.ExecuteUpdateAsync(
          row => row.SetProperty(r => r.Version, r => r.Version + 1)
            .SetProperty(r => r.ProfileId, p.ProfileId).SetProperty(r => r.ProfileRevision, p.Revision).SetProperty(r => r.ProfileContent, p.Content)
            .SetProperty(r => r.UtcOffsetMin, (int?)null)
            .SetProperty(r => r.ChangedAt, now).SetProperty(r => r.ChangedBy, by).SetProperty(r => r.Reason, reason),
          cancellationToken);
        if (ProfileText.HasWindows(p.Content)) await SetOffsets(db, ids, now, cancellationToken);
        break;
      case DesiredChange.LocalTime t:
        await rows.ExecuteUpdateAsync(
          row => row.SetProperty(r => r.Version, r => r.Version + 1).SetProperty(r => r.UtcOffsetMin, t.UtcOffsetMin)
            .SetProperty(r => r.ChangedAt, now).SetProperty(r => r.ChangedBy, by).SetProperty(r => r.Reason, reason),
          cancellationToken);
        break;
      case DesiredChange.Firmware f:
        await rows.ExecuteUpdateAsync(
          row => row.SetProperty(r => r.Version, r => r.Version + 1)
            .SetProperty(r => r.FirmwareVersion, f.Version).SetProperty(r => r.FirmwareSha256, f.Sha256)
            .SetProperty(r => r.FirmwareSize, f.Size).SetProperty(r => r.RolloutId, f.RolloutId)
            .SetProperty(r => r.ChangedAt, now).SetProperty(r => r.ChangedBy, by).SetProperty(r => r.Reason, reason),
          cancellationToken);
        break;
      case DesiredChange.NoFirmware n:
        ids = await rows.Where(r => r.RolloutId == n.RolloutId).Select(r => r.DeviceId).ToArrayAsync(cancellationToken);
        await rows.Where(r => r.RolloutId == n.RolloutId).ExecuteUpdateAsync(
          row => row.SetProperty(r => r.Version, r => r.Version + 1)
            .SetProperty(r => r.FirmwareVersion, (string?)null).SetProperty(r => r.FirmwareSha256, (string?)null)
            .SetProperty(r => r.FirmwareSize, 0L).SetProperty(r => r.RolloutId, (int?)null)
            .SetProperty(r => r.ChangedAt, now).SetProperty(r => r.ChangedBy, by).SetProperty(r => r.Reason, reason),
          cancellationToken);
        break;
      default:
        throw new NotSupportedException(change.GetType().Name);
    }

    return await VersionsOf(db, ids, cancellationToken);
  }

  private static async Task SetOffsets(FleetDb db, string[] ids, DateTimeOffset now, CancellationToken cancellationToken)
  {
    var zones = await db.Devices.Where(d => ids.Contains(d.Id))
      .Join(db.Sites, d => d.SiteId, s => s.Id, (d, s) => new { d.Id, s.TimeZone }).ToListAsync(cancellationToken);
    foreach (var zone in zones.GroupBy(z => z.TimeZone, z => z.Id, StringComparer.Ordinal))
    {
      string[] there = [.. zone];
      var offset = LocalClock.OffsetMin(zone.Key, now);
      await db.Desired.Where(r => there.Contains(r.DeviceId)).ExecuteUpdateAsync(row => row.SetProperty(r => r.UtcOffsetMin, offset), cancellationToken);
    }
  }

  /// <summary>
  /// A device may hold a newer version than this database knows: the database was restored from a backup, or the device came from
  /// another server. It ignores everything older, so the next wish starts from what it holds.
  /// </summary>
  private static Task RiseAboveReported(FleetDb db, IQueryable<DesiredRow> rows, CancellationToken cancellationToken) =>
    rows.Where(wish => db.Reported.Any(r => r.DeviceId == wish.DeviceId && r.DesiredVersion > wish.Version && r.DesiredVersion < MostVersion))
      .ExecuteUpdateAsync(
        wish => wish.SetProperty(w => w.Version, w => db.Reported.Where(r => r.DeviceId == w.DeviceId).Max(r => r.DesiredVersion)), cancellationToken);

  private async Task AddMissingRows(FleetDb db, string[] ids, string by, string reason, CancellationToken cancellationToken)
  {
    var known = await db.Devices.Where(d => ids.Contains(d.Id)).Select(d => d.Id).ToListAsync(cancellationToken);
    var there = await db.Desired.Where(r => ids.Contains(r.DeviceId)).Select(r => r.DeviceId).ToListAsync(cancellationToken);
    foreach (var id in known.Except(there, StringComparer.Ordinal))
      db.Desired.Add(new DesiredRow { DeviceId = id, ChangedAt = clock.GetUtcNow(), ChangedBy = by, Reason = reason });
    await db.SaveChangesAsync(cancellationToken);
    db.ChangeTracker.Clear();
  }

  private static Task<Dictionary<string, long>> VersionsOf(FleetDb db, string[] ids, CancellationToken cancellationToken) =>
    db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToDictionaryAsync(r => r.DeviceId, r => r.Version, StringComparer.Ordinal, cancellationToken);

  private Activity Entry(Dictionary<string, long> versions, DesiredChange change, string by, string reason)
  {
    var names = string.Join(' ', versions.Keys.Order(StringComparer.Ordinal));
    var (action, what) = change switch
    {
      DesiredChange.Profile p => ("desired.profile", $"profile {p.ProfileId} revision {p.Revision}"),
      DesiredChange.LocalTime t => ("desired.local_time", $"{t.TimeZone} at {t.UtcOffsetMin} min from UTC"),
      DesiredChange.Firmware f => ("desired.firmware", $"firmware {f.Version} sha256 {f.Sha256}"),
      _ => ("desired.no_firmware", "no firmware wished"),
    };
    return new Activity
    {
      At = clock.GetUtcNow(),
      Actor = by,
      Action = action,
      Subject = versions.Count == 1 ? "device:" + names : $"devices:{versions.Count}",
      After = $"{what} to {(names.Length > 16_000 ? names[..16_000] + " ..." : names)}",
      Reason = reason,
    };
  }
}
