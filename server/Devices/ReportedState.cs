// What devices answer about their desired state: kept, compared, shown. The only writer of the Reported table.
using JkFleet.Contracts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Devices;

/// <summary>Takes reports and tells how desired and reported stand.</summary>
public sealed class ReportedState : IDisposable
{
  private readonly IDbContextFactory<FleetDb> _databases;
  private readonly LiveFleet _live;
  private readonly Timeline _timeline;
  private readonly TimeProvider _clock;
  private readonly GroupCommit<(string DeviceId, Reported Report)> _commits;

  public ReportedState(IDbContextFactory<FleetDb> databases, LiveFleet live, Timeline timeline, TimeProvider clock)
  {
    (_databases, _live, _timeline, _clock) = (databases, live, timeline, clock);
    _commits = new GroupCommit<(string, Reported)>(500, StoreAsync);
  }

  /// <summary>A device's report was stored.</summary>
  public event Action<string>? Taken;

  /// <summary>Stores a report; one that is older than the stored one changes nothing. Reports that come together are one transaction.</summary>
  /// <exception cref="DbUpdateException">It could not be stored.</exception>
  public Task TakeAsync(string deviceId, Reported report, CancellationToken cancellationToken = default) => _commits.AddAsync((deviceId, report), cancellationToken);

  private async Task StoreAsync(IReadOnlyList<(string DeviceId, Reported Report)> part)
  {
    var ids = part.Select(p => p.DeviceId).Distinct(StringComparer.Ordinal).ToArray();
    await using var db = await _databases.CreateDbContextAsync();
    var rows = await db.Reported.Where(r => ids.Contains(r.DeviceId)).ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal);
    var desired = await WishesAsync(db, ids, CancellationToken.None);
    var known = rows.Count == ids.Length ? [] : await db.Devices.Where(d => ids.Contains(d.Id)).Select(d => d.Id).ToListAsync();
    var changed = new HashSet<string>(StringComparer.Ordinal);
    var steps = new List<StoredEvent>();
    foreach (var (deviceId, report) in part)
    {
      if (!rows.TryGetValue(deviceId, out var row))
      {
        if (!known.Contains(deviceId, StringComparer.Ordinal)) continue;
        row = new ReportedRow { DeviceId = deviceId };
        db.Reported.Add(row);
        rows[deviceId] = row;
      }
      else if (row.Boot == report.Header.Boot && row.Seq >= report.Header.Seq)
      {
        continue;
      }

      if (IsStep(row, report)) steps.Add(Step(deviceId, report));
      Copy(report, row);
      Judge(row, desired.GetValueOrDefault(deviceId));
      changed.Add(deviceId);
    }

