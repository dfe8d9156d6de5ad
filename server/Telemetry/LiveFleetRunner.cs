using JkFleet.Server.Alarms;
using JkFleet.Server.Data;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// The clock of the live fleet: judges who is late or silent, tells the alarms, and keeps "last seen" and last reports in
/// the database for the next start.
/// </summary>
public sealed class LiveFleetRunner(
  LiveFleet fleet, AlarmWatch alarms, IDbContextFactory<FleetDb> databases, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<LiveFleetRunner> log)
  : BackgroundService
{
  private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(5);

  private readonly Dictionary<string, DateTimeOffset> _silentSince = new(StringComparer.Ordinal);
  private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
  private readonly HashSet<string> _fell = new(StringComparer.Ordinal);
  private DateTimeOffset _savedAt = clock.GetUtcNow();

  /// <summary>One pass.</summary>
  public async Task Tick(CancellationToken stop)
  {
    var now = clock.GetUtcNow();
    foreach (var device in fleet.Judge())
    {
      // Who was heard before this start is silent from the first judgement on, and its report is kept already.
      if (device.Connection == Connection.Silent && device.SeenAt > _startedAt) _fell.Add(device.Id);
      // Since the server started at the earliest: after a restart every device needs a moment to come back.
      if (device.Connection == Connection.Silent) _silentSince.TryAdd(device.Id, now);
      else if (_silentSince.Remove(device.Id) || device.Connection == Connection.Online) alarms.Silent(device.Id, silent: false);
    }

    foreach (var (id, since) in _silentSince)
      // Who was shut out is silent on purpose.
      if (now - since >= options.Value.SilentAlarmAfter) alarms.Silent(id, silent: fleet.Find(id) is { Revoked: false });
    // At once, not in five minutes: after a crash nobody else knows what they said last.
    foreach (var chunk in _fell.Select(fleet.Find).OfType<LiveDevice>().Chunk(500))
    {
      await Save(chunk, reports: true, stop);
      _fell.ExceptWith(chunk.Select(d => d.Id));
    }

    if (now - _savedAt < SaveEvery) return;
    await SaveSeen(reports: false, stop);
  }

  public override async Task StopAsync(CancellationToken cancellationToken)
  {
    await base.StopAsync(cancellationToken);
    await SaveSeen(reports: true, cancellationToken);
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(options.Value.JudgeEvery, clock, Tick, broken => log.LogError(broken, "A pass over the live fleet failed"), stoppingToken);

  private async Task SaveSeen(bool reports, CancellationToken stop)
  {
    // At the end everybody who was heard since the start: who is online now has had no report kept yet.
    var since = reports ? _startedAt : _savedAt;
    _savedAt = clock.GetUtcNow();
    foreach (var chunk in fleet.Snapshot().Where(d => d.SeenAt > since).Chunk(500)) await Save(chunk, reports, stop);
  }

  private async Task Save(LiveDevice[] seen, bool reports, CancellationToken stop)
  {
    var at = seen.ToDictionary(d => d.Id, d => d.SeenAt, StringComparer.Ordinal);
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var device in await db.Devices.Where(d => at.Keys.Contains(d.Id)).ToListAsync(stop)) device.LastSeenAt = at[device.Id];
    if (reports) await LastReports.Stage(db, seen, stop);
    await db.SaveChangesAsync(stop);
  }
}
