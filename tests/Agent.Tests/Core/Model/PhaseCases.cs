using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;
using Phases = JkFleet.Agent.Judgement.ChargePhases;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Bulk, absorption, float: every short history, days without a full charge, and anything at the borders of any profile.</summary>
internal static class PhaseCases
{
    public static long Run()
    {
        long cases = 0;
        var profile = Profiles.OriginDefaults();
        var n = profile.Number;
        n[ProfileField.Phases] = 1;
        n[ProfileField.AbsorptionMin] = 2;
        n[ProfileField.AbsorptionLimitMin] = 4;
        n[ProfileField.RebulkCellMv] = 3310;
        n[ProfileField.RebulkDays] = 0;
        // cells, highest, SOC: filling, top and together, top with one cell far ahead, room by SOC, room by cells, mean just not below float
        (int Mv, int High, int Soc)[] readings = [(3330, 3335, 950), (3425, 3445, 1000), (3370, 3445, 1000), (3350, 3355, 900), (3310, 3315, 950), (3374, 3390, 990)];
        long[] waits = [9_999, 10_000, 60_000, 130_000];
        const int Length = 3;
        var all = (int)Math.Pow(24, Length);
        for (var code = 0; code < all; code++)
        {
            var (c, m) = (new ChargePhases(), new LimitMemory());
            var s = new BmsSnapshot { CellCount = 16, PackVoltageMv = 53000, CurrentMa = 5000 };
            long now = 0, topSince = -1, absorbing = 0;
            var expected = ChargePhase.Bulk;
            for (var (rest, i) = (code, 0); i < Length; rest /= 24, i++, cases++)
            {
                now += waits[rest / 6 % 4];
                var (mv, high, soc) = readings[rest % 6];
                for (var cell = 0; cell < 16; cell++) s.CellMv[cell] = mv;
                s.CellMv[4] = high;
                s.SocPermille = soc;
                s.Summarise();
                c.Step(now, s, profile, m);
                var top = high >= 3440;
                if (!top) topSince = -1;
                else if (topSince < 0) topSince = now;
                var minutes = (now - absorbing) / 60_000;
                if (expected == ChargePhase.Bulk)
                {
                    if (top && now - topSince >= 10_000) (expected, absorbing) = (ChargePhase.Absorption, now);
                }
                else if (expected == ChargePhase.Absorption)
                {
                    if (!top && s.CellMeanMv < 3375) expected = ChargePhase.Bulk;
                    else if ((minutes >= 2 && high - mv <= 20) || minutes >= 4) expected = ChargePhase.Float;
                }
                else if (soc <= 900 || s.CellMeanMv <= 3310) (expected, topSince) = (ChargePhase.Bulk, -1);

                Require(m.Phase == expected, "phase", $"{m.Phase} instead of {expected} in history {code} at {i}");
                var x = new LimitInputs();
                Phases.Ask(profile, m, x);
                Require(x.PhaseCellMv == (expected == ChargePhase.Float ? 3375 : 3450), "phase", "voltage");
            }
        }

        var drop = new BmsSnapshot { CellCount = 1, CurrentMa = 100_000 };
        drop.CellMv[0] = 3450;
        drop.Summarise();
        Require(Phases.RestingTopMv(drop, 300) == 3420 && Phases.RestingTopMv(drop, 0) == 3450, "phase", "resistance");
        drop.CurrentMa = 1001;
        Require(Phases.RestingTopMv(drop, 999) == 3450, "phase", "less than a millivolt lifts a cell");
        drop.CurrentMa = -100_000;
        Require(Phases.RestingTopMv(drop, 300) == 3450, "phase", "a discharge raises no cell");
        // A restart inside an absorption begins it anew, and the time since full does not jump with the clock at the start.
        var (late, memory) = (new ChargePhases(), new LimitMemory { Phase = ChargePhase.Absorption });
        var full = new BmsSnapshot { CellCount = 1, SocPermille = 1000, PackVoltageMv = 3450 };
        full.CellMv[0] = 3450;
        full.Summarise();
        for (var minute = 0; minute < 2; minute++)
        {
            late.Step(100_000_000 + (minute * 60_000), full, profile, memory);
            Require(memory.Phase == ChargePhase.Absorption && memory.SinceFullMin == minute, "phase", $"{memory.Phase}, {memory.SinceFullMin} min after a restart");
        }

        late.Step(100_000_000 + 120_000, full, profile, memory);
        Require(memory.Phase == ChargePhase.Float, "phase", "an absorption does not end");
        cases += Days(profile);
        return cases + Any();
    }

