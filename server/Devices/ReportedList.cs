using JkFleet.Server.Data;

namespace JkFleet.Server.Devices;

/// <summary>Questions about what devices last said of their desired state.</summary>
public sealed class ReportedList(IDbContextFactory<FleetDb> databases)
{
  /// <summary>What one device shall be, or null when nothing was ever wished.</summary>
  public async Task<DesiredRow?> DesiredOf(string deviceId, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Desired.AsNoTracking().SingleOrDefaultAsync(r => r.DeviceId == deviceId, stop);
  }

  /// <summary>The last reports of some devices, by id.</summary>
  public async Task<IReadOnlyDictionary<string, ReportedRow>> Of(IEnumerable<string> deviceIds, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var found = new Dictionary<string, ReportedRow>(StringComparer.Ordinal);
    // In parts: a database takes only so many parameters in one question.
    foreach (var part in deviceIds.Chunk(500))
      foreach (var row in await db.Reported.AsNoTracking().Where(r => part.Contains(r.DeviceId)).ToListAsync(stop)) found[row.DeviceId] = row;
    return found;
  }
}
