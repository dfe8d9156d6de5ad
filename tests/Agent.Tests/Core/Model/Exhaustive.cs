using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>
/// The small state machines walked through completely, against their words written a second time. Each returns how many cases it
/// saw and throws <see cref="InvariantBroken"/>. No test framework here: the mutation check runs this file too.
/// </summary>
public static class Exhaustive
{
    public static long Freshness()
    {
        long cases = 0;
        const int Length = 7;
        var all = (int)Math.Pow(6, Length);
        for (var code = 0; code < all; code++)
        {
            var f = new Freshness();
            long now = 0, lastGood = 0, lastCounted = 0;
            int inRow = 0, doubts = 0;
            bool ever = false, counted = false;
            var expected = ReadingState.Never;
            for (var (rest, i) = (code, 0); i < Length; rest /= 6, i++, cases++)
            {
                switch (rest % 6)
                {
                    case 0 or 1:
                        now += rest % 6 == 0 ? 250 : 249;
                        f.Good(now, 3);
                        ever = true;
                        doubts = 0;
                        if (expected is not (ReadingState.Good or ReadingState.Recovering)) (expected, inRow) = (ReadingState.Recovering, 0);
                        if (!counted || now - lastCounted >= 250) (counted, lastCounted, inRow) = (true, now, inRow + 1);
                        lastGood = now;
                        if (inRow >= 3) expected = ReadingState.Good;
                        break;
                    case 2:
                        f.Doubted();
                        if (!ever) break;
                        inRow = 0;
                        if (++doubts >= 3 && expected != ReadingState.Stale) expected = ReadingState.Implausible;
                        break;
                    case 3 or 4:
                        now += rest % 6 == 3 ? 10_000 : 5_001;
                        f.Step(now, 10_000);
                        if (expected is ReadingState.Good or ReadingState.Recovering && now - lastGood > 10_000) (expected, inRow, counted) = (ReadingState.Stale, 0, false);
                        break;
                    default:
                        f.Lose();
                        if (ever) (expected, inRow, counted) = (ReadingState.Stale, 0, false);
                        break;
                }

                Require(f.State == expected, "freshness", $"{f.State} instead of {expected} in history {code} at {i}");
                Require(!ever || f.LastGoodMs == lastGood, "freshness", "time of the last good reading");
            }
        }

        var back = new Freshness();
        back.Good(1000, 1);
        back.Step(999, 10_000);
        Require(back.State == ReadingState.Stale, "freshness", "a reading from the future is trusted");
        return cases;
    }

    public static long Latches()
    {
        long cases = 0;
        for (var stop = 0; stop < 7; stop++)
        for (var restart = 0; restart < 7; restart++)
        for (var value = 0; value < 7; value++)
        foreach (var stopped in new[] { false, true })
        {
            cases++;
            Require(LimitMemory.Above(stopped, value, stop, restart) == (stop != 0 && (value >= stop || (stopped && value >= restart))), "latch", $"above {stopped} {value} {stop} {restart}");
            Require(LimitMemory.Below(stopped, value, stop, restart) == (stop != 0 && (value <= stop || (stopped && value <= restart))), "latch", $"below {stopped} {value} {stop} {restart}");
        }

        return cases;
    }

