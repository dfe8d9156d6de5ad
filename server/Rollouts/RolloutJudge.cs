// Decides one tick of a rollout from what is known; touches nothing. Silence is a failure, completion never stands in
// for success, and a late failure of an earlier wave still halts (the traps of other systems are cases in the tests).
using JkFleet.Contracts;

namespace JkFleet.Server.Rollouts;

/// <summary>The rules of a rollout.</summary>
public static class RolloutJudge
{
  /// <summary>One tick.</summary>
  /// <param name="rollout">The rollout as stored; not changed.</param>
  /// <param name="factsOf">What is known of a device; null = nothing at all.</param>
  /// <param name="now">The moment, UTC.</param>
  public static RolloutStep Decide(Rollout rollout, Func<string, RolloutFacts?> factsOf, DateTimeOffset now)
  {
    var tick = new Tick(rollout, factsOf, now);
    switch (rollout.State)
    {
      case RolloutState.Scheduled:
        tick.StartWhenDue();
        break;
      case RolloutState.Running:
        tick.FollowDevices();
        if (tick.HaltOnFailures()) tick.WithdrawOffers("held: the rollout was halted");
        else tick.MoveWaves();
        break;
      case RolloutState.Paused or RolloutState.Aborted:
        // What already restarts goes on by itself; the page must tell its true end.
        tick.FollowDevices();
        tick.WithdrawOffers(rollout.State == RolloutState.Paused ? "held: the rollout is paused" : "left out: the rollout was aborted");
        break;
      case RolloutState.RollingBack:
        tick.FollowReturns();
        break;
      default:
        break;
    }

    return tick.Step;
  }

  /// <summary>Between offer and end.</summary>
  public static bool IsInFlight(StageOfDevice stage) => stage is >= StageOfDevice.Offered and <= StageOfDevice.Verifying;

  /// <summary>A failure in the eyes of the thresholds.</summary>
  public static bool IsBad(StageOfDevice stage) => stage is >= StageOfDevice.Reverted and <= StageOfDevice.Regressed;

  /// <summary>May run the new build, so a way back has to reach it.</summary>
  public static bool MayRunNewBuild(StageOfDevice stage) =>
    stage is StageOfDevice.Confirmed or StageOfDevice.Switching or StageOfDevice.Verifying or StageOfDevice.TimedOut or StageOfDevice.Silent or StageOfDevice.Regressed;

  private sealed class Tick
  {
    private readonly Rollout _rollout;
    private readonly RolloutPolicy _policy;
    private readonly Func<string, RolloutFacts?> _factsOf;
    private readonly DateTimeOffset _now;
    private readonly DeviceMove[] _moves;

    // 1-based place of each device's move in the step, 0 = it has none: a later rule replaces an earlier one.
    private readonly int[] _inStep;

    public Tick(Rollout rollout, Func<string, RolloutFacts?> factsOf, DateTimeOffset now)
    {
      _rollout = rollout;
      _policy = rollout.Policy;
      _factsOf = factsOf;
      _now = now;
      _moves = new DeviceMove[rollout.Devices.Count];
      _inStep = new int[rollout.Devices.Count];
      for (var i = 0; i < _moves.Length; i++)
      {
        var d = rollout.Devices[i];
        _moves[i] = new DeviceMove(d, d.Stage, d.Reason, d.ProgressPermille, d.Wave, Progress: false);
      }
    }

    public RolloutStep Step { get; } = new();

    public void StartWhenDue()
    {
      if (_policy.StartAt is { } start && start > _now) return;
      Step.Rollout = (RolloutState.Running, "started");
      if (FirstWave(WaveState.Pending) is { } first) Step.Waves.Add((first, WaveState.Open));
    }

