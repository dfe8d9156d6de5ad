using System.Text;
using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>What lies between the small machines: who forbids and in which order, what a reading counts for, what is passed on to whom.</summary>
internal sealed class AgentCases : IBmsProtocol, IBmsSwitches
{
    private readonly ScriptedBms _link = new();
    private readonly WatchingInverter _inverter = new();
    private readonly BmsSnapshot _pack = EngineCases.Healthy();
    private readonly Agent _agent;
    private int _switched;
    private long _now = 100_000;

    private AgentCases(AgentSettings? settings = null)
    {
        _agent = new Agent(settings ?? new AgentSettings { Version = "7.8.9", Board = "bench" }, this, _inverter);
        (Number[ProfileField.RiseHoldMs], Number[ProfileField.RiseMaPerS]) = (0, 100_000);
    }

    public string Name => _link.Name;
    public BmsLinkCounters Counters => _link.Counters;
    public BmsSwitchWrite SwitchWrite { get; } = new();

    private int[] Number => _agent.Slot.Active.Number;
    private ChargeLimits Limits => _agent.Limits;

    public int NextRequest(long nowMs, byte[] buffer) => 0;

    public void Receive(byte[] buffer, int offset, int count, long nowMs)
    {
    }

    public bool TryTake(BmsSnapshot into) => _link.TryTake(into);

    public bool TrySwitch(BmsSwitch which, bool on, long nowMs)
    {
        _switched++;
        return false;
    }

    public static long Run()
    {
        var cases = Forbidding() + Sleeping() + Aging();
        Passing();
        Telling();
        Latching();
        Doubting();
        Starting();
        return cases;
    }

    private AgentCases Read(long passed = 1000, int takenMsAgo = 0)
    {
        _now += passed;
        _link.Deliver(_pack, _now - takenMsAgo);
        _agent.Step(_now, 0);
        return this;
    }

    private static AgentCases Good(AgentSettings? settings = null)
    {
        var c = new AgentCases(settings);
        c._inverter.Hear(c._now);
        for (var i = 0; i < 6; i++) c.Read();
        Require(c.Limits is { ChargeLimitMa: 70_000, DischargeLimitMa: 70_000 }, "life", $"{c.Limits.ChargeLimitMa} {c.Limits.ChargeReason}");
        return c;
    }

    /// <summary>Everything that forbids both directions, in every combination: the first of the order is told.</summary>
    private static long Forbidding()
    {
        long cases = 0;
        for (var bits = 0; bits < 64; bits++)
        foreach (var port in new[] { CanPortState.Up, CanPortState.BusOff, CanPortState.Absent })
        foreach (var heard in new[] { "never", "lately", "long ago", "from the future", "masked" })
        {
            cases++;
            bool Is(int bit) => (bits & (1 << bit)) != 0;
            var c = new AgentCases();
            (c.Number[ProfileField.InverterSilentZero], c.Number[ProfileField.SleepPolicy]) = (Is(2) ? 1 : 0, Is(4) ? 1 : 0);
            c._inverter.Dialect.HearsInverter = Is(3);
            c._inverter.SleepRequested = Is(5);
            if (heard != "never") c._inverter.Hear(c._now - (heard == "long ago" ? 20_000 : heard == "masked" ? 20_000 : heard == "from the future" ? -20_000 : 0));
            if (heard == "masked") c._inverter.SilenceMaskedUntilMs = c._now + 60_000;
            (c._agent.Memory.Maintenance, c._agent.Handover, c._agent.CanState) = (Is(0), Is(1), port);
            for (var i = 0; i < 5; i++) c.Read();

            var silent = Is(2) && Is(3) && (port == CanPortState.Absent || heard is "never" or "long ago" or "from the future");
            var expected = Is(0) ? LimitReason.Maintenance : Is(1) ? LimitReason.Handover : port == CanPortState.BusOff ? LimitReason.BusOff : silent ? LimitReason.InverterSilent
                : Is(4) && Is(5) ? LimitReason.Sleep : LimitReason.SocRamp;
            Require(c.Limits.ChargeReason == expected && c.Limits.DischargeReason == expected, "forbidden", $"{c.Limits.ChargeReason} instead of {expected}: {bits} {port} {heard}");
            Require(c.Limits.ChargeLimitMa == (expected == LimitReason.SocRamp ? 70_000 : 0), "forbidden", "current");
            var age = heard switch { "never" => -1, "lately" => 5000, "from the future" => 0, _ => 25_000 };
            Require(c._agent.Report.InverterAgeMs == age, "report", $"the inverter was heard {heard}, {c._agent.Report.InverterAgeMs} ms ago");
        }

        return cases;
    }

