namespace JkFleet.Server.Devices;

/// <summary>A code that lets a new board in: expiring, bound to a site, good for a counted number of devices.</summary>
public sealed class ClaimCode
{
  public int Id { get; set; }

  /// <summary>SHA-256 of the normalised code; the code itself is shown once and not kept.</summary>
  public required byte[] CodeHash { get; set; }

  public int SiteId { get; set; }

  /// <summary>Prefix of the ids that it hands out.</summary>
  public string Prefix { get; set; } = "jk";

  /// <summary>How many devices it lets in.</summary>
  public int MaxDevices { get; set; } = 1;

  public int Used { get; set; }

  /// <summary>Set when the code is for a new board behind an existing device.</summary>
  public string? ReplacesDeviceId { get; set; }

  public required string CreatedBy { get; set; }
  public DateTimeOffset CreatedAt { get; set; }
  public DateTimeOffset ExpiresAt { get; set; }
  public DateTimeOffset? RevokedAt { get; set; }

  /// <summary>Why it lets nobody in any more; null = it still does.</summary>
  public string? OverBecause(DateTimeOffset now) => RevokedAt is not null ? "was withdrawn" : Used >= MaxDevices ? "is used up" : ExpiresAt <= now ? "has expired" : null;
}

/// <summary>One use of a code: the same board asking again (its answer got lost) meets its own device and not a second one.</summary>
public sealed class ClaimUse
{
  public int Id { get; set; }
  public int ClaimCodeId { get; set; }

  /// <summary>SHA-256 of the random key that the board made before it asked.</summary>
  public required byte[] DeviceKeyHash { get; set; }

  public required string DeviceId { get; set; }
  public DateTimeOffset At { get; set; }
}
