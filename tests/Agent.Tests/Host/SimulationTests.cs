using JkFleet.Agent.Host;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Simulation;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class SimulationTests
{
    [Fact]
    public void Same_seed_gives_the_same_day_to_the_last_millivolt()
    {
        Assert.Equal(Day(7, 3), Day(7, 3));
        Assert.NotEqual(Day(7, 3), Day(8, 3));
        Assert.NotEqual(Day(7, 3), Day(7, 4));
    }

    [Fact]
    public void A_day_charges_under_the_sun_and_discharges_in_the_evening()
    {
        var noon = new List<int>();
        var night = new List<int>();
        for (var number = 1; number <= 20; number++)
        {
            var bench = new SimBench(new SimPlan { TimeScale = 600, StartHour = 6 }, number);
            var r = bench.Device.Board.Reading;
            var lowest = 1000;
            var highest = 0;
            bench.Run(
                150,
                () =>
                {
                    if (bench.Device.Hour is > 11 and < 13) noon.Add(r.CurrentMa);
                    if (bench.Device.Hour is > 20 and < 23) night.Add(r.CurrentMa);
                    lowest = Math.Min(lowest, r.SocPermille);
                    highest = Math.Max(highest, r.SocPermille);
                    Assert.InRange(r.CellMaxMv, 2000, 3900);
                    Assert.InRange(r.CellMinMv, 1500, 3700);
                });
            Assert.True(highest - lowest > 50, $"pack {number} moved only from {lowest} to {highest} permille");
        }

        Assert.True(noon.Average() > 3000, $"noon: {noon.Average()} mA");
        Assert.True(night.Average() < -3000, $"night: {night.Average()} mA");
    }

    [Fact]
    public void Inverter_never_takes_more_than_the_frames_allow()
    {
        for (var number = 1; number <= 10; number++)
        {
            var bench = new SimBench(new SimPlan { TimeScale = 60, StartHour = 10 }, number);
            bench.Run(
                600,
                () =>
                {
                    var ma = (int)(bench.Device.Pack.Amps * 1000);
                    // 250 ms: the frames of one pass and the step of the physics that follows it.
                    Assert.True(ma <= Most(bench.Loop.Agent, charge: true) && -ma <= Most(bench.Loop.Agent, charge: false), $"{ma} mA flow");
                });
        }

        static int Most(Agent agent, bool charge)
        {
            var bms = charge ? agent.Snapshot.MaxChargeMa : agent.Snapshot.MaxDischargeMa;
            return (bms == BmsSnapshot.Unknown ? 0 : Math.Min(bms, 70_000)) + 100;
        }
    }

    [Theory]
    [InlineData("jk-4e57", "can-pylon-lv")]
    [InlineData("jk02", "victron")]
    [InlineData("jk-pb", "generic-hv")]
    [InlineData("jk-pb-modbus", "deye")]
    [InlineData("jk-4e57", "generic-hv-11bit")]
    public void Every_pack_protocol_reaches_every_kind_of_inverter(string bms, string inverter)
    {
        var bench = new SimBench(new SimPlan { BmsProtocol = bms, InverterProtocol = inverter, StartHour = 12 });
        bench.Device.ForcedWatt = 2000;
        bench.Run(90);
        Assert.Equal(ReadingState.Good, bench.Loop.Agent.Freshness.State);
        Assert.Equal(LinkState.Ok, bench.Loop.Agent.Report.Inverter);
        Assert.True(bench.Device.Inverter.AllowedChargeMa(bench.NowMs) > 0, "the inverter may charge");
        Assert.True(bench.Device.Pack.Amps > 5, $"{bench.Device.Pack.Amps} A flow");
    }

    [Fact]
    public void Every_preset_lets_current_flow()
    {
        foreach (var name in Protocols.InverterNames)
        {
            var bench = new SimBench(new SimPlan { InverterProtocol = name, StartHour = 12 });
            bench.Device.ForcedWatt = -1500;
            bench.Run(60);
            Assert.True(bench.Device.Pack.Amps < -5, $"{name}: {bench.Device.Pack.Amps} A");
        }
    }

    [Fact]
    public void A_thousand_agents_live_in_one_process()
    {
        var clock = new SystemClock();
        var agents = Enumerable.Range(1, 1000)
            .Select(i => new SimAgent($"sim-{i}", i, new SimPlan { TimeScale = 60 }, clock, new NoServer(), new MemoryStore(), new JkFleet.Agent.Host.Updates.MemorySlots(), i))
            .ToArray();
        using var fleet = new SimFleet(agents, clock, Journal.Silent);
        Wait.Until(() => agents.All(a => a.Loop.Agent.Freshness.State == ReadingState.Good), "all packs are read", 30_000);
        Wait.Until(() => agents.All(a => a.Loop.Agent.Report.Inverter == LinkState.Ok), "all inverters are heard", 30_000);
        Assert.True(fleet.TickLoad < 1.5, $"ticking takes {fleet.TickLoad:0.00} cores");
    }

    [Fact]
    public void Weak_packs_raise_alarms_and_ordinary_ones_do_not()
    {
        var alarms = new Dictionary<SimCharacter, int>();
        var counts = new Dictionary<SimCharacter, int>();
        var what = new List<string>();
        for (var number = 1; number <= 60; number++)
        {
            var bench = new SimBench(new SimPlan { TimeScale = 120, StartHour = 2 }, number);
            var seen = BmsAlarms.None;
            bench.Run(720, () => seen |= bench.Device.Board.Reading.Alarms);
            var who = bench.Device.Character;
            counts[who] = counts.GetValueOrDefault(who) + 1;
            if ((seen & ~BmsAlarms.LowCapacity) != 0) what.Add($"{number} {who}: {seen}");
            if ((seen & ~BmsAlarms.LowCapacity) != 0) alarms[who] = alarms.GetValueOrDefault(who) + 1;
        }

        Assert.True(counts.Keys.Count >= 4, "the cast is mixed");
        Assert.True(alarms.GetValueOrDefault(SimCharacter.ColdShed) > 0, "a cold shed is too cold at dawn");
        Assert.True(
            alarms.GetValueOrDefault(SimCharacter.Ordinary) * 10 < counts[SimCharacter.Ordinary],
            $"{alarms.GetValueOrDefault(SimCharacter.Ordinary)} of {counts[SimCharacter.Ordinary]} ordinary packs had an alarm: {string.Join("; ", what)}");
    }

    [Fact]
    public void Cell_is_steep_at_the_ends_and_never_falls_with_charge()
    {
        var last = 0.0;
        for (var soc = -0.02; soc <= 1.03; soc += 0.001)
        {
            var volt = LfpCell.OpenCircuitVolt(soc);
            Assert.True(volt >= last);
            last = volt;
        }

        Assert.True(LfpCell.OpenCircuitVolt(0.8) - LfpCell.OpenCircuitVolt(0.3) < 0.1);
        Assert.True(LfpCell.OpenCircuitVolt(1.01) - LfpCell.OpenCircuitVolt(0.99) > 0.1);
    }

    private static string Day(int seed, int number)
    {
        var bench = new SimBench(new SimPlan { Seed = seed, TimeScale = 300, StartHour = 8 }, number);
        var day = new System.Text.StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            bench.Run(10);
            var r = bench.Device.Board.Reading;
            day.AppendJoin(' ', r.CellMv.Take(16)).Append($" {r.CurrentMa} {r.SocPermille} {r.TempMosDeciC}\n");
        }

        return day.ToString();
    }
}
