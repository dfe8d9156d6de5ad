using JkFleet.Server;
using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Demo;
using JkFleet.Server.Devices;
using JkFleet.Server.History;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Ui;
using Microsoft.Extensions.Options;

try
{
  await Program.Build(args).RunAsync();
  return 0;
}
catch (OptionsValidationException wrong)
{
  Console.Error.WriteLine("The server does not start with these settings:");
  foreach (var failure in wrong.Failures) Console.Error.WriteLine("  " + failure);
  return 2;
}

/// <summary>The server's table of contents.</summary>
public partial class Program
{
  /// <summary>Builds the whole server; tests call it with their own settings on the command line.</summary>
  public static WebApplication Build(string[] args)
  {
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
      Args = args,
      ApplicationName = typeof(Program).Assembly.GetName().Name,
      ContentRootPath = AppContext.BaseDirectory,
    });
    builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--data"] = "Data:Folder" });
    builder.Services.AddSingleton(TimeProvider.System);
    // Assets come from the build folder too, not only from a published one.
    builder.WebHost.UseStaticWebAssets();

    builder.AddWeb();
    builder.AddData();
    builder.AddSites();
    builder.AddDevices();
    builder.AddHistory();
    builder.AddAlarms();
    builder.AddTelemetry();
    builder.AddBroker();
    builder.AddAccounts();
    builder.AddProfiles();
    builder.AddRollouts();
    builder.AddCommands();
    builder.AddDemo();
    builder.AddUi();

    var app = builder.Build();
    app.UseUiHeaders();
    app.UseRateLimiter();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseAntiforgery();
    app.MapHealth();
    app.MapClaims();
    app.MapHistory();
    app.MapProfiles();
    app.MapFirmware();
    app.MapRollouts();
    app.MapUi();
    return app.CheckSettings();
  }
}
