namespace JkFleet.Server.Devices;

/// <summary>An enrolled board and its identity. The board can be replaced; the id, and with it the history, stays.</summary>
public sealed class Device
{
  /// <summary>Also MQTT client id and user name; see <see cref="JkFleet.Contracts.Topics.IsDeviceId"/>.</summary>
  public required string Id { get; set; }

  public required string Name { get; set; }
  public int SiteId { get; set; }
  public string Board { get; set; } = "";

  /// <summary>Same form as <see cref="Sites.Site.Tags"/>.</summary>
  public string Tags { get; set; } = "";

  /// <summary>SHA-256 of the 256-bit random secret. Nothing slower is needed: there is nothing to guess.</summary>
  public required byte[] SecretHash { get; set; }

  /// <summary>Hash of the secret before, honoured until <see cref="OldSecretUntil"/> while a rotation is under way.</summary>
  public byte[]? OldSecretHash { get; set; }

  public DateTimeOffset? OldSecretUntil { get; set; }
  public DateTimeOffset CreatedAt { get; set; }

  /// <summary>Since when the device may not connect; null = it may.</summary>
  public DateTimeOffset? RevokedAt { get; set; }

  /// <summary>Counts boards behind this id: 1, then one more per replacement.</summary>
  public int Generation { get; set; } = 1;

  /// <summary>What the agent last said of itself, for the time before it is heard again.</summary>
  public string Agent { get; set; } = "";

  public DateTimeOffset? LastSeenAt { get; set; }
  public int Version { get; set; }
}
