using JkFleet.Agent.Judgement;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>The pace of a limit: every short history of targets and waits, long climbs to the millisecond, and noise.</summary>
internal static class RiseCases
{
    public static long Run()
    {
        long cases = 0;
        int[] targets = [0, 300, 900, 5000, 20000];
        int[] waits = [0, 50, 700, 5000];
        const int Length = 4;
        var all = (int)Math.Pow(20, Length);
        for (var code = 0; code < all; code++)
        {
            var r = new RisePolicy();
            long now = 500, fell = 500;
            int before = 0, held = 0;
            for (var (rest, i) = (code, 0); i < Length; rest /= 20, i++, cases++)
            {
                var (target, wait) = (targets[rest % 5], waits[rest % 20 / 5]);
                if (i > 0) now += wait;
                var at = r.Step(now, target, 1000, 2000);
                Require(at == r.OutMa && at <= target && at >= 0, "rise", $"{at} of {target}");
                if (target <= before) Require(at == target, "rise", "a fall waits");
                if (at > before)
                {
                    Require(at - before <= (Math.Min(i > 0 ? wait : 0, 1000) * 2) + 1, "rise", $"{before} to {at} in {wait} ms");
                    Require(now - fell >= 1000, "rise", "no hold");
                    held = Math.Max(held, at);
                }

                if (at < before && (at == 0 || at < held - 500)) (fell, held) = (now, at);
                if (at == 0 && target == 0) (fell, held) = (now, 0);
                before = at;
            }

            // And it gets there: hold, then the pace, and not a second later.
            var needed = 1000 + (20000 - before) / 2 + 1000;
            for (var passed = 0; passed < needed; passed += 500) r.Step(now += 500, 20000, 1000, 2000);
            Require(r.OutMa == 20000, "rise", $"stuck at {r.OutMa}");
        }

        var back = new RisePolicy();
        for (var now = 0; now <= 5000; now += 500) back.Step(now, 1000, 1000, 2000);
        Require(back.OutMa == 1000, "rise", "does not rise");
        back.Step(4000, 2000, 1000, 2000);
        Require(back.Step(4999, 2000, 1000, 2000) == 1000 && back.Step(5500, 2000, 1000, 2000) > 1000, "rise", "a clock that went back begins a new hold");
        // Small steps are as fast as large ones, to a step and the rounding of one.
        foreach (var tick in new[] { 1, 7, 20, 333 })
        foreach (var pace in new[] { 100, 2000, 5000, 99_999 })
        {
            var small = new RisePolicy();
            small.Step(0, 200_000, 1000, pace);
            var needed = 1000 + (200_000_000L / pace);
            var reached = 0L;
            for (long now = tick; reached == 0 && now < 2 * needed; now += tick)
                if (small.Step(now, 200_000, 1000, pace) == 200_000) reached = now;
            Require(reached >= needed - tick && reached <= (needed * 102 / 100) + (2 * tick) + 2, "rise", $"200 A at {pace} mA/s in ticks of {tick} ms after {reached} instead of {needed} ms");
        }

        // Noise below half an ampere does not begin a new hold, a real fall does.
        var noise = new RisePolicy();
        for (var now = 0; now <= 20_000; now += 500) noise.Step(now, 10_000, 1000, 2000);
        noise.Step(20_100, 9_501, 1000, 2000);
        Require(noise.Step(20_600, 10_000, 1000, 2000) == 10_000, "rise", "noise begins a hold");
        noise.Step(20_700, 9_499, 1000, 2000);
        Require(noise.Step(21_600, 10_000, 1000, 2000) == 9_499, "rise", "a fall begins no hold");
        Borders();
        return cases;
    }

