using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>The engine against the oracle, to the exact step, over seeded readings; every reason where it belongs; every doubt.</summary>
internal static class EngineCases
{
    public static long Run()
    {
        var random = new Random(20261122);
        var (x, l, e) = (new LimitInputs(), new ChargeLimits(), new Envelope { MaxChargeMa = 130000, MaxDischargeMa = 125000, MaxCellMv = 3640, MinCellMv = 2610 });
        long cases = 0;
        for (var profileNo = 0; profileNo < 60; profileNo++)
        {
            var p = RandomProfile(random);
            for (var i = 0; i < 60; i++, cases++)
            {
                var s = RandomReading(random);
                RampEngine.Decide(s, p, e, x, l);
                Require(l.ChargeLimitMa == Oracle.Charge(s, p, e), "engine", $"charge {l.ChargeLimitMa} ({l.ChargeReason}), should be {Oracle.Charge(s, p, e)}");
                Require(l.DischargeLimitMa == Oracle.Discharge(s, p, e), "engine", $"discharge {l.DischargeLimitMa} ({l.DischargeReason}), should be {Oracle.Discharge(s, p, e)}");
                var asked = RandomInputs(random);
                if (random.Next(3) == 0) Spoil(s, random);
                l.BmsLost = true;
                RampEngine.Decide(s, p, e, asked, l);
                Require(!l.BmsLost && l.ForceCharge == (asked.ForceCharge && l.ChargeAllowed) && l.FullChargeRequest == asked.FullChargeRequest, "engine", "requests, or a loss that is over");
                Chain(l.ChargeChain, l.ChargeLimitMa, l.ChargeReason, [.. ChainOracle.Of(true, s, p, e, asked)]);
                Chain(l.DischargeChain, l.DischargeLimitMa, l.DischargeReason, [.. ChainOracle.Of(false, s, p, e, asked)]);
                Require((l.ChargeVoltageMv, l.DischargeVoltageMv) == Oracle.Voltages(s, p, e, asked), "voltage", $"{l.ChargeVoltageMv}/{l.DischargeVoltageMv} instead of {Oracle.Voltages(s, p, e, asked)} mV");
            }
        }

        Reasons();
        Ramps();
        Chains();
        return cases;
    }

    /// <summary>What a chain tells a person is true, link by link, and the limit is its lowest one.</summary>
    private static void Chain(LimitChain chain, int limitMa, LimitReason reason, (LimitReason Reason, int Ma, int Number, int Value)[] expected)
    {
        Require(chain.Count == expected.Length, "chain", $"{chain.Count} links instead of {expected.Length}");
        for (var i = 0; i < chain.Count; i++)
        {
            var link = (chain.Reason[i], chain.LimitMa[i], chain.Number[i], chain.Value[i]);
            Require(link == expected[i], "chain", $"{link} instead of {expected[i]}");
        }

        var lowest = expected.MinBy(link => link.Ma);
        Require(limitMa == lowest.Ma / 100 * 100 && reason == lowest.Reason, "chain", $"{limitMa} {reason} is not the lowest link {lowest}");
    }

