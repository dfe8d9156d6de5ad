using JkFleet.Contracts;
using MQTTnet.Server;

namespace JkFleet.Server.Broker;

/// <summary>What the broker keeps of one enrolled device: credential, topics, and what must outlive a connection.</summary>
public sealed class DeviceEntry(string id, int historyKey, SeqWindow window)
{
  public string Id { get; } = id;
  public int HistoryKey { get; } = historyKey;
  public string TelemetryTopic { get; } = Topics.Of(id, Topics.Telemetry);
  public string TopicRoot { get; } = Topics.Root + id + "/";
  public string DesiredTopic { get; } = Topics.Of(id, Topics.Desired);
  public string CommandTopic { get; } = Topics.Of(id, Topics.Command);

  /// <summary>Replaced as a whole, so that readers need no lock.</summary>
  public Credential Credential { get; set; } = Credential.None;

  private DeviceConnection? _connection;

  /// <summary>The present connection, null while there is none.</summary>
  public DeviceConnection? Connection => Volatile.Read(ref _connection);

  /// <summary>Guards <see cref="Window"/> and <see cref="Clock"/>.</summary>
  public Lock Lock { get; } = new();

  public SeqWindow Window { get; } = window;
  public DeviceClock Clock { get; } = new();

  /// <summary>Where the connection came from that the next one displaces; null = none is displaced.</summary>
  public string? DisplacedFrom { get; set; }

  /// <summary>A connection is the present one now.</summary>
  public void Enter(DeviceConnection connection) => Volatile.Write(ref _connection, connection);

  /// <summary>A connection ended; nothing happens when another has its place by now.</summary>
  public void Leave(DeviceConnection connection) => Interlocked.CompareExchange(ref _connection, null, connection);
}

/// <summary>Hashes that let a device in.</summary>
public sealed record Credential(byte[] Hash, byte[]? OldHash, DateTimeOffset? OldUntil, bool Revoked)
{
  public static readonly Credential None = new([], null, null, Revoked: true);
}

/// <summary>One accepted MQTT connection of a device.</summary>
public sealed class DeviceConnection(DeviceEntry device, string remote, double burst, DateTimeOffset since, long nowStamp)
{
  public DeviceEntry Device { get; } = device;
  public string Remote { get; } = remote;

  /// <summary>When it was let in: what was handed over before may not have arrived.</summary>
  public DateTimeOffset Since { get; } = since;

  /// <summary>Where to put desired states; set when the device has subscribed.</summary>
  public MqttSessionStatus? DesiredMail { get; set; }

  /// <summary>Where to put commands; set when the device has subscribed.</summary>
  public MqttSessionStatus? CommandMail { get; set; }

  /// <summary>Tokens left of the message budget; touched by this connection's own messages only.</summary>
  public double Tokens { get; set; } = burst;

  public long TokensAt { get; set; } = nowStamp;

  /// <summary>
  /// Held while its beginning or its end is counted. MQTTnet tells the end without the beginning when CONNACK cannot be sent, and before
  /// it when a device comes again at once: each counts at most once, the beginning not after the end.
  /// </summary>
  public Lock Lock { get; } = new();

  /// <summary>Its beginning was counted. The caller holds <see cref="Lock"/>.</summary>
  public bool Open { get; set; }

  /// <summary>It is over. The caller holds <see cref="Lock"/>.</summary>
  public bool Ended { get; set; }
}

/// <summary>
/// Dates messages of a device whose wall clock is unknown or wrong: the offset between its uptime and our time is learnt
/// from live messages, per boot. The caller locks.
/// </summary>
public sealed class DeviceClock
{
  /// <summary>A device clock further off than this is not believed.</summary>
  private const long TrustMs = 10 * 60_000;

  private long _boot;
  private long _offset;

  /// <summary>When the content was true, ms since 1970 UTC.</summary>
  public long Date(MessageHeader header, long nowMs)
  {
    if (!header.Replay)
    {
      _boot = header.Boot;
      _offset = nowMs - header.UpMs;
      return header.UtcMs != 0 && Math.Abs(header.UtcMs - nowMs) < TrustMs ? header.UtcMs : nowMs;
    }

    if (header.UtcMs != 0 && header.UtcMs < nowMs + TrustMs) return header.UtcMs;
    return header.Boot == _boot && _boot != 0 ? Math.Min(nowMs, _offset + header.UpMs) : nowMs;
  }
}
