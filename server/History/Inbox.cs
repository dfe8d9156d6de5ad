namespace JkFleet.Server.History;

/// <summary>
/// Group commit: callers add rows and await the batch that theirs went into; one thread stores batch after batch. While
/// one is being written the next one fills, so the busier it gets the bigger batches become.
/// </summary>
public sealed class Inbox(IHistoryStore store, ILogger<Inbox> log) : IDisposable
{
  private readonly Lock _lock = new();
  private readonly SemaphoreSlim _work = new(0);
  private HistoryBatch _filling = new();
  private HistoryBatch _spare = new();
  private Task _newest = Task.CompletedTask;
  private Thread? _thread;
  private volatile bool _stopping;
  private long _stored;
  private long _batches;
  private long _failed;

  /// <summary>Samples stored since start.</summary>
  public long Stored => Volatile.Read(ref _stored);

  /// <summary>Commits since start.</summary>
  public long Batches => Volatile.Read(ref _batches);

  /// <summary>Commits that failed since start.</summary>
  public long Failed => Volatile.Read(ref _failed);

  /// <summary>The newest commit worked, or none was needed yet.</summary>
  public bool Works { get; private set; } = true;

  public void Start()
  {
    _thread = new Thread(Write) { IsBackground = true, Name = "history writer" };
    _thread.Start();
  }

  /// <summary>Adds a row; the task completes when it is durable and fails when it could not be stored.</summary>
  public Task Add(ReadOnlySpan<byte> row)
  {
    lock (_lock)
    {
      if (_stopping) return Task.FromException(new ObjectDisposedException(nameof(Inbox)));
      _filling.Add(row);
      if (_filling.Count == 1) _work.Release();
      return _newest = _filling.Done.Task;
    }
  }

  /// <summary>Completes when everything added so far is durable.</summary>
  public Task Settled()
  {
    lock (_lock) return _newest;
  }

  /// <summary>Stores what was added and ends the thread.</summary>
  public void Stop()
  {
    lock (_lock)
    {
      if (_stopping) return;
      _stopping = true;
    }

    _work.Release();
    _thread?.Join();
  }

  public void Dispose()
  {
    Stop();
    _work.Dispose();
  }

  private void Write()
  {
    while (true)
    {
      _work.Wait();
      HistoryBatch batch;
      lock (_lock)
      {
        batch = _filling;
        if (batch.Count == 0)
        {
          if (_stopping) return;
          continue;
        }

        _filling = _spare;
      }

      Store(batch);
      batch.Reset();
      // A burst's buffer is not kept for ever.
      if (batch.Bytes.Length > 8 * 1024 * 1024) batch.Bytes = new byte[64 * 1024];
      _spare = batch;
    }
  }

  private void Store(HistoryBatch batch)
  {
    try
    {
      store.Append(batch);
      Volatile.Write(ref _stored, _stored + batch.Count);
      Volatile.Write(ref _batches, _batches + 1);
      Works = true;
      batch.Done.SetResult();
    }
    catch (Exception broken)
    {
      Works = false;
      Volatile.Write(ref _failed, _failed + 1);
      log.LogError(broken, "{Count} samples could not be stored; their devices will send them again", batch.Count);
      batch.Done.SetException(broken);
      // Every task is awaited by its publisher; this only keeps a forgotten one from being reported later.
      _ = batch.Done.Task.Exception;
    }
  }
}