    /// <summary>A chain that is empty, full or forbidden.</summary>
    private static void Chains()
    {
        var l = new ChargeLimits { ForceCharge = true, ChargeLimitMa = 5, DischargeLimitMa = 5, ChargeAllowed = true, DischargeAllowed = true, ChargeReason = LimitReason.Bms, DischargeReason = LimitReason.Bms };
        RampEngine.Conclude(l);
        Require(l is { ChargeLimitMa: 0, DischargeLimitMa: 0, ChargeAllowed: false, DischargeAllowed: false, ForceCharge: false, ChargeReason: LimitReason.None, DischargeReason: LimitReason.None }, "chain", "an empty one allows something");
        l.ChargeChain.Add(LimitReason.Bms, 700, 0, 0);
        RampEngine.Conclude(l);
        Require(l is { ChargeLimitMa: 700, DischargeLimitMa: 0, ChargeReason: LimitReason.Bms, DischargeReason: LimitReason.None }, "chain", "one empty one spoils the other");
        l.ChargeChain.Clear();
        l.DischargeChain.Add(LimitReason.Envelope, 800, 0, 0);
        RampEngine.Conclude(l);
        Require(l is { ChargeLimitMa: 0, DischargeLimitMa: 800, ChargeReason: LimitReason.None, DischargeReason: LimitReason.Envelope }, "chain", "one empty one spoils the other");
        l.DischargeChain.Clear();
        Require(RampEngine.Whole(-101) == 0 && RampEngine.Whole(99) == 0 && RampEngine.Whole(100) == 100 && RampEngine.Whole(199) == 100, "step", "whole 0.1 A");

        // More ceilings than fit: the lowest of all still holds, wherever it came.
        foreach (var at in new[] { 0, 10, ChargeLimits.MaxChain - 1, ChargeLimits.MaxChain, ChargeLimits.MaxChain + 1, ChargeLimits.MaxChain + 2 })
        {
            var chain = new LimitChain();
            for (var i = 0; i < ChargeLimits.MaxChain + 3; i++) chain.Add((LimitReason)(1 + i), i == at ? 400 : 1000 + (100 * i), i, 2 * i);
            var low = chain.Lowest();
            Require(chain.Count == ChargeLimits.MaxChain && chain.Reason[low] == (LimitReason)(1 + at) && chain.LimitMa[low] == 400 && chain.Number[low] == at && chain.Value[low] == 2 * at, "chain", $"the lowest of too many, at {at}, is forgotten");
        }

        // The same with anything in any order.
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var (chain, lowest) = (new LimitChain(), int.MaxValue);
            Require(chain.Lowest() == -1, "chain", "an empty one has a lowest link");
            for (var i = 0; i < ChargeLimits.MaxChain + 5; i++)
            {
                var ma = random.Next(100);
                lowest = Math.Min(lowest, ma);
                chain.Add(LimitReason.Bms, ma, 0, 0);
                Require(chain.LimitMa[chain.Lowest()] == lowest, "chain", "the lowest of too many is forgotten");
            }

            var copy = new LimitChain();
            chain.CopyTo(copy);
            Require(copy.Count == chain.Count && copy.LimitMa.SequenceEqual(chain.LimitMa), "chain", "a copy of a full one is not the same");
        }

        var equal = new LimitChain();
        for (var i = 0; i < ChargeLimits.MaxChain + 1; i++) equal.Add((LimitReason)(1 + i), 700, 0, 0);
        Require(equal.Lowest() == 0 && equal.Reason[^1] == (LimitReason)ChargeLimits.MaxChain, "chain", "of equals the first one is told");

