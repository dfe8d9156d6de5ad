namespace JkFleet.Server.Devices;

public static class DevicesModule
{
  public static WebApplicationBuilder AddDevices(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<DevicesOptions>(DevicesOptions.Section);
    builder.Services.AddSingleton<Enrolment>();
    return builder;
  }
}
