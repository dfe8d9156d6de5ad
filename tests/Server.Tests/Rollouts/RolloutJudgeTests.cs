// The rules of a rollout, told as short stories with a hand-moved clock. Each trap that other systems fell into is a case.
using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

public class RolloutJudgeTests
{
  [Fact]
  public void Good_builds_go_through_all_waves_and_complete()
  {
    var fleet = new Fleet(20);
    fleet.RunUntil(RolloutState.Completed, f => f.DevicesDoTheirBest());
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Confirmed, d.Stage));
    Assert.Equal("20 confirmed, 0 were current", fleet.Rollout.StateReason);
  }

  [Fact]
  public void No_device_of_the_second_wave_is_offered_before_the_first_has_soaked()
  {
    var fleet = new Fleet(10);
    fleet.Tick();
    fleet.Tick();
    foreach (var d in fleet.Wave(0)) fleet.Confirm(d);
    fleet.Tick();
    Assert.Equal(WaveState.Soaking, fleet.Rollout.Waves[0].State);
    fleet.Pass(fleet.Rollout.Policy.SoakSeconds - 5);
    fleet.Tick();
    Assert.All(fleet.Wave(1), d => Assert.Equal(StageOfDevice.Planned, d.Stage));
    fleet.Pass(10);
    fleet.Tick(3);
    Assert.Contains(fleet.Wave(1), d => d.Stage == StageOfDevice.Offered);
  }

  [Fact]
  public void Silence_is_a_failure_and_never_blocks_the_wave_for_ever() // hawkBit #693
  {
    var fleet = new Fleet(4, p => { p.Canary = 2; p.FailCap = 10; p.MinSample = 100; p.SuccessPercent = 50; });
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Facts["d1"] = fleet.Facts["d1"] with { Online = false, SilentFor = TimeSpan.FromHours(1) };
    fleet.Pass(fleet.Rollout.Policy.SilenceSeconds + 1);
    fleet.Tick();
    Assert.Equal(StageOfDevice.Silent, fleet.Rollout.Devices[1].Stage);
    Assert.Equal(WaveState.Soaking, fleet.Rollout.Waves[0].State);
  }

  [Fact]
  public void Completion_never_overrides_the_success_threshold() // hawkBit: 60 % ok opened the next wave at S=80
  {
    var fleet = new Fleet(20, p => { p.Canary = 5; p.FailCap = 100; p.MinSample = 1000; p.SuccessPercent = 80; });
    fleet.Tick(2);
    for (var i = 0; i < 3; i++) fleet.Confirm(fleet.Rollout.Devices[i]);
    for (var i = 3; i < 5; i++) fleet.Report(fleet.Rollout.Devices[i], UpdateState.Reverted, "no BMS frames");
    fleet.Tick();
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    Assert.Equal(WaveState.Failed, fleet.Rollout.Waves[0].State);
    Assert.Contains("3 of 5", fleet.Rollout.StateReason, StringComparison.Ordinal);
    Assert.All(fleet.Wave(1), d => Assert.Equal(StageOfDevice.Planned, d.Stage));
  }

  [Fact]
  public void Success_needs_the_new_version_to_run_not_only_to_be_reported() // hawkBit #3185
  {
    var fleet = new Fleet(1);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Confirmed, "");
    fleet.Tick();
    Assert.Equal(StageOfDevice.Verifying, fleet.Rollout.Devices[0].Stage);
    Assert.Equal("says confirmed, but runs 1.0.0", fleet.Rollout.Devices[0].Reason);
    fleet.Pass(fleet.Rollout.Policy.StepSeconds + 1);
    fleet.Tick();
    Assert.Equal(StageOfDevice.TimedOut, fleet.Rollout.Devices[0].Stage);
  }

  [Theory]
  [InlineData(false, true, "says confirmed, but does not hear its BMS")]
  [InlineData(true, false, "says confirmed, but its inverter fell silent")]
  public void Success_needs_the_battery_side_to_live(bool bms, bool inverter, string doubt)
  {
    var fleet = new Fleet(1);
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { BmsHeard = bms, InverterHeard = inverter };
    fleet.Tick();
    Assert.Equal(doubt, fleet.Rollout.Devices[0].Reason);
    Assert.Equal(StageOfDevice.Verifying, fleet.Rollout.Devices[0].Stage);
  }

  [Fact]
  public void An_inverter_that_was_silent_before_is_not_asked_for_afterwards()
  {
    var fleet = new Fleet(1);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { InverterHeard = false };
    fleet.Rollout.Devices[0].InverterWasHeard = false;
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Tick();
    Assert.Equal(StageOfDevice.Confirmed, fleet.Rollout.Devices[0].Stage);
  }

  [Fact]
  public void A_report_from_before_the_offer_says_nothing() // rauc-hawkbit-updater #446: re-assigned after a roll-back
  {
    var fleet = new Fleet(1);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Update = UpdateState.Reverted, UpdateVersion = "2.0.0", UpdateReason = "last week", ReportedDesired = 3 };
    fleet.Tick(2);
    fleet.Rollout.Devices[0].OfferDesired = 4;
    fleet.Tick();
    Assert.Equal(StageOfDevice.Offered, fleet.Rollout.Devices[0].Stage);
  }

  [Theory]
  [InlineData(UpdateState.Reverted, StageOfDevice.Reverted)]
  [InlineData(UpdateState.Failed, StageOfDevice.Failed)]
  [InlineData(UpdateState.Refused, StageOfDevice.Refused)]
  public void A_failure_keeps_the_reason_that_the_device_gave(UpdateState said, StageOfDevice stage)
  {
    var fleet = new Fleet(1);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], said, "because of me");
    fleet.Tick();
    Assert.Equal((stage, "because of me"), (fleet.Rollout.Devices[0].Stage, fleet.Rollout.Devices[0].Reason));
  }

  [Fact]
  public void Two_bricks_in_a_small_canary_halt_at_once_by_the_cap()
  {
    var fleet = new Fleet(100, p => { p.Canary = 5; p.FailCap = 2; p.MinSample = 50; });
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Reverted, "no BMS frames");
    fleet.Tick();
    Assert.Equal(RolloutState.Running, fleet.Rollout.State);
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Reverted, "no BMS frames");
    fleet.Tick();
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    Assert.StartsWith("threshold: 2 devices failed", fleet.Rollout.StateReason, StringComparison.Ordinal);
    // The three in flight, and the one that has just failed for good.
    Assert.Equal(["d1", "d2", "d3", "d4"], fleet.LastStep.Withdrawals.Select(d => d.DeviceId).Order());
    Assert.Empty(fleet.LastStep.Offers);
  }

  [Theory]
  [InlineData(4, 1, RolloutState.Running)] // 4 decided: below the sample
  [InlineData(10, 1, RolloutState.Paused)] // exactly 10 %: halts at, not above
  [InlineData(11, 1, RolloutState.Running)] // 9.09 %
  public void The_share_counts_finished_devices_only(int decided, int bad, RolloutState expected) // AWS: of the completed, not of the fleet
  {
    var fleet = new Fleet(1000, p => { p.Canary = 100; p.MinSample = 5; p.FailPercent = 10; p.FailCap = 10_000; p.MaxConcurrent = 1000; p.PerMinute = 1000; });
    fleet.Tick(2);
    for (var i = 0; i < decided; i++)
    {
      if (i < bad) fleet.Report(fleet.Rollout.Devices[i], UpdateState.Failed, "x");
      else fleet.Confirm(fleet.Rollout.Devices[i]);
    }

    fleet.Tick();
    Assert.Equal(expected, fleet.Rollout.State);
  }

  [Fact]
  public void A_late_failure_of_an_earlier_wave_still_halts()
  {
    var fleet = new Fleet(40, p => { p.Canary = 2; p.FailCap = 1; });
    fleet.Tick(2);
    foreach (var d in fleet.Wave(0)) fleet.Confirm(d);
    fleet.Tick();
    fleet.Pass(fleet.Rollout.Policy.SoakSeconds + 1);
    fleet.Tick(3);
    Assert.Equal(WaveState.Open, fleet.Rollout.Waves[1].State);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "1.0.0" };
    fleet.Tick();
    Assert.Equal(StageOfDevice.Regressed, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
  }

  [Fact]
  public void Illness_while_soaking_counts_as_a_failure()
  {
    var fleet = new Fleet(10, p => p.FailCap = 1);
    fleet.Tick(2);
    foreach (var d in fleet.Wave(0)) fleet.Confirm(d);
    fleet.Tick();
    fleet.Facts["d1"] = fleet.Facts["d1"] with { IllFor = TimeSpan.FromMinutes(6) };
    fleet.Tick();
    Assert.Equal(StageOfDevice.Regressed, fleet.Rollout.Devices[1].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
  }

  [Theory]
  [MemberData(nameof(Gates))]
  public void A_gate_holds_the_device_and_says_why(string reason, Func<RolloutFacts, RolloutFacts> spoil)
  {
    var fleet = new Fleet(1, p => { p.GateMaxCurrentMa = 20_000; p.GateInverterHeard = true; p.WindowFromMinute = 22 * 60; p.WindowToMinute = 6 * 60; });
    fleet.Facts["d0"] = spoil(fleet.Facts["d0"] with { LocalMinute = 23 * 60 });
    fleet.Tick(2);
    Assert.Equal(StageOfDevice.Gated, fleet.Rollout.Devices[0].Stage);
    Assert.Contains(reason, fleet.Rollout.Devices[0].Reason, StringComparison.Ordinal);
    fleet.Facts["d0"] = fleet.Healthy with { LocalMinute = 5 * 60 };
    fleet.Tick();
    Assert.Equal(StageOfDevice.Offered, fleet.Rollout.Devices[0].Stage);
  }

  public static TheoryData<string, Func<RolloutFacts, RolloutFacts>> Gates => new()
  {
    { "not connected", f => f with { Online = false } },
    { "SOC 12 % is below 20 %", f => f with { SocPermille = 129 } },
    { "current 30.0 A is above 20.0 A", f => f with { CurrentMa = -30_000 } },
    { "a BMS alarm is active", f => f with { AlarmActive = true } },
    { "its inverter is silent", f => f with { InverterHeard = false } },
    { "its BMS is not heard", f => f with { BmsHeard = false } },
    { "outside its maintenance window (22:00 to 06:00 local time)", f => f with { LocalMinute = 12 * 60 } },
  };

  [Fact]
  public void A_gated_device_moves_to_the_tail_and_is_never_silently_pending() // Anthias: 82 % of 32k devices pinned unseen
  {
    var fleet = new Fleet(10, p => { p.Canary = 2; p.GateSeconds = 100; p.SoakSeconds = 0; });
    fleet.Facts["d1"] = fleet.Facts["d1"] with { SocPermille = 50 };
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Pass(101);
    fleet.Tick();
    Assert.Equal(fleet.Rollout.Waves[^1].Index, fleet.Rollout.Devices[1].Wave);
    Assert.Contains("moved to the tail: SOC 5 %", fleet.Rollout.Devices[1].Reason, StringComparison.Ordinal);
    fleet.RunUntil(RolloutState.CompletedWithFailures, f => f.DevicesDoTheirBest());
    Assert.Equal(StageOfDevice.Skipped, fleet.Rollout.Devices[1].Stage);
    Assert.Contains("never became ready", fleet.Rollout.Devices[1].Reason, StringComparison.Ordinal);
  }

  [Fact]
  public void A_device_that_runs_the_version_already_counts_neither_way() // hawkBit #735
  {
    var fleet = new Fleet(3, p => p.Canary = 3);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "2.0.0" };
    fleet.Tick(2);
    Assert.Equal(StageOfDevice.AlreadyCurrent, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(0, fleet.Rollout.Devices[0].Attempts);
  }

  [Fact]
  public void An_empty_wave_passes_and_says_nothing_wrong()
  {
    var fleet = new Fleet(2, p => p.Canary = 2);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "2.0.0" };
    fleet.Facts["d1"] = fleet.Facts["d1"] with { Runs = "2.0.0" };
    fleet.Tick(4);
    Assert.Equal(RolloutState.Completed, fleet.Rollout.State);
  }

  [Fact]
  public void Pace_bounds_offers_a_minute_and_devices_in_flight()
  {
    var fleet = new Fleet(100, p => { p.Canary = 100; p.PerMinute = 7; p.MaxConcurrent = 10; });
    fleet.Tick(3);
    Assert.Equal(7, fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered));
    fleet.Pass(61);
    fleet.Tick(3);
    Assert.Equal(10, fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered));
  }

  [Fact]
  public void Only_so_many_devices_of_one_site_at_a_time()
  {
    var fleet = new Fleet(10, p => { p.Canary = 10; p.MaxPerSite = 1; });
    fleet.Tick(3);
    var offered = Assert.Single(fleet.Rollout.Devices, d => d.Stage == StageOfDevice.Offered);
    Assert.All(fleet.Rollout.Devices.Where(d => d != offered), d => Assert.Equal("another device of its site is being updated", d.Reason));
  }

  [Fact]
  public void Jitter_spreads_the_offers_and_is_the_same_after_a_restart()
  {
    var fleet = new Fleet(100, p => { p.Canary = 100; p.JitterSeconds = 100; p.PerMinute = 1000; p.MaxConcurrent = 1000; });
    fleet.Tick(2);
    fleet.Pass(50);
    var again = RolloutJudge.Decide(fleet.Rollout, fleet.Of, fleet.Now).Offers.Select(d => d.DeviceId).ToList();
    fleet.Tick();
    Assert.InRange(fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered), 25, 75);
    Assert.Equal(again, fleet.LastStep.Offers.Select(d => d.DeviceId));
  }

  [Fact]
  public void Nothing_happens_before_the_start_time()
  {
    var fleet = new Fleet(3);
    fleet.Rollout.Policy.StartAt = fleet.Now.AddHours(1);
    fleet.Tick(3);
    Assert.Equal(RolloutState.Scheduled, fleet.Rollout.State);
    fleet.Pass(3601);
    fleet.Tick();
    Assert.Equal(RolloutState.Running, fleet.Rollout.State);
  }

  [Fact]
  public void Pause_takes_the_offer_back_from_those_that_have_not_begun_to_switch() // hawkBit: told devices went on
  {
    var fleet = new Fleet(3, p => p.Canary = 3);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Switching, "");
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Downloading, "");
    fleet.Tick();
    fleet.Rollout.State = RolloutState.Paused;
    fleet.Tick();
    Assert.Equal(["d1", "d2"], fleet.LastStep.Withdrawals.Select(d => d.DeviceId));
    Assert.Equal(StageOfDevice.Switching, fleet.Rollout.Devices[0].Stage);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Tick();
    Assert.Equal(StageOfDevice.Confirmed, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
  }

  [Fact]
  public void Abort_leaves_the_rest_out_and_is_final()
  {
    var fleet = new Fleet(10, p => p.Canary = 2);
    fleet.Tick(2);
    fleet.Rollout.State = RolloutState.Aborted;
    fleet.Tick();
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Skipped, d.Stage));
    fleet.Tick();
    Assert.True(fleet.LastStep.IsEmpty);
  }

  [Fact]
  public void The_truth_may_come_late_and_does_not_lift_the_halt()
  {
    var fleet = new Fleet(3, p => { p.Canary = 1; p.FailCap = 1; });
    fleet.Tick(2);
    fleet.Pass(fleet.Rollout.Policy.StepSeconds + 1);
    fleet.Tick();
    Assert.Equal(StageOfDevice.TimedOut, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Tick();
    Assert.Equal(StageOfDevice.Confirmed, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
  }

  [Fact]
  public void Slow_progress_is_progress_but_the_total_time_bounds_it()
  {
    var fleet = new Fleet(1);
    fleet.Tick(2);
    var device = fleet.Rollout.Devices[0];
    var permille = 0;
    while (device.Stage is StageOfDevice.Offered or StageOfDevice.Downloading)
    {
      fleet.Pass(fleet.Rollout.Policy.StepSeconds - 1);
      fleet.Report(device, UpdateState.Downloading, "", ++permille);
      fleet.Tick();
      Assert.True(permille < 100, "never bounded");
    }

    Assert.Equal(StageOfDevice.TimedOut, device.Stage);
    Assert.True(permille >= 7, "slow progress was taken for none");
  }

  [Fact]
  public void A_device_that_says_why_it_waits_is_not_stuck()
  {
    var fleet = new Fleet(1);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Waiting, "current 12 A");
    fleet.Tick();
    fleet.Pass(fleet.Rollout.Policy.StepSeconds * 3);
    fleet.Tick();
    Assert.Equal((StageOfDevice.Downloaded, "current 12 A"), (fleet.Rollout.Devices[0].Stage, fleet.Rollout.Devices[0].Reason));
  }

  [Fact]
  public void Rolling_back_reaches_every_device_that_may_run_the_new_build()
  {
    var fleet = new Fleet(4, p => { p.Canary = 4; p.FailCap = 2; });
    fleet.Rollout.FormerVersion = "1.0.0";
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Reverted, "x");
    fleet.Report(fleet.Rollout.Devices[2], UpdateState.Reverted, "x");
    fleet.Tick();
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    fleet.Rollout.State = RolloutState.RollingBack;
    fleet.Tick();
    Assert.Equal(["d0"], fleet.LastStep.Returns.Select(d => d.DeviceId));
    Assert.Equal(RolloutState.RollingBack, fleet.Rollout.State);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "1.0.0" };
    fleet.Tick();
    Assert.Equal((RolloutState.RolledBack, "every device is back"), (fleet.Rollout.State, fleet.Rollout.StateReason));
  }

  [Theory]
  [InlineData(50, 3, new[] { 10, 50, 100 }, new[] { 3, 2, 20, 25 })]
  [InlineData(5, 3, new[] { 10, 50, 100 }, new[] { 3, 2 })]
  [InlineData(2, 3, new[] { 100 }, new[] { 2 })]
  [InlineData(10, 1, new int[0], new[] { 1, 9 })]
  public void Waves_are_the_canaries_then_the_percents(int count, int canary, int[] percents, int[] sizes)
  {
    var waves = new RolloutPolicy { Canary = canary, Percents = percents }.WavesFor(count);
    Assert.Equal(sizes, waves.GroupBy(w => w).OrderBy(g => g.Key).Select(g => g.Count()));
    Assert.Equal(Enumerable.Range(0, sizes.Length), waves.Distinct());
  }

  [Fact]
  public void A_policy_tells_all_its_mistakes_at_once()
  {
    var mistakes = new RolloutPolicy { Canary = 0, FailPercent = 101, Percents = [50, 40], TotalSeconds = 10, StepSeconds = 20 }.Mistakes();
    Assert.Equal(5, mistakes.Count);
  }

  [Fact]
  public void An_outage_of_the_server_is_no_failure_of_a_device()
  {
    var fleet = new Fleet(4, p => { p.Canary = 4; p.StepSeconds = 60; p.TotalSeconds = 600; p.SilenceSeconds = 60; });
    fleet.Tick(2);
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Offered, d.Stage));
    fleet.Pass(3600);
    foreach (var id in fleet.Facts.Keys.ToArray())
      fleet.Facts[id] = fleet.Facts[id] with { Online = false, ListenedFor = TimeSpan.FromSeconds(5), SilentFor = TimeSpan.FromSeconds(5) };
    fleet.Tick();
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Offered, d.Stage));
    // Listened long enough and still nothing: now it is the device.
    foreach (var id in fleet.Facts.Keys.ToArray())
      fleet.Facts[id] = fleet.Facts[id] with { ListenedFor = TimeSpan.FromSeconds(61), SilentFor = TimeSpan.FromSeconds(61) };
    fleet.Tick();
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Silent, d.Stage));
  }

  [Fact]
  public void Who_failed_for_good_is_no_longer_wished_the_build()
  {
    var fleet = new Fleet(6, p => { p.Canary = 6; p.FailCap = 100; p.MinSample = 1000; });
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Reverted, "no_bms");
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Refused, "signature");
    fleet.Confirm(fleet.Rollout.Devices[2]);
    fleet.Tick();
    Assert.Equal(["d0", "d1"], fleet.LastStep.Withdrawals.Select(d => d.DeviceId).Order());
    fleet.Tick();
    Assert.Empty(fleet.LastStep.Withdrawals);
  }

  /// <summary>A rollout over devices whose facts the test moves by hand.</summary>
  private sealed class Fleet
  {
    public readonly RolloutFacts Healthy = new()
    {
      Online = true, Runs = "1.0.0", BmsHeard = true, InverterHeard = true, SocPermille = 600, Site = "s", LocalMinute = 720,
    };

    public readonly Dictionary<string, RolloutFacts> Facts = [];
    public readonly Rollout Rollout;
    public DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    public RolloutStep LastStep = new();

    public Fleet(int count, Action<RolloutPolicy>? set = null)
    {
      var policy = new RolloutPolicy { JitterSeconds = 0 };
      set?.Invoke(policy);
      Assert.Empty(policy.Mistakes());
      Rollout = new Rollout { Name = "r", Version = "2.0.0", Board = "sim", CreatedBy = "op", Why = "test", Policy = policy, StateSince = Now };
      var waves = policy.WavesFor(count);
      for (var i = 0; i < count; i++)
      {
        Rollout.Devices.Add(new RolloutDevice { DeviceId = $"d{i}", Wave = waves[i], StageSince = Now, ProgressAt = Now, InverterWasHeard = true });
        Facts[$"d{i}"] = Healthy;
      }

      for (var w = 0; w <= waves[^1] + 1; w++) Rollout.Waves.Add(new RolloutWave { Index = w, IsTail = w > waves[^1], StateSince = Now });
    }

    public RolloutFacts? Of(string id) => Facts.GetValueOrDefault(id);

    public IEnumerable<RolloutDevice> Wave(int index) => Rollout.Devices.Where(d => d.Wave == index);

    public void Pass(int seconds) => Now += TimeSpan.FromSeconds(seconds);

    public void Tick(int times = 1)
    {
      for (var i = 0; i < times; i++)
      {
        LastStep = RolloutJudge.Decide(Rollout, Of, Now);
        LastStep.ApplyTo(Rollout, Now);
        Now += TimeSpan.FromSeconds(1);
      }
    }

    public void Report(RolloutDevice device, UpdateState state, string reason, int permille = 0) =>
      Facts[device.DeviceId] = Facts[device.DeviceId] with
      {
        ReportedDesired = device.OfferDesired, Update = state, UpdateVersion = Rollout.Version, UpdateReason = reason, UpdatePermille = permille,
      };

    public void Confirm(RolloutDevice device)
    {
      Report(device, UpdateState.Confirmed, "");
      Facts[device.DeviceId] = Facts[device.DeviceId] with { Runs = Rollout.Version };
    }

    public void DevicesDoTheirBest()
    {
      foreach (var device in Rollout.Devices.Where(d => RolloutJudge.IsInFlight(d.Stage))) Confirm(device);
    }

    public void RunUntil(RolloutState state, Action<Fleet> between)
    {
      for (var i = 0; i < 20_000 && Rollout.State != state; i++)
      {
        Tick();
        between(this);
      }

      Assert.Equal(state, Rollout.State);
    }
  }
}
