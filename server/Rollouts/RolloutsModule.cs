namespace JkFleet.Server.Rollouts;

/// <summary>Rollouts: the desk of the operator and the clockwork.</summary>
public static class RolloutsModule
{
  public static WebApplicationBuilder AddRollouts(this WebApplicationBuilder builder)
  {
    builder.Services.AddSingleton<RolloutDesk>();
    builder.Services.AddSingleton<RolloutRunner>();
    builder.Services.AddHostedService(services => services.GetRequiredService<RolloutRunner>());
    return builder;
  }
}