        (l.ChargeLimitMa, l.DischargeLimitMa, l.ChargeVoltageMv, l.DischargeVoltageMv, l.ShownSocPermille) = (1, 2, 3, 4, 5);
        (l.ChargeAllowed, l.ForceCharge, l.BmsLost) = (true, true, true);
        (l.ChargeReason, l.DischargeReason) = (LimitReason.Bms, LimitReason.Envelope);
        l.ChargeChain.Add(LimitReason.Bms, 6, 7, 8);
        l.DischargeChain.Add(LimitReason.Envelope, 9, 10, 11);
        foreach (var twin in new[] { false, true })
        {
            var copy = new ChargeLimits();
            (l.DischargeAllowed, l.FullChargeRequest, l.ChargeAllowed, l.ForceCharge, l.BmsLost) = (twin, twin, !twin, !twin, !twin);
            l.CopyTo(copy);
            Require(Words(copy) == Words(l), "chain", "a copy is not the same");
            l.Forbid(LimitReason.Stale);
            copy.Forbid(LimitReason.Stale);
            Require(Words(copy) == Words(l) && Words(l) == $"0/0 mA 3/4 mV 5 False False False False {!twin} Stale Stale, Stale 0 0 0, Stale 0 0 0", "chain", Words(l));
        }
    }

    private static string Words(ChargeLimits l)
    {
        string Links(LimitChain c) => string.Join("; ", Enumerable.Range(0, c.Count).Select(i => $"{c.Reason[i]} {c.LimitMa[i]} {c.Number[i]} {c.Value[i]}"));
        return $"{l.ChargeLimitMa}/{l.DischargeLimitMa} mA {l.ChargeVoltageMv}/{l.DischargeVoltageMv} mV {l.ShownSocPermille} {l.ChargeAllowed} {l.DischargeAllowed} {l.ForceCharge} {l.FullChargeRequest} {l.BmsLost} "
            + $"{l.ChargeReason} {l.DischargeReason}, {Links(l.ChargeChain)}, {Links(l.DischargeChain)}";
    }

    private static void Ramps()
    {
        var ramp = new RampRule(RampSource.SocPermille);
        Require(ramp.LimitAt(500) == 0, "ramp", "current from nothing");
        ramp.Add(500, 1234);
        Require(ramp.LimitAt(499) == 1200 && ramp.LimitAt(500) == 1200 && ramp.LimitAt(501) == 1200, "ramp", "one point");
        for (var i = 1; i < RampRule.MaxPoints; i++) ramp.Add(500 + i, 1000 * i);
        var copy = new RampRule(RampSource.SocPermille);
        ramp.CopyTo(copy);
        for (var x = 490; x < 530; x++) Require(copy.LimitAt(x) == ramp.LimitAt(x) && ramp.LimitAt(x) == (int)Oracle.Line(ramp, x) / 100 * 100, "ramp", $"copy or line at {x}");
    }

    private static Profile RandomProfile(Random random)
    {
        var p = new Profile();
        foreach (var ramps in new[] { p.ChargeRamp, p.DischargeRamp })
        {
            foreach (var ramp in ramps)
            {
                if (random.Next(3) != 0) continue;
                var (low, high) = ramp.Source switch
                {
                    RampSource.SocPermille => (0, 1000),
                    RampSource.CellTempDeciC or RampSource.MosTempDeciC => (-200, 800),
                    _ => (2700, 3550),
                };
                var points = random.Next(1, 9);
                for (var i = 0; i < points; i++) ramp.Add(low + ((high - low) * i / points) + random.Next((high - low) / points / 2), random.Next(6) == 0 ? 0 : random.Next(120000));
            }
        }

        if (random.Next(3) == 0) p.Number[ProfileField.ChargeMaxMa] = random.Next(100000);
        if (random.Next(3) == 0) p.Number[ProfileField.DischargeMaxMa] = random.Next(100000);
        if (random.Next(3) == 0) p.Number[ProfileField.ChargeMv] = random.Next(1, 60_000);
        if (random.Next(3) == 0) p.Number[ProfileField.DischargeMv] = random.Next(1, 60_000);
        if (random.Next(9) == 0) p.Number[ProfileField.ChargeMv] = 1; // only 0 means "as the BMS says"
        p.Number[ProfileField.BmsSharePermille] = random.Next(2) == 0 ? 1000 : random.Next(100, 1001);
        return p;
    }

    private static BmsSnapshot RandomReading(Random random)
    {
        var s = new BmsSnapshot
        {
            CellCount = random.Next(10) switch { 0 => 0, 1 => 1, _ => 16 }, SocPermille = random.Next(1001), ChargeMosOn = random.Next(12) != 0, DischargeMosOn = random.Next(12) != 0,
            MaxChargeMa = random.Next(4) == 0 ? BmsSnapshot.Unknown : random.Next(-10, 200000), MaxDischargeMa = random.Next(4) == 0 ? BmsSnapshot.Unknown : random.Next(200000),
            PackOvpMv = 58400, PackUvpMv = 41600, CellOvpMv = random.Next(3) switch { 0 => BmsSnapshot.Unknown, 1 => 3500, _ => 3700 }, CellUvpMv = random.Next(3) switch { 0 => BmsSnapshot.Unknown, 1 => 2800, _ => 2590 },
            TempMosDeciC = random.Next(9) == 0 ? BmsSnapshot.Unknown : random.Next(-200, 1000), TempCount = random.Next(3), PackVoltageMv = 53000,
            Alarms = random.Next(6) == 0 ? (BmsAlarms)(1u << random.Next(32)) : BmsAlarms.None, PacksOnline = random.Next(30) == 0 ? 0 : 1,
        };
        var centre = random.Next(2560, 3660);
        for (var i = 0; i < s.CellCount; i++) s.CellMv[i] = centre + random.Next(-60, 60);
        if (s.CellCount > 0 && random.Next(12) == 0) s.CellMv[random.Next(s.CellCount)] = random.Next(2) == 0 ? 0 : 5001;
        for (var i = 0; i < s.TempCount; i++) s.TempDeciC[i] = random.Next(8) == 0 ? BmsSnapshot.Unknown : random.Next(-300, 700);
        s.Summarise();
        return s;
    }

    private static LimitInputs RandomInputs(Random random)
    {
        bool Now(int oneIn) => random.Next(oneIn) == 0;
        int Ma(int oneIn) => Now(oneIn) ? random.Next(90_000) : LimitInputs.NoOverride;
        return new()
        {
            Forbidden = Now(5) ? LimitReason.Maintenance : LimitReason.None, OverrideReplaces = Now(2), ChargeOverrideMa = Ma(3), DischargeOverrideMa = Ma(3),
            ChargeSocStopped = Now(5), DischargeSocStopped = Now(5), ChargeMvStopped = Now(5), DischargeMvStopped = Now(5), ChargeWindow = Now(5), DischargeWindow = Now(5),
            PhaseCellMv = Now(2) ? 3450 : 0, PhaseMaxMa = Ma(3), ForceCharge = Now(2), FullChargeRequest = Now(2),
        };
    }

    /// <summary>What only several packs or a bad BMS say.</summary>
    private static void Spoil(BmsSnapshot s, Random random)
    {
        s.PacksTotal = random.Next(1, 4);
        s.PacksOnline = random.Next(0, s.PacksTotal + 1);
        if (random.Next(3) == 0) s.PackOvpMv = random.Next(-1, 2);
        if (random.Next(3) == 0) s.CellOvpMv = random.Next(-1, 1);
        if (random.Next(3) == 0) s.Alarms = (BmsAlarms)(uint)random.NextInt64(uint.MaxValue);
        if (random.Next(3) == 0) s.MaxChargeMa = s.MaxDischargeMa = random.Next(3) switch { 0 => 0, 1 => 1, _ => -7000 };
        // The border of what can be a cell beside one that is none, and one that only the count of several packs knows.
        if (random.Next(3) == 0 && s.CellCount == 16) (s.CellMv[2], s.CellMv[9]) = (5000, 5001);
        s.Summarise();
        if (random.Next(3) == 0) s.InvalidCells++;
    }

    private static void Reasons()
    {
        void Case(LimitReason charge, LimitReason discharge, Action<BmsSnapshot, Profile, Envelope, LimitInputs> change)
        {
            var (s, p, e, x, l) = (Healthy(), Profiles.OriginDefaults(), new Envelope(), new LimitInputs(), new ChargeLimits());
            change(s, p, e, x);
            RampEngine.Decide(s, p, e, x, l);
            Require(l.ChargeReason == charge && l.DischargeReason == discharge, "reason", $"{l.ChargeReason}/{l.DischargeReason} instead of {charge}/{discharge}");
        }

        const LimitReason Soc = LimitReason.SocRamp;
        Case(Soc, Soc, (_, _, _, _) => { });
        Case(LimitReason.MosOff, Soc, (s, _, _, _) => s.ChargeMosOn = false);
        Case(Soc, LimitReason.MosOff, (s, _, _, _) => s.DischargeMosOn = false);
        Case(LimitReason.BmsAlarm, Soc, (s, _, _, _) => s.Alarms = BmsAlarms.CellOverVoltage);
        Case(Soc, LimitReason.BmsAlarm, (s, _, _, _) => s.Alarms = BmsAlarms.CellUnderVoltage);
        Case(LimitReason.Bms, Soc, (s, _, _, _) => s.MaxChargeMa = 5000);
        Case(Soc, LimitReason.Bms, (s, _, _, _) => s.MaxDischargeMa = 5000);
        Case(LimitReason.Envelope, Soc, (_, _, e, _) => e.MaxChargeMa = 5000);
        Case(Soc, LimitReason.Envelope, (_, _, e, _) => e.MaxDischargeMa = 5000);
        Case(LimitReason.ProfileMax, Soc, (_, p, _, _) => p.Number[ProfileField.ChargeMaxMa] = 5000);
        Case(Soc, LimitReason.ProfileMax, (_, p, _, _) => p.Number[ProfileField.DischargeMaxMa] = 5000);
        Case(LimitReason.CellHeadroom, Soc, (s, _, _, _) => Cell(s, 3650));
        Case(Soc, LimitReason.CellHeadroom, (s, _, _, _) => Cell(s, 2600));
        Case(Soc, Soc, (s, _, _, _) => Cell(s, 3649));
        Case(Soc, Soc, (s, _, _, _) => Cell(s, 2601));
        Case(LimitReason.SocStop, Soc, (_, _, _, x) => x.ChargeSocStopped = true);
        Case(Soc, LimitReason.SocStop, (_, _, _, x) => x.DischargeSocStopped = true);
        Case(LimitReason.VoltageStop, Soc, (_, _, _, x) => x.ChargeMvStopped = true);
        Case(Soc, LimitReason.VoltageStop, (_, _, _, x) => x.DischargeMvStopped = true);
        Case(LimitReason.TimeWindow, Soc, (_, _, _, x) => x.ChargeWindow = true);
        Case(Soc, LimitReason.TimeWindow, (_, _, _, x) => x.DischargeWindow = true);
        Case(LimitReason.Override, Soc, (_, _, _, x) => x.ChargeOverrideMa = 0);
        Case(Soc, LimitReason.Override, (_, _, _, x) => x.DischargeOverrideMa = 0);
        Case(LimitReason.ChargePhase, Soc, (_, _, _, x) => x.PhaseMaxMa = 100);
        Case(LimitReason.Sleep, LimitReason.Sleep, (_, _, _, x) => x.Forbidden = LimitReason.Sleep);
        Case(LimitReason.PackOffline, LimitReason.PackOffline, (s, _, _, _) => s.PacksOnline = 0);
        Case(LimitReason.SourceMissing, Soc, (s, p, _, _) => { Cells(s, 0); p.ChargeRamp[2].Add(3000, 1000); p.ChargeRamp[2].Add(3500, 0); });
        Case(Soc, LimitReason.SourceMissing, (s, p, _, _) => { Cells(s, 0); p.DischargeRamp[1].Add(3000, 0); p.DischargeRamp[1].Add(3500, 1000); });
        Case(Soc, LimitReason.InvalidCell, (s, p, _, _) => { Cell(s, 0, settle: false); p.DischargeRamp[3].Add(3000, 0); p.DischargeRamp[3].Add(3500, 1000); });
        Case(LimitReason.InvalidCell, Soc, (s, p, _, _) => { Cell(s, 0, settle: false); p.ChargeRamp[3].Add(3000, 0); p.ChargeRamp[3].Add(3500, 1000); });
        Case(Soc, LimitReason.CellHeadroom, (s, _, _, _) => { s.CellMv[3] = 2590; Cell(s, 0, settle: false); });
        Case(LimitReason.PackOffline, Soc, (s, _, _, _) => (s.PacksTotal, s.PacksOnline, s.MaxChargeMa) = (2, 1, 50000));
        Case(LimitReason.Bms, Soc, (s, _, _, _) => (s.PacksTotal, s.PacksOnline, s.MaxChargeMa) = (2, 2, 50000));
        Case(LimitReason.Override, LimitReason.Bms, (_, _, _, x) => (x.OverrideReplaces, x.ChargeOverrideMa, x.DischargeOverrideMa) = (true, 90000, 400000));
        Case(LimitReason.Override, Soc, (_, p, _, x) => (x.OverrideReplaces, x.ChargeOverrideMa, p.Number[ProfileField.ChargeMaxMa]) = (true, 90000, 3000));
        Case(LimitReason.SourceMissing, Soc, (s, _, _, _) => s.PackOvpMv = BmsSnapshot.Unknown);

        foreach (var bit in new[] { 1, 4, 31 })
        {
            var (s, l) = (Healthy(), new ChargeLimits());
            s.Alarms = (BmsAlarms)(1u << bit);
            RampEngine.Decide(s, Profiles.OriginDefaults(), new Envelope(), new LimitInputs(), l);
            foreach (var chain in new[] { l.ChargeChain, l.DischargeChain })
                Require(chain.Reason[0] == LimitReason.BmsAlarm && chain.Number[0] == bit && chain.LimitMa[0] == 0, "chain", $"alarm {chain.Number[0]} instead of {bit}");
        }

        var (healthy, origin, envelope, inputs, limits) = (Healthy(), Profiles.OriginDefaults(), new Envelope { MaxChargeMv = 55500, MinDischargeMv = 43000 }, new LimitInputs(), new ChargeLimits());
        void Voltage(int charge, int discharge)
        {
            RampEngine.Decide(healthy, origin, envelope, inputs, limits);
            Require(limits.ChargeVoltageMv == charge && limits.DischargeVoltageMv == discharge, "voltage", $"{limits.ChargeVoltageMv}/{limits.DischargeVoltageMv} instead of {charge}/{discharge}");
        }

        Voltage(55500, 43000);
        (envelope.MaxChargeMv, envelope.MinDischargeMv) = (60000, 0);
        Voltage(56000, 41600);
        (origin.Number[ProfileField.ChargeMv], origin.Number[ProfileField.DischargeMv]) = (55000, 44000);
        Voltage(55000, 44000);
        (origin.Number[ProfileField.ChargeMv], origin.Number[ProfileField.DischargeMv]) = (57000, 40000);
        Voltage(56000, 41600);
        inputs.PhaseCellMv = 3375;
        Voltage(54000, 41600);
        envelope.MaxCellMv = 3300;
        envelope.MinCellMv = 2700;
        Voltage(52800, 43200);
        healthy.PackOvpMv = BmsSnapshot.Unknown;
        (origin.Number[ProfileField.ChargeMv], inputs.PhaseCellMv, envelope.MaxCellMv) = (0, 0, 4000);
        Voltage(healthy.PackVoltageMv, 43200);
        inputs.ShownSocCapPermille = 500;
        (inputs.ForceCharge, inputs.FullChargeRequest) = (true, true);
        healthy.PackOvpMv = 56000;
        RampEngine.Decide(healthy, origin, envelope, inputs, limits);
        Require(limits.ShownSocPermille == 500 && limits.ForceCharge && limits.FullChargeRequest && !limits.BmsLost, "engine", "requests or shown SOC");
    }

    public static long Plausibility()
    {
        long cases = 0;
        var p = new Profile();
        void Case(Doubt expected, Action<BmsSnapshot> change, Action<BmsSnapshot>? first = null, long apartMs = 1000)
        {
            cases++;
            var (judge, s) = (new Plausibility(), Healthy());
            if (first is not null)
            {
                first(s);
                judge.Check(s, p);
                s.TakenAtMs += apartMs;
            }

            change(s);
            var doubt = judge.Check(s, p);
            Require(doubt == expected, "doubt", $"{doubt} instead of {expected}");
        }

        void Same(BmsSnapshot s)
        {
        }

        Case(Doubt.None, Same);
        Case(Doubt.Voltage, s => s.PackVoltageMv = 0);
        Case(Doubt.Current, s => s.CurrentMa = 500001);
        Case(Doubt.Current, s => s.CurrentMa = -500001);
        Case(Doubt.None, s => s.CurrentMa = 500000);
        Case(Doubt.None, s => s.CurrentMa = -500000);
        Case(Doubt.None, s => s.TempDeciC[2] = 1401); // two sensors only
        Case(Doubt.None, s => s.TempCount = 5);
        Case(Doubt.None, s => (s.PacksTotal, s.CurrentMa) = (3, 1_500_000));
        Case(Doubt.Current, s => (s.PacksTotal, s.CurrentMa) = (3, 1_500_001));
        Case(Doubt.Current, s => (s.PacksTotal, s.CurrentMa) = (3, -1_500_001));
        Case(Doubt.Soc, s => s.SocPermille = 1001);
        Case(Doubt.Soc, s => s.SocPermille = -1);
        Case(Doubt.None, s => s.SocPermille = 1000);
        Case(Doubt.None, s => s.SocPermille = 0);
        Case(Doubt.CellCount, s => s.CellCountSetting = 15);
        Case(Doubt.None, s => s.CellCountSetting = BmsSnapshot.Unknown);
        Case(Doubt.None, s => (s.CellCountSetting, s.PacksTotal) = (15, 2));
        foreach (var t in new[] { -401, 1401 })
        {
            Case(Doubt.Temperature, s => s.TempMosDeciC = t);
            Case(Doubt.Temperature, s => s.TempDeciC[1] = t);
        }

        foreach (var t in new[] { -400, 1400, BmsSnapshot.Unknown }) Case(Doubt.None, s => (s.TempMosDeciC, s.TempDeciC[0]) = (t, t));
        var sum = Healthy().CellSumMv;
        Case(Doubt.None, s => s.PackVoltageMv = sum * 100 / 98);
        Case(Doubt.Sum, s => s.PackVoltageMv = (sum * 100 / 98) + 100);
        Case(Doubt.None, s => s.PackVoltageMv = (sum * 100 / 102) + 1);
        Case(Doubt.Sum, s => s.PackVoltageMv = (sum * 100 / 102) - 100);
        Case(Doubt.None, s => (s.PackVoltageMv, s.PacksTotal) = (sum * 2, 2));
        Case(Doubt.None, s => Cell(s, 0, settle: false));
        Case(Doubt.None, Same, Same);
        Case(Doubt.None, s => Cell(s, 3330 + 500), Same);
        Case(Doubt.CellJump, s => Cell(s, 3330 + 501), Same);
        Case(Doubt.CellJump, s => Cell(s, 3330 - 501), Same);
        Case(Doubt.None, s => Cell(s, 3330 + 501), Same, 10_001);
        Case(Doubt.CellJump, s => Cell(s, 3330 + 501), Same, 10_000);
        Case(Doubt.None, s => Cell(s, 3330 + 501), Same, -1);
        Case(Doubt.None, s => s.SocPermille = 1000, s => s.SocPermille = 600);
        Case(Doubt.SocJump, s => s.SocPermille = 1000, s => s.SocPermille = 599);
        Case(Doubt.SocJump, s => s.SocPermille = 199, s => s.SocPermille = 600);
        Case(Doubt.CellCount, s => Cells(s, 15), Same);
        Case(Doubt.None, s => { Cells(s, 15); s.PacksTotal = 2; }, Same);
        // Borders to the millivolt and the millisecond, and what there is nothing to compare with.
        Case(Doubt.Voltage, s => s.PackVoltageMv = -1);
        Case(Doubt.Sum, s => s.PackVoltageMv = 1);
        foreach (var (mv, doubt) in new[] { (51_000, Doubt.None), (51_001, Doubt.Sum), (49_000, Doubt.None), (48_999, Doubt.Sum) }) Case(doubt, s => (s.PackVoltageMv, s.CellSumMv) = (50_000, mv));
        Case(Doubt.None, s => s.CellCountSetting = 0);
        Case(Doubt.CellCount, s => s.CellCountSetting = 1);
        Case(Doubt.None, s => (s.CellCount, s.CellCountSetting, s.CellSumMv) = (0, BmsSnapshot.Unknown, 0));
        Case(Doubt.Sum, s => (s.CellCount, s.CellCountSetting, s.CellSumMv) = (1, 1, 3330));
        Case(Doubt.CellJump, s => Cell(s, 3330 + 501), Same, 0);
        Case(Doubt.None, s => Cell(s, 3330 + 500), Same, 0);
        void Longest(BmsSnapshot s)
        {
            Array.Fill(s.CellMv, 3330);
            Cells(s, BmsSnapshot.MaxCells);
        }

        Case(Doubt.None, Same, Longest);
        // Believed once it repeats.
        Case(Doubt.None, Same, s => { Cell(s, 3330 + 501); });
        return cases;
    }

    internal static BmsSnapshot Healthy()
    {
        var s = new BmsSnapshot
        {
            CellCount = 16, CellCountSetting = 16, SocPermille = 600, ChargeMosOn = true, DischargeMosOn = true, MaxChargeMa = 100000, MaxDischargeMa = 100000,
            PackOvpMv = 56000, PackUvpMv = 41600, CellOvpMv = 3650, CellUvpMv = 2600, TempMosDeciC = 300, TempCount = 2,
        };
        s.TempDeciC[0] = s.TempDeciC[1] = 250;
        for (var i = 0; i < 16; i++) s.CellMv[i] = 3330;
        s.Summarise();
        s.PackVoltageMv = s.CellSumMv;
        return s;
    }

    private static void Cell(BmsSnapshot s, int mv, bool settle = true)
    {
        s.CellMv[15] = mv;
        s.Summarise();
        if (settle) s.PackVoltageMv = s.CellSumMv;
    }

    private static void Cells(BmsSnapshot s, int count)
    {
        s.CellCount = s.CellCountSetting = count;
        s.Summarise();
        s.PackVoltageMv = s.CellSumMv;
    }
}
