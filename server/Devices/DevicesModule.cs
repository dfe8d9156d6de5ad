using JkFleet.Server.Broker;

namespace JkFleet.Server.Devices;

/// <summary>Devices: who is enrolled, what they shall be and what they answer.</summary>
public static class DevicesModule
{
  public static WebApplicationBuilder AddDevices(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<DevicesOptions>(DevicesOptions.Section);
    builder.Services.AddSingleton<Enrolment>();
    builder.Services.AddSingleton<ClaimDevice>();
    builder.Services.AddSingleton<ClaimList>();
    builder.Services.AddSingleton<DesiredState>();
    builder.Services.AddHostedService<LocalTimeRunner>();
    builder.Services.AddSingleton<ReportedState>();
    builder.Services.AddSingleton<DesiredMail>();
    builder.Services.AddSingleton<Timeline>();
    builder.Services.AddHostedService(services => services.GetRequiredService<Timeline>());
    builder.Services.AddSingleton<CommandOutbox>();
    builder.Services.AddHostedService(services => services.GetRequiredService<CommandOutbox>());
    builder.Services.AddSingleton<IDeviceListener, ReportedListener>();
    builder.Services.AddSingleton<IDeviceListener, HelloListener>();
    builder.Services.AddSingleton<IDeviceListener, EventListener>();
    builder.Services.AddSingleton<IDeviceListener, VerdictListener>();
    return builder;
  }
}
