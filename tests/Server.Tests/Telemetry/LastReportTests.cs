// What is known of a silent battery outlives the server that heard it.
using JkFleet.Contracts;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Telemetry;

public sealed class LastReportTests
{
  [Fact]
  public async Task A_silent_device_keeps_its_last_reading_over_a_restart_and_a_crash()
  {
    using var folder = new TestFolder();
    await using (var server = await TestServer.Start(3, folder))
    {
      await using var falls = await TestDevice.Connect(server.MqttPort, "dev-0001", TestServer.SecretOf("dev-0001"));
      await falls.Send(falls.Report());
      await falls.DisposeAsync();
      // Kept while the server runs: after a crash there is no end at which it could be written.
      await Until(() => server.Db().LastReports.AnyAsync(r => r.DeviceId == "dev-0001"));
      await using var stays = await TestDevice.Connect(server.MqttPort, "dev-0002", TestServer.SecretOf("dev-0002"));
      await stays.Send(stays.Report());
    }

    await using (var server = await TestServer.Start(3, folder))
    {
      foreach (var id in (string[])["dev-0001", "dev-0002"])
      {
        var device = server.Fleet.Find(id)!;
        Assert.Equal(Connection.Silent, device.Connection);
        Assert.Equal(LinkState.Ok, device.Telemetry!.Bms);
        Assert.True(device.Telemetry.Snapshot.SocPermille > 0);
        Assert.True(device.TelemetryAt <= device.SeenAt, "the age of the reading is that of the day it was heard");
      }

      Assert.Equal((Connection.Never, null), (server.Fleet.Find("dev-0003")!.Connection, server.Fleet.Find("dev-0003")!.Telemetry));
      await using var back = await TestDevice.Connect(server.MqttPort, "dev-0001", TestServer.SecretOf("dev-0001"));
      var before = server.Fleet.Find("dev-0001")!.TelemetryAt;
      back.Boot = 8;
      await back.Send(back.Report());
      Assert.True(server.Fleet.Find("dev-0001")!.TelemetryAt > before);
    }
  }

  private static async Task Until(Func<Task<bool>> condition)
  {
    for (var i = 0; i < 300 && !await condition(); i++) await Task.Delay(100);
    Assert.True(await condition());
  }
}
