namespace JkFleet.Server.Profiles;

/// <summary>Profiles: the library and the push.</summary>
public static class ProfilesModule
{
  public static WebApplicationBuilder AddProfiles(this WebApplicationBuilder builder)
  {
    builder.Services.AddSingleton<ProfileLibrary>();
    builder.Services.AddSingleton<PushProfile>();
    return builder;
  }
}
