using System.Text;
using JkFleet.Bms;
using JkFleet.Contracts;
using MQTTnet;
using MQTTnet.Protocol;

namespace JkFleet.Server.Tests.Fixtures;

/// <summary>A device that speaks MQTT to the server under test.</summary>
public sealed class TestDevice : IAsyncDisposable
{
  private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
  private readonly TelemetryCodec _codec = new();
  private readonly byte[] _buffer = new byte[TelemetryCodec.MaxBytes];

  private TestDevice(string id) => Id = id;

  public string Id { get; }
  public long Boot { get; set; } = 7;
  public long Seq { get; set; }
  public bool IsConnected => _client.IsConnected;

  /// <summary>What came, in order.</summary>
  public List<(string Topic, string Text)> Mail { get; } = [];

  public static async Task<TestDevice> Connect(int port, string id, string? secret = null, string? userName = null, int keepAliveSeconds = 30, bool subscribe = false)
  {
    var device = new TestDevice(id);
    device._client.ApplicationMessageReceivedAsync += args =>
    {
      lock (device.Mail) device.Mail.Add((args.ApplicationMessage.Topic, Encoding.UTF8.GetString(args.ApplicationMessage.Payload)));
      return Task.CompletedTask;
    };
    var answer = await device._client.ConnectAsync(new MqttClientOptionsBuilder()
      .WithTcpServer("127.0.0.1", port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V311)
      .WithClientId(id).WithCredentials(userName ?? id, secret ?? TestServer.SecretOf(id))
      .WithKeepAlivePeriod(TimeSpan.FromSeconds(keepAliveSeconds)).WithTimeout(TimeSpan.FromSeconds(20)).Build());
    if (answer.ResultCode != MqttClientConnectResultCode.Success) throw new InvalidOperationException($"refused: {answer.ResultCode}");
    if (!subscribe) return device;
    await device._client.SubscribeAsync(Topics.Of(id, Topics.Desired), MqttQualityOfServiceLevel.AtLeastOnce);
    await device._client.SubscribeAsync(Topics.Of(id, Topics.Command), MqttQualityOfServiceLevel.AtLeastOnce);
    return device;
  }

  /// <summary>A plausible report; each call is the next of the boot.</summary>
  public TelemetryMessage Report(int socPermille = 500, long utcMs = 0)
  {
    Seq++;
    var t = new TelemetryMessage { Bms = LinkState.Ok, Inverter = LinkState.Ok, BmsAgeMs = 100, Agent = "1.2.3", Board = "test" };
    t.Header.Boot = Boot;
    t.Header.Seq = Seq;
    t.Header.UpMs = Seq * 1000;
    t.Header.UtcMs = utcMs;
    t.Snapshot.PackVoltageMv = 52_800;
    t.Snapshot.CurrentMa = 10_000;
    t.Snapshot.SocPermille = socPermille;
    t.Snapshot.CellCount = 16;
    for (var i = 0; i < 16; i++) t.Snapshot.CellMv[i] = 3300 + i;
    t.Limits.ChargeLimitMa = 100_000;
    t.Limits.DischargeLimitMa = 120_000;
    return t;
  }

  /// <summary>Publishes with QoS 1; returns when the server has acknowledged.</summary>
  public Task Send(TelemetryMessage message)
  {
    var writer = new MessageWriter(_buffer);
    if (!_codec.Write(message, writer)) throw new InvalidOperationException("too long");
    return Publish(Topics.Telemetry, _buffer.AsSpan(0, writer.Count).ToArray());
  }

  public Task Publish(string leaf, string text) => Publish(leaf, Encoding.UTF8.GetBytes(text));

  public Task Publish(string leaf, byte[] payload) =>
    _client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Topics.Of(Id, leaf)).WithPayload(payload)
      .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

  public async ValueTask DisposeAsync()
  {
    if (_client.IsConnected) await _client.DisconnectAsync();
    _client.Dispose();
  }
}