    await _timeline.StageAsync(db, steps);
    await db.SaveChangesAsync();
    foreach (var step in steps) _live.Noted(step.DeviceId);
    foreach (var deviceId in changed)
    {
      Show(rows[deviceId]);
      Taken?.Invoke(deviceId);
    }
  }

  private static bool IsStep(ReportedRow row, Reported report) =>
    row.Update != report.Update || (report.Update != UpdateState.Idle && row.UpdateVersion != report.UpdateVersion);

  /// <summary>The device tells where its update stands in its reports only; its timeline keeps every step.</summary>
  private StoredEvent Step(string deviceId, Reported report)
  {
    var now = _clock.GetUtcNow();
    return new StoredEvent
    {
      DeviceId = deviceId,
      At = now,
      TakenAt = now,
      Boot = report.Header.Boot,
      Seq = report.Header.Seq,
      Kind = EventKind.UpdateStep,
      Value = (int)report.Update,
      Text = $"{report.UpdateVersion} {report.UpdateReason}".Trim(),
    };
  }

  private void Copy(Reported report, ReportedRow row)
  {
    // Within one boot seq orders; a new boot is newer by itself: sessions of one device never run side by side (DeviceGate).
    (row.Boot, row.Seq, row.ReportedAt) = (report.Header.Boot, report.Header.Seq, _clock.GetUtcNow());
    row.DesiredVersion = report.DesiredVersion;
    row.ProfileRevision = report.ProfileRevision;
    row.Refused = report.Verdict is VerdictState.Refused or VerdictState.Failed;
    row.Field = report.Field;
    row.Bound = row.Refused && report.Field.Length > 0 ? $"{report.Bound}" : "";
    row.Reason = report.Why;
    row.Agent = report.Agent;
    row.Update = report.Update;
    row.UpdateVersion = report.UpdateVersion;
    row.UpdatePermille = report.UpdatePermille;
    row.UpdateReason = report.UpdateReason;
  }

  private void Show(ReportedRow row)
  {
    _live.Synchronised(row.DeviceId, row.State, row.Since);
    _live.Updated(row.DeviceId, new LiveUpdate(row.DesiredVersion, row.Update, row.UpdateVersion, row.UpdatePermille, row.UpdateReason));
  }

  /// <summary>A wish changed: what was in sync is pending now.</summary>
  public async Task WishedAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken = default)
  {
    foreach (var ids in deviceIds.Chunk(500))
    {
      // In turn with the reports: a device that answers while we compare would be left pending for ever.
      await _commits.BetweenAsync(
        async () =>
        {
          await using var db = await _databases.CreateDbContextAsync(cancellationToken);
          await CompareAsync(db, await db.Reported.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToListAsync(cancellationToken), cancellationToken);
        },
        cancellationToken);
    }
  }

  /// <summary>Brings the last known standing into the live state after a start; a wish that the last process committed and told nobody counts.</summary>
  public async Task LoadAsync(CancellationToken cancellationToken = default)
  {
    await using var db = await _databases.CreateDbContextAsync(cancellationToken);
    foreach (var part in (await db.Reported.AsNoTracking().OrderBy(r => r.DeviceId).ToListAsync(cancellationToken)).Chunk(500))
    {
      await CompareAsync(db, part, cancellationToken);
      foreach (var row in part) Show(row);
    }
  }

  /// <summary>Judges the rows anew and writes what has changed, one statement per state: after a push to thousands they all go the same way.</summary>
  private async Task CompareAsync(FleetDb db, IReadOnlyCollection<ReportedRow> rows, CancellationToken cancellationToken)
  {
    var desired = await WishesAsync(db, [.. rows.Select(r => r.DeviceId)], cancellationToken);
    var changed = rows.Where(row => Judge(row, desired.GetValueOrDefault(row.DeviceId))).ToList();
    foreach (var (to, ids) in changed.GroupBy(r => (r.State, r.Since), r => r.DeviceId).ToDictionary(g => g.Key, g => g.ToArray()))
    {
      await db.Reported.Where(r => ids.Contains(r.DeviceId))
        .ExecuteUpdateAsync(r => r.SetProperty(x => x.State, to.State).SetProperty(x => x.Since, to.Since), cancellationToken);
    }

    foreach (var row in rows) _live.Synchronised(row.DeviceId, row.State, row.Since);
  }

  /// <summary>What is compared of the wishes: the profile's text, kilobytes per device, is not.</summary>
  private static Task<Dictionary<string, DesiredRow>> WishesAsync(FleetDb db, string[] ids, CancellationToken cancellationToken) =>
    db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId))
      .Select(r => new DesiredRow { DeviceId = r.DeviceId, Version = r.Version, ProfileRevision = r.ProfileRevision, ChangedBy = "", Reason = "" })
      .ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal, cancellationToken);

  public void Dispose() => _commits.Dispose();

  /// <summary>How a report and a wish stand to each other.</summary>
  public static SyncState Compare(ReportedRow row, DesiredRow? desired)
  {
    if (row.ReportedAt is null) return SyncState.Unknown;
    if (desired is null || desired.Version == 0) return row.DesiredVersion == 0 ? SyncState.InSync : SyncState.Drifted;
    // A version we never gave: restored database or a foreign server. A person has to look.
    if (row.DesiredVersion > desired.Version) return SyncState.Drifted;
    if (row.DesiredVersion < desired.Version) return SyncState.Pending;
    if (row.Refused) return SyncState.Refused;
    return desired.ProfileRevision is { } revision && row.ProfileRevision != revision ? SyncState.Drifted : SyncState.InSync;
  }

  private bool Judge(ReportedRow row, DesiredRow? desired)
  {
    var state = Compare(row, desired);
    if (state == row.State && row.Since != default) return false;
    row.State = state;
    // Whole milliseconds, as the database keeps them; so devices that change together also share their "since".
    row.Since = DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds());
    return true;
  }
}
