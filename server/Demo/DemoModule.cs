namespace JkFleet.Server.Demo;

public static class DemoModule
{
  public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<DemoOptions>(DemoOptions.Section);
    builder.Services.AddHostedService<DemoShow>();
    return builder;
  }
}