    private static long Days(Profile profile)
    {
        var p = new Profile();
        profile.CopyTo(p);
        p.Number[ProfileField.Phases] = 0;
        p.Number[ProfileField.FullChargeDays] = 2;
        var (c, m) = (new ChargePhases(), new LimitMemory { Phase = ChargePhase.Float });
        var s = new BmsSnapshot { SocPermille = 969 };
        var minute = 0;
        for (; minute <= 2 * 1440; minute++)
        {
            Require(!m.FullWanted, "full", $"asked after {minute} minutes");
            c.Step(minute * 60_000L, s, p, m);
        }

        Require(m.FullWanted && m.Phase == ChargePhase.Bulk && m.SinceFullMin == 2 * 1440, "full", $"{m.SinceFullMin} min, wanted {m.FullWanted}");
        c.Step((minute + 500) * 60_000L, s, p, m);
        Require(m.SinceFullMin == (2 * 1440) + 1, "full", "a jump of the clock counts as days");
        var x = new LimitInputs();
        Phases.Ask(p, m, x);
        Require(x.FullChargeRequest && x.PhaseCellMv == 0 && x.PhaseMaxMa == LimitInputs.NoOverride && x.ShownSocCapPermille == 1000, "full", "request");
        s.SocPermille = 970;
        c.Step((minute + 501) * 60_000L, s, p, m);
        Require(!m.FullWanted && m.SinceFullMin == 0, "full", "97 % is full");
        // Whole minutes are counted from a raster, not from whenever a reading comes.
        var (raster, counted) = (new ChargePhases(), new LimitMemory());
        s.SocPermille = 500;
        for (var ms = 0L; ms <= 6_000_000; ms += 50_000)
        {
            raster.Step(ms, s, p, counted);
            Require(counted.SinceFullMin == ms / 60_000, "full", $"{counted.SinceFullMin} min after {ms} ms");
        }

        s.SocPermille = 970;
        p.Number[ProfileField.Phases] = 1;
        p.Number[ProfileField.RebulkDays] = 3;
        p.Number[ProfileField.ShownSocCapPermille] = 980;
        p.Number[ProfileField.FloatMaxMa] = 700;
        foreach (var (since, wanted, phase) in new[] { (3 * 1440 - 1, false, ChargePhase.Float), (3 * 1440, false, ChargePhase.Bulk), (5, true, ChargePhase.Bulk) })
        {
            (m.Phase, m.SinceFullMin, m.FullWanted) = (ChargePhase.Float, since, wanted);
            p.Number[ProfileField.FullChargeDays] = p.Number[ProfileField.RebulkCellMv] = p.Number[ProfileField.RebulkSocPermille] = 0;
            c.Step((minute + 501) * 60_000L, s, p, m);
            Require(m.Phase == phase, "rebulk", $"{m.Phase} after {since} min");
            Phases.Ask(p, m, x);
            var full = phase == ChargePhase.Float;
            Require(x.ShownSocCapPermille == (full ? 1000 : 980) && x.PhaseMaxMa == (full ? 700 : LimitInputs.NoOverride), "phase", "shown SOC or float current");
        }

        return 2 * 1440;
    }

