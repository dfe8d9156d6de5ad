using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>How a rollout goes from wave to wave, and what counts in none of them.</summary>
public class RolloutWaveTests
{
  [Fact]
  public void Good_builds_go_through_all_waves_and_complete()
  {
    var fleet = new JudgedFleet(20);
    fleet.RunUntil(RolloutState.Completed, f => f.DevicesDoTheirBest());
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Confirmed, d.Stage));
    Assert.Equal("All 20 devices run 2.0.0 and proved their health.", fleet.Rollout.StateReason);
  }

  [Fact]
  public void No_device_of_the_second_wave_is_offered_before_the_first_has_soaked()
  {
    var fleet = new JudgedFleet(10);
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
  public void An_empty_wave_passes_and_says_nothing_wrong()
  {
    var fleet = new JudgedFleet(2, p => p.Canary = 2);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "2.0.0" };
    fleet.Facts["d1"] = fleet.Facts["d1"] with { Runs = "2.0.0" };
    fleet.Tick(4);
    Assert.Equal(RolloutState.Completed, fleet.Rollout.State);
  }

  [Fact]
  public void A_device_that_runs_the_version_already_counts_neither_way() // hawkBit #735
  {
    var fleet = new JudgedFleet(3, p => p.Canary = 3);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Runs = "2.0.0" };
    fleet.Tick(2);
    Assert.Equal(StageOfDevice.AlreadyCurrent, fleet.Rollout.Devices[0].Stage);
    Assert.Equal(0, fleet.Rollout.Devices[0].Attempts);
  }

  [Fact]
  public void Nothing_happens_before_the_start_time()
  {
    var fleet = new JudgedFleet(3);
    fleet.Rollout.Policy.StartAt = fleet.Now.AddHours(1);
    fleet.Tick(3);
    Assert.Equal(RolloutState.Scheduled, fleet.Rollout.State);
    fleet.Pass(3601);
    fleet.Tick();
    Assert.Equal(RolloutState.Running, fleet.Rollout.State);
  }
}
