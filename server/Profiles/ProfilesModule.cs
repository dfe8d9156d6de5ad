namespace JkFleet.Server.Profiles;

/// <summary>Profiles: the library.</summary>
public static class ProfilesModule
{
  public static WebApplicationBuilder AddProfiles(this WebApplicationBuilder builder)
  {
    builder.Services.AddSingleton<ProfileLibrary>();
    return builder;
  }
}
