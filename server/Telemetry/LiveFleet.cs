using System.Collections.Concurrent;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// The current state of every device in memory: what pages and tiles look at. Bounded by the enrolled devices. Ingest
/// writes here for every message, readers take whole pictures, watchers are woken a few times a second at most.
/// </summary>
public sealed class LiveFleet(TimeProvider clock, IOptions<TelemetryOptions> options)
{
  private readonly ConcurrentDictionary<string, LiveSlot> _slots = new(StringComparer.Ordinal);
  private readonly Watchers _watchers = new(clock);
  private long _version;

  /// <summary>Number of enrolled devices.</summary>
  public int Count => _slots.Count;

  /// <summary>Every device, ordered by id.</summary>
  public IReadOnlyList<LiveDevice> Snapshot()
  {
    var devices = new List<LiveDevice>(_slots.Count);
    foreach (var (_, slot) in _slots) devices.Add(slot.View());
    devices.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
    return devices;
  }

  /// <summary>One device, or null when it is not enrolled.</summary>
  public LiveDevice? Find(string id) => _slots.TryGetValue(id, out var slot) ? slot.View() : null;

  /// <summary>Calls back, off the caller's thread, after the fleet has changed, at most so often. Dispose to stop.</summary>
  public IDisposable Watch(Action onChanged, TimeSpan atMostEvery) =>
    _watchers.Add(() => Volatile.Read(ref _version), onChanged, atMostEvery);

  /// <summary>The same for one device.</summary>
  public IDisposable Watch(string id, Action onChanged, TimeSpan atMostEvery) =>
    _watchers.Add(() => _slots.TryGetValue(id, out var slot) ? Volatile.Read(ref slot.Version) : -1, onChanged, atMostEvery);

  /// <summary>Enrols a device, or takes over its new name, site, tags.</summary>
  public void Enrol(Device device, string siteName)
  {
    var slot = _slots.GetOrAdd(device.Id, static (id, now) => new LiveSlot(id, now), device.CreatedAt);
    slot.Change(s =>
    {
      s.Name = device.Name;
      s.SiteId = device.SiteId;
      s.SiteName = siteName;
      s.Tags = Sites.Tags.Of(device.Tags);
      s.Revoked = device.RevokedAt is not null;
      if (s.Board.Length == 0) s.Board = device.Board;
      if (s.SeenAt is null && device.LastSeenAt is { } seen)
      {
        s.SeenAt = seen;
        s.Connection = Connection.Silent;
        s.Since = seen;
      }
    });
    Touch();
  }

  /// <summary>A site got another name.</summary>
  public void RenameSite(int siteId, string name)
  {
    foreach (var (_, slot) in _slots)
      if (slot.SiteId == siteId) slot.Change(s => s.SiteName = name);
    Touch();
  }

  /// <summary>Forgets a device that was deleted.</summary>
  public void Remove(string id)
  {
    if (_slots.TryRemove(id, out _)) Touch();
  }

  /// <summary>
  /// Takes a decoded message of an enrolled device.
  /// </summary>
  /// <returns>A message to decode the next one into: the given one now belongs to the live state.</returns>
  public TelemetryMessage Apply(string id, TelemetryMessage message)
  {
    if (!_slots.TryGetValue(id, out var slot)) return message;
    var spare = slot.Take(message, clock.GetUtcNow());
    Touch();
    return spare;
  }

  /// <summary>Takes what a device said before this server started; nothing when it was heard since.</summary>
  /// <param name="id">The device.</param>
  /// <param name="message">Belongs to the live state from then on.</param>
  /// <param name="at">When it was taken.</param>
  public void Restore(string id, TelemetryMessage message, DateTimeOffset at)
  {
    if (!_slots.TryGetValue(id, out var slot)) return;
    slot.Restore(message, at);
    Touch();
  }

  /// <summary>An MQTT connection of the device was accepted.</summary>
  public void Connected(string id) => Change(id, (s, now) =>
  {
    s.Sessions++;
    s.SeenAt = now;
    s.Enter(Connection.Online, now);
  });

  /// <summary>An MQTT connection of the device ended (closed, kept silent too long, taken over).</summary>
  public void Disconnected(string id) => Change(id, (s, now) =>
  {
    s.Sessions = Math.Max(0, s.Sessions - 1);
    if (s.Sessions == 0 && s.Connection != Connection.Never) s.Enter(Connection.Silent, now);
  });

  /// <summary>Heard something else than telemetry.</summary>
  public void Seen(string id) => Change(id, (s, now) => s.SeenAt = now);

  /// <summary>How desired and reported stand.</summary>
  public void Synchronised(string id, SyncState state, DateTimeOffset since) => Change(id, (s, _) =>
  {
    s.Sync = state;
    s.SyncSince = since;
  });

  /// <summary>Where its firmware update stands.</summary>
  public void Updated(string id, LiveUpdate update) => Change(id, (s, _) => s.Update = update);

  /// <summary>Something was written into the device's timeline.</summary>
  public void Noted(string id) => Change(id, (s, _) => s.Notes++);

  /// <summary>Open alarms of the device, after one of them was opened or cleared.</summary>
  public void Alarmed(string id, int open, AlarmSeverity worst) => Change(id, (s, _) =>
  {
    s.OpenAlarms = open;
    s.WorstAlarm = worst;
    s.AlarmNotes++;
  });

  /// <summary>An alarm of the device was acknowledged; as many are open as before.</summary>
  public void AlarmNoted(string id) => Change(id, (s, _) => s.AlarmNotes++);

  /// <summary>Moves counters of the device.</summary>
  public void Tally(string id, Func<LiveCounters, LiveCounters> count)
  {
    if (!_slots.TryGetValue(id, out var slot)) return;
    slot.Count(count);
    Touch();
  }

  /// <summary>Lets the clock judge every device.</summary>
  /// <returns>The devices whose connection is another than at the last judgement.</returns>
  public IReadOnlyList<LiveDevice> Judge()
  {
    var now = clock.GetUtcNow();
    List<LiveDevice>? changed = null;
    foreach (var (_, slot) in _slots)
      if (slot.Judge(now, options.Value)) (changed ??= []).Add(slot.View());
    if (changed is not null) Touch();
    return changed ?? [];
  }

  private void Change(string id, Action<LiveSlot, DateTimeOffset> change)
  {
    if (!_slots.TryGetValue(id, out var slot)) return;
    var now = clock.GetUtcNow();
    slot.Change(s => change(s, now));
    Touch();
  }

  private void Touch() => Interlocked.Increment(ref _version);
}
