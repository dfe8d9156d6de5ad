using JkFleet.Contracts;

namespace JkFleet.Server.Rollouts;

/// <summary>What is known about one device at this moment; gathered by the runner, so that the judge stays pure.</summary>
public sealed record RolloutFacts
{
  public bool Online { get; init; }

  /// <summary>Not heard for this long; <see cref="TimeSpan.MaxValue"/> = never.</summary>
  public TimeSpan SilentFor { get; init; }

  /// <summary>How long this server has been listening without a break: nobody was silent or late while it was down.</summary>
  public TimeSpan ListenedFor { get; init; } = TimeSpan.MaxValue;

  /// <summary>Version that the running agent told in its last message.</summary>
  public string Runs { get; init; } = "";
  public bool BmsHeard { get; init; }
  public bool InverterHeard { get; init; }

  /// <summary>BMS or inverter not as before for this long; zero = healthy.</summary>
  public TimeSpan IllFor { get; init; }
  public int SocPermille { get; init; }
  public int CurrentMa { get; init; }
  public bool AlarmActive { get; init; }
  public string Site { get; init; } = "";

  /// <summary>Minute of the day at its site.</summary>
  public int LocalMinute { get; init; }

  /// <summary>Desired-state version that its last report answers.</summary>
  public long ReportedDesired { get; init; }
  public UpdateState Update { get; init; }
  public string UpdateVersion { get; init; } = "";
  public int UpdatePermille { get; init; }
  public string UpdateReason { get; init; } = "";

  /// <summary>Revoked or deleted: can never be reached again.</summary>
  public bool Gone { get; init; }
}
