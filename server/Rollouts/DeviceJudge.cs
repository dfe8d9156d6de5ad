using JkFleet.Contracts;

namespace JkFleet.Server.Rollouts;

/// <summary>The half of the judgement that looks at one device: where it stands, from what it says and does.</summary>
internal sealed class DeviceJudge(Rollout rollout, DateTimeOffset now)
{
  /// <summary>Stage, reason and progress of a device between offer and end.</summary>
  public (StageOfDevice, string, int) InFlight(RolloutDevice device, RolloutFacts? facts)
  {
    var offered = device.OfferedAt ?? device.StageSince;
    if (facts is null || facts.Gone) return (StageOfDevice.Silent, "the device is gone", device.ProgressPermille);
    // Only a report that has seen this offer says anything about it (an old "confirmed" or "failed" does not).
    var answers = facts.ReportedDesired >= device.OfferDesired && facts.UpdateVersion == rollout.Version;
    if (answers)
    {
      switch (facts.Update)
      {
        case UpdateState.Reverted: return (StageOfDevice.Reverted, facts.UpdateReason, 0);
        case UpdateState.Failed: return (StageOfDevice.Failed, facts.UpdateReason, device.ProgressPermille);
        case UpdateState.Refused: return (StageOfDevice.Refused, facts.UpdateReason, 0);
        default: break;
      }
    }

    if (Succeeded(device, facts)) return (StageOfDevice.Confirmed, "", 1000);
    if (facts.SilentFor >= TimeSpan.FromSeconds(rollout.Policy.SilenceSeconds) && now - offered >= TimeSpan.FromSeconds(rollout.Policy.SilenceSeconds))
      return (StageOfDevice.Silent, $"not heard for {Span(facts.SilentFor)}", device.ProgressPermille);
    if (Listened(offered, facts) > TimeSpan.FromSeconds(rollout.Policy.TotalSeconds))
      return (StageOfDevice.TimedOut, $"not done {Span(now - offered)} after the offer, last step: {Name(device.Stage)}", device.ProgressPermille);

    var (stage, reason, permille) = (device.Stage, device.Reason, device.ProgressPermille);
    if (answers)
    {
      (stage, reason, permille) = facts.Update switch
      {
        UpdateState.Downloading => (StageOfDevice.Downloading, "", facts.UpdatePermille),
        UpdateState.Downloaded => (StageOfDevice.Downloaded, "", 1000),
        UpdateState.Waiting => (StageOfDevice.Downloaded, facts.UpdateReason, 1000),
        UpdateState.Switching => (StageOfDevice.Switching, "", 1000),
        UpdateState.Verifying => (StageOfDevice.Verifying, facts.UpdateReason, 1000),
        UpdateState.Confirmed => (StageOfDevice.Verifying, Doubt(device, facts), 1000),
        _ => (stage, reason, permille),
      };
    }

    // A device that says why it waits is not stuck; the total timer still bounds it.
    var waits = answers && facts.Update == UpdateState.Waiting;
    var moved = stage != device.Stage || permille != device.ProgressPermille;
    if (!moved && !waits && Listened(device.ProgressAt, facts) > TimeSpan.FromSeconds(rollout.Policy.StepSeconds))
      return (StageOfDevice.TimedOut, $"no progress for {Span(now - device.ProgressAt)} in step {Name(device.Stage)}{(reason.Length > 0 ? ": " + reason : "")}", permille);
    return (stage, reason, permille);
  }

  /// <summary>Time since then in which the device could have told us: an outage of the server is no failure of the fleet.</summary>
  public TimeSpan Listened(DateTimeOffset since, RolloutFacts? facts) =>
    facts is not null && facts.ListenedFor < now - since ? facts.ListenedFor : now - since;

  /// <summary>It runs the new build, said so after this offer, and its battery side lives.</summary>
  public bool Succeeded(RolloutDevice device, RolloutFacts? facts) =>
    facts is { Online: true, Update: UpdateState.Confirmed, BmsHeard: true }
    && facts.ReportedDesired >= device.OfferDesired
    && facts.UpdateVersion == rollout.Version
    && facts.Runs == rollout.Version
    && (facts.InverterHeard || !device.InverterWasHeard);

  /// <summary>What becomes of a confirmed device: fallen back at any time, or ill while its wave is watched.</summary>
  public (StageOfDevice, string, int) StillConfirmed(RolloutDevice device, RolloutFacts? facts)
  {
    var same = (device.Stage, device.Reason, device.ProgressPermille);
    if (facts is null || facts.Gone) return same;
    if (facts.Online && facts.Runs.Length > 0 && facts.Runs != rollout.Version)
      return (StageOfDevice.Regressed, $"runs {facts.Runs} again", 0);
    var wave = rollout.Waves.Find(w => w.Index == device.Wave);
    if (wave?.State is not (WaveState.Open or WaveState.Soaking)) return same;
    var patience = TimeSpan.FromSeconds(rollout.Policy.SilenceSeconds);
    if (facts.SilentFor >= patience) return (StageOfDevice.Regressed, $"silent for {Span(facts.SilentFor)} after it was confirmed", 0);
    if (facts.IllFor >= patience) return (StageOfDevice.Regressed, $"a link is down for {Span(facts.IllFor)} after it was confirmed", 0);
    return same;
  }

  private string Doubt(RolloutDevice device, RolloutFacts facts)
  {
    if (facts.Runs != rollout.Version) return $"says confirmed, but runs {facts.Runs}";
    if (!facts.BmsHeard) return "says confirmed, but does not hear its BMS";
    return device.InverterWasHeard && !facts.InverterHeard ? "says confirmed, but its inverter fell silent" : "says confirmed, but is not connected";
  }

  private static string Name(StageOfDevice stage) => stage.ToString().ToLowerInvariant();

  private static string Span(TimeSpan span) =>
    span.TotalDays > 300 ? "ever" : span.TotalHours >= 2 ? $"{span.TotalHours:F0} h" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:F0} min" : $"{span.TotalSeconds:F0} s";
}
