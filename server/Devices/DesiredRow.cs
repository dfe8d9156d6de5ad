using JkFleet.Contracts;

namespace JkFleet.Server.Devices;

/// <summary>What one device shall be. Written by <see cref="DesiredState"/> only; its version only grows.</summary>
public sealed class DesiredRow
{
  public required string DeviceId { get; set; }

  /// <summary>Grows by one with each change; also the optimistic concurrency token.</summary>
  public long Version { get; set; }

  public int? ProfileId { get; set; }
  public int? ProfileRevision { get; set; }

  /// <summary>Content of the profile revision, so that sending needs one row; null = none wished.</summary>
  public string? ProfileContent { get; set; }

  /// <summary>The profile's time windows count in the site's local time, which stands so many minutes from UTC; null = it has none.</summary>
  public int? UtcOffsetMin { get; set; }

  public string? FirmwareVersion { get; set; }
  public string? FirmwareSha256 { get; set; }
  public long FirmwareSize { get; set; }

  /// <summary>Which rollout wishes the firmware.</summary>
  public int? RolloutId { get; set; }

  public DateTimeOffset ChangedAt { get; set; }
  public required string ChangedBy { get; set; }
  public required string Reason { get; set; }
}

/// <summary>How desired and reported stand to each other.</summary>
public enum SyncState
{
  /// <summary>Never reported.</summary>
  Unknown = 0,
  /// <summary>Reported applied, the version that is desired.</summary>
  InSync = 1,
  /// <summary>Desired is newer than what the device has answered.</summary>
  Pending = 2,
  /// <summary>The device refused, with a reason.</summary>
  Refused = 3,
  /// <summary>The device runs something else than what it had applied (changed locally, replaced, reset).</summary>
  Drifted = 4,
}

/// <summary>What one device last said about its desired state.</summary>
public sealed class ReportedRow
{
  public required string DeviceId { get; set; }

  /// <summary>Version of the desired state that the answer is for; 0 = the device holds none.</summary>
  public long DesiredVersion { get; set; }

  public int ProfileRevision { get; set; }
  public bool Refused { get; set; }

  /// <summary>Field that the device objected to.</summary>
  public string Field { get; set; } = "";

  /// <summary>Its bound, as text with unit.</summary>
  public string Bound { get; set; } = "";

  /// <summary>The device's reason.</summary>
  public string Reason { get; set; } = "";

  /// <summary>Version of the agent that runs there.</summary>
  public string Agent { get; set; } = "";

  /// <summary>Where its firmware update stands, in the device's own words.</summary>
  public UpdateState Update { get; set; }

  public string UpdateVersion { get; set; } = "";
  public int UpdatePermille { get; set; }
  public string UpdateReason { get; set; } = "";

  public SyncState State { get; set; }

  /// <summary>Since when it is in <see cref="State"/>.</summary>
  public DateTimeOffset Since { get; set; }

  public DateTimeOffset? ReportedAt { get; set; }

  /// <summary>(boot, seq) of the message, so that an older one that comes late changes nothing.</summary>
  public long Boot { get; set; }

  public long Seq { get; set; }
}