    public static long Memory()
    {
        long cases = 0;
        var (a, b) = (new byte[LimitMemory.RecordBytes], new byte[LimitMemory.RecordBytes]);
        for (var bits = 0; bits < 256; bits++)
        for (var phase = 0; phase < 3; phase++, cases++)
        {
            var m = new LimitMemory
            {
                ChargeSoc = (bits & 1) != 0, DischargeSoc = (bits & 2) != 0, ChargeMv = (bits & 4) != 0, DischargeMv = (bits & 8) != 0, Forcing = (bits & 16) != 0,
                FullWanted = (bits & 32) != 0, LowSoc = (bits & 64) != 0, Maintenance = (bits & 128) != 0, Phase = (ChargePhase)phase, SleepSwitched = bits % 4,
                SinceFullMin = bits * 7002, OverrideChargeMa = bits * 11003, OverrideDischargeMa = int.MaxValue - bits * 13007, OverrideHoldMs = 86400000 - bits,
            };
            Array.Fill(a, (byte)0xFF);
            m.Encode(a);
            Require(a[0] == 1 && a[20..24] is [0, 0, 0, 0], "memory", "the format that older and newer agents know");
            var back = new LimitMemory();
            Require(back.TryDecode(a, a.Length), "memory", "not read again");
            back.Encode(b);
            Require(a.AsSpan().SequenceEqual(b), "memory", "not the same again");
            Require(back.ChargeSoc == m.ChargeSoc && back.DischargeSoc == m.DischargeSoc && back.ChargeMv == m.ChargeMv && back.DischargeMv == m.DischargeMv && back.Forcing == m.Forcing
                && back.FullWanted == m.FullWanted && back.LowSoc == m.LowSoc && back.Maintenance == m.Maintenance && back.Phase == m.Phase && back.SinceFullMin == m.SinceFullMin
                && back.OverrideChargeMa == m.OverrideChargeMa && back.OverrideDischargeMa == m.OverrideDischargeMa && back.OverrideHoldMs == m.OverrideHoldMs && back.SleepSwitched == m.SleepSwitched, "memory", "a field is lost");
            Require(back.HasOverride, "memory", "override");
        }

        Require(!new LimitMemory().HasOverride, "memory", "override from nothing");
        foreach (var broken in new Action<byte[]>[] { r => r[0] = 2, r => r[2] = 3 })
        {
            var record = (byte[])a.Clone();
            broken(record);
            Require(!new LimitMemory().TryDecode(record, record.Length), "memory", "a foreign record is read");
        }

        Require(!new LimitMemory().TryDecode(a, a.Length - 1), "memory", "a short record is read");
        return cases;
    }

    public static long Start()
    {
        long cases = 0;
        (int Soc, int Cycles)[] readings = [(0, 0), (0, 1), (1, 0)];
        long[] waits = [0, 19_999, 1, -1, 20_000, 20_001];
        const int Length = 4;
        var all = (int)Math.Pow(18, Length);
        for (var code = 0; code < all; code++)
        {
            var watch = new StartWatch();
            var s = new BmsSnapshot();
            var now = long.MaxValue - 10_000;
            long? since = null;
            for (var (rest, i) = (code, 0); i < Length; rest /= 18, i++, cases++)
            {
                var wait = waits[rest / 3 % 6];
                now += wait;
                (s.SocPermille, s.Cycles) = readings[rest % 3];
                if (rest % 3 != 0) since = null;
                else if (since is null || wait > 20_000 || now - since < 0) since = now;
                Require(watch.IsStarting(now, s) == (since is not null && now - since < 20_000), "start", $"history {code} at {i}");
            }
        }

        return cases;
    }

