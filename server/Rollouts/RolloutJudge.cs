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
        tick.TellNews();
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
    private readonly DeviceJudge _devices;
    private readonly DeviceMove[] _moves;

    /// <summary>What held each device back in this tick.</summary>
    private readonly Gate?[] _gates;

    // 1-based place of each device's move in the step, 0 = it has none: a later rule replaces an earlier one.
    private readonly int[] _inStep;

    public Tick(Rollout rollout, Func<string, RolloutFacts?> factsOf, DateTimeOffset now)
    {
      _rollout = rollout;
      _policy = rollout.Policy;
      _factsOf = factsOf;
      _now = now;
      _devices = new DeviceJudge(rollout, now);
      _moves = new DeviceMove[rollout.Devices.Count];
      _gates = new Gate?[rollout.Devices.Count];
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
      if (_policy.StartAt is { } start && start > _now)
      {
        Tell(RolloutNews.Scheduled(_policy, _now));
        return;
      }

      if (FirstWave(WaveState.Pending) is { } first) Step.Waves.Add((first, WaveState.Open));
      Step.Rollout = (RolloutState.Running, Standing() ?? "Started.");
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
          Move(i, _devices.InFlight(device, facts));
          // It has answered for good: wished any longer it would be fetched again at every start, and never tried anew after a resume.
          if (_moves[i].Stage is StageOfDevice.Reverted or StageOfDevice.Failed or StageOfDevice.Refused) Step.Withdrawals.Add(device);
        }
        else if (device.Stage == StageOfDevice.Confirmed) Move(i, _devices.StillConfirmed(device, facts));
        else if (device.Stage is StageOfDevice.TimedOut or StageOfDevice.Silent && _devices.Succeeded(device, facts))
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
      if (bad >= _policy.FailCap) why = RolloutNews.HaltedByCap(bad, Reasons(), _policy.FailCap);
      else if (bad > 0 && decided >= _policy.MinSample && bad * 100L >= (long)_policy.FailPercent * decided)
        why = RolloutNews.HaltedByShare(bad, decided, Reasons(), _policy.FailPercent);
      if (why is null) return false;
      Step.Rollout = (RolloutState.Paused, why);
      foreach (var wave in _rollout.Waves)
        if (wave.State is WaveState.Open or WaveState.Soaking && HasBad(wave.Index)) Step.Waves.Add((wave, WaveState.Failed));
      return true;
    }

    /// <summary>Takes the offer from every device that has not begun to switch, and from those of which nobody knows: what may be a bad build must not wait for them.</summary>
    public void WithdrawOffers(string reason)
    {
      for (var i = 0; i < _moves.Length; i++)
      {
        if (_moves[i].Stage is StageOfDevice.TimedOut or StageOfDevice.Silent && _rollout.Devices[i].OfferedAt is not null)
        {
          Step.Withdrawals.Add(_rollout.Devices[i]);
          continue;
        }

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
          else if (_devices.Listened(device.OfferedAt ?? device.StageSince, facts) > TimeSpan.FromSeconds(_policy.TotalSeconds))
            Move(i, (StageOfDevice.ReturnFailed, $"not back on {_rollout.FormerVersion} in time", 0));
          else
            open = true;
        }
      }

      if (!open) Step.Rollout = (RolloutState.RolledBack, RolloutNews.BackAgain(_rollout.FormerVersion, Count(StageOfDevice.Returned), Count(StageOfDevice.ReturnFailed)));
    }

    /// <summary>A rollout that stays in its state says where it stands now.</summary>
    public void TellNews()
    {
      if (Step.Rollout is null && Standing() is { } news) Tell(news);
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

        _gates[i] = RolloutGates.Shut(_policy, facts) ?? (_policy.MaxPerSite > 0 && bySite.GetValueOrDefault(facts.Site) >= _policy.MaxPerSite ? Gate.Site : null);
        if (_gates[i] is { } gate)
        {
          var why = RolloutGates.Why(gate, _policy, facts);
          if (_now - wave.StateSince > TimeSpan.FromSeconds(_policy.GateSeconds)) GiveUpOn(i, wave, why);
          else Move(i, (StageOfDevice.Gated, why, 0));
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

    private void GiveUpOn(int i, RolloutWave wave, string why)
    {
      var tail = _rollout.Waves.Find(w => w.IsTail);
      if (wave.IsTail || tail is null) Move(i, (StageOfDevice.Skipped, "never became ready: " + why, 0));
      else Move(i, (StageOfDevice.Planned, "moved to the tail: " + why, 0), tail.Index);
    }

    /// <summary>Closes a wave when all its devices are decided; true when the next wave may be looked at now.</summary>
    private bool Finish(RolloutWave wave)
    {
      var figures = Figures()[wave.Index];
      if (figures.UnderWay + figures.Waiting + figures.HeldBack > 0) return false;
      if (figures.Eligible == 0)
      {
        Step.Waves.Add((wave, WaveState.Passed));
        return true;
      }

      if (figures.Confirmed * 100L < (long)_policy.SuccessPercent * figures.Eligible)
      {
        // Completion never stands in for success.
        Step.Waves.Add((wave, WaveState.Failed));
        Step.Rollout = (RolloutState.Paused, RolloutNews.HaltedByWave(figures, Reasons(wave), _policy.SuccessPercent));
        return false;
      }

      Step.Waves.Add((wave, WaveState.Soaking));
      return false;
    }

    private void Complete()
    {
      var (bad, skipped) = (_moves.Count(m => IsBad(m.Stage)), Count(StageOfDevice.Skipped));
      Step.Rollout = (
        bad + skipped == 0 ? RolloutState.Completed : RolloutState.CompletedWithFailures,
        RolloutNews.Complete(_rollout.Version, Count(StageOfDevice.Confirmed), Count(StageOfDevice.AlreadyCurrent), bad, skipped));
    }

    private void Tell(string news)
    {
      if (news != _rollout.StateReason) Step.News = news;
    }

    /// <summary>What the first wave that has not passed does after this tick; null = nobody is left in any.</summary>
    private string? Standing()
    {
      var figures = Figures();
      var left = _rollout.Waves.OrderBy(w => w.Index).Where(w => After(w).State != WaveState.Passed && figures[w.Index].Eligible > 0).Take(2).ToList();
      if (left.Count == 0) return null;
      var wave = figures[left[0].Index];
      return After(left[0]).State == WaveState.Soaking
        ? RolloutNews.Soaking(wave, left.Count > 1 ? figures[left[1].Index] : null, _policy, _now)
        : RolloutNews.Open(wave, _policy, _now);
    }

    private Dictionary<int, WaveFigures> Figures()
    {
      var count = _rollout.Waves.Count(w => !w.IsTail);
      var figures = _rollout.Waves.ToDictionary(w => w.Index, w => new WaveFigures(w.IsTail ? "the tail" : count == 1 ? "the only wave" : $"wave {w.Index + 1} of {count}", w.IsTail, After(w).Since));
      for (var i = 0; i < _moves.Length; i++)
      {
        var wave = figures[_moves[i].Wave];
        var stage = _moves[i].Stage;
        if (stage is StageOfDevice.AlreadyCurrent or StageOfDevice.Skipped) continue;
        if (stage == StageOfDevice.Confirmed) wave.Confirmed++;
        else if (IsBad(stage)) wave.Failed++;
        else if (IsInFlight(stage)) wave.UnderWay++;
        else if (stage == StageOfDevice.Gated && _gates[i] is { } gate) wave.Held[gate] = wave.Held.GetValueOrDefault(gate) + 1;
        else wave.Waiting++;
      }

      return figures;
    }

    /// <summary>State of a wave after this tick.</summary>
    private (WaveState State, DateTimeOffset Since) After(RolloutWave wave)
    {
      var moved = Step.Waves.FindLastIndex(w => w.Wave == wave);
      return moved < 0 ? (wave.State, wave.StateSince) : (Step.Waves[moved].State, _now);
    }

    private string Reasons(RolloutWave? wave = null) => RolloutNews.Reasons(_moves.Where(m => IsBad(m.Stage) && (wave is null || m.Wave == wave.Index)).Select(m => m.Reason));

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
  }
}
