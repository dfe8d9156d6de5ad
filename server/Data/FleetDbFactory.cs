using Microsoft.EntityFrameworkCore.Design;

namespace JkFleet.Server.Data;

/// <summary>Hands out the configured database under its common name.</summary>
public sealed class FleetDbFactory<T>(IDbContextFactory<T> inner) : IDbContextFactory<FleetDb> where T : FleetDb
{
  public FleetDb CreateDbContext() => inner.CreateDbContext();

  public async Task<FleetDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
    await inner.CreateDbContextAsync(cancellationToken);
}

/// <summary>Only for <c>dotnet ef migrations add</c>.</summary>
public sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteFleetDb>
{
  public SqliteFleetDb CreateDbContext(string[] args) =>
    new(new DbContextOptionsBuilder<SqliteFleetDb>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>Only for <c>dotnet ef migrations add</c>.</summary>
public sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlFleetDb>
{
  public PostgreSqlFleetDb CreateDbContext(string[] args) =>
    new(new DbContextOptionsBuilder<PostgreSqlFleetDb>().UseNpgsql("Host=localhost").Options);
}
