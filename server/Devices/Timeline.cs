// What happened on a device, for people to read: its own events, the steps of its updates, and the commands that people
// gave it with their verdicts. Bounded per device and in age; the only writer of the DeviceEvents table.
using System.Collections.Concurrent;
using JkFleet.Contracts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Devices;

/// <summary>One line of a timeline: an event or a command.</summary>
/// <param name="At">When it happened or was asked.</param>
/// <param name="Event">What happened; null for a command.</param>
/// <param name="Command">What was asked; null for an event.</param>
public sealed record TimelineEntry(DateTimeOffset At, StoredEvent? Event, SentCommand? Command);

/// <summary>Takes events, hands out timelines, forgets what is too old or too much.</summary>
public sealed class Timeline : BackgroundService
{
  private static readonly TimeSpan TrimEvery = TimeSpan.FromHours(1);

  private readonly IDbContextFactory<FleetDb> _databases;
  private readonly LiveFleet _fleet;
  private readonly TimelineOptions _options;
  private readonly TimeProvider _clock;
  private readonly ILogger<Timeline> _log;
  private readonly GroupCommit<StoredEvent> _commits;

  /// <summary>Events per device since its last trim; bounded by the fleet. A device that chatters is trimmed at once and not in an hour.</summary>
  private readonly ConcurrentDictionary<string, int> _sinceTrim = new(StringComparer.Ordinal);

  public Timeline(IDbContextFactory<FleetDb> databases, LiveFleet fleet, IOptions<DevicesOptions> options, TimeProvider clock, ILogger<Timeline> log)
  {
    (_databases, _fleet, _options, _clock, _log) = (databases, fleet, options.Value.Timeline, clock, log);
    _commits = new GroupCommit<StoredEvent>(500, StoreAsync);
  }

  /// <summary>How many rows above <see cref="TimelineOptions.EventsPerDevice"/> a device may have before it is trimmed.</summary>
  public const int Slack = 200;

  /// <summary>Stores one event of an enrolled device; one that came before changes nothing.</summary>
  /// <exception cref="DbUpdateException">It could not be stored.</exception>
  public Task TakeAsync(StoredEvent entry, CancellationToken cancellationToken = default) => _commits.AddAsync(entry, cancellationToken);

  /// <summary>Adds events to the caller's transaction: new ones of enrolled devices only.</summary>
  /// <param name="db">The caller saves it.</param>
  /// <param name="entries">At most 500.</param>
  public async Task StageAsync(FleetDb db, IReadOnlyList<StoredEvent> entries)
  {
    if (entries.Count == 0) return;
    var ids = entries.Select(e => e.DeviceId).Distinct(StringComparer.Ordinal).ToArray();
    foreach (var id in ids)
      if (_sinceTrim.GetValueOrDefault(id) >= Slack) await Trim(db, id, CancellationToken.None);
    var seqs = entries.Select(e => e.Seq).Distinct().ToArray();
    var known = (await db.Devices.Where(d => ids.Contains(d.Id)).Select(d => d.Id).ToListAsync()).ToHashSet(StringComparer.Ordinal);
    var there = (await db.DeviceEvents.Where(e => ids.Contains(e.DeviceId) && seqs.Contains(e.Seq)).Select(e => new { e.DeviceId, e.Boot, e.Seq }).ToListAsync())
      .Select(e => (e.DeviceId, e.Boot, e.Seq)).ToHashSet();
    foreach (var entry in entries)
    {
      if (!known.Contains(entry.DeviceId) || !there.Add((entry.DeviceId, entry.Boot, entry.Seq))) continue;
      db.DeviceEvents.Add(entry);
      _sinceTrim.AddOrUpdate(entry.DeviceId, 1, static (_, was) => was + 1);
    }
  }

