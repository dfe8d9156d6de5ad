using JkFleet.Server.Data;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.History;

public static class HistoryModule
{
  public static WebApplicationBuilder AddHistory(this WebApplicationBuilder builder)
  {
    var services = builder.Services;
    services.AddCheckedOptions<HistoryOptions>(HistoryOptions.Section);
    services.AddSingleton(Make);
    services.AddSingleton<Inbox>();
    services.AddHostedService<HistoryStart>();
    services.AddHostedService<HistoryTrimmer>();
    return builder;
  }

  private static IHistoryStore Make(IServiceProvider services)
  {
    var options = services.GetRequiredService<IOptions<HistoryOptions>>().Value;
    var data = services.GetRequiredService<IOptions<DataOptions>>().Value;
    var clock = services.GetRequiredService<TimeProvider>();
    if (options.Store == HistoryStoreKind.Influx)
      return new InfluxHistory(options.Influx, data.File("influx-spool"), clock, services.GetRequiredService<ILogger<InfluxHistory>>());
    var storage = data.Provider == DataProvider.PostgreSql
      ? BlockStorage.PostgreSql(data.ConnectionString!)
      : BlockStorage.Sqlite(data.File("history.db"), options.SyncEveryCommit);
    return new BlockHistory(storage, options, clock, services.GetRequiredService<ILogger<BlockHistory>>());
  }
}