    /// <summary>The MOS are set by a sleeping inverter only where profile and owner both say so, and on a believed reading.</summary>
    private static long Sleeping()
    {
        long cases = 0;
        foreach (var policy in new[] { 0, 1, 2 })
        foreach (var owner in new[] { false, true })
        foreach (var asks in new[] { false, true })
        foreach (var good in new[] { false, true })
        {
            cases++;
            var c = Good(new AgentSettings { SwitchingAllowed = owner });
            c.Number[ProfileField.SleepPolicy] = policy;
            c._inverter.SleepRequested = asks;
            if (!good) c._agent.Freshness.Lose();
            c._agent.Step(c._now += 20, 0);
            Require(c._switched == (policy == 2 && owner && asks && good ? 1 : 0), "sleep", $"{c._switched} writes at policy {policy}, owner {owner}, asked {asks}, good {good}");
        }

        return cases;
    }

    /// <summary>A reading is as old as its last byte, and never younger than now.</summary>
    private static long Aging()
    {
        foreach (var (ago, age) in new[] { (0, 0), (1, 1), (4000, 4000), (-1, 0), (-4000, 0) })
        {
            var c = Good();
            c.Read(5000, ago);
            Require(c._agent.Report.BmsAgeMs == age && c._agent.Freshness.LastGoodMs == c._now - age, "report", $"age {c._agent.Report.BmsAgeMs} of a reading of {ago} ms ago");
            c._agent.Step(c._now += 10_000 - age, 0);
            Require(c._agent.Freshness.State == ReadingState.Good, "stale", "too early");
            c._agent.Step(++c._now, 0);
            Require(c._agent.Freshness.State == ReadingState.Stale && c.Limits.ChargeReason == LimitReason.Stale, "stale", "too late");
        }

        return 5;
    }

    private static void Passing()
    {
        var c = Good();
        Require(new AgentCases().Limits is { ChargeReason: LimitReason.NoReading, DischargeReason: LimitReason.NoReading, ChargeChain: { Count: 1 }, DischargeChain: { Count: 1 } }, "boot silence", "says nothing about why");
        var silent = new AgentCases();
        for (var i = 0; i < 3; i++) silent._agent.Step(silent._now += 1000, 0);
        Require(silent.Limits is { ChargeReason: LimitReason.NoReading, DischargeReason: LimitReason.NoReading } && silent._inverter.Updates == 0, "boot silence", "concludes something from nothing");
        Require(c._agent.Report.Agent == "7.8.9" && c._agent.Report.Board == "bench", "report", "who speaks");
        var before = (c._agent.Report.CanReceived, c._inverter.Heard);
        c._agent.InverterFrame(new CanFrame(), c._now);
        Require((c._agent.Report.CanReceived, c._inverter.Heard) == (before.CanReceived + 1, before.Heard + 1), "report", "frames of the inverter");

        // Overrides of one direction touch that one alone; a raise reaches the engine where the owner enabled it.
        foreach (var (field, charge, discharge) in new[] { ("charge_ma", 5000, 70_000), ("discharge_ma", 70_000, 5000) })
        {
            var limited = Good();
            limited.Command($"\"command\":\"override\",\"{field}\":5000").Read().Read();
            Require((limited.Limits.ChargeLimitMa, limited.Limits.DischargeLimitMa) == (charge, discharge), "override", $"{limited.Limits.ChargeLimitMa}/{limited.Limits.DischargeLimitMa} by {field}");
        }

        foreach (var raises in new[] { false, true })
        {
            var raised = Good(new AgentSettings { OverridesMayRaise = raises });
            raised.Command("\"command\":\"override\",\"charge_ma\":85000,\"discharge_ma\":90000").Read().Read();
            Require((raised.Limits.ChargeLimitMa, raised.Limits.DischargeLimitMa) == (raises ? (85_000, 90_000) : (70_000, 70_000)), "override", $"{raised.Limits.ChargeLimitMa}/{raised.Limits.DischargeLimitMa} with raising {raises}");
        }

        // Nothing that waited goes out when frames may not: an inverter would get its answers in a burst later.
        var off = Good();
        Require(off._agent.NextFrame(off._now, new CanFrame()), "transmit", "says nothing");
        off._agent.CanState = CanPortState.BusOff;
        off._agent.Step(off._now, 0);
        Require(!off._agent.NextFrame(off._now, new CanFrame()), "transmit", "speaks on a bus that is off");
    }

