namespace JkFleet.Server.Telemetry;

public static class TelemetryModule
{
  public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<TelemetryOptions>(TelemetryOptions.Section);
    builder.Services.AddSingleton<LiveFleet>();
    builder.Services.AddSingleton<TelemetryIngest>();
    builder.Services.AddSingleton<LiveFleetRunner>();
    builder.Services.AddHostedService(services => services.GetRequiredService<LiveFleetRunner>());
    return builder;
  }
}
