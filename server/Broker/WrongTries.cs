using System.Collections.Concurrent;

namespace JkFleet.Server.Broker;

/// <summary>Counts wrong tries per key and minute. Bounded: whoever comes with many names empties one table per 10,000 of them.</summary>
public sealed class WrongTries(TimeProvider clock)
{
  private const int Most = 10_000;

  private readonly ConcurrentDictionary<string, (long Minute, int Count)> _tries = new(StringComparer.Ordinal);

  /// <summary>The key has had so many wrong tries within this minute.</summary>
  public bool TooMany(string key, int limit) => _tries.TryGetValue(key, out var seen) && seen.Minute == Minute() && seen.Count >= limit;

  public void Count(string key)
  {
    var minute = Minute();
    if (_tries.Count > Most) _tries.Clear();
    _tries.AddOrUpdate(key, _ => (minute, 1), (_, was) => was.Minute == minute ? (minute, was.Count + 1) : (minute, 1));
  }

  private long Minute() => clock.GetUtcNow().ToUnixTimeSeconds() / 60;
}
