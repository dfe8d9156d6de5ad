using Microsoft.AspNetCore.DataProtection;

namespace JkFleet.Server.Data;

public static class DataModule
{
  public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<DataOptions>(DataOptions.Section);
    var options = builder.Configuration.GetSection(DataOptions.Section).Get<DataOptions>() ?? new DataOptions();
    if (options.Provider == DataProvider.PostgreSql)
    {
      builder.Services.AddPooledDbContextFactory<PostgreSqlFleetDb>(db => db.UseNpgsql(options.ConnectionString));
      builder.Services.AddSingleton<IDbContextFactory<FleetDb>, FleetDbFactory<PostgreSqlFleetDb>>();
    }
    else
    {
      var source = $"Data Source={options.File("fleet.db")};Foreign Keys=True;Default Timeout=30";
      // A list of ids travels as one JSON parameter: with one parameter per id EF writes and SQLite compiles a new statement each time.
      builder.Services.AddPooledDbContextFactory<SqliteFleetDb>(
        db => db.UseSqlite(source, sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter)));
      builder.Services.AddSingleton<IDbContextFactory<FleetDb>, FleetDbFactory<SqliteFleetDb>>();
    }

    // Before AddDataProtection: its own start reads the key table.
    builder.Services.AddHostedService<DatabaseStart>();
    // Identity and data protection ask for a context per scope; all else takes one from the factory.
    builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<FleetDb>>().CreateDbContext());
    builder.Services.AddDataProtection().SetApplicationName("JkFleet").PersistKeysToDbContext<FleetDb>();
    return builder;
  }
}
