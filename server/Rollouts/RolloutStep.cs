namespace JkFleet.Server.Rollouts;

/// <summary>What one tick decided; the runner writes it in one transaction, then speaks to the devices.</summary>
public sealed class RolloutStep
{
  /// <summary>New state of the rollout; null = unchanged.</summary>
  public (RolloutState State, string Reason)? Rollout { get; set; }

  /// <summary>What there is to say of a state that stays; null = unchanged.</summary>
  public string? News { get; set; }
  public List<(RolloutWave Wave, WaveState State)> Waves { get; } = [];
  public List<DeviceMove> Devices { get; } = [];

  /// <summary>Devices whose desired state gets the build now.</summary>
  public List<RolloutDevice> Offers { get; } = [];

  /// <summary>Devices whose desired state loses the build.</summary>
  public List<RolloutDevice> Withdrawals { get; } = [];

  /// <summary>Devices that get the former build.</summary>
  public List<RolloutDevice> Returns { get; } = [];

  /// <summary>Writes the decision into the entities; the runner saves them in the same transaction.</summary>
  public void ApplyTo(Rollout rollout, DateTimeOffset now)
  {
    foreach (var (wave, state) in Waves)
    {
      wave.State = state;
      wave.StateSince = now;
    }

    foreach (var move in Devices)
    {
      var device = move.Device;
      if (move.Stage != device.Stage) device.StageSince = now;
      if (move.Progress) device.ProgressAt = now;
      device.Stage = move.Stage;
      device.Reason = move.Reason;
      device.ProgressPermille = move.ProgressPermille;
      device.Wave = move.Wave;
    }

    foreach (var device in Offers)
    {
      device.Attempts++;
      device.OfferedAt = now;
    }

    foreach (var device in Withdrawals) device.OfferedAt = null;
    foreach (var device in Returns) device.OfferedAt = now;
    rollout.StateReason = News ?? rollout.StateReason;
    if (Rollout is not { } to) return;
    if (rollout.State != to.State) rollout.StateSince = now;
    rollout.State = to.State;
    rollout.StateReason = to.Reason;
  }

  public bool IsEmpty => Rollout is null && News is null && Waves.Count == 0 && Devices.Count == 0 && Offers.Count == 0 && Withdrawals.Count == 0 && Returns.Count == 0;
}

/// <summary>One device's move. The same stage with a new reason or progress is a move too.</summary>
public sealed record DeviceMove(RolloutDevice Device, StageOfDevice Stage, string Reason, int ProgressPermille, int Wave, bool Progress);