    /// <summary>Every device's stage from what it says and does.</summary>
    public void FollowDevices()
    {
      for (var i = 0; i < _moves.Length; i++)
      {
        var device = _rollout.Devices[i];
        var facts = _factsOf(device.DeviceId);
        if (IsInFlight(device.Stage))
        {
          Move(i, InFlight(device, facts));
          // It has answered for good: wished any longer it would be fetched again at every start, and never tried anew after a resume.
          if (_moves[i].Stage is StageOfDevice.Reverted or StageOfDevice.Failed or StageOfDevice.Refused) Step.Withdrawals.Add(device);
        }
        else if (device.Stage == StageOfDevice.Confirmed) Move(i, StillConfirmed(device, facts));
        else if (device.Stage is StageOfDevice.TimedOut or StageOfDevice.Silent && Succeeded(device, facts))
          // The truth comes late but it comes; it does not lift a halt.
          Move(i, (StageOfDevice.Confirmed, "confirmed late, after it had counted as a failure", 1000));
      }
    }

    public bool HaltOnFailures()
    {
      int good = 0, bad = 0;
      foreach (var move in _moves)
      {
        if (move.Stage == StageOfDevice.Confirmed) good++;
        else if (IsBad(move.Stage)) bad++;
      }

      var decided = good + bad;
      string? why = null;
      if (bad >= _policy.FailCap) why = $"{bad} devices failed (halts at {_policy.FailCap})";
      else if (bad > 0 && decided >= _policy.MinSample && bad * 100L >= (long)_policy.FailPercent * decided)
        why = $"{bad} of {decided} decided devices failed (halts at {_policy.FailPercent} %)";
      if (why is null) return false;
      Step.Rollout = (RolloutState.Paused, "threshold: " + why);
      foreach (var wave in _rollout.Waves)
        if (wave.State is WaveState.Open or WaveState.Soaking && HasBad(wave.Index)) Step.Waves.Add((wave, WaveState.Failed));
      return true;
    }

    /// <summary>Takes the offer from every device that has not begun to switch.</summary>
    public void WithdrawOffers(string reason)
    {
      for (var i = 0; i < _moves.Length; i++)
      {
        if (_moves[i].Stage is not (StageOfDevice.Offered or StageOfDevice.Downloading or StageOfDevice.Downloaded)) continue;
        Step.Withdrawals.Add(_rollout.Devices[i]);
        Move(i, (_rollout.State == RolloutState.Aborted ? StageOfDevice.Skipped : StageOfDevice.Planned, reason, 0));
      }

      if (_rollout.State != RolloutState.Aborted) return;
      for (var i = 0; i < _moves.Length; i++)
        if (_moves[i].Stage is StageOfDevice.Planned or StageOfDevice.Gated) Move(i, (StageOfDevice.Skipped, reason, 0));
    }

    public void MoveWaves()
    {
      foreach (var wave in _rollout.Waves.OrderBy(w => w.Index))
      {
        switch (wave.State)
        {
          case WaveState.Passed:
            continue;
          case WaveState.Pending:
            Step.Waves.Add((wave, WaveState.Open));
            return;
          case WaveState.Soaking:
            if (_now - wave.StateSince < TimeSpan.FromSeconds(_policy.SoakSeconds)) return;
            Step.Waves.Add((wave, WaveState.Passed));
            continue;
          default:
            OfferWave(wave);
            if (!Finish(wave)) return;
            continue;
        }
      }

      Complete();
    }

    public void FollowReturns()
    {
      var open = false;
      for (var i = 0; i < _moves.Length; i++)
      {
        var device = _rollout.Devices[i];
        var facts = _factsOf(device.DeviceId);
        if (MayRunNewBuild(device.Stage))
        {
          Step.Returns.Add(device);
          Move(i, (StageOfDevice.Returning, $"offered {_rollout.FormerVersion}", 0));
          open = true;
        }
        else if (device.Stage == StageOfDevice.Returning)
        {
          if (facts is { Online: true, BmsHeard: true } && facts.Runs == _rollout.FormerVersion)
            Move(i, (StageOfDevice.Returned, $"runs {facts.Runs} again", 1000));
          else if (facts is not null && facts.ReportedDesired >= device.OfferDesired && facts.Update is UpdateState.Refused or UpdateState.Failed)
            Move(i, (StageOfDevice.ReturnFailed, facts.UpdateReason, 0));
          else if (Listened(device.OfferedAt ?? device.StageSince, facts) > TimeSpan.FromSeconds(_policy.TotalSeconds))
            Move(i, (StageOfDevice.ReturnFailed, $"not back on {_rollout.FormerVersion} in time", 0));
          else
            open = true;
        }
      }

      if (!open) Step.Rollout = (RolloutState.RolledBack, Count(StageOfDevice.ReturnFailed) is var lost and > 0 ? $"{lost} devices did not come back" : "every device is back");
    }

