using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.History;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server;

/// <summary>HTTP: addresses, headers, health.</summary>
public static class WebModule
{
  public static WebApplicationBuilder AddWeb(this WebApplicationBuilder builder)
  {
    var addresses = new WebAddresses();
    builder.Services.AddSingleton(addresses);
    var urls = builder.Configuration["urls"] ?? "http://localhost:5080";
    // Taken over here; left in place, Kestrel would warn that it ignores it.
    builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
      kestrel.AddServerHeader = false;
      addresses.AddWeb(kestrel, urls);
    });
    return builder;
  }

  /// <summary><c>/healthz</c>: 200 while messages can be stored, for a watchdog; it tells nothing else.</summary>
  public static WebApplication MapHealth(this WebApplication app)
  {
    app.MapGet("/healthz", async (IDbContextFactory<FleetDb> databases, Inbox inbox, CancellationToken stop) =>
    {
      await using var db = await databases.CreateDbContextAsync(stop);
      return inbox.Works && await db.Database.CanConnectAsync(stop) ? Results.Text("ok") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }).AllowAnonymous();
    app.MapGet("/metrics", Metrics).AllowAnonymous().AddEndpointFilter(async (context, next) =>
      context.HttpContext.Connection.RemoteIpAddress is { } from && System.Net.IPAddress.IsLoopback(from) ? await next(context) : Results.NotFound());
    return app;
  }

  /// <summary>Counters in the text form of Prometheus; to the same machine only.</summary>
  private static IResult Metrics(LiveFleet fleet, Inbox inbox, MqttBroker broker, SecurityLog security)
  {
    var devices = fleet.Snapshot();
    var text = new System.Text.StringBuilder();
    foreach (var state in Enum.GetValues<Connection>())
      text.Append("jkfleet_devices{state=\"").Append(state.ToString().ToLowerInvariant()).Append("\"} ").Append(devices.Count(d => d.Connection == state)).Append('\n');
    text.Append("jkfleet_mqtt_connections ").Append(broker.Connections).Append('\n');
    text.Append("jkfleet_samples_stored_total ").Append(inbox.Stored).Append('\n');
    text.Append("jkfleet_commits_total ").Append(inbox.Batches).Append('\n');
    text.Append("jkfleet_commits_failed_total ").Append(inbox.Failed).Append('\n');
    text.Append("jkfleet_duplicates_total ").Append(devices.Sum(d => d.Counters.Duplicates)).Append('\n');
    text.Append("jkfleet_refused_total ").Append(devices.Sum(d => d.Counters.Refused)).Append('\n');
    text.Append("jkfleet_violations_total ").Append(devices.Sum(d => d.Counters.Violations)).Append('\n');
    text.Append("jkfleet_security_events_total ").Append(security.Total).Append('\n');
    text.Append("jkfleet_open_alarms ").Append(devices.Sum(d => d.OpenAlarms)).Append('\n');
    return Results.Text(text.ToString(), "text/plain; version=0.0.4");
  }
}
