using JkFleet.Server.Data;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Alarms;

/// <summary>Deletes alarms that were cleared long ago, and of each device what is too much, once an hour.</summary>
public sealed class AlarmTrimmer(IDbContextFactory<FleetDb> databases, IOptions<AlarmsOptions> options, TimeProvider clock, ILogger<AlarmTrimmer> log) : BackgroundService
{
  /// <summary>One pass.</summary>
  public async Task Trim(CancellationToken stop)
  {
    var (perDevice, before) = (options.Value.PerDevice, clock.GetUtcNow() - TimeSpan.FromDays(options.Value.KeepDays));
    await using var db = await databases.CreateDbContextAsync(stop);
    await db.Alarms.Where(a => a.ClearedAt != null && a.ClearedAt < before).ExecuteDeleteAsync(stop);
    foreach (var id in await db.Alarms.GroupBy(a => a.DeviceId).Where(g => g.Count() > perDevice).Select(g => g.Key).ToListAsync(stop))
    {
      var oldest = await db.Alarms.Where(a => a.DeviceId == id && a.ClearedAt != null).OrderByDescending(a => a.Id).Skip(perDevice).Select(a => (long?)a.Id).FirstOrDefaultAsync(stop);
      if (oldest is not null) await db.Alarms.Where(a => a.DeviceId == id && a.ClearedAt != null && a.Id <= oldest).ExecuteDeleteAsync(stop);
    }
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(TimeSpan.FromHours(1), clock, Trim, broken => log.LogError(broken, "Old alarms could not be deleted; tried again in an hour"), stoppingToken);
}
