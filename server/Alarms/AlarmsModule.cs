namespace JkFleet.Server.Alarms;

public static class AlarmsModule
{
  public static WebApplicationBuilder AddAlarms(this WebApplicationBuilder builder)
  {
    builder.Services.AddSingleton<AlarmWatch>();
    builder.Services.AddHostedService(services => services.GetRequiredService<AlarmWatch>());
    return builder;
  }
}