    private static void Borders()
    {
        void Is(int at, int expected, string what) => Require(at == expected, "rise", $"{what}: {at} instead of {expected}");

        // Never faster than the pace, whatever the rounding of many small steps adds up to.
        foreach (var pace in new[] { 100, 333, 999, 1001, 1999, 99_999 })
        foreach (var tick in new[] { 1, 2, 3, 7, 999 })
        {
            var r = new RisePolicy();
            r.Step(0, 5_000_000, 0, pace);
            for (long now = tick; now <= 3000 * tick; now += tick)
                Require(r.Step(now, 5_000_000, 0, pace) <= now * pace / 1000, "rise", $"{r.OutMa} mA after {now} ms at {pace} mA/s");
        }

        // The first step and a clock that went back credit nothing, with a hold or without one.
        var first = new RisePolicy();
        Is(first.Step(1_000_000, 9000, 0, 1000), 0, "leaps at the start");
        Is(first.Step(1_001_000, 9000, 0, 1000), 1000, "a step of a second is credited whole");
        Is(first.Step(1_003_500, 9000, 0, 1000), 2000, "a longer one as a second");
        Is(first.Step(500_000, 9000, 0, 1000), 2000, "leaps after a clock that went back");
        Is(first.Step(500_500, 9000, 0, 1000), 2500, "stands still after a clock that went back");

        // The hold ends to the millisecond.
        var hold = new RisePolicy();
        hold.Step(0, 0, 1000, 2000);
        Is(hold.Step(999, 5000, 1000, 2000), 0, "rises in the hold");
        Is(hold.Step(1000, 5000, 1000, 2000), 2, "holds longer than it should");

        // Half an ampere below where the hold began is noise, a milliampere more is a fall; so is the same in small steps.
        foreach (var (lowest, noise) in new[] { (9_500, true), (9_499, false) })
        foreach (var between in new[] { lowest, 9_700 })
        {
            var r = Risen(10_000);
            Is(r.Step(20_100, between, 1000, 2000), between, "a fall waits");
            Is(r.Step(20_150, between + 50, 1000, 2000), between < 9_500 ? between : between + 50, "noise begins a hold, or a fall none");
            Is(r.Step(20_200, lowest, 1000, 2000), lowest, "a fall waits");
            Is(r.Step(20_700, 10_000, 1000, 2000), noise ? 10_000 : lowest, "noise begins a hold, or a fall none");
        }

        // After a fall the noise is measured from where it ended, and so it is after a clock that went back.
        foreach (var back in new[] { false, true })
        {
            var r = Risen(10_000);
            var now = back ? 10_000 : 20_100;
            r.Step(now, 5000, 1000, 2000);
            for (var i = 1; i <= 60; i++) r.Step(now + (i * 100), 6000, 1000, 2000);
            Is(r.OutMa, 6000, "does not rise after a fall");
            r.Step(now + 6100, 5600, 1000, 2000);
            Is(r.Step(now + 6600, 6000, 1000, 2000), 6000, "noise begins a hold after a fall");
        }

        // A clock that goes back during noise: the new hold begins where the limit is.
        var low = Risen(10_000);
        low.Step(20_100, 9_600, 1000, 2000);
        low.Step(5000, 9_600, 1000, 2000);
        low.Step(6000, 9_400, 1000, 2000);
        Is(low.Step(6500, 9_600, 1000, 2000), 9_600, "noise is measured from before the clock went back");

        // A clock that goes back while all is high begins a hold, and forgets no height.
        var high = Risen(10_000);
        high.Step(5000, 12_000, 1000, 2000);
        high.Step(5100, 9_600, 1000, 2000);
        Is(high.Step(6000, 10_000, 1000, 2000), 10_000, "noise after a clock that went back begins a hold");
        high.Step(6100, 9_300, 1000, 2000);
        Is(high.Step(6600, 10_000, 1000, 2000), 9_300, "a fall after a clock that went back begins none");
    }

    private static RisePolicy Risen(int ma)
    {
        var r = new RisePolicy();
        for (var now = 0; now <= 20_000; now += 500) r.Step(now, ma, 1000, 2000);
        return r;
    }
}