  /// <summary>The newest entries of a device, newest first.</summary>
  /// <param name="deviceId">The caller has looked who may see it.</param>
  /// <param name="count">At most.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<IReadOnlyList<TimelineEntry>> Latest(string deviceId, int count, CancellationToken stop)
  {
    await using var db = await _databases.CreateDbContextAsync(stop);
    var events = await db.DeviceEvents.AsNoTracking().Where(e => e.DeviceId == deviceId).OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(count).ToListAsync(stop);
    var commands = await db.DeviceCommands.AsNoTracking().Where(c => c.DeviceId == deviceId).OrderByDescending(c => c.At).Take(count).ToListAsync(stop);
    return [.. events.Select(e => new TimelineEntry(e.At, e, null)).Concat(commands.Select(c => new TimelineEntry(c.At, null, c))).OrderByDescending(e => e.At).Take(count)];
  }

  /// <summary>The newest command of a device, or null.</summary>
  public async Task<SentCommand?> LastCommand(string deviceId, CancellationToken stop)
  {
    await using var db = await _databases.CreateDbContextAsync(stop);
    return await db.DeviceCommands.AsNoTracking().Where(c => c.DeviceId == deviceId).OrderByDescending(c => c.At).FirstOrDefaultAsync(stop);
  }

  /// <summary>What the device said of its board, or null when it never said it to this server.</summary>
  public async Task<DeviceHello?> HelloOf(string deviceId, CancellationToken stop)
  {
    await using var db = await _databases.CreateDbContextAsync(stop);
    return await db.Hellos.AsNoTracking().SingleOrDefaultAsync(h => h.DeviceId == deviceId, stop);
  }

  /// <summary>Deletes what is too old, and of each device what is too much.</summary>
  public async Task Trim(CancellationToken stop)
  {
    await using var db = await _databases.CreateDbContextAsync(stop);
    var before = _clock.GetUtcNow() - TimeSpan.FromDays(_options.KeepDays);
    await db.DeviceEvents.Where(e => e.At < before).ExecuteDeleteAsync(stop);
    await db.DeviceCommands.Where(c => c.At < before).ExecuteDeleteAsync(stop);
    foreach (var id in await db.DeviceEvents.GroupBy(e => e.DeviceId).Where(g => g.Count() > _options.EventsPerDevice).Select(g => g.Key).ToListAsync(stop))
      await Trim(db, id, stop);
    foreach (var id in await db.DeviceCommands.GroupBy(c => c.DeviceId).Where(g => g.Count() > _options.CommandsPerDevice).Select(g => g.Key).ToListAsync(stop))
    {
      var oldest = await db.DeviceCommands.Where(c => c.DeviceId == id).OrderByDescending(c => c.At).Skip(_options.CommandsPerDevice).Select(c => c.At).FirstAsync(stop);
      await db.DeviceCommands.Where(c => c.DeviceId == id && c.At <= oldest).ExecuteDeleteAsync(stop);
    }
  }

  public override void Dispose()
  {
    _commits.Dispose();
    base.Dispose();
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(TrimEvery, _clock, Trim, broken => _log.LogError(broken, "Old events could not be deleted; tried again in an hour"), stoppingToken);

  private async Task Trim(FleetDb db, string deviceId, CancellationToken stop)
  {
    _sinceTrim[deviceId] = 0;
    var oldest = await db.DeviceEvents.Where(e => e.DeviceId == deviceId).OrderByDescending(e => e.Id).Skip(_options.EventsPerDevice).Select(e => (long?)e.Id).FirstOrDefaultAsync(stop);
    if (oldest is not null) await db.DeviceEvents.Where(e => e.DeviceId == deviceId && e.Id <= oldest).ExecuteDeleteAsync(stop);
  }

  private async Task StoreAsync(IReadOnlyList<StoredEvent> batch)
  {
    await using var db = await _databases.CreateDbContextAsync();
    await StageAsync(db, batch);
    await db.SaveChangesAsync();
    foreach (var id in batch.Select(e => e.DeviceId).Distinct(StringComparer.Ordinal)) _fleet.Noted(id);
  }
}
