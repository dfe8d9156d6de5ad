using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.History;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Data;

public sealed class StartTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
  [Fact]
  public async Task All_mistakes_in_the_settings_are_said_at_once()
  {
    var broken = await Assert.ThrowsAnyAsync<Exception>(() => TestServer.Start(settings:
      ["--Broker:Burst", "1", "--Broker:MaxKeepAliveSeconds", "1", "--History:HotMegabytes", "0", "--Telemetry:SilentAfter", "00:00:01", "--Data:Provider", "PostgreSql"]));
    var all = broken.ToString();
    foreach (var key in (string[])["Burst", "MaxKeepAliveSeconds", "HotMegabytes", "SilentAfter", "Data:ConnectionString"])
      Assert.Contains(key, all, StringComparison.Ordinal);
  }

  [Fact]
  public void The_shipped_settings_show_every_key()
  {
    using var settings = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "appsettings.json")));
    foreach (var options in typeof(Program).Assembly.GetTypes().Where(t => t.GetField("Section") is not null))
      Shown(settings.RootElement, (string)options.GetField("Section")!.GetRawConstantValue()!, options);
  }

  private static void Shown(System.Text.Json.JsonElement parent, string key, Type type)
  {
    Assert.True(parent.TryGetProperty(key, out var section), $"appsettings.json lacks {key}");
    foreach (var property in type.GetProperties().Where(p => p.CanWrite))
    {
      if (property.PropertyType.Namespace?.StartsWith("JkFleet", StringComparison.Ordinal) == true && property.PropertyType.IsClass)
        Shown(section, property.Name, property.PropertyType);
      else
        Assert.True(section.TryGetProperty(property.Name, out _), $"appsettings.json lacks {key}:{property.Name}");
    }
  }

  [Fact]
  public async Task Two_servers_do_not_share_a_data_folder()
  {
    using var folder = new TestFolder();
    await using var first = await TestServer.Start(folder: folder);
    var broken = await Assert.ThrowsAnyAsync<Exception>(() => TestServer.Start(folder: folder));
    Assert.Contains("server.lock", broken.ToString(), StringComparison.Ordinal);
  }

  [Fact]
  public async Task The_whole_server_runs_on_PostgreSQL()
  {
    var database = await postgres.NewDatabase();
    string[] settings = ["--Data:Provider", "PostgreSql", "--Data:ConnectionString", database];
    using var folder = new TestFolder();
    for (var round = 1; round <= 2; round++)
    {
      await using var server = await TestServer.Start(folder: folder, settings: settings);
      await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001", subscribe: true);
      device.Boot = round;
      await device.Send(device.Report(socPermille: 300 + round));
      Assert.Equal(1, server.Get<Inbox>().Stored);
      var columns = await server.Get<IHistoryStore>().Query(
        new HistoryQuery("dev-0001", [Metric.Find("soc")!], DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1), 100), default);
      Assert.Equal(round, columns.Mean[0].Count(y => !float.IsNaN(y)));
      // A reason may be longer than its column, and only PostgreSQL minds.
      await server.Get<DesiredState>().ChangeAsync(["dev-0001"], new DesiredChange.Profile(1, round, "{\"revision\":1,\"name\":\"W\"}"), "a", new string('b', 1500));
      await Eventually.True(() => device.Mail.Count > 0, "the wish arrives");
      using var viewer = await server.SignIn((Role.Viewer, null));
      foreach (var page in (string[])["/", "/alarms", "/sites", "/profiles", "/rollouts", "/activity"]) (await viewer.GetAsync(page)).EnsureSuccessStatusCode();
      await using var db = server.Db();
      await Assert.ThrowsAnyAsync<Exception>(() => db.Activities.ExecuteDeleteAsync());
    }
  }
}