    private (StageOfDevice, string, int) InFlight(RolloutDevice device, RolloutFacts? facts)
    {
      var offered = device.OfferedAt ?? device.StageSince;
      if (facts is null || facts.Gone) return (StageOfDevice.Silent, "the device is gone", device.ProgressPermille);
      // Only a report that has seen this offer says anything about it (an old "confirmed" or "failed" does not).
      var answers = facts.ReportedDesired >= device.OfferDesired && facts.UpdateVersion == _rollout.Version;
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
      if (facts.SilentFor >= TimeSpan.FromSeconds(_policy.SilenceSeconds) && _now - offered >= TimeSpan.FromSeconds(_policy.SilenceSeconds))
        return (StageOfDevice.Silent, $"not heard for {Span(facts.SilentFor)}", device.ProgressPermille);
      if (Listened(offered, facts) > TimeSpan.FromSeconds(_policy.TotalSeconds))
        return (StageOfDevice.TimedOut, $"not done {Span(_now - offered)} after the offer, last step: {Name(device.Stage)}", device.ProgressPermille);

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
      if (!moved && !waits && Listened(device.ProgressAt, facts) > TimeSpan.FromSeconds(_policy.StepSeconds))
        return (StageOfDevice.TimedOut, $"no progress for {Span(_now - device.ProgressAt)} in step {Name(device.Stage)}{(reason.Length > 0 ? ": " + reason : "")}", permille);
      return (stage, reason, permille);
    }

    /// <summary>Time since then in which the device could have told us: an outage of the server is no failure of the fleet.</summary>
    private TimeSpan Listened(DateTimeOffset since, RolloutFacts? facts) =>
      facts is not null && facts.ListenedFor < _now - since ? facts.ListenedFor : _now - since;

    private bool Succeeded(RolloutDevice device, RolloutFacts? facts) =>
      facts is { Online: true, Update: UpdateState.Confirmed, BmsHeard: true }
      && facts.ReportedDesired >= device.OfferDesired
      && facts.UpdateVersion == _rollout.Version
      && facts.Runs == _rollout.Version
      && (facts.InverterHeard || !device.InverterWasHeard);

    private string Doubt(RolloutDevice device, RolloutFacts facts)
    {
      if (facts.Runs != _rollout.Version) return $"says confirmed, but runs {facts.Runs}";
      if (!facts.BmsHeard) return "says confirmed, but does not hear its BMS";
      return device.InverterWasHeard && !facts.InverterHeard ? "says confirmed, but its inverter fell silent" : "says confirmed, but is not connected";
    }

    private (StageOfDevice, string, int) StillConfirmed(RolloutDevice device, RolloutFacts? facts)
    {
      var same = (device.Stage, device.Reason, device.ProgressPermille);
      if (facts is null || facts.Gone) return same;
      if (facts.Online && facts.Runs.Length > 0 && facts.Runs != _rollout.Version)
        return (StageOfDevice.Regressed, $"runs {facts.Runs} again", 0);
      var wave = _rollout.Waves.Find(w => w.Index == device.Wave);
      if (wave?.State is not (WaveState.Open or WaveState.Soaking)) return same;
      var patience = TimeSpan.FromSeconds(_policy.SilenceSeconds);
      if (facts.SilentFor >= patience) return (StageOfDevice.Regressed, $"silent for {Span(facts.SilentFor)} after it was confirmed", 0);
      if (facts.IllFor >= patience) return (StageOfDevice.Regressed, $"a link is down for {Span(facts.IllFor)} after it was confirmed", 0);
      return same;
    }

