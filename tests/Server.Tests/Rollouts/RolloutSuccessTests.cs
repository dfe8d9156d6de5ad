using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>What counts as success, what as a failure, and how long one waits for either.</summary>
public class RolloutSuccessTests
{
  [Fact]
  public void Success_needs_the_new_version_to_run_not_only_to_be_reported() // hawkBit #3185
  {
    var fleet = new JudgedFleet(1);
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
    var fleet = new JudgedFleet(1);
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
    var fleet = new JudgedFleet(1);
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
    var fleet = new JudgedFleet(1);
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
    var fleet = new JudgedFleet(1);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], said, "because of me");
    fleet.Tick();
    Assert.Equal((stage, "because of me"), (fleet.Rollout.Devices[0].Stage, fleet.Rollout.Devices[0].Reason));
  }

  [Fact]
  public void Silence_is_a_failure_and_never_blocks_the_wave_for_ever() // hawkBit #693
  {
    var fleet = new JudgedFleet(4, p => { p.Canary = 2; p.FailCap = 10; p.MinSample = 100; p.SuccessPercent = 50; });
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Facts["d1"] = fleet.Facts["d1"] with { Online = false, SilentFor = TimeSpan.FromHours(1) };
    fleet.Pass(fleet.Rollout.Policy.SilenceSeconds + 1);
    fleet.Tick();
    Assert.Equal(StageOfDevice.Silent, fleet.Rollout.Devices[1].Stage);
    Assert.Equal(WaveState.Soaking, fleet.Rollout.Waves[0].State);
  }

  [Fact]
  public void Slow_progress_is_progress_but_the_total_time_bounds_it()
  {
    var fleet = new JudgedFleet(1);
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
    var fleet = new JudgedFleet(1);
    fleet.Tick(2);
    fleet.Report(fleet.Rollout.Devices[0], UpdateState.Waiting, "current 12 A");
    fleet.Tick();
    fleet.Pass(fleet.Rollout.Policy.StepSeconds * 3);
    fleet.Tick();
    Assert.Equal((StageOfDevice.Downloaded, "current 12 A"), (fleet.Rollout.Devices[0].Stage, fleet.Rollout.Devices[0].Reason));
  }

  [Fact]
  public void An_outage_of_the_server_is_no_failure_of_a_device()
  {
    var fleet = new JudgedFleet(4, p => { p.Canary = 4; p.StepSeconds = 60; p.TotalSeconds = 600; p.SilenceSeconds = 60; });
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
}
