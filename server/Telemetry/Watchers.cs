namespace JkFleet.Server.Telemetry;

/// <summary>
/// Throttled callbacks over version counters: one timer for all, nothing per message. It runs only while someone watches.
/// </summary>
internal sealed class Watchers(TimeProvider clock)
{
  /// <summary>The finest step a watcher can see.</summary>
  private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

  private readonly Lock _lock = new();
  private Watcher[] _all = [];
  private ITimer? _timer;

  public IDisposable Add(Func<long> version, Action onChanged, TimeSpan atMostEvery)
  {
    var watcher = new Watcher(this, version, onChanged, atMostEvery, clock.GetTimestamp());
    lock (_lock)
    {
      _all = [.. _all, watcher];
      _timer ??= clock.CreateTimer(_ => Tick(), null, Beat, Beat);
    }

    return watcher;
  }

  private void Remove(Watcher watcher)
  {
    lock (_lock)
    {
      _all = Array.FindAll(_all, w => w != watcher);
      if (_all.Length > 0) return;
      _timer?.Dispose();
      _timer = null;
    }
  }

  private void Tick()
  {
    var now = clock.GetTimestamp();
    foreach (var watcher in Volatile.Read(ref _all)) watcher.Offer(now, clock);
  }

  private sealed class Watcher(Watchers owner, Func<long> version, Action onChanged, TimeSpan atMostEvery, long start) : IDisposable
  {
    private long _seen = version();
    private long _calledAt = start;
    private int _busy;
    private volatile bool _disposed;

    public void Offer(long now, TimeProvider clock)
    {
      if (_disposed || clock.GetElapsedTime(_calledAt, now) < atMostEvery) return;
      var current = version();
      if (current == _seen || Interlocked.CompareExchange(ref _busy, 1, 0) != 0) return;
      _seen = current;
      _calledAt = now;
      ThreadPool.UnsafeQueueUserWorkItem(static w => w.Call(), this, preferLocal: false);
    }

    public void Dispose()
    {
      if (_disposed) return;
      _disposed = true;
      owner.Remove(this);
    }

    private void Call()
    {
      try
      {
        if (!_disposed) onChanged();
      }
      finally
      {
        Volatile.Write(ref _busy, 0);
      }
    }
  }
}