    private void OfferWave(RolloutWave wave)
    {
      var inFlight = 0;
      var lastMinute = 0;
      var bySite = new Dictionary<string, int>(StringComparer.Ordinal);
      for (var i = 0; i < _moves.Length; i++)
      {
        if (_rollout.Devices[i].OfferedAt is { } at && _now - at < TimeSpan.FromMinutes(1)) lastMinute++;
        if (!IsInFlight(_moves[i].Stage)) continue;
        inFlight++;
        if (_policy.MaxPerSite > 0 && _factsOf(_rollout.Devices[i].DeviceId)?.Site is { } site) bySite[site] = bySite.GetValueOrDefault(site) + 1;
      }

      for (var i = 0; i < _moves.Length; i++)
      {
        var device = _rollout.Devices[i];
        if (device.Wave != wave.Index || _moves[i].Stage is not (StageOfDevice.Planned or StageOfDevice.Gated)) continue;
        var facts = _factsOf(device.DeviceId);
        if (facts is null || facts.Gone)
        {
          Move(i, (StageOfDevice.Skipped, "the device is gone", 0));
          continue;
        }

        if (facts.Online && facts.Runs == _rollout.Version && device.Attempts == 0)
        {
          Move(i, (StageOfDevice.AlreadyCurrent, $"ran {facts.Runs} before its turn", 1000));
          continue;
        }

        var gate = Gate(facts) ?? (_policy.MaxPerSite > 0 && bySite.GetValueOrDefault(facts.Site) >= _policy.MaxPerSite ? "another device of its site is being updated" : null);
        if (gate is not null)
        {
          if (_now - wave.StateSince > TimeSpan.FromSeconds(_policy.GateSeconds)) GiveUpOn(i, wave, gate);
          else Move(i, (StageOfDevice.Gated, gate, 0));
          continue;
        }

        if (_now - wave.StateSince < Jitter(device)) continue;
        if (inFlight >= _policy.MaxConcurrent || lastMinute >= _policy.PerMinute) continue;
        inFlight++;
        lastMinute++;
        bySite[facts.Site] = bySite.GetValueOrDefault(facts.Site) + 1;
        Step.Offers.Add(device);
        Move(i, (StageOfDevice.Offered, "", 0));
      }
    }

    /// <summary>What holds a device back now; null = nothing.</summary>
    private string? Gate(RolloutFacts facts)
    {
      if (!facts.Online) return "not connected";
      if (!InWindow(facts.LocalMinute)) return $"outside its maintenance window ({Clock(_policy.WindowFromMinute)} to {Clock(_policy.WindowToMinute)} local time)";
      if (!facts.BmsHeard) return "its BMS is not heard";
      if (facts.SocPermille < _policy.GateMinSocPermille) return $"SOC {facts.SocPermille / 10} % is below {_policy.GateMinSocPermille / 10} %";
      if (_policy.GateMaxCurrentMa > 0 && Math.Abs((long)facts.CurrentMa) > _policy.GateMaxCurrentMa)
        return $"current {Math.Abs((long)facts.CurrentMa) / 1000.0:F1} A is above {_policy.GateMaxCurrentMa / 1000.0:F1} A";
      if (_policy.GateNoAlarm && facts.AlarmActive) return "a BMS alarm is active";
      if (_policy.GateInverterHeard && !facts.InverterHeard) return "its inverter is silent";
      return null;
    }

    private bool InWindow(int minute)
    {
      var (from, to) = (_policy.WindowFromMinute, _policy.WindowToMinute);
      if (from == to) return true;
      return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    }

