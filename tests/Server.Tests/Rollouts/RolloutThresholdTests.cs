using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>When failures halt a rollout.</summary>
public class RolloutThresholdTests
{
  [Fact]
  public void Completion_never_overrides_the_success_threshold() // hawkBit: 60 % ok opened the next wave at S=80
  {
    var fleet = new JudgedFleet(20, p => { p.Canary = 5; p.FailCap = 100; p.MinSample = 1000; p.SuccessPercent = 80; });
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
  public void Two_bricks_in_a_small_canary_halt_at_once_by_the_cap()
  {
    var fleet = new JudgedFleet(100, p => { p.Canary = 5; p.FailCap = 2; p.MinSample = 50; });
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Reverted, "no BMS frames");
    fleet.Tick();
    Assert.Equal(RolloutState.Running, fleet.Rollout.State);
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Reverted, "no BMS frames");
    fleet.Tick();
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    Assert.Equal("Halted by itself: 2 devices failed (no BMS frames); it halts at 2.", fleet.Rollout.StateReason);
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
    var fleet = new JudgedFleet(1000, p => { p.Canary = 100; p.MinSample = 5; p.FailPercent = 10; p.FailCap = 10_000; p.MaxConcurrent = 1000; p.PerMinute = 1000; });
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
    var fleet = new JudgedFleet(40, p => { p.Canary = 2; p.FailCap = 1; });
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
    var fleet = new JudgedFleet(10, p => p.FailCap = 1);
    fleet.Tick(2);
    foreach (var d in fleet.Wave(0)) fleet.Confirm(d);
    fleet.Tick();
    fleet.Facts["d1"] = fleet.Facts["d1"] with { IllFor = TimeSpan.FromMinutes(6) };
    fleet.Tick();
    Assert.Equal(StageOfDevice.Regressed, fleet.Rollout.Devices[1].Stage);
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
  }

  [Fact]
  public void The_truth_may_come_late_and_does_not_lift_the_halt()
  {
    var fleet = new JudgedFleet(3, p => { p.Canary = 1; p.FailCap = 1; });
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
}
