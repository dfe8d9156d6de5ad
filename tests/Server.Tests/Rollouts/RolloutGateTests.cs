using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>What holds single devices back: gates, windows, pace.</summary>
public class RolloutGateTests
{
  [Theory]
  [MemberData(nameof(Gates))]
  public void A_gate_holds_the_device_and_says_why(string reason, Func<RolloutFacts, RolloutFacts> spoil)
  {
    var fleet = new JudgedFleet(1, p => { p.GateMaxCurrentMa = 20_000; p.GateInverterHeard = true; p.WindowFromMinute = 22 * 60; p.WindowToMinute = 6 * 60; });
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
    var fleet = new JudgedFleet(10, p => { p.Canary = 2; p.GateSeconds = 100; p.SoakSeconds = 0; });
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
  public void Pace_bounds_offers_a_minute_and_devices_in_flight()
  {
    var fleet = new JudgedFleet(100, p => { p.Canary = 100; p.PerMinute = 7; p.MaxConcurrent = 10; });
    fleet.Tick(3);
    Assert.Equal(7, fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered));
    fleet.Pass(61);
    fleet.Tick(3);
    Assert.Equal(10, fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered));
  }

  [Fact]
  public void Only_so_many_devices_of_one_site_at_a_time()
  {
    var fleet = new JudgedFleet(10, p => { p.Canary = 10; p.MaxPerSite = 1; });
    fleet.Tick(3);
    var offered = Assert.Single(fleet.Rollout.Devices, d => d.Stage == StageOfDevice.Offered);
    Assert.All(fleet.Rollout.Devices.Where(d => d != offered), d => Assert.Equal("another device of its site is being updated", d.Reason));
  }

  [Fact]
  public void Jitter_spreads_the_offers_and_is_the_same_after_a_restart()
  {
    var fleet = new JudgedFleet(100, p => { p.Canary = 100; p.JitterSeconds = 100; p.PerMinute = 1000; p.MaxConcurrent = 1000; });
    fleet.Tick(2);
    fleet.Pass(50);
    var again = RolloutJudge.Decide(fleet.Rollout, fleet.Of, fleet.Now).Offers.Select(d => d.DeviceId).ToList();
    fleet.Tick();
    Assert.InRange(fleet.Rollout.Devices.Count(d => d.Stage == StageOfDevice.Offered), 25, 75);
    Assert.Equal(again, fleet.LastStep.Offers.Select(d => d.DeviceId));
  }
}
