// One firmware rollout: what was asked, and where every wave and device stands. Entities only; the rules are in RolloutJudge.
namespace JkFleet.Server.Rollouts;

/// <summary>Where a rollout stands. Stored as a number: only append.</summary>
public enum RolloutState
{
  /// <summary>Waits for its start time.</summary>
  Scheduled = 0,
  /// <summary>Opens waves and offers the build.</summary>
  Running = 1,
  /// <summary>Halted by a person or by a threshold; the reason says which. Nothing is offered.</summary>
  Paused = 2,
  /// <summary>Ended by a person; devices already restarting are followed to their end.</summary>
  Aborted = 3,
  /// <summary>Every wave passed and no device failed.</summary>
  Completed = 4,
  /// <summary>Every wave passed, some devices failed or never became ready.</summary>
  CompletedWithFailures = 5,
  /// <summary>Devices on the new build are offered the former one.</summary>
  RollingBack = 6,
  /// <summary>The way back is done.</summary>
  RolledBack = 7,
}

/// <summary>Where a wave stands. Stored as a number: only append.</summary>
public enum WaveState
{
  /// <summary>Not opened.</summary>
  Pending = 0,
  /// <summary>Its devices are offered the build.</summary>
  Open = 1,
  /// <summary>All decided and good enough; watched for a while before the next wave.</summary>
  Soaking = 2,
  /// <summary>Good; the next one may open.</summary>
  Passed = 3,
  /// <summary>Below its threshold.</summary>
  Failed = 4,
}

/// <summary>Where one device stands in a rollout. Stored as a number: only append.</summary>
public enum StageOfDevice
{
  /// <summary>Its turn has not come, or it was held back when the rollout paused.</summary>
  Planned = 0,
  /// <summary>Its turn came, but a gate holds it; the reason says which.</summary>
  Gated = 1,
  /// <summary>The build is in its desired state.</summary>
  Offered = 2,
  /// <summary>It downloads.</summary>
  Downloading = 3,
  /// <summary>It holds the verified build and waits for its moment.</summary>
  Downloaded = 4,
  /// <summary>It restarts into the new build.</summary>
  Switching = 5,
  /// <summary>It runs the new build and proves its health.</summary>
  Verifying = 6,
  /// <summary>Success: runs the new build, said so, hears its BMS, reached us.</summary>
  Confirmed = 7,
  /// <summary>It ran the version before its turn came; counts neither way.</summary>
  AlreadyCurrent = 8,
  /// <summary>Went back to the former build by itself.</summary>
  Reverted = 9,
  /// <summary>Could not fetch or start the build.</summary>
  Failed = 10,
  /// <summary>Refused the build (signature, board, floor, expiry).</summary>
  Refused = 11,
  /// <summary>No progress in time.</summary>
  TimedOut = 12,
  /// <summary>Not heard since it was offered the build.</summary>
  Silent = 13,
  /// <summary>Was confirmed, then fell ill or back while watched.</summary>
  Regressed = 14,
  /// <summary>Left out: by a person, by abort, or never ready.</summary>
  Skipped = 15,
  /// <summary>Offered the former build.</summary>
  Returning = 16,
  /// <summary>Runs the former build again.</summary>
  Returned = 17,
  /// <summary>Did not come back to the former build in time.</summary>
  ReturnFailed = 18,
}

/// <summary>A rollout of one artifact to chosen devices.</summary>
public sealed class Rollout
{
  public int Id { get; set; }
  public required string Name { get; set; }
  public int ArtifactId { get; set; }

  /// <summary>Version that success means.</summary>
  public required string Version { get; set; }
  public required string Board { get; set; }

  /// <summary>Artifact to return to when a person chooses to roll back; null = not possible.</summary>
  public int? FormerArtifactId { get; set; }
  public string? FormerVersion { get; set; }

  public required string CreatedBy { get; set; }
  public DateTimeOffset CreatedAt { get; set; }
  public required string Why { get; set; }

  public RolloutState State { get; set; }
  public DateTimeOffset StateSince { get; set; }

  /// <summary>Why it is in this state, for people.</summary>
  public string StateReason { get; set; } = "";

  public RolloutPolicy Policy { get; set; } = new();
  public List<RolloutWave> Waves { get; set; } = [];
  public List<RolloutDevice> Devices { get; set; } = [];

  /// <summary>Guards against two writers.</summary>
  public int Revision { get; set; }
}

/// <summary>One wave.</summary>
public sealed class RolloutWave
{
  public int Id { get; set; }
  public int RolloutId { get; set; }

  /// <summary>0-based; the tail has the highest.</summary>
  public int Index { get; set; }

  /// <summary>Holds those that were not ready when their wave had to go on.</summary>
  public bool IsTail { get; set; }
  public WaveState State { get; set; }
  public DateTimeOffset StateSince { get; set; }
}

/// <summary>One device in a rollout.</summary>
public sealed class RolloutDevice
{
  public int Id { get; set; }
  public int RolloutId { get; set; }
  public required string DeviceId { get; set; }
  public int Wave { get; set; }
  public StageOfDevice Stage { get; set; }
  public DateTimeOffset StageSince { get; set; }

  /// <summary>Last sign of progress inside the stage; step timers run from here.</summary>
  public DateTimeOffset ProgressAt { get; set; }
  public int ProgressPermille { get; set; }

  /// <summary>When it was offered what its desired state now carries for this rollout; null = nothing.</summary>
  public DateTimeOffset? OfferedAt { get; set; }

  /// <summary>Version of the desired state that carried the offer: older reports say nothing about it.</summary>
  public long OfferDesired { get; set; }
  public int Attempts { get; set; }
  public string Reason { get; set; } = "";

  /// <summary>What it ran when the rollout was made.</summary>
  public string FromVersion { get; set; } = "";

  /// <summary>The inverter was heard when the offer went out: afterwards it must be heard again.</summary>
  public bool InverterWasHeard { get; set; }
}
