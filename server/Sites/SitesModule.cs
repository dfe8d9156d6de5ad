namespace JkFleet.Server.Sites;

public static class SitesModule
{
  public static WebApplicationBuilder AddSites(this WebApplicationBuilder builder)
  {
    builder.Services.AddSingleton<SiteList>();
    return builder;
  }
}
