// A migrated SQLite database of its own for one test class; gone afterwards.
using JkFleet.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace JkFleet.Server.Tests;

public sealed class TempDatabase : IDbContextFactory<FleetDb>, IAsyncDisposable
{
  private readonly string _file = Path.Combine(Path.GetTempPath(), $"jkfleet-{Guid.NewGuid():N}.db");

  public static async Task<TempDatabase> CreateAsync()
  {
    var database = new TempDatabase();
    await using var db = database.CreateDbContext();
    await db.Database.MigrateAsync();
    await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL");
    return database;
  }

  public FleetDb CreateDbContext() =>
    new SqliteFleetDb(new DbContextOptionsBuilder<SqliteFleetDb>().UseSqlite($"Data Source={_file};Default Timeout=30;Foreign Keys=True").Options);

  public ValueTask DisposeAsync()
  {
    Microsoft.Data.Sqlite.SqliteConnection.ClearPool(new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_file};Default Timeout=30;Foreign Keys=True"));
    foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    return ValueTask.CompletedTask;
  }
}