    /// <summary>Every latch, warning and request of the memory over its levels.</summary>
    public static long Steps()
    {
        long cases = 0;
        var p = new Profile();
        var n = p.Number;
        foreach (var (field, value) in new[]
        {
            (ProfileField.StopChargeSocPermille, 950), (ProfileField.RestartChargeSocPermille, 800), (ProfileField.StopDischargeSocPermille, 80), (ProfileField.RestartDischargeSocPermille, 250),
            (ProfileField.StopChargeMv, 56000), (ProfileField.RestartChargeMv, 54000), (ProfileField.StopDischargeMv, 46000), (ProfileField.RestartDischargeMv, 48000),
            (ProfileField.ForceStartSocPermille, 60), (ProfileField.ForceStopSocPermille, 200),
        }) n[field] = value;
        int[] levels = [0, 60, 61, 80, 81, 199, 200, 201, 249, 250, 251, 269, 270, 271, 799, 800, 949, 950, 951, 1000];
        foreach (var soc in levels)
        foreach (var mv in new[] { 45999, 46000, 46001, 47999, 48000, 48001, 53999, 54000, 55999, 56000, 56001 })
        foreach (var warn in new[] { 0, 1, 250 })
        for (var before = 0; before < 64; before++)
        {
            cases++;
            n[ProfileField.LowSocPermille] = warn;
            bool Was(int bit) => (before & (1 << bit)) != 0;
            var m = new LimitMemory { ChargeSoc = Was(0), ChargeMv = Was(1), DischargeSoc = Was(2), DischargeMv = Was(3), Forcing = Was(4), LowSoc = Was(5) };
            m.Step(new BmsSnapshot { SocPermille = soc, PackVoltageMv = mv }, p);
            Require(m.ChargeSoc == (soc >= 950 || (Was(0) && soc >= 800)), "latch", $"charge by SOC {soc}");
            Require(m.DischargeSoc == (soc <= 80 || (Was(2) && soc <= 250)), "latch", $"discharge by SOC {soc}");
            Require(m.ChargeMv == (mv >= 56000 || (Was(1) && mv >= 54000)), "latch", $"charge by {mv} mV");
            Require(m.DischargeMv == (mv <= 46000 || (Was(3) && mv <= 48000)), "latch", $"discharge by {mv} mV");
            Require(m.Forcing == (soc <= 60 || (Was(4) && soc < 200)), "latch", $"forced charge at {soc}");
            Require(m.LowSoc == (warn > 0 && soc < (Was(5) ? warn + 20 : warn)), "latch", $"warning at {soc}");
        }

        return cases;
    }

    /// <summary>Frames are made anew exactly when the inverter should hear something else, and once a second.</summary>
    public static long News()
    {
        long cases = 0;
        var changes = new Action<ChargeLimits>[]
        {
            l => l.ChargeLimitMa += 100, l => l.DischargeLimitMa += 100, l => l.ChargeVoltageMv++, l => l.DischargeVoltageMv++, l => l.ShownSocPermille++,
            l => l.ChargeAllowed = !l.ChargeAllowed, l => l.DischargeAllowed = !l.DischargeAllowed, l => l.ForceCharge = !l.ForceCharge,
            l => l.FullChargeRequest = !l.FullChargeRequest, l => l.BmsLost = !l.BmsLost,
        };
        for (var flags = 0; flags < 32; flags++)
        {
            var (sent, l) = (new SentLimits(), new ChargeLimits());
            (l.ChargeLimitMa, l.DischargeLimitMa, l.ChargeVoltageMv, l.DischargeVoltageMv, l.ShownSocPermille) = (5000, 6000, 56000, 44000, 500);
            (l.ChargeAllowed, l.DischargeAllowed, l.ForceCharge, l.FullChargeRequest, l.BmsLost) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, (flags & 16) != 0);
            Require(sent.Differs(l, 0), "news", "the first set is no news");
            sent.Remember(l, 10_000);
            foreach (var (at, news) in new[] { (10_000L, false), (10_999, false), (11_000, true), (9_999, true) })
                Require(sent.Differs(l, at) == news, "news", $"at {at}");
            foreach (var change in changes)
            {
                cases++;
                change(l);
                Require(sent.Differs(l, 10_500), "news", "a change is no news");
                sent.Remember(l, 10_500);
                Require(!sent.Differs(l, 10_500), "news", "what was told is news");
            }
        }

        return cases;
    }

    public static long ChargePhases() => PhaseCases.Run();

    public static long RisePolicy() => RiseCases.Run();

    public static long Between() => AgentCases.Run();

    public static long Slot() => SlotCases.Run();

    public static long WholeProfile() => ProfileCases.Run();

    public static long Windows() => WindowCases.Run();

    public static long Sleep() => SleepCases.Run();

    public static long Events() => EventCases.Run();

    public static long Commands() => CommandCases.Run();

    public static long Rules() => RuleCases.Run();

    public static long Plausibility() => EngineCases.Plausibility();

    public static long Engine() => EngineCases.Run();

    internal static void Require(bool holds, string invariant, string detail)
    {
        if (!holds) throw new InvariantBroken(invariant, detail);
    }
}
