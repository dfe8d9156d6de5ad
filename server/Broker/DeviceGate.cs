using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using JkFleet.Contracts;
using JkFleet.Server.Devices;
using JkFleet.Server.History;
using MQTTnet.Protocol;

namespace JkFleet.Server.Broker;

/// <summary>
/// Who may connect and speak. Deny by default: a device publishes its own six leaves and subscribes its own two, nothing
/// else. Credentials stand in memory; the nouns tell the gate when they change one.
/// </summary>
public sealed class DeviceGate(IHistoryStore history, TimeProvider clock)
{
  private static readonly byte[] NoHash = RandomNumberGenerator.GetBytes(32);

  private readonly ConcurrentDictionary<string, DeviceEntry> _devices = new(StringComparer.Ordinal);
  private readonly WrongTries _wrong = new(clock);

  public int Count => _devices.Count;

  public DeviceEntry? Find(string id) => _devices.GetValueOrDefault(id);

  public IEnumerable<DeviceEntry> All => _devices.Values;

  /// <summary>A device was enrolled, or its secret or standing changed.</summary>
  /// <param name="device">As it stands now.</param>
  /// <param name="window">What is known of its messages from before the start; null = nothing.</param>
  /// <returns>Its entry; the caller kicks its connection when it is revoked.</returns>
  public DeviceEntry Enrol(Device device, SeqWindow? window = null)
  {
    var entry = _devices.GetOrAdd(device.Id, id => new DeviceEntry(id, history.KeyOf(id), window ?? new SeqWindow()));
    entry.Credential = new Credential(device.SecretHash, device.OldSecretHash, device.OldSecretUntil, device.RevokedAt is not null);
    return entry;
  }

  /// <summary>Judges a CONNECT. Always hashes and compares, so that the time says nothing about which ids exist.</summary>
  public ConnectJudgement Judge(string? clientId, string? userName, byte[]? password, int keepAliveSeconds, string remote, BrokerOptions options)
  {
    var id = clientId ?? "";
    var tries = remote + " " + (id.Length <= 64 ? id : id[..64]);
    var hash = DeviceSecret.Hash(password ?? []);
    var entry = Topics.IsDeviceId(id) ? Find(id) : null;
    var credential = entry?.Credential ?? Credential.None;
    var right = CryptographicOperations.FixedTimeEquals(hash, credential.Hash.Length == 32 ? credential.Hash : NoHash);
    var old = CryptographicOperations.FixedTimeEquals(hash, credential.OldHash ?? NoHash) && credential.OldUntil > clock.GetUtcNow();
    if (_wrong.TooMany(tries, options.WrongSecretsPerMinute)) return new(MqttConnectReasonCode.Banned, "too_many_wrong_secrets", "more wrong secrets than allowed within a minute");
    if (entry is null || !(right || old))
    {
      _wrong.Count(tries);
      return new(MqttConnectReasonCode.BadUserNameOrPassword, entry is null ? "unknown_device" : "wrong_secret", "");
    }

    if (!string.Equals(userName, id, StringComparison.Ordinal))
      return new(MqttConnectReasonCode.BadUserNameOrPassword, "user_name_differs", "user name and client id are both the device id");
    if (credential.Revoked) return new(MqttConnectReasonCode.NotAuthorized, "revoked_device", "");
    if (keepAliveSeconds <= 0 || keepAliveSeconds > options.MaxKeepAliveSeconds)
      return new(MqttConnectReasonCode.ImplementationSpecificError, "keep_alive", $"keep-alive is 1..{options.MaxKeepAliveSeconds} s, not {keepAliveSeconds}");
    return new(entry);
  }

  /// <summary>The leaf that the device may publish on this topic, or null.</summary>
  public static string? MayPublish(DeviceEntry device, string topic, bool retain)
  {
    if (!topic.StartsWith(device.TopicRoot, StringComparison.Ordinal)) return null;
    var leaf = LeafOf(topic.AsSpan(device.TopicRoot.Length));
    if (leaf is null) return null;
    return retain && leaf != Topics.Status ? null : leaf;
  }

  /// <summary>Only the two exact topics; a wildcard, a shared or a $ topic is never equal to them.</summary>
  public static bool MaySubscribe(DeviceEntry device, string filter) => filter == device.DesiredTopic || filter == device.CommandTopic;

  private static string? LeafOf(ReadOnlySpan<char> leaf) => leaf switch
  {
    Topics.Telemetry => Topics.Telemetry,
    Topics.Hello => Topics.Hello,
    Topics.Status => Topics.Status,
    Topics.Reported => Topics.Reported,
    Topics.Event => Topics.Event,
    Topics.Verdict => Topics.Verdict,
    _ => null,
  };
}

/// <summary>Answer to a CONNECT: either a device or a refusal.</summary>
public sealed class ConnectJudgement
{
  public ConnectJudgement(DeviceEntry device) => Device = device;

  public ConnectJudgement(MqttConnectReasonCode refusal, string kind, string detail)
  {
    Refusal = refusal;
    Kind = kind;
    Detail = detail;
  }

  public DeviceEntry? Device { get; }
  public MqttConnectReasonCode Refusal { get; }

  /// <summary>For the security log.</summary>
  public string Kind { get; } = "";

  public string Detail { get; } = "";

  [MemberNotNullWhen(true, nameof(Device))]
  public bool Accepted => Device is not null;
}
