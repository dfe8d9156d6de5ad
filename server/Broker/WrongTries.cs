using System.Collections.Concurrent;

namespace JkFleet.Server.Broker;

/// <summary>Counts wrong tries per key and minute. Bounded at 10,000 keys: then those go whose minute is over, else the oldest.</summary>
public sealed class WrongTries(TimeProvider clock)
{
  private const int Most = 10_000;
  private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

  private readonly ConcurrentDictionary<string, (DateTimeOffset First, int Count)> _tries = new(StringComparer.Ordinal);

  /// <summary>The key has had so many wrong tries in the minute since its first one.</summary>
  public bool TooMany(string key, int limit) => _tries.TryGetValue(key, out var seen) && !IsOver(seen.First) && seen.Count >= limit;

  public void Count(string key)
  {
    if (_tries.Count >= Most) MakeRoom();
    _tries.AddOrUpdate(key, _ => (clock.GetUtcNow(), 1), (_, was) => IsOver(was.First) ? (clock.GetUtcNow(), 1) : (was.First, was.Count + 1));
  }

  // Not simply emptied: whoever comes with ten thousand names would open every lock with them.
  private void MakeRoom()
  {
    foreach (var (key, seen) in _tries)
      if (IsOver(seen.First)) _tries.TryRemove(key, out _);
    if (_tries.Count < Most) return;
    foreach (var (key, _) in _tries.OrderBy(t => t.Value.First).Take(Most / 10)) _tries.TryRemove(key, out _);
  }

  private bool IsOver(DateTimeOffset first) => clock.GetUtcNow() - first >= Window;
}
