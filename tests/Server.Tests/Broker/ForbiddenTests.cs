// What a device may not do, tried with Mosquitto's own clients: refused and counted, each one.
using JkFleet.Server.Broker;
using JkFleet.Server.Tests.Fixtures;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class ForbiddenTests : IAsyncLifetime
{
  private TestServer _server = null!;

  public async ValueTask InitializeAsync() => _server = await TestServer.Start();

  public ValueTask DisposeAsync() => _server.DisposeAsync();

  [Fact]
  public async Task Forbidden_publishes_are_refused_and_counted()
  {
    Services.Need("mosquitto_pub");
    (string Topic, string[] More, bool Told)[] tries =
    [
      ("jk/v1/dev-0002/telemetry", [], true),
      ("jk/v1/dev-0002/hello", [], true),
      ("jk/v1/dev-0002/reported", [], true),
      ("jk/v1/dev-0002/status", ["-r"], true),
      ("jk/v1/dev-0001/desired", [], true),
      ("jk/v1/dev-0001/command", [], true),
      ("jk/v1/dev-0001/other", [], true),
      ("jk/v1/dev-0001/telemetry/more", [], true),
      ("jk/v1/dev-0001", [], true),
      ("jk/v1/dev-0001/", [], true),
      ("jk/v2/dev-0001/telemetry", [], true),
      ("jk/v1/dev-00011/telemetry", [], true),
      ("jk/v1/DEV-0001/telemetry", [], true),
      ("/jk/v1/dev-0001/telemetry", [], true),
      ("homeassistant/device/x/config", [], true),
      ("$SYS/broker/uptime", [], true),
      ("jk/v1/dev-0001/telemetry", ["-r"], true),
      ("jk/v1/dev-0001/hello", ["-r"], true),
      ("jk/v1/dev-0001/reported", ["-r"], true),
      ("jk/v1/dev-0002/telemetry", ["-q", "2"], true),
      ("jk/v1/dev-0002/telemetry", ["-V", "mqttv5"], true),
      // Nobody waits for an answer at QoS 0, so nobody is told; it is counted all the same.
      ("jk/v1/dev-0002/telemetry", ["-q", "0"], false),
    ];
    var count = 0;
    foreach (var (topic, more, told) in tries)
    {
      string[] options = more.Contains("-q") ? more : ["-q", "1", .. more];
      var (code, output) = await Services.Run("mosquitto_pub", [.. Login("dev-0001"), .. options, "-t", topic, "-m", "x"]);
      if (told) Assert.True(code != 0 || output.Contains("rror", StringComparison.Ordinal) || output.Contains("authori", StringComparison.OrdinalIgnoreCase), $"{topic} {string.Join(' ', more)} was taken: {code} {output}");
      count++;
      await Eventually.True(() => _server.Fleet.Find("dev-0001")!.Counters.Violations == count, $"{topic} is counted");
    }

    Assert.Equal(0, _server.Fleet.Find("dev-0002")!.Counters.Messages);
    await _server.Get<SecurityLog>().Flush(default);
    Assert.Equal(count, (await _server.Get<SecurityLog>().Latest(100, default)).Where(e => e.Kind.StartsWith("forbidden_", StringComparison.Ordinal)).Sum(e => e.Count));
  }

  [Fact]
  public async Task Forbidden_subscribes_are_refused_and_counted()
  {
    Services.Need("mosquitto_sub");
    string[] filters =
    [
      "#", "+/+/+/+", "jk/#", "jk/v1/+/telemetry", "jk/v1/+/desired", "jk/v1/dev-0001/#", "jk/v1/dev-0001/+", "jk/v1/dev-0001/telemetry",
      "jk/v1/dev-0002/desired", "jk/v1/dev-0002/command", "$share/g/jk/v1/dev-0001/desired", "$SYS/#", "jk/v1/dev-0001/desired/",
    ];
    var count = 0;
    foreach (var filter in filters)
    {
      var (code, output) = await Services.Run("mosquitto_sub", [.. Login("dev-0001"), "-W", "5", "-t", filter]);
      Assert.Contains("denied", output, StringComparison.Ordinal);
      Assert.NotEqual(27, code);
      // MQTTnet knows no shared subscriptions and refuses them before anybody is asked.
      if (!filter.StartsWith("$share", StringComparison.Ordinal)) count++;
      Assert.Equal(count, _server.Fleet.Find("dev-0001")!.Counters.Violations);
    }

    // The two that are its own.
    var own = await Services.Run("mosquitto_sub", [.. Login("dev-0001"), "-W", "1", "-t", "jk/v1/dev-0001/desired", "-t", "jk/v1/dev-0001/command"]);
    Assert.Equal(27, own.Code);
    Assert.Equal(count, _server.Fleet.Find("dev-0001")!.Counters.Violations);
  }

  [Fact]
  public async Task A_will_on_a_foreign_topic_is_counted_and_goes_nowhere()
  {
    Services.Need("mosquitto_sub");
    var process = Services.Start("mosquitto_sub", [.. Login("dev-0003"), "-t", "jk/v1/dev-0003/desired", "--will-topic", "jk/v1/dev-0002/telemetry", "--will-payload", "x", "--will-qos", "1"]);
    await Eventually.True(() => _server.Get<DeviceGate>().Find("dev-0003")!.Connection?.DesiredMail is not null, "subscribed");
    process.Kill();
    await process.WaitForExitAsync();
    await Eventually.True(() => _server.Fleet.Find("dev-0003")!.Counters.Violations == 1, "counted");
    Assert.Equal(0, _server.Fleet.Find("dev-0002")!.Counters.Refused);
  }

  [Fact]
  public async Task A_message_that_is_too_long_is_refused()
  {
    await using var device = await TestDevice.Connect(_server.MqttPort, "dev-0004");
    await Assert.ThrowsAnyAsync<Exception>(() => device.Publish("telemetry", new byte[9000]));
    Assert.Equal(1, _server.Fleet.Find("dev-0004")!.Counters.Violations);
  }

  [Fact]
  public async Task A_stranger_who_announces_a_huge_packet_is_cut_off_before_it_is_here()
  {
    using var stranger = new System.Net.Sockets.TcpClient();
    await stranger.ConnectAsync(System.Net.IPAddress.Loopback, _server.MqttPort);
    var stream = stranger.GetStream();
    // CONNECT with a remaining length of 256 MB - 1.
    await stream.WriteAsync(new byte[] { 0x10, 0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x04 });
    var answer = new byte[16];
    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
    try
    {
      Assert.Equal(0, await stream.ReadAsync(answer, limit.Token));
    }
    catch (IOException)
    {
      // Reset instead of closed: as good.
    }
  }

  private string[] Login(string id) => ["-h", "127.0.0.1", "-p", $"{_server.MqttPort}", "-i", id, "-u", id, "-P", TestServer.SecretOf(id)];
}
