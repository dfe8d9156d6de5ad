using JkFleet.Server.Alarms;
using JkFleet.Server.Data;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// The clock of the live fleet: judges who is late or silent, tells the alarms, and keeps "last seen" in the database for
/// the next start.
/// </summary>
public sealed class LiveFleetRunner(
  LiveFleet fleet, AlarmWatch alarms, IDbContextFactory<FleetDb> databases, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<LiveFleetRunner> log)
  : BackgroundService
{
  private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(5);

  private readonly Dictionary<string, DateTimeOffset> _silentSince = new(StringComparer.Ordinal);
  private DateTimeOffset _savedAt = clock.GetUtcNow();

  /// <summary>One pass.</summary>
  public async Task Tick(CancellationToken stop)
  {
    var now = clock.GetUtcNow();
    foreach (var device in fleet.Judge())
    {
      // Since the server started at the earliest: after a restart every device needs a moment to come back.
      if (device.Connection == Connection.Silent) _silentSince.TryAdd(device.Id, now);
      else if (_silentSince.Remove(device.Id) || device.Connection == Connection.Online) alarms.Silent(device.Id, silent: false);
    }

    foreach (var (id, since) in _silentSince)
      // Who was shut out is silent on purpose.
      if (now - since >= options.Value.SilentAlarmAfter) alarms.Silent(id, silent: fleet.Find(id) is { Revoked: false });
    if (now - _savedAt < SaveEvery) return;
    await Save(stop);
  }

  public override async Task StopAsync(CancellationToken cancellationToken)
  {
    await base.StopAsync(cancellationToken);
    await Save(cancellationToken);
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(options.Value.JudgeEvery, clock, Tick, broken => log.LogError(broken, "A pass over the live fleet failed"), stoppingToken);

  private async Task Save(CancellationToken stop)
  {
    var since = _savedAt;
    _savedAt = clock.GetUtcNow();
    var seen = fleet.Snapshot().Where(d => d.SeenAt > since).ToDictionary(d => d.Id, StringComparer.Ordinal);
    if (seen.Count == 0) return;
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var chunk in seen.Keys.Chunk(500))
    {
      foreach (var device in await db.Devices.Where(d => chunk.Contains(d.Id)).ToListAsync(stop)) device.LastSeenAt = seen[device.Id].SeenAt;
      await db.SaveChangesAsync(stop);
      db.ChangeTracker.Clear();
    }
  }
}
