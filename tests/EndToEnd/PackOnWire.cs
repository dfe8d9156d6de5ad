using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using MQTTnet;
using MQTTnet.Protocol;

namespace JkFleet.EndToEnd;

/// <summary>
/// A device that reports a believable pack over MQTT with the contract's own codec. What it says is in the hands of the
/// test, which a simulated day is not.
/// </summary>
public sealed class PackOnWire : IAsyncDisposable
{
  private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
  private readonly TelemetryCodec _codec = new();
  private readonly byte[] _buffer = new byte[TelemetryCodec.MaxBytes];
  private readonly int _number;
  private long _seq;

  private PackOnWire(int number) => _number = number;

  public string Id => ServerUnderTest.DeviceId(_number);

  public int SocPermille { get; set; }
  public int CurrentMa { get; set; }
  public BmsAlarms Alarms { get; set; }
  public LinkState Inverter { get; set; } = LinkState.Ok;

  public static async Task<PackOnWire> Connect(ServerUnderTest server, int number)
  {
    var random = new Random(number * 31);
    var pack = new PackOnWire(number) { SocPermille = 250 + random.Next(720), CurrentMa = (number % 3) switch { 0 => 38_000, 1 => -27_500, _ => 0 } };
    await pack._client.ConnectAsync(new MqttClientOptionsBuilder()
      .WithTcpServer("127.0.0.1", server.MqttPort).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V311)
      .WithClientId(pack.Id).WithCredentials(pack.Id, ServerUnderTest.SecretOf(pack.Id)).WithKeepAlivePeriod(TimeSpan.FromSeconds(20)).Build());
    return pack;
  }

  /// <summary>Sends one report; returns when the server has stored it.</summary>
  public async Task Report()
  {
    var writer = new MessageWriter(_buffer);
    if (!_codec.Write(Fill(), writer)) throw new InvalidOperationException("longer than any report");
    await _client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Topics.Of(Id, Topics.Telemetry)).WithPayload(_buffer.AsSpan(0, writer.Count).ToArray())
      .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());
  }

  public async ValueTask DisposeAsync()
  {
    if (_client.IsConnected) await _client.DisconnectAsync();
    _client.Dispose();
  }

  private Telemetry Fill()
  {
    _seq++;
    var random = new Random(_number * 7919);
    var t = new Telemetry { Bms = LinkState.Ok, BmsAgeMs = 150, BmsFrames = (int)_seq * 2, Inverter = Inverter, InverterAgeMs = Inverter == LinkState.Ok ? 400 : 65_000 };
    t.Header.Boot = 1 + _number;
    t.Header.Seq = _seq;
    t.Header.UpMs = 3_600_000 + (_seq * 1000);
    t.CanSent = (int)_seq * 7;
    t.CanReceived = (int)_seq;
    t.RssiDbm = _number % 4 == 3 ? 0 : -52 - random.Next(28);
    t.Agent = _number % 6 == 5 ? "0.0.9" : "0.1.0";
    t.Board = _number % 4 == 3 ? "pc" : "esp32";
    t.ProfileRevision = 3;
    var s = t.Snapshot;
    s.CellCount = 16;
    var mean = 3255 + (SocPermille / 8);
    for (var i = 0; i < s.CellCount; i++) s.CellMv[i] = mean + random.Next(11);
    s.CellMv[6] += _number % 4 == 0 ? 41 : 9;
    s.CellMv[2] -= 8;
    s.Summarise();
    s.PackVoltageMv = s.CellSumMv;
    s.CurrentMa = CurrentMa;
    s.SocPermille = SocPermille;
    s.SohPermille = 970 + random.Next(30);
    s.CapacityMah = 280_000;
    s.RemainingMah = 280 * SocPermille;
    s.Cycles = 180 + (_number * 7);
    s.TempCount = 2;
    s.TempDeciC[0] = 185 + random.Next(70);
    s.TempDeciC[1] = s.TempDeciC[0] + 9;
    s.TempMosDeciC = s.TempDeciC[0] + 55;
    s.ChargeMosOn = true;
    s.DischargeMosOn = true;
    s.Balancing = _number % 2 == 0;
    s.MaxChargeMa = 100_000;
    s.MaxDischargeMa = 150_000;
    s.Alarms = Alarms;
    s.SoftwareVersion = "11.48";
    Limits(t.Limits, s);
    return t;
  }

  private void Limits(ChargeLimits l, BmsSnapshot s)
  {
    l.ChargeChain.Add(LimitReason.Bms, 100_000, 0, 100_000);
    l.ChargeChain.Add(LimitReason.Envelope, 120_000, 0, 0);
    if (_number % 4 == 0) l.ChargeChain.Add(LimitReason.CellMaxRamp, 42_000, s.CellMaxNo, s.CellMaxMv);
    if (SocPermille > 800) l.ChargeChain.Add(LimitReason.SocRamp, (1000 - SocPermille) * 400, 0, SocPermille);
    if ((Alarms & ~RampEngine.HarmlessForCharge) != BmsAlarms.None)
      l.ChargeChain.Add(LimitReason.BmsAlarm, 0, System.Numerics.BitOperations.TrailingZeroCount((uint)(Alarms & ~RampEngine.HarmlessForCharge)), 0);
    l.DischargeChain.Add(LimitReason.Bms, 150_000, 0, 150_000);
    l.DischargeChain.Add(LimitReason.Envelope, 120_000, 0, 0);
    RampEngine.Conclude(l);
    l.ChargeVoltageMv = 56_800;
    l.DischargeVoltageMv = 46_400;
    l.ShownSocPermille = SocPermille;
  }
}
