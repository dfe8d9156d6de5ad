namespace JkFleet.Server.Data;

/// <summary>
/// Many callers, few commits: while one batch is being stored the next one gathers, and each caller goes on when its own
/// is durable. A database that syncs every commit to disk bears a fleet that speaks at once no other way.
/// </summary>
/// <param name="most">Entries of one batch at most.</param>
/// <param name="store">Stores a batch in one transaction; never called twice at a time.</param>
public sealed class GroupCommit<T>(int most, Func<IReadOnlyList<T>, Task> store) : IDisposable
{
  private readonly SemaphoreSlim _turn = new(1, 1);
  private readonly Lock _lock = new();
  private List<Waiting> _waiting = [];

  /// <summary>Adds an entry; the task ends when it is stored.</summary>
  /// <exception cref="DbUpdateException">It could not be stored.</exception>
  public async Task AddAsync(T entry, CancellationToken cancellationToken = default)
  {
    var mine = new Waiting(entry);
    lock (_lock) _waiting.Add(mine);
    await _turn.WaitAsync(cancellationToken);
    try
    {
      if (!mine.Done) await StoreAsync();
    }
    finally
    {
      _turn.Release();
    }

    if (mine.Broken is { } broken) throw new DbUpdateException("It could not be stored.", broken);
  }

  /// <summary>Does something while no batch is being stored.</summary>
  public async Task BetweenAsync(Func<Task> act, CancellationToken cancellationToken = default)
  {
    await _turn.WaitAsync(cancellationToken);
    try
    {
      await act();
    }
    finally
    {
      _turn.Release();
    }
  }

  public void Dispose() => _turn.Dispose();

  private async Task StoreAsync()
  {
    List<Waiting> batch;
    lock (_lock) (batch, _waiting) = (_waiting, []);
    foreach (var part in batch.Chunk(most))
    {
      try
      {
        await store([.. part.Select(p => p.Entry)]);
      }
      catch (Exception broken)
      {
        foreach (var one in part) one.Broken = broken;
      }

      foreach (var one in part) one.Done = true;
    }
  }

  private sealed class Waiting(T entry)
  {
    public T Entry { get; } = entry;
    public bool Done { get; set; }
    public Exception? Broken { get; set; }
  }
}
