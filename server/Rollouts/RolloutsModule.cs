namespace JkFleet.Server.Rollouts;

/// <summary>Rollouts: the desk of the operator and the clockwork.</summary>
public static class RolloutsModule
{
  public static WebApplicationBuilder AddRollouts(this WebApplicationBuilder builder)
  {
    builder.Services.AddCheckedOptions<FirmwareOptions>(FirmwareOptions.Section);
    builder.Services.AddSingleton<ArtifactFiles>();
    builder.Services.AddSingleton<FirmwareLinks>();
    builder.Services.AddSingleton<RolloutList>();
    builder.Services.AddSingleton<RolloutRunner>();
    builder.Services.AddHostedService(services => services.GetRequiredService<RolloutRunner>());
    return builder;
  }
}
