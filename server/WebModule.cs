namespace JkFleet.Server;

/// <summary>HTTP: addresses, headers, health.</summary>
public static class WebModule
{
  public static WebApplicationBuilder AddWeb(this WebApplicationBuilder builder)
  {
    var addresses = new WebAddresses();
    builder.Services.AddSingleton(addresses);
    var urls = builder.Configuration["urls"] ?? "http://localhost:5080";
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
      kestrel.AddServerHeader = false;
      addresses.AddWeb(kestrel, urls);
    });
    return builder;
  }
}