    private void GiveUpOn(int i, RolloutWave wave, string gate)
    {
      var tail = _rollout.Waves.Find(w => w.IsTail);
      if (wave.IsTail || tail is null) Move(i, (StageOfDevice.Skipped, "never became ready: " + gate, 0));
      else Move(i, (StageOfDevice.Planned, "moved to the tail: " + gate, 0), tail.Index);
    }

    /// <summary>Closes a wave when all its devices are decided; true when the next wave may be looked at now.</summary>
    private bool Finish(RolloutWave wave)
    {
      int eligible = 0, good = 0, bad = 0, open = 0;
      foreach (var move in _moves)
      {
        if (move.Wave != wave.Index || move.Stage is StageOfDevice.AlreadyCurrent or StageOfDevice.Skipped) continue;
        eligible++;
        if (move.Stage == StageOfDevice.Confirmed) good++;
        else if (IsBad(move.Stage)) bad++;
        else open++;
      }

      if (open > 0) return false;
      if (eligible == 0)
      {
        Step.Waves.Add((wave, WaveState.Passed));
        return true;
      }

      if (good * 100L < (long)_policy.SuccessPercent * eligible)
      {
        // Completion never stands in for success.
        Step.Waves.Add((wave, WaveState.Failed));
        Step.Rollout = (RolloutState.Paused, $"threshold: wave {wave.Index + 1} confirmed {good} of {eligible} (needs {_policy.SuccessPercent} %)");
        return false;
      }

      Step.Waves.Add((wave, WaveState.Soaking));
      return false;
    }

    private void Complete()
    {
      var bad = _moves.Count(m => IsBad(m.Stage));
      var skipped = Count(StageOfDevice.Skipped);
      Step.Rollout = bad + skipped == 0
        ? (RolloutState.Completed, $"{Count(StageOfDevice.Confirmed)} confirmed, {Count(StageOfDevice.AlreadyCurrent)} were current")
        : (RolloutState.CompletedWithFailures, $"{Count(StageOfDevice.Confirmed)} confirmed, {bad} failed, {skipped} left out");
    }

    private void Move(int i, (StageOfDevice Stage, string Reason, int Permille) to, int? wave = null)
    {
      var device = _rollout.Devices[i];
      var progress = to.Stage != device.Stage || to.Permille != device.ProgressPermille;
      if (!progress && to.Reason == device.Reason && (wave ?? device.Wave) == device.Wave) return;
      _moves[i] = new DeviceMove(device, to.Stage, to.Reason, to.Permille, wave ?? device.Wave, progress);
      if (_inStep[i] == 0)
      {
        Step.Devices.Add(_moves[i]);
        _inStep[i] = Step.Devices.Count;
      }

      Step.Devices[_inStep[i] - 1] = _moves[i];
    }

    private TimeSpan Jitter(RolloutDevice device)
    {
      if (_policy.JitterSeconds == 0) return TimeSpan.Zero;
      // Stable per device and attempt: a restart of the server must not draw again.
      var hash = 2166136261u;
      foreach (var c in device.DeviceId) hash = (hash ^ c) * 16777619u;
      hash = (hash ^ (uint)device.Attempts) * 16777619u;
      return TimeSpan.FromMilliseconds(hash % (_policy.JitterSeconds * 1000u));
    }

    private RolloutWave? FirstWave(WaveState state) => _rollout.Waves.Where(w => w.State == state).MinBy(w => w.Index);

    private bool HasBad(int wave) => _moves.Any(m => m.Wave == wave && IsBad(m.Stage));

    private int Count(StageOfDevice stage) => _moves.Count(m => m.Stage == stage);

    private static string Name(StageOfDevice stage) => stage.ToString().ToLowerInvariant();

    private static string Clock(int minute) => $"{minute / 60:D2}:{minute % 60:D2}";

    private static string Span(TimeSpan span) =>
      span.TotalDays > 300 ? "ever" : span.TotalHours >= 2 ? $"{span.TotalHours:F0} h" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:F0} min" : $"{span.TotalSeconds:F0} s";
  }
}
