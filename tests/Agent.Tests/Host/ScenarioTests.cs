using JkFleet.Agent.Host.Simulation;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

/// <summary>Every story of <c>simulate --scenario</c> must show what its text promises.</summary>
public class ScenarioTests
{
    private readonly HashSet<LimitReason> _chargeReasons = [];
    private readonly HashSet<LimitReason> _dischargeReasons = [];
    private readonly HashSet<LinkState> _bms = [];
    private readonly HashSet<LinkState> _inverter = [];
    private int _mostChargeMa;
    private bool _silentOnTheBus;

    [Fact]
    public void Pulled_bms_cable_forbids_then_silences_and_comes_back()
    {
        var bench = Play("bms-cable-pulled", 280);
        Assert.Contains(LimitReason.Stale, _chargeReasons);
        Assert.Contains(LinkState.Silent, _bms);
        Assert.True(_silentOnTheBus, "the agent stopped transmitting");
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed, "and came back");
    }

    [Fact]
    public void Restarted_inverter_is_seen_as_silent_and_heard_again()
    {
        var bench = Play("inverter-reboot", 150);
        Assert.Contains(LinkState.Silent, _inverter);
        Assert.Equal(LinkState.Ok, bench.Loop.Agent.Report.Inverter);
        Assert.True(bench.Device.Pack.Amps < -5, "the house draws again");
    }

    [Fact]
    public void Runaway_cell_stops_charging_and_not_discharging()
    {
        Play("cell-overshoot", 230);
        Assert.True(_chargeReasons.Overlaps([LimitReason.BmsAlarm, LimitReason.MosOff, LimitReason.CellHeadroom]), string.Join(" ", _chargeReasons));
        Assert.DoesNotContain(LimitReason.MosOff, _dischargeReasons);
    }

    [Fact]
    public void Cold_pack_is_not_charged_until_it_is_warm()
    {
        var bench = Play("cold-morning", 250);
        Assert.True(_chargeReasons.Overlaps([LimitReason.BmsAlarm, LimitReason.MosOff]), string.Join(" ", _chargeReasons));
        Assert.True(bench.Loop.Agent.Limits.ChargeAllowed, "warm: allowed again");
    }

    [Fact]
    public void Power_cuts_start_a_new_boot_each_and_end_well()
    {
        var bench = Play("power-cut", 150);
        var boots = bench.Told.Where(t => t.Leaf == Topics.Hello || t.Leaf == Topics.Telemetry).Select(t => t.Message["boot"]!.GetValue<long>()).Distinct();
        Assert.True(boots.Count() >= 3);
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed);
    }

    [Fact]
    public void Missing_server_changes_nothing_and_the_backlog_is_replayed()
    {
        var bench = Play("server-gone", 260);
        var replayed = bench.Told.Where(t => t.Leaf == Topics.Telemetry && t.Message["replay"]!.GetValue<bool>()).ToList();
        Assert.NotEmpty(replayed);
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed);
        Assert.DoesNotContain(LimitReason.Stale, _chargeReasons);
    }

    [Fact]
    public void Jumping_clocks_forbid_for_a_moment_and_never_allow_more()
    {
        var bench = Play("clock-jump", 260);
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed, "trust came back");
        Assert.True(_mostChargeMa <= 70_000);
    }

    [Fact]
    public void Hostile_server_gets_nothing_beyond_bms_and_envelope()
    {
        var bench = Play("hostile-server", 120);
        Assert.True(_mostChargeMa <= bench.Loop.Agent.Snapshot.MaxChargeMa, $"{_mostChargeMa} mA");
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed, "and the pack goes on working");
        Assert.Equal((0, VerdictState.Refused), (bench.Loop.Agent.Slot.Active.Revision, bench.Loop.Agent.Slot.Verdict));
        Assert.True(bench.Loop.Agent.Snapshot.DischargeMosOn && bench.Loop.Agent.Commands.BadMessages >= 200, $"{bench.Loop.Agent.Commands.BadMessages} bad messages");
    }

    [Fact]
    public void Short_bus_is_bus_off_and_rejoined()
    {
        var bench = Play("bus-off", 160);
        Assert.Contains(LinkState.BusOff, _inverter);
        Assert.Equal(LinkState.Ok, bench.Loop.Agent.Report.Inverter);
    }

    [Fact]
    public void Noisy_wire_is_counted_and_never_believed()
    {
        var bench = Play("noisy-wire", 200);
        Assert.True(bench.Loop.Agent.Report.BmsRefused > 10);
        Assert.InRange(bench.Loop.Agent.Snapshot.PackVoltageMv, 45_000, 58_000);
    }

    [Fact]
    public void Unnamed_alarm_bit_forbids_both_directions()
    {
        var bench = Play("unknown-alarm", 100);
        Assert.Equal(LimitReason.BmsAlarm, bench.Loop.Agent.Limits.ChargeReason);
        Assert.Equal(LimitReason.BmsAlarm, bench.Loop.Agent.Limits.DischargeReason);
        bench.Run(100);
    }

    [Fact]
    public void Unplugged_adapter_is_named_as_such()
    {
        var bench = Play("adapter-gone", 160);
        Assert.Contains(LinkState.NoPort, _bms);
        Assert.Equal(LinkState.Ok, bench.Loop.Agent.Report.Bms);
    }

    [Fact]
    public void Every_story_has_a_test()
    {
        string[] told =
        [
            "bms-cable-pulled", "inverter-reboot", "cell-overshoot", "cold-morning", "power-cut", "server-gone", "clock-jump", "hostile-server", "bus-off",
            "noisy-wire", "unknown-alarm", "adapter-gone",
        ];
        Assert.Equal(told, Scenario.All.Select(s => s.Name));
    }

    private SimBench Play(string name, double seconds)
    {
        var bench = new SimBench(new SimPlan { StartHour = 12 }, number: 2);
        var lines = new List<string>();
        var player = new ScenarioPlayer(Scenario.Find(name)!, bench.Device, (_, what) => lines.Add(what));
        var begun = bench.NowMs;
        bench.Run(
            seconds,
            () =>
            {
                player.Tick(bench.NowMs - begun);
                var agent = bench.Loop.Agent;
                _chargeReasons.Add(agent.Limits.ChargeReason);
                _dischargeReasons.Add(agent.Limits.DischargeReason);
                _bms.Add(agent.Report.Bms);
                _inverter.Add(agent.Report.Inverter);
                _mostChargeMa = Math.Max(_mostChargeMa, agent.Limits.ChargeLimitMa);
                _silentOnTheBus |= !agent.Transmitting && agent.Report.BmsFrames > 0;
                // Whatever the story: forbidden means zero, on every tick.
                Assert.Equal(agent.Limits.ChargeAllowed, agent.Limits.ChargeLimitMa > 0);
                Assert.Equal(agent.Limits.DischargeAllowed, agent.Limits.DischargeLimitMa > 0);
            });
        Assert.NotEmpty(lines);
        return bench;
    }
}
