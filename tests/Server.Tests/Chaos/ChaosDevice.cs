// A light device that keeps its state over lost connections, does each thing once and tells the truth about it.
using System.Threading.Channels;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Server.Tests.Fixtures;
using MQTTnet;
using MQTTnet.Protocol;

namespace JkFleet.Server.Tests.Chaos;

/// <summary>One simulated device; connects again and again until it is disposed.</summary>
internal sealed class ChaosDevice : IAsyncDisposable
{
  private readonly int _port;
  private readonly bool _refuses;
  private readonly CancellationTokenSource _stop = new();
  private readonly Task _life;
  private readonly DesiredCodec _codec = new();
  private readonly Desired _desired = new();
  private long _boot = 1;
  private long _seq;

  /// <param name="port">The broker.</param>
  /// <param name="id">A seeded device.</param>
  /// <param name="refuses">Its envelope is too narrow for every profile.</param>
  public ChaosDevice(int port, string id, bool refuses)
  {
    (_port, Id, _refuses) = (port, id, refuses);
    _life = Task.Run(Live);
  }

  public string Id { get; }

  /// <summary>Version of the desired state that was settled last, and what became of it.</summary>
  public long Version { get; private set; }
  public VerdictState Verdict { get; private set; }
  public int ProfileRevision { get; private set; }
  public string Agent { get; private set; } = "1.0.0";
  public UpdateState Update { get; private set; }
  public string UpdateVersion { get; private set; } = "";

  /// <summary>Every version that was settled, in order.</summary>
  public List<long> Settled { get; } = [];

  /// <summary>Every build that was installed, in order.</summary>
  public List<string> Installs { get; } = [];

  public int Connects { get; private set; }

  /// <summary>A message of the server that no device could read: the device stops, and the test with it.</summary>
  public string? Fault { get; private set; }

  public async ValueTask DisposeAsync()
  {
    await _stop.CancelAsync();
    await _life;
    _stop.Dispose();
  }

  private async Task Live()
  {
    while (!_stop.IsCancellationRequested)
    {
      try
      {
        await Converse(_stop.Token);
      }
      catch (Exception) when (_stop.IsCancellationRequested)
      {
        return;
      }
      catch (Exception) when (Fault is null)
      {
        // The server died or is not back yet: what a device sees of it.
        await Task.Delay(50 + Random.Shared.Next(150));
      }
    }
  }

  /// <summary>One connection: says what is in force, then does what it is told.</summary>
  private async Task Converse(CancellationToken stop)
  {
    using var client = new MqttClientFactory().CreateMqttClient();
    var mail = Channel.CreateUnbounded<byte[]>();
    client.ApplicationMessageReceivedAsync += args =>
    {
      mail.Writer.TryWrite(System.Buffers.BuffersExtensions.ToArray(args.ApplicationMessage.Payload));
      return Task.CompletedTask;
    };
    client.DisconnectedAsync += _ =>
    {
      mail.Writer.TryComplete(new IOException("disconnected"));
      return Task.CompletedTask;
    };
    await client.ConnectAsync(new MqttClientOptionsBuilder()
      .WithTcpServer("127.0.0.1", _port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V311)
      .WithClientId(Id).WithCredentials(Id, TestServer.SecretOf(Id)).WithKeepAlivePeriod(TimeSpan.FromSeconds(30)).WithTimeout(TimeSpan.FromSeconds(20)).Build(), stop);
    Connects++;
    await client.SubscribeAsync(Topics.Of(Id, Topics.Desired), MqttQualityOfServiceLevel.AtLeastOnce, stop);
    await Tell(client, stop);
    await foreach (var message in mail.Reader.ReadAllAsync(stop))
    {
      if (!_codec.TryRead(message, 0, message.Length, _desired)) throw new InvalidOperationException(Fault = $"{Id} cannot read its desired state: {_codec.RefusedField} {_codec.Refusal}");
      if (_desired.Version > Version) await Follow(client, stop);
      await Tell(client, stop);
    }
  }

  private async Task Follow(IMqttClient client, CancellationToken stop)
  {
    // Settled before it is told, as the real agent saves first: a lost connection never makes it do a thing twice.
    Version = _desired.Version;
    lock (Settled) Settled.Add(Version);
    Verdict = _desired.HasProfile && _refuses ? VerdictState.Refused : VerdictState.Applied;
    if (_desired.HasProfile && !_refuses) ProfileRevision = _desired.Profile.Revision;
    if (!_desired.HasFirmware || _desired.Firmware.Version == Agent) return;
    (Update, UpdateVersion) = (UpdateState.Downloading, _desired.Firmware.Version);
    var version = _desired.Firmware.Version;
    // Done whatever becomes of the connection: the state of the update lives in the device.
    try
    {
      await Tell(client, stop);
    }
    finally
    {
      lock (Installs) Installs.Add(version);
      Agent = version;
      Update = UpdateState.Confirmed;
      (_boot, _seq) = (_boot + 1, 0);
    }
  }

  private async Task Tell(IMqttClient client, CancellationToken stop)
  {
    var telemetry = new TelemetryMessage { Bms = LinkState.Ok, Inverter = LinkState.Ok, BmsAgeMs = 100, Agent = Agent, Board = "sim" };
    Stamp(telemetry.Header);
    telemetry.Snapshot.SocPermille = 700;
    telemetry.Snapshot.PackVoltageMv = 52_800;
    telemetry.Snapshot.CellCount = 16;
    for (var i = 0; i < 16; i++) telemetry.Snapshot.CellMv[i] = 3300;
    var writer = new MessageWriter(new byte[TelemetryCodec.MaxBytes]);
    new TelemetryCodec().Write(telemetry, writer);
    await Publish(client, Topics.Telemetry, writer, stop);

    var report = new Reported
    {
      DesiredVersion = Version, Verdict = Verdict, ProfileRevision = ProfileRevision, Agent = Agent,
      Field = Verdict == VerdictState.Refused ? "charge_max_ma" : "", Bound = Verdict == VerdictState.Refused ? 50_000 : 0,
      Why = Verdict == VerdictState.Refused ? "above the envelope of this board" : "",
      Update = Update, UpdateVersion = UpdateVersion, UpdatePermille = Update == UpdateState.Confirmed ? 1000 : 0,
    };
    Stamp(report.Header);
    writer = new MessageWriter(new byte[ReportedCodec.MaxBytes]);
    new ReportedCodec().Write(report, writer);
    await Publish(client, Topics.Reported, writer, stop);
  }

  private void Stamp(MessageHeader header)
  {
    header.Boot = _boot;
    header.Seq = ++_seq;
    header.UpMs = _seq * 100;
    header.UtcMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
  }

  private Task Publish(IMqttClient client, string leaf, MessageWriter writer, CancellationToken stop) =>
    client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Topics.Of(Id, leaf)).WithPayload(writer.Buffer.AsSpan(0, writer.Count).ToArray())
      .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(), stop);
}
