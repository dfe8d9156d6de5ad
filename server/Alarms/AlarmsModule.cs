namespace JkFleet.Server.Alarms;

public static class AlarmsModule
{
  public static WebApplicationBuilder AddAlarms(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<AlarmsOptions>(AlarmsOptions.Section);
    builder.Services.AddSingleton<AlarmWatch>();
    builder.Services.AddHostedService(services => services.GetRequiredService<AlarmWatch>());
    builder.Services.AddSingleton<AlarmList>();
    builder.Services.AddHostedService<AlarmTrimmer>();
    return builder;
  }
}
