namespace JkFleet.Server.Telemetry;

public static class TelemetryModule
{
  public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<TelemetryOptions>(TelemetryOptions.Section);
    builder.Services.AddSingleton<LiveFleet>();
    return builder;
  }
}
