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

  /// <summary>For each profile that is wished anywhere: the devices that shall run it and how many of them do.</summary>
  /// <param name="mayRead">Only devices of these sites; null = all.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<IReadOnlyDictionary<int, (int Wished, int InSync)>> ProfileUse(IReadOnlyCollection<int>? mayRead, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var devices = db.Devices.AsQueryable();
    if (mayRead is not null) devices = devices.Where(d => mayRead.Contains(d.SiteId));
    var counts = await (
      from wish in db.Desired
      join device in devices on wish.DeviceId equals device.Id
      where wish.ProfileId != null && device.RevokedAt == null
      join said in db.Reported on wish.DeviceId equals said.DeviceId into answers
      from answer in answers.DefaultIfEmpty()
      group wish by new { Profile = wish.ProfileId!.Value, State = (SyncState?)answer.State } into same
      select new { same.Key.Profile, same.Key.State, Devices = same.Count() }).ToListAsync(stop);
    return counts.GroupBy(c => c.Profile).ToDictionary(
      g => g.Key, g => (g.Sum(c => c.Devices), g.Where(c => c.State == SyncState.InSync).Sum(c => c.Devices)));
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
