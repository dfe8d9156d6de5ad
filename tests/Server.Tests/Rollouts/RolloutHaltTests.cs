using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>What a halt, an abort and a way back do to devices under way.</summary>
public class RolloutHaltTests
{
  [Fact]
  public void Pause_takes_the_offer_back_from_those_that_have_not_begun_to_switch() // hawkBit: told devices went on
  {
    var fleet = new JudgedFleet(3, p => p.Canary = 3);
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
  public void Halt_takes_the_offer_back_from_those_that_fell_silent_too() // or the bad build would wait for them
  {
    var fleet = new JudgedFleet(4, p => { p.Canary = 4; p.FailCap = 3; p.MinSample = 1000; p.SilenceSeconds = 60; });
    fleet.Tick(2);
    foreach (var device in fleet.Rollout.Devices) fleet.Report(device, UpdateState.Downloading, "", 100);
    foreach (var id in new[] { "d0", "d1" }) fleet.Facts[id] = fleet.Facts[id] with { Online = false, SilentFor = TimeSpan.FromHours(1) };
    fleet.Pass(100);
    fleet.Tick();
    Assert.All(fleet.Rollout.Devices.Take(2), d => Assert.Equal(StageOfDevice.Silent, d.Stage));
    Assert.Empty(fleet.LastStep.Withdrawals); // a good build may still be taken late
    fleet.Report(fleet.Rollout.Devices[2], UpdateState.Reverted, "no_bms");
    fleet.Tick();
    Assert.Equal(RolloutState.Paused, fleet.Rollout.State);
    Assert.Equal(["d0", "d1", "d2", "d3"], fleet.LastStep.Withdrawals.Select(d => d.DeviceId).Order());
    fleet.Tick(2);
    Assert.True(fleet.LastStep.IsEmpty);

    // It had switched before it fell silent: the truth still comes.
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { Online = true, SilentFor = TimeSpan.Zero };
    fleet.Tick();
    Assert.Equal(StageOfDevice.Confirmed, fleet.Rollout.Devices[0].Stage);
  }

  [Fact]
  public void Abort_leaves_the_rest_out_and_is_final()
  {
    var fleet = new JudgedFleet(10, p => p.Canary = 2);
    fleet.Tick(2);
    fleet.Rollout.State = RolloutState.Aborted;
    fleet.Tick();
    Assert.All(fleet.Rollout.Devices, d => Assert.Equal(StageOfDevice.Skipped, d.Stage));
    fleet.Tick();
    Assert.True(fleet.LastStep.IsEmpty);
  }

  [Fact]
  public void Rolling_back_reaches_every_device_that_may_run_the_new_build()
  {
    var fleet = new JudgedFleet(4, p => { p.Canary = 4; p.FailCap = 2; });
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
    Assert.Equal((RolloutState.RolledBack, "The device is back on 1.0.0."), (fleet.Rollout.State, fleet.Rollout.StateReason));
  }

  [Fact]
  public void Who_failed_for_good_is_no_longer_wished_the_build()
  {
    var fleet = new JudgedFleet(6, p => { p.Canary = 6; p.FailCap = 100; p.MinSample = 1000; });
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Reverted, "no_bms");
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Refused, "signature");
    fleet.Confirm(fleet.Rollout.Devices[2]);
    fleet.Tick();
    Assert.Equal(["d0", "d1"], fleet.LastStep.Withdrawals.Select(d => d.DeviceId).Order());
    fleet.Tick();
    Assert.Empty(fleet.LastStep.Withdrawals);
  }
}