    private AgentCases Command(string fields)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"v\":1,\"id\":\"a\",{fields}}}");
        _agent.Commands.Take(text, text.Length, _now, 0);
        return this;
    }

    /// <summary>Frames are made anew for a reading, for a change, and once a second.</summary>
    private static void Telling()
    {
        var c = Good();
        var updates = c._inverter.Updates;
        for (var i = 0; i < 49; i++) c._agent.Step(c._now += 20, 0);
        Require(c._inverter.Updates == updates, "told", $"{c._inverter.Updates - updates} times without news");
        c._agent.Step(c._now += 20, 0);
        Require(c._inverter.Updates == updates + 1, "told", "not once a second");
        c.Read(20);
        Require(c._inverter.Updates == updates + 2, "told", "a reading is no news");
        c._agent.Handover = true;
        c._agent.Step(c._now += 20, 0);
        Require(c._inverter.Updates == updates + 3 && c._inverter.Told.ChargeLimitMa == 0, "told", "a change is no news");
    }

    /// <summary>A latch moves on a reading that is believed: not on the first after a loss, nor by being looked at.</summary>
    private static void Latching()
    {
        var c = Good();
        (c.Number[ProfileField.StopChargeSocPermille], c.Number[ProfileField.RestartChargeSocPermille], c.Number[ProfileField.JumpSocPermille]) = (950, 800, 1000);
        foreach (var (stop, restart, at, back, charge, discharge) in new[]
        {
            (ProfileField.StopChargeSocPermille, ProfileField.RestartChargeSocPermille, 600, 500, LimitReason.SocStop, LimitReason.SocRamp),
            (ProfileField.StopDischargeSocPermille, ProfileField.RestartDischargeSocPermille, 600, 700, LimitReason.SocRamp, LimitReason.SocStop),
            (ProfileField.StopChargeMv, ProfileField.RestartChargeMv, 53_280, 50_000, LimitReason.VoltageStop, LimitReason.SocRamp),
            (ProfileField.StopDischargeMv, ProfileField.RestartDischargeMv, 53_280, 55_000, LimitReason.SocRamp, LimitReason.VoltageStop),
        })
        {
            var one = Good();
            (one.Number[stop], one.Number[restart]) = (at, back);
            one.Read();
            Require(one.Limits.ChargeReason == charge && one.Limits.DischargeReason == discharge, "latch", $"{one.Limits.ChargeReason}/{one.Limits.DischargeReason} instead of {charge}/{discharge}");
        }

        c._agent.Freshness.Lose();
        c._pack.SocPermille = 960;
        c.Read().Read();
        Require(!c._agent.Memory.ChargeSoc, "latch", "moves while the agent does not trust its readings");
        c.Read();
        Require(c._agent.Memory.ChargeSoc && c.Limits.ChargeReason == LimitReason.SocStop, "latch", "does not move");
        c._pack.SocPermille = 850;
        Require(c.Read()._agent.Memory.ChargeSoc, "latch", "ends above its restart level");
        c._pack.SocPermille = 799;
        c._agent.Freshness.Lose();
        c.Read();
        c._agent.Step(c._now += 20, 0);
        Require(c._agent.Memory.ChargeSoc, "latch", "ends while the agent does not trust its readings");
    }

    /// <summary>While the last reading is doubted nothing rises, and what falls has fallen: its way back begins below.</summary>
    private static void Doubting()
    {
        foreach (var (chargeMa, dischargeMa) in new[] { (5000, 40_000), (40_000, 5000) })
        {
            var c = new AgentCases();
            (c.Number[ProfileField.RiseMaPerS], c.Number[ProfileField.ChargeMaxMa], c.Number[ProfileField.DischargeMaxMa]) = (10_000, chargeMa, dischargeMa);
            for (var i = 0; i < 12; i++) c.Read();
            Require((c.Limits.ChargeLimitMa, c.Limits.DischargeLimitMa) == (chargeMa, dischargeMa), "life", "does not rise");
            c._pack.CurrentMa = 500_001;
            (c.Number[ProfileField.ChargeMaxMa], c.Number[ProfileField.DischargeMaxMa]) = (45_000, 45_000);
            c.Read();
            Require((c.Limits.ChargeLimitMa, c.Limits.DischargeLimitMa) == (chargeMa, dischargeMa), "doubt", $"{c.Limits.ChargeLimitMa}/{c.Limits.DischargeLimitMa} rise on the strength of a reading before");
        }

        foreach (var falls in new[] { (true, true), (true, false), (false, true) })
        foreach (var (chargeMa, dischargeMa) in new[] { (5000, 40_000), (40_000, 5000) })
        {
            var c = new AgentCases();
            (c.Number[ProfileField.RiseMaPerS], c.Number[ProfileField.ChargeMaxMa], c.Number[ProfileField.DischargeMaxMa]) = (10_000, chargeMa, dischargeMa);
            for (var i = 0; i < 12; i++) c.Read();
            c._pack.CurrentMa = 500_001;
            (c.Number[ProfileField.ChargeMaxMa], c.Number[ProfileField.DischargeMaxMa]) = (falls.Item1 ? 1000 : 45_000, falls.Item2 ? 2000 : 45_000);
            c.Read();
            var expected = (falls.Item1 ? 1000 : chargeMa, falls.Item2 ? 2000 : dischargeMa);
            Require((c.Limits.ChargeLimitMa, c.Limits.DischargeLimitMa) == expected, "doubt", $"{c.Limits.ChargeLimitMa}/{c.Limits.DischargeLimitMa} instead of {expected}");
            (c.Number[ProfileField.ChargeMaxMa], c.Number[ProfileField.DischargeMaxMa]) = (45_000, 45_000);
            c._pack.CurrentMa = 0;
            c.Read();
            expected = (Math.Min(45_000, expected.Item1 + 10_000), Math.Min(45_000, expected.Item2 + 10_000));
            Require((c.Limits.ChargeLimitMa, c.Limits.DischargeLimitMa) == expected, "doubt", $"{c.Limits.ChargeLimitMa}/{c.Limits.DischargeLimitMa} instead of {expected}: rises from where it was before the doubt");
        }
    }

    /// <summary>One pack with SOC 0 and no cycles starts; several packs look after that themselves.</summary>
    private static void Starting()
    {
        foreach (var packs in new[] { 1, 2 })
        {
            var c = new AgentCases();
            (c._pack.SocPermille, c._pack.Cycles, c._pack.PacksTotal, c._pack.PacksOnline) = (0, 0, packs, packs);
            c.Read();
            Require(c._agent.Report.BmsAgeMs == (packs == 1 ? -1 : 0) && c.Limits.ChargeReason == (packs == 1 ? LimitReason.BmsStarting : LimitReason.Recovering), "start", $"{c.Limits.ChargeReason} with {packs} packs");
        }

        // The same later: the limits in force stay until the last reading is too old, and that is told.
        var late = Good();
        (late._pack.SocPermille, late._pack.Cycles) = (0, 0);
        late.Read(9000);
        Require(late.Limits is { ChargeLimitMa: 70_000, ChargeReason: LimitReason.SocRamp }, "start", "a start behind a good reading changes the limits");
        late.Read(2000);
        Require(late.Limits is { ChargeLimitMa: 0, ChargeReason: LimitReason.BmsStarting, BmsLost: true }, "start", $"{late.Limits.ChargeReason}");
    }
}
