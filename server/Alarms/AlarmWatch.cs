using System.Collections.Concurrent;
using JkFleet.Contracts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Alarms;

/// <summary>
/// Opens and clears alarms. Ingest only compares one word per message; what changed is written a moment later. An alarm
/// that came and went between two writes is written too.
/// </summary>
public sealed class AlarmWatch(IDbContextFactory<FleetDb> databases, LiveFleet fleet, TimeProvider clock, ILogger<AlarmWatch> log) : BackgroundService
{
  private static readonly TimeSpan WriteEvery = TimeSpan.FromMilliseconds(500);

  private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.Ordinal);
  private readonly ConcurrentDictionary<string, byte> _dirty = new(StringComparer.Ordinal);
  private readonly Watchers _watchers = new(clock);
  private long _version;

  /// <summary>Looks at a telemetry message (a live one; the backlog's alarms are over).</summary>
  public void Observe(string deviceId, TelemetryMessage message)
  {
    if (message.Header.Replay) return;
    var now = message.Bms == LinkState.Never ? 0UL : (uint)message.Snapshot.Alarms;
    if (message.Bms is LinkState.Silent or LinkState.Faulty or LinkState.NoPort) now |= 1UL << AlarmKinds.BmsLost;
    if (message.Inverter is LinkState.Silent or LinkState.Faulty or LinkState.BusOff or LinkState.NoPort) now |= 1UL << AlarmKinds.InverterLost;
    Set(deviceId, AlarmKinds.Reported, now);
  }

  /// <summary>The device is, or is no longer, silent for too long.</summary>
  public void Silent(string deviceId, bool silent) => Set(deviceId, 1UL << AlarmKinds.Silent, silent ? 1UL << AlarmKinds.Silent : 0);

  /// <summary>A device that was shut out: nobody watches it any more, so nothing can be open on it.</summary>
  public void Over(string deviceId) => Set(deviceId, ulong.MaxValue, 0);

  /// <summary>Somebody takes care of open alarms of these devices.</summary>
  public void Acknowledged(IEnumerable<string> deviceIds)
  {
    foreach (var id in deviceIds.Distinct(StringComparer.Ordinal)) fleet.AlarmNoted(id);
    Interlocked.Increment(ref _version);
  }

  /// <summary>Calls back, off the caller's thread, after alarms were opened, cleared or acknowledged, at most so often. Dispose to stop.</summary>
  public IDisposable Watch(Action onChanged, TimeSpan atMostEvery) => _watchers.Add(() => Volatile.Read(ref _version), onChanged, atMostEvery);

  /// <summary>Takes over what is open in the database.</summary>
  public async Task Load(CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var alarm in await db.Alarms.AsNoTracking().Where(a => a.ClearedAt == null).ToListAsync(stop))
    {
      var kind = AlarmKinds.Find(alarm.Kind);
      if (kind < 0) continue;
      var state = _states.GetOrAdd(alarm.DeviceId, static _ => new State());
      state.Now |= 1UL << kind;
      state.Stored |= 1UL << kind;
    }

    foreach (var (id, state) in _states) Tell(id, state.Stored);
  }

  /// <summary>Writes what has changed.</summary>
  public async Task Flush(CancellationToken stop)
  {
    foreach (var id in _dirty.Keys)
    {
      if (!_dirty.TryRemove(id, out _) || !_states.TryGetValue(id, out var state)) continue;
      ulong now, raised;
      lock (state)
      {
        (now, raised) = (state.Now, state.Raised);
        state.Raised = 0;
      }

      try
      {
        await Write(id, state, now, raised, stop);
      }
      catch
      {
        lock (state) state.Raised |= raised;
        _dirty[id] = 0;
        throw;
      }
    }
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(WriteEvery, clock, Flush, broken => log.LogError(broken, "Alarms could not be written; tried again"), stoppingToken);

  private void Set(string deviceId, ulong which, ulong bits)
  {
    var state = _states.GetOrAdd(deviceId, static _ => new State());
    if ((Volatile.Read(ref state.Now) & which) == bits) return;
    lock (state)
    {
      state.Raised |= bits & ~state.Now;
      state.Now = (state.Now & ~which) | bits;
    }

    _dirty[deviceId] = 0;
  }

  private async Task Write(string id, State state, ulong now, ulong raised, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    if (!await db.Devices.AnyAsync(d => d.Id == id, stop)) return;
    var open = await db.Alarms.Where(a => a.DeviceId == id && a.ClearedAt == null).ToListAsync(stop);
    var at = clock.GetUtcNow();
    var opened = 0UL;
    foreach (var alarm in open)
    {
      var kind = AlarmKinds.Find(alarm.Kind);
      if (kind < 0 || (now >> kind & 1) != 0) opened |= kind < 0 ? 0 : 1UL << kind;
      else alarm.ClearedAt = at;
    }

    for (var kind = 0; kind < AlarmKinds.Count; kind++)
    {
      // Between two rows of one kind lies at least one write: a flapping alarm makes two rows a second at most.
      if ((((now | (raised & ~state.Stored)) & ~opened) >> kind & 1) == 0) continue;
      db.Alarms.Add(new Alarm
      {
        DeviceId = id,
        Kind = AlarmKinds.NameOf(kind),
        DedupKey = $"{id}:{AlarmKinds.NameOf(kind)}",
        Severity = AlarmKinds.SeverityOf(kind),
        Text = AlarmKinds.TextOf(kind),
        OpenedAt = at,
        ClearedAt = (now >> kind & 1) != 0 ? null : at,
      });
    }

    await db.SaveChangesAsync(stop);
    state.Stored = now;
    Tell(id, now);
  }

  private void Tell(string id, ulong open)
  {
    var worst = AlarmSeverity.Info;
    for (var kind = 0; kind < AlarmKinds.Count; kind++)
      if ((open >> kind & 1) != 0 && AlarmKinds.SeverityOf(kind) > worst) worst = AlarmKinds.SeverityOf(kind);
    fleet.Alarmed(id, System.Numerics.BitOperations.PopCount(open), worst);
    Interlocked.Increment(ref _version);
  }

  private sealed class State
  {
    /// <summary>Alarms on now.</summary>
    public ulong Now;

    /// <summary>Alarms that came since the last write.</summary>
    public ulong Raised;

    /// <summary>Alarms open in the database.</summary>
    public ulong Stored;
  }
}