    /// <summary>The words of the class once more, over readings and profiles that lie on their borders.</summary>
    private static long Any()
    {
        long cases = 0;
        for (var seed = 1; seed <= 3000; seed++)
        {
            var random = new Random(seed);
            T One<T>(params T[] of) => of[random.Next(of.Length)];
            var p = new Profile();
            var n = p.Number;
            (n[ProfileField.Phases], n[ProfileField.AbsorptionMin], n[ProfileField.RebulkSocPermille], n[ProfileField.RebulkCellMv], n[ProfileField.RebulkDays]) = (One(0, 1, 1, 1), One(1, 2), One(0, 1, 900), One(0, 1, 3310), One(0, 1));
            (n[ProfileField.FloatMaxMa], n[ProfileField.CellMicroOhm], n[ProfileField.ShownSocCapPermille], n[ProfileField.FullChargeDays]) = (One(ProfileField.NoMaximumMa, 0, 700), One(0, 300), One(0, 1, 980), One(0, 1, 2));
            n[ProfileField.AbsorptionLimitMin] = n[ProfileField.AbsorptionMin] + One(0, 1, 2);
            var m = new LimitMemory { Phase = (ChargePhase)random.Next(3), SinceFullMin = One(0, 1436, 1438, 2877, int.MaxValue - 1), FullWanted = One(false, false, true), Forcing = One(false, true) };
            var (phases, s) = (new ChargePhases(), new BmsSnapshot());
            var (phase, since, wanted) = (m.Phase, (long)m.SinceFullMin, m.FullWanted);
            long now = One(0, 7_000_000L), raster = now, absorbing = now;
            long? topSince = null;
            for (var step = 0; step < 40; step++, cases++)
            {
                if (step > 0) now += One(1, 250, 9_999, 10_000, 10_001, 59_999, 60_000, 60_001, 119_999, 120_000, -5_000);
                Reading(s, random);
                phases.Step(now, s, p, m);

                // Whole minutes that were lived through, from a raster; a jump adds one at most.
                var passed = now - raster;
                if (passed is < 0 or >= 60_000)
                {
                    raster = passed is >= 60_000 and < 120_000 ? raster + 60_000 : now;
                    if (passed > 0) since = Math.Min(int.MaxValue, since + 1);
                }

                var full = false;
                if (n[ProfileField.Phases] == 0) (phase, full) = (ChargePhase.Bulk, s.SocPermille >= 970);
                else
                {
                    var drop = Math.Max(0, n[ProfileField.CellMicroOhm] * (decimal)s.CurrentMa / 1_000_000);
                    var cells = s.CellMv.Take(s.CellCount).ToArray();
                    var top = cells.Length > 0 && cells.All(mv => mv is > 0 and <= 5000) && cells.Max() - Math.Floor(drop) >= 3440;
                    topSince = top ? topSince ?? now : null;
                    var minutes = (now - absorbing) / 60_000;
                    switch (phase)
                    {
                        case ChargePhase.Bulk when topSince is { } first && now - first >= 10_000:
                            (phase, absorbing) = (ChargePhase.Absorption, now);
                            break;
                        case ChargePhase.Absorption when s.CellMeanMv < 3375 && !top:
                            phase = ChargePhase.Bulk;
                            break;
                        case ChargePhase.Absorption when minutes >= n[ProfileField.AbsorptionLimitMin] || (minutes >= n[ProfileField.AbsorptionMin] && s.CellMaxMv - s.CellMinMv <= 20):
                            (phase, full) = (ChargePhase.Float, true);
                            break;
                        case ChargePhase.Float when wanted || (n[ProfileField.RebulkSocPermille] is > 0 and var soc && s.SocPermille <= soc)
                            || (n[ProfileField.RebulkCellMv] is > 0 and var mean && s.CellMeanMv <= mean) || (n[ProfileField.RebulkDays] is > 0 and var back && since >= back * 1440):
                            (phase, topSince) = (ChargePhase.Bulk, null);
                            break;
                    }
                }

                if (full) (since, wanted) = (0, false);
                wanted |= n[ProfileField.FullChargeDays] is > 0 and var days && since >= days * 1440;
                Require(m.Phase == phase, "phase", $"{m.Phase} instead of {phase}, history {seed} at {step}");
                Require(m.SinceFullMin == since && m.FullWanted == wanted, "full", $"{m.SinceFullMin} {m.FullWanted} instead of {since} {wanted}, history {seed} at {step}");

                var (x, floats, on) = (new LimitInputs { ForceCharge = !m.Forcing, FullChargeRequest = !wanted }, phase == ChargePhase.Float, n[ProfileField.Phases] == 1);
                Phases.Ask(p, m, x);
                Require(x.PhaseCellMv == (!on ? 0 : floats ? 3375 : 3450), "phase", $"asks {x.PhaseCellMv} mV, history {seed} at {step}");
                Require(x.PhaseMaxMa == (floats && n[ProfileField.FloatMaxMa] != ProfileField.NoMaximumMa ? n[ProfileField.FloatMaxMa] : LimitInputs.NoOverride), "phase", $"allows {x.PhaseMaxMa} mA, history {seed} at {step}");
                Require(x.ShownSocCapPermille == (on && !floats && n[ProfileField.ShownSocCapPermille] > 0 ? n[ProfileField.ShownSocCapPermille] : 1000), "shown", $"{x.ShownSocCapPermille}, history {seed} at {step}");
                Require(x.ForceCharge == m.Forcing && x.FullChargeRequest == wanted, "phase", $"requests, history {seed} at {step}");
            }
        }

        // A phase of a profile that had some says nothing under one that has none.
        var (none, float_) = (new LimitInputs(), new LimitMemory { Phase = ChargePhase.Float });
        var without = new Profile();
        without.Number[ProfileField.FloatMaxMa] = without.Number[ProfileField.ShownSocCapPermille] = 700;
        Phases.Ask(without, float_, none);
        Require(none is { PhaseCellMv: 0, PhaseMaxMa: LimitInputs.NoOverride, ShownSocCapPermille: 1000 }, "phase", "asks although there are none");
        return cases;
    }

    /// <summary>Cells at the top, together or not, around float; SOC at every level that means something; current that lifts a cell.</summary>
    private static void Reading(BmsSnapshot s, Random random)
    {
        T One<T>(params T[] of) => of[random.Next(of.Length)];
        s.CellCount = random.Next(12) == 0 ? 0 : 16;
        var high = One(3439, 3440, 3440, 3441, 3441, 3450, 3469, 3470, 3471, 3380, 3311, 3310);
        var low = high - One(0, 19, 20, 20, 21, 66, 67, 68, 110);
        for (var i = 0; i < 16; i++) s.CellMv[i] = low;
        s.CellMv[random.Next(16)] = high;
        if (random.Next(14) == 0) s.CellMv[random.Next(16)] = One(0, 5001);
        s.SocPermille = One(0, 1, 2, 899, 900, 901, 969, 970, 971, 1000, 1000);
        s.CurrentMa = One(0, 0, 3_333, 3_334, 99_999, 100_000, -100_000);
        s.Summarise();
    }
}
