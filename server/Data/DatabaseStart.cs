using Microsoft.Extensions.Options;

namespace JkFleet.Server.Data;

/// <summary>Brings the database to the newest shape before anything else starts; nodes that start together take turns.</summary>
public sealed class DatabaseStart(IDbContextFactory<FleetDb> databases, IOptions<DataOptions> options, ILogger<DatabaseStart> log)
  : IHostedService, IDisposable
{
  private FileStream? _folderLock;

  /// <summary>Any number that no other program uses on the same database.</summary>
  private const long LockKey = 0x4A4B_466C_6565_74;

  public async Task StartAsync(CancellationToken cancellationToken)
  {
    Directory.CreateDirectory(options.Value.FullFolder);
    LockFolder();
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    if (options.Value.Provider == DataProvider.PostgreSql)
    {
      await db.Database.OpenConnectionAsync(cancellationToken);
      await db.Database.ExecuteSqlRawAsync($"SELECT pg_advisory_lock({LockKey})", cancellationToken);
      try
      {
        await db.Database.MigrateAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync(AppendOnly.PostgreSql, cancellationToken);
      }
      finally
      {
        await db.Database.ExecuteSqlRawAsync($"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
      }
    }
    else
    {
      // EF's own lock is a row that a killed migration leaves behind, and the next start would wait for ever;
      // the folder is ours alone by now.
      await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
      await db.Database.MigrateAsync(cancellationToken);
      await db.Database.ExecuteSqlRawAsync(AppendOnly.Sqlite, cancellationToken);
      await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);
    }

    log.LogInformation("Database ready: {Provider}", options.Value.Provider);
  }

  public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

  public void Dispose() => _folderLock?.Dispose();

  private void LockFolder()
  {
    var path = options.Value.File("server.lock");
    try
    {
      _folderLock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }
    catch (IOException broken)
    {
      throw new InvalidOperationException($"Another server uses the data folder (lock file {path}).", broken);
    }
  }
}
