using System.Collections.Concurrent;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Broker;

/// <summary>
/// Attempts that were refused, for people to see. Counted in memory and written every few seconds, repetitions within an
/// hour into one row, so that neither memory nor disk can be filled from outside.
/// </summary>
public sealed class SecurityLog(IDbContextFactory<FleetDb> databases, TimeProvider clock, ILogger<SecurityLog> log) : BackgroundService
{
  private const int MostPending = 2_000;
  private const int MostRows = 50_000;
  private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(2);

  private readonly ConcurrentDictionary<(string Kind, string Subject, string Remote), (int Count, string Detail)> _pending = new();
  private long _total;

  /// <summary>Everything refused since start.</summary>
  public long Total => Volatile.Read(ref _total);

  /// <summary>Notes one refusal.</summary>
  /// <param name="kind">snake_case.</param>
  /// <param name="subject">Device id or account as given by the other side.</param>
  /// <param name="remote">Address of the other side.</param>
  /// <param name="detail">For people; never a secret.</param>
  public void Add(string kind, string subject, string remote, string detail = "")
  {
    Interlocked.Increment(ref _total);
    var key = (kind, Cut(subject), Cut(remote));
    if (_pending.Count >= MostPending && !_pending.ContainsKey(key)) key = (kind, "(many)", "(many)");
    _pending.AddOrUpdate(key, _ => (1, Cut(detail)), (_, was) => (was.Count + 1, Cut(detail)));
  }

  /// <summary>Newest first.</summary>
  public async Task<IReadOnlyList<SecurityEvent>> Latest(int count, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.SecurityEvents.AsNoTracking().OrderByDescending(e => e.LastAt).Take(count).ToListAsync(stop);
  }

  /// <summary>Writes what is pending.</summary>
  public async Task Flush(CancellationToken stop)
  {
    if (_pending.IsEmpty) return;
    var now = clock.GetUtcNow();
    var since = now - TimeSpan.FromHours(1);
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var key in _pending.Keys)
    {
      if (!_pending.TryRemove(key, out var entry)) continue;
      var row = await db.SecurityEvents.FirstOrDefaultAsync(
        e => e.Kind == key.Kind && e.Subject == key.Subject && e.Remote == key.Remote && e.FirstAt > since, stop);
      if (row is null)
      {
        row = new SecurityEvent { Kind = key.Kind, Subject = key.Subject, Remote = key.Remote, FirstAt = now };
        db.SecurityEvents.Add(row);
      }

      row.LastAt = now;
      row.Count += entry.Count;
      row.Detail = entry.Detail;
      log.LogWarning("Refused: {Kind} of {Subject} from {Remote}, {Count} times. {Detail}", key.Kind, key.Subject, key.Remote, entry.Count, entry.Detail);
    }

    await db.SaveChangesAsync(stop);
    var rows = await db.SecurityEvents.CountAsync(stop);
    if (rows > MostRows)
      await db.SecurityEvents.OrderBy(e => e.LastAt).Take(rows - MostRows).ExecuteDeleteAsync(stop);
  }

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(WriteEvery, clock, Flush, broken => log.LogError(broken, "Security events could not be written"), stoppingToken);

  private static string Cut(string text) => text.Length <= 64 ? text : text[..64];
}
