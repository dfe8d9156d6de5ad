// One message's way: broker, gate, ingest, live state, history, chart. Real app, real broker, real client.
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Broker;
using JkFleet.Server.History;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using MQTTnet.Adapter;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class IngestTests
{
  [Fact]
  public async Task A_report_is_live_stored_and_drawn()
  {
    await using var server = await TestServer.Start();
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await device.Send(device.Report(socPermille: 421));

    var live = server.Fleet.Find("dev-0001")!;
    Assert.Equal(Connection.Online, live.Connection);
    Assert.Equal(421, live.Telemetry!.Snapshot.SocPermille);
    Assert.Equal(1, live.Counters.Messages);
    Assert.Equal(1, server.Get<Inbox>().Stored);

    using var browser = await server.SignIn((Role.Viewer, null));
    var columns = Columns.Read(await browser.GetByteArrayAsync("/api/v1/devices/dev-0001/history?metrics=soc,pack_v,cell_16_v,soh"));
    Assert.Single(columns.X);
    Assert.Equal(42.1f, columns.Y[0][0], 3);
    Assert.Equal(52.8f, columns.Y[1][0], 3);
    Assert.Equal(3.315f, columns.Y[2][0], 3);
    Assert.True(float.IsNaN(columns.Y[3][0]));
  }

  [Fact]
  public async Task A_message_that_comes_twice_counts_once_also_after_a_restart()
  {
    using var folder = new TestFolder();
    TelemetryMessage report;
    await using (var server = await TestServer.Start(folder: folder))
    await using (var device = await TestDevice.Connect(server.MqttPort, "dev-0001"))
    {
      report = device.Report();
      await device.Send(report);
      await device.Send(report);
      Assert.Equal(1, server.Fleet.Find("dev-0001")!.Counters.Duplicates);
      await ((BlockHistory)server.Get<IHistoryStore>()).PackNow();
      await device.Send(device.Report());
    }

    await using var again = await TestServer.Start(folder: folder);
    await using var back = await TestDevice.Connect(again.MqttPort, "dev-0001");
    await back.Send(report);
    back.Seq = 1;
    await back.Send(back.Report());
    Assert.Equal(2, again.Fleet.Find("dev-0001")!.Counters.Duplicates);
    Assert.Equal(0, again.Get<Inbox>().Stored);
    await back.Send(back.Report());
    Assert.Equal(1, again.Get<Inbox>().Stored);
  }

  [Fact]
  public async Task Unreadable_telemetry_is_counted_acknowledged_and_dropped()
  {
    await using var server = await TestServer.Start();
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await device.Publish(Topics.Telemetry, "{\"v\":1,\"boot\":");
    await device.Publish(Topics.Telemetry, "{\"v\":9,\"boot\":1,\"seq\":1,\"up_ms\":1}");
    Assert.True(device.IsConnected);
    Assert.Equal(2, server.Fleet.Find("dev-0001")!.Counters.Refused);
    Assert.Equal(0, server.Get<Inbox>().Stored);
  }

  [Fact]
  public async Task Replayed_reports_are_history_and_not_live()
  {
    await using var server = await TestServer.Start();
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await device.Send(device.Report(socPermille: 900));
    var old = device.Report(socPermille: 100);
    old.Header.Replay = true;
    old.Header.UtcMs = DateTimeOffset.UtcNow.AddHours(-3).ToUnixTimeMilliseconds();
    await device.Send(old);

    var live = server.Fleet.Find("dev-0001")!;
    Assert.Equal(900, live.Telemetry!.Snapshot.SocPermille);
    Assert.Equal(1, live.Counters.Replayed);
    using var browser = await server.SignIn((Role.Viewer, null));
    var columns = Columns.Read(await browser.GetByteArrayAsync("/api/v1/devices/dev-0001/history?metrics=soc"));
    Assert.Equal(2, columns.Y[0].Count(y => !float.IsNaN(y)));
    Assert.Equal(10f, columns.Y[0][0], 3);
  }

  [Fact]
  public async Task A_picture_once_given_never_changes()
  {
    await using var server = await TestServer.Start();
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await device.Send(device.Report(socPermille: 1));
    var first = server.Fleet.Find("dev-0001")!;
    for (var soc = 2; soc < 10; soc++) await device.Send(device.Report(socPermille: soc));
    Assert.Equal(1, first.Telemetry!.Snapshot.SocPermille);
    Assert.Equal(9, server.Fleet.Find("dev-0001")!.Telemetry!.Snapshot.SocPermille);
  }

  [Fact]
  public async Task A_device_that_hangs_up_is_silent_and_one_that_comes_twice_is_taken_over()
  {
    await using var server = await TestServer.Start();
    await using var first = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await using var second = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await Eventually.True(() => !first.IsConnected, "the older connection ends");
    await second.Send(second.Report());
    Assert.Equal(1, server.Fleet.Find("dev-0001")!.Counters.TakeOvers);
    Assert.Equal(Connection.Online, server.Fleet.Find("dev-0001")!.Connection);
    await second.DisposeAsync();
    await Eventually.True(() => server.Fleet.Find("dev-0001")!.Connection == Connection.Silent, "silent");
    Assert.Equal(Connection.Never, server.Fleet.Find("dev-0002")!.Connection);
  }

  [Fact]
  public async Task Wrong_secrets_are_refused_counted_and_seen()
  {
    await using var server = await TestServer.Start(settings: ["--Broker:WrongSecretsPerMinute", "4"]);
    for (var i = 0; i < 6; i++)
      await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, "dev-0001", secret: "wrong"));
    // Locked out for the rest of the minute, even with the right one.
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, "dev-0001"));
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, "dev-0002", userName: "dev-0001"));
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, "nobody"));
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, "dev-0003", keepAliveSeconds: 3600));
    await server.Get<SecurityLog>().Flush(default);
    var seen = (await server.Get<SecurityLog>().Latest(20, default)).ToDictionary(e => e.Kind, e => e.Count);
    Assert.Equal(4, seen["wrong_secret"]);
    Assert.Equal(3, seen["too_many_wrong_secrets"]);
    Assert.Equal(1, seen["user_name_differs"]);
    Assert.Equal(1, seen["unknown_device"]);
    Assert.Equal(1, seen["keep_alive"]);
    Assert.Equal(Connection.Never, server.Fleet.Find("dev-0001")!.Connection);
  }
}
