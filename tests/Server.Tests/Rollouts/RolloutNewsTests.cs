using JkFleet.Contracts;
using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>A rollout always says what it does, why, and what it waits for; in words that are true at that moment.</summary>
public class RolloutNewsTests
{
  [Fact]
  public void Before_its_start_it_says_when_that_is()
  {
    var fleet = new JudgedFleet(3, p => p.StartAt = new DateTimeOffset(2026, 11, 23, 6, 30, 0, TimeSpan.Zero));
    fleet.Tick();
    Assert.Equal("Waits for its start at 06:30 UTC on 23 Nov.", fleet.News);
    fleet.Pass(12 * 3600);
    fleet.Tick();
    Assert.Equal("Waits for its start at 06:30 UTC.", fleet.News);
    fleet.Tick();
    Assert.True(fleet.LastStep.IsEmpty, "it has nothing new to say");
  }

  [Fact]
  public void An_open_wave_says_how_its_devices_stand()
  {
    var fleet = new JudgedFleet(20, p => { p.Canary = 6; p.MaxConcurrent = 4; p.FailCap = 5; p.MinSample = 100; });
    fleet.Tick();
    Assert.Equal("Wave 1 of 3 is open: 0 of 6 devices confirmed, 6 waiting for their turn (at most 4 at once, 120 a minute).", fleet.News);
    fleet.Tick();
    Assert.Equal("Wave 1 of 3 is open: 0 of 6 devices confirmed, 4 under way, 2 waiting for their turn (at most 4 at once, 120 a minute).", fleet.News);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Report(fleet.Rollout.Devices[1], UpdateState.Reverted, "no_bms");
    fleet.Facts["d5"] = fleet.Facts["d5"] with { SocPermille = 100 };
    fleet.Tick();
    Assert.Equal(
      "Wave 1 of 3 is open: 1 of 6 devices confirmed, 3 under way, 1 failed, 1 held back (charged below 20 %). Who is still held back at 12:00 UTC on 23 Nov moves to the tail.", fleet.News);
  }

  [Fact]
  public void A_wave_in_which_nobody_moves_says_what_it_waits_for()
  {
    var fleet = new JudgedFleet(3, p => { p.WindowFromMinute = 22 * 60; p.WindowToMinute = 6 * 60; p.GateSeconds = 7200; });
    fleet.Tick(2);
    Assert.Equal(
      "The only wave waits for the maintenance window, 22:00 to 06:00 local time: 0 of 3 devices confirmed, 3 to go. Who is still held back at 14:00 UTC moves to the tail.", fleet.News);
    fleet.Facts["d0"] = fleet.Facts["d0"] with { LocalMinute = 0, AlarmActive = true };
    fleet.Facts["d1"] = fleet.Facts["d1"] with { Online = false };
    fleet.Tick();
    Assert.Equal(
      "The only wave waits for devices that are held back: 0 of 3 devices confirmed, 3 held back (1 not connected, 1 outside the maintenance window of 22:00 to 06:00 local time, 1 with an active BMS alarm). "
      + "Who is still held back at 14:00 UTC moves to the tail.", fleet.News);
    fleet.Pass(7200);
    fleet.Tick(2);
    Assert.StartsWith("The tail waits for devices that are held back: ", fleet.News, StringComparison.Ordinal);
    Assert.EndsWith("Who is still held back at 16:00 UTC is left out.", fleet.News, StringComparison.Ordinal);
  }

  [Fact]
  public void A_soaking_wave_says_until_when_and_what_opens_then()
  {
    var fleet = new JudgedFleet(10, p => { p.Percents = [100]; p.SoakSeconds = 600; p.SuccessPercent = 50; p.MinSample = 100; });
    fleet.Tick(2);
    fleet.Confirm(fleet.Rollout.Devices[0]);
    fleet.Confirm(fleet.Rollout.Devices[1]);
    fleet.Report(fleet.Rollout.Devices[2], UpdateState.Reverted, "no_bms");
    fleet.Tick();
    Assert.Equal("Wave 1 of 2 is soaking: 2 of 3 devices confirmed, 1 failed. It is watched until 12:10 UTC; then wave 2 of 2 opens with 7 devices.", fleet.News);
    fleet.Pass(601);
    fleet.Tick(2);
    Assert.StartsWith("Wave 2 of 2 is open: 0 of 7 devices confirmed, 7 under way", fleet.News, StringComparison.Ordinal);
    foreach (var d in fleet.Wave(1)) fleet.Confirm(d);
    fleet.Tick();
    Assert.Equal("Wave 2 of 2 is soaking: 7 of 7 devices confirmed. It is watched until 12:20 UTC; then the rollout is complete.", fleet.News);
    fleet.Pass(601);
    fleet.Tick(2);
    Assert.Equal("9 devices of 10 run 2.0.0 and proved their health; 1 failed.", fleet.News);
  }

