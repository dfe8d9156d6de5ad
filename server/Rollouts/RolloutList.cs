using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Rollouts;

/// <summary>A rollout in one line.</summary>
/// <param name="Rollout">Without its devices.</param>
/// <param name="ByStage">Devices of the person's sites by stage.</param>
public sealed record RolloutLine(Rollout Rollout, IReadOnlyDictionary<StageOfDevice, int> ByStage)
{
  public int Devices => ByStage.Values.Sum();
}

/// <summary>What pages read of rollouts and firmware; cut to the sites of the person.</summary>
public sealed class RolloutList(IDbContextFactory<FleetDb> databases, LiveFleet live)
{
  private const int Newest = 100;

  /// <summary>The newest rollouts that reach a site of the person.</summary>
  public async Task<IReadOnlyList<RolloutLine>> All(ClaimsPrincipal by, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var rollouts = await db.Rollouts.AsNoTracking().OrderByDescending(r => r.Id).Take(Newest).ToListAsync(stop);
    var ids = rollouts.ConvertAll(r => r.Id);
    // Counted in the database: a hundred rollouts over ten thousand devices each are a million rows.
    var counts = await (
      from part in db.RolloutDevices
      where ids.Contains(part.RolloutId)
      join device in db.Devices on part.DeviceId equals device.Id into known
      from device in known.DefaultIfEmpty()
      group part by new { part.RolloutId, SiteId = (int?)device.SiteId, part.Stage } into same
      select new { same.Key.RolloutId, same.Key.SiteId, same.Key.Stage, Devices = same.Count() }).ToListAsync(stop);
    var byRollout = counts.Where(c => c.SiteId is { } site ? by.Has(Role.Viewer, site) : by.HasEverywhere(Role.Viewer)).ToLookup(c => c.RolloutId);
    return [.. rollouts.Where(r => byRollout[r.Id].Any())
      .Select(r => new RolloutLine(r, byRollout[r.Id].GroupBy(c => c.Stage).ToDictionary(g => g.Key, g => g.Sum(c => c.Devices))))];
  }

  /// <summary>One rollout with its waves and the devices of the person's sites; null = not there, or none of them.</summary>
  public async Task<Rollout?> One(ClaimsPrincipal by, int id, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await RolloutRunner.Whole(db).SingleOrDefaultAsync(r => r.Id == id, stop) is not { } rollout) return null;
    rollout.Devices.RemoveAll(d => !MaySee(by, d.DeviceId));
    return rollout.Devices.Count == 0 ? null : rollout;
  }

  /// <summary>The builds that the server holds, the newest first.</summary>
  public async Task<IReadOnlyList<Artifact>> Artifacts(CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Artifacts.AsNoTracking().OrderByDescending(a => a.Id).Take(Newest).ToListAsync(stop);
  }

  /// <summary>What happened to a rollout, the newest first.</summary>
  public async Task<IReadOnlyList<Activity>> Log(int id, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Activities.AsNoTracking().Where(a => a.Subject == $"rollout:{id}").OrderByDescending(a => a.Id).Take(Newest).ToListAsync(stop);
  }

  private bool MaySee(ClaimsPrincipal by, string deviceId) =>
    live.Find(deviceId) is { } device ? by.Has(Role.Viewer, device.SiteId) : by.HasEverywhere(Role.Viewer);
}
