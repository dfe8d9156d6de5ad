// What devices answer about their desired state: kept, compared, shown. The only writer of the Reported table.
using JkFleet.Contracts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Devices;

/// <summary>Takes reports and tells how desired and reported stand.</summary>
public sealed class ReportedState(IDbContextFactory<FleetDb> databases, LiveFleet live, TimeProvider clock)
{
  /// <summary>A device's report was stored.</summary>
  public event Action<string>? Taken;

  /// <summary>Stores a report; one that is older than the stored one changes nothing.</summary>
  public async Task TakeAsync(string deviceId, Reported report, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    var row = await db.Reported.SingleOrDefaultAsync(r => r.DeviceId == deviceId, cancellationToken);
    if (row is null)
    {
      if (!await db.Devices.AnyAsync(d => d.Id == deviceId, cancellationToken)) return;
      row = new ReportedRow { DeviceId = deviceId };
      db.Reported.Add(row);
    }
    else if (row.Boot == report.Header.Boot && row.Seq >= report.Header.Seq)
    {
      return;
    }

    // Within one boot seq orders; a new boot is newer by itself: sessions of one device never run side by side (DeviceGate).
    (row.Boot, row.Seq, row.ReportedAt) = (report.Header.Boot, report.Header.Seq, clock.GetUtcNow());
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
    var desired = await db.Desired.AsNoTracking().SingleOrDefaultAsync(r => r.DeviceId == deviceId, cancellationToken);
    Judge(row, desired);
    await db.SaveChangesAsync(cancellationToken);
    live.Synchronised(deviceId, row.State, row.Since);
    live.Updated(deviceId, new LiveUpdate(row.DesiredVersion, row.Update, row.UpdateVersion, row.UpdatePermille, row.UpdateReason));
    Taken?.Invoke(deviceId);
  }

  /// <summary>A wish changed: what was in sync is pending now.</summary>
  public async Task WishedAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    foreach (var ids in deviceIds.Chunk(500))
    {
      var desired = await db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal, cancellationToken);
      foreach (var row in await db.Reported.Where(r => ids.Contains(r.DeviceId)).ToListAsync(cancellationToken))
      {
        Judge(row, desired.GetValueOrDefault(row.DeviceId));
        live.Synchronised(row.DeviceId, row.State, row.Since);
      }

      await db.SaveChangesAsync(cancellationToken);
      db.ChangeTracker.Clear();
    }
  }

  /// <summary>Brings the last known standing into the live state after a start.</summary>
  public async Task LoadAsync(CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    await foreach (var row in db.Reported.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
    {
      live.Synchronised(row.DeviceId, row.State, row.Since);
      live.Updated(row.DeviceId, new LiveUpdate(row.DesiredVersion, row.Update, row.UpdateVersion, row.UpdatePermille, row.UpdateReason));
    }
  }

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

  private void Judge(ReportedRow row, DesiredRow? desired)
  {
    var state = Compare(row, desired);
    if (state == row.State && row.Since != default) return;
    row.State = state;
    row.Since = clock.GetUtcNow();
  }
}