  [Fact]
  public void A_halt_says_by_which_threshold_and_what_the_devices_told()
  {
    var share = new JudgedFleet(20, p => { p.Canary = 10; p.FailCap = 100; p.MinSample = 5; p.FailPercent = 20; });
    share.Tick(2);
    for (var i = 2; i < 8; i++) share.Confirm(share.Rollout.Devices[i]);
    share.Report(share.Rollout.Devices[0], UpdateState.Reverted, "no_bms");
    share.Report(share.Rollout.Devices[1], UpdateState.Reverted, "no_bms");
    share.Tick();
    Assert.Equal("Halted by itself: 2 of 8 devices that are decided failed (the new build did not hear the BMS in time); it halts at 20 %.", share.News);

    var wave = new JudgedFleet(20, p => { p.Canary = 3; p.FailCap = 100; p.MinSample = 1000; p.SuccessPercent = 80; });
    wave.Tick(2);
    wave.Confirm(wave.Rollout.Devices[0]);
    wave.Report(wave.Rollout.Devices[1], UpdateState.Reverted, "no_bms");
    wave.Report(wave.Rollout.Devices[2], UpdateState.Refused, "wrong_key");
    wave.Tick();
    Assert.StartsWith("Halted by itself: wave 1 of 3 confirmed only 1 of 3 devices (mostly: ", wave.News, StringComparison.Ordinal);
    Assert.EndsWith("; it goes on from 80 %.", wave.News, StringComparison.Ordinal);
  }

  [Theory]
  [InlineData(50, 0, 0, 0, "All 50 devices run 9.2.0 and proved their health.")]
  [InlineData(1, 0, 0, 0, "The device runs 9.2.0 and proved its health.")]
  [InlineData(48, 2, 0, 0, "All 48 devices run 9.2.0 and proved their health; 2 devices ran it before.")]
  [InlineData(0, 3, 0, 0, "Nothing was to do: 3 devices ran it before.")]
  [InlineData(45, 2, 2, 1, "45 devices of 48 run 9.2.0 and proved their health; 2 failed; 1 was left out; 2 devices ran it before.")]
  [InlineData(0, 0, 0, 2, "0 devices of 2 run 9.2.0 and proved their health; 2 were left out.")]
  public void The_end_is_told_as_it_is(int confirmed, int current, int failed, int leftOut, string said) =>
    Assert.Equal(said, RolloutNews.Complete("9.2.0", confirmed, current, failed, leftOut));

  [Theory]
  [InlineData(0, 0, "Nothing was to take back: no device had the new build.")]
  [InlineData(1, 0, "The device is back on 1.0.0.")]
  [InlineData(8, 0, "All 8 devices are back on 1.0.0.")]
  [InlineData(7, 1, "1 device did not come back to 1.0.0; 7 are back.")]
  public void The_way_back_ends_with_who_is_back(int back, int lost, string said) => Assert.Equal(said, RolloutNews.BackAgain("1.0.0", back, lost));

  [Fact]
  public void What_comes_next_names_who_has_to_act_and_whom_nobody_can_stop_any_more()
  {
    var rollout = new Rollout { Name = "r", Version = "2.0.0", Board = "sim", CreatedBy = "op", Why = "w", FormerVersion = "1.0.0", State = RolloutState.Paused };
    string Next(RolloutState state, params (StageOfDevice Stage, int Count)[] stages)
    {
      rollout.State = state;
      return RolloutWords.Next(rollout, stages.ToDictionary(s => s.Stage, s => s.Count));
    }

    Assert.Equal("No further device is offered the build. It waits for a person: go on or abort.", Next(RolloutState.Paused, (StageOfDevice.Planned, 3)));
    Assert.Equal(
      "No further device is offered the build. 2 devices were restarting already and are followed to the end. 1 device never answered and may have switched before the offer was taken back. "
      + "It waits for a person: look at the failed devices, then try them again, go on without them, roll back, or abort.",
      Next(RolloutState.Paused, (StageOfDevice.Switching, 1), (StageOfDevice.Verifying, 1), (StageOfDevice.Silent, 1)));
    Assert.Equal("1 device was restarting already and is followed to the end.", Next(RolloutState.Aborted, (StageOfDevice.Verifying, 1), (StageOfDevice.Skipped, 4)));
    Assert.Equal("3 devices back on 1.0.0, 2 on the way; each has up to 2\u00A0h.", Next(RolloutState.RollingBack, (StageOfDevice.Returned, 3), (StageOfDevice.Returning, 2)));
    Assert.Equal("It goes on by itself, and halts at 3 failed devices or when 10 % of at least 5 decided ones failed.", Next(RolloutState.Running));
    Assert.Equal("", Next(RolloutState.Completed, (StageOfDevice.Confirmed, 3)));
    Assert.Equal("", Next(RolloutState.Aborted, (StageOfDevice.Skipped, 3)));
  }
}
