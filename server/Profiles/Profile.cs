namespace JkFleet.Server.Profiles;

/// <summary>A named charge profile; its content lives in numbered revisions that never change.</summary>
public sealed class ChargeProfile
{
  public int Id { get; set; }
  public required string Name { get; set; }

  /// <summary>Number of the newest revision; grows under optimistic concurrency, so two editors cannot make the same one.</summary>
  public int LatestRevision { get; set; }

  public DateTimeOffset CreatedAt { get; set; }
  public DateTimeOffset? ArchivedAt { get; set; }
}

/// <summary>One immutable content of a profile.</summary>
public sealed class ProfileRevision
{
  public int Id { get; set; }
  public int ProfileId { get; set; }

  /// <summary>1, 2, 3, ... within the profile.</summary>
  public int Number { get; set; }

  /// <summary>The profile as the device receives it (JSON of the shared codec).</summary>
  public required string Content { get; set; }

  /// <summary>SHA-256 of <see cref="Content"/>, lower-case hex.</summary>
  public required string Sha256 { get; set; }

  public required string Author { get; set; }
  public required string Reason { get; set; }
  public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What an assignment is made to. The nearest wins: device before tag before site.</summary>
public enum AssignmentScope
{
  Site = 0,
  Tag = 1,
  Device = 2,
}

/// <summary>"These devices follow this profile": resolved per device when it changes, then written to its desired state.</summary>
public sealed class ProfileAssignment
{
  public int Id { get; set; }
  public int ProfileId { get; set; }

  /// <summary>The revision that is pushed; an older one than the latest after a return.</summary>
  public int Revision { get; set; }

  public AssignmentScope Scope { get; set; }

  /// <summary>Site id, tag or device id as text.</summary>
  public required string Target { get; set; }

  public required string Author { get; set; }
  public required string Reason { get; set; }
  public DateTimeOffset At { get; set; }
}
