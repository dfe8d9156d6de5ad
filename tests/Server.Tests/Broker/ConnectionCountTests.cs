// MQTTnet tells the beginning of a connection after it has sent CONNACK, and its end whether it told the beginning or not.
using JkFleet.Server.Broker;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using MQTTnet.Packets;
using MQTTnet.Server;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class ConnectionCountTests
{
  private const string Id = "dev-0001";

  [Fact]
  public async Task A_device_that_comes_again_before_its_first_connection_was_told_is_silent_when_it_hangs_up()
  {
    await using var server = await TestServer.Start();
    var held = new TaskCompletionSource();
    var waiting = new TaskCompletionSource();
    server.Get<MqttServer>().InterceptingOutboundPacketAsync += args =>
    {
      if (args.Packet is not MqttConnAckPacket || !waiting.TrySetResult()) return Task.CompletedTask;
      return held.Task;
    };

    var first = TestDevice.Connect(server.MqttPort, Id);
    await waiting.Task;
    await using (var second = await TestDevice.Connect(server.MqttPort, Id))
    {
      held.SetResult();
      try { await using var late = await first; }
      catch (Exception gone) when (gone is not Xunit.Sdk.XunitException) { /* it was taken over before it heard */ }
      await second.Send(second.Report());
      Assert.Equal(1, server.Get<MqttBroker>().Connections);
      Assert.Equal(1, server.Fleet.Find(Id)!.Counters.TakeOvers);
      Assert.Equal(Connection.Online, server.Fleet.Find(Id)!.Connection);
      Assert.NotNull(server.Get<DeviceGate>().Find(Id)!.Connection);
    }

    await Eventually.True(() => server.Fleet.Find(Id)!.Connection == Connection.Silent, "silent");
    Assert.Equal(0, server.Get<MqttBroker>().Connections);
    Assert.Null(server.Get<DeviceGate>().Find(Id)!.Connection);
  }

  [Fact]
  public async Task A_connection_that_ends_before_it_was_told_leaves_the_count_as_it_was()
  {
    await using var server = await TestServer.Start();
    var broken = 0;
    server.Get<MqttServer>().InterceptingOutboundPacketAsync += args =>
      args.Packet is MqttConnAckPacket && args.ClientId == Id && Interlocked.Increment(ref broken) <= 3 ? Task.FromException(new IOException("gone")) : Task.CompletedTask;

    await using var other = await TestDevice.Connect(server.MqttPort, "dev-0002");
    for (var i = 0; i < 3; i++) await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(server.MqttPort, Id));
    await using var device = await TestDevice.Connect(server.MqttPort, Id);
    await device.Send(device.Report());
    Assert.Equal(2, server.Get<MqttBroker>().Connections);
    Assert.Equal(Connection.Online, server.Fleet.Find(Id)!.Connection);
  }
}
