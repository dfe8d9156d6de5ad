using JkFleet.Bms;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Every minute of a day against windows of every shape, in time zones on both sides, with and without a wall clock.</summary>
internal static class WindowCases
{
    private static readonly (int From, int To)[][] Sets =
    [
        [], [(0, 1)], [(1439, 0)], [(0, 0)], [(1320, 360)], [(600, 601)], [(719, 718)], [(0, 1439)], [(1, 0)], [(60, 120), (0, 5), (1430, 1435), (900, 1000)],
    ];

    public static long Run()
    {
        long cases = 0;
        var bms = new ScriptedBms();
        var agent = new Agent(new AgentSettings(), bms, new WatchingInverter());
        var n = agent.Slot.Active.Number;
        long now = 0;
        for (; now < 40_000; now += 1000)
        {
            bms.Deliver(EngineCases.Healthy(), now);
            agent.Step(now, 0);
        }

        // The clock stands still from here on, so that the one reading stays fresh.
        now -= 1000;
        void Case(long utc, (int From, int To)[] charge, (int From, int To)[] discharge)
        {
            cases++;
            Set(agent.Slot.Active.NoCharge, charge);
            Set(agent.Slot.Active.NoDischarge, discharge);
            agent.Step(now, utc);
            var minute = utc <= 0 ? -1 : (int)(((utc / 60_000) + n[ProfileField.UtcOffsetMin] + 1440) % 1440);
            Require(Forbids(agent.Limits.ChargeChain) == Inside(charge, minute, n), "window", $"charge at minute {minute}, utc {utc}");
            Require(Forbids(agent.Limits.DischargeChain) == Inside(discharge, minute, n), "window", $"discharge at minute {minute}, utc {utc}");
        }

        foreach (var offset in new[] { -840, -1, 0, 60, 840 })
        foreach (var day in new[] { 0L, 86_400_000L * 20_000 })
        {
            n[ProfileField.UtcOffsetMin] = offset;
            for (var minute = 0; minute < 1440; minute++)
            {
                var utc = day + (minute * 60_000L);
                Case(utc + (minute % 2 == 0 ? 1 : 59_999), Sets[minute % Sets.Length], Sets[(minute + 3) % Sets.Length]);
                foreach (var set in Sets.Where(set => set.Any(w => Near(minute + offset, w.From) || Near(minute + offset, w.To)))) Case(utc + 1, set, Sets[2]);
            }
        }

        foreach (var without in new[] { 1, 0 })
        foreach (var utc in new long[] { 0, -1, 1 })
        foreach (var set in Sets)
        {
            n[ProfileField.WindowsWithoutClock] = without;
            Case(utc, set, []);
            Case(utc, [], set);
        }

        return cases;
    }

    private static bool Near(int minute, int border) => Math.Abs(((minute - border) % 1440 + 1440 + 5) % 1440 - 5) <= 1;

    private static void Set(TimeWindows windows, (int From, int To)[] set)
    {
        windows.Count = set.Length;
        for (var i = 0; i < set.Length; i++) (windows.FromMin[i], windows.ToMin[i]) = set[i];
    }

    private static bool Forbids(LimitChain chain) => Enumerable.Range(0, chain.Count).Any(i => chain.Reason[i] == LimitReason.TimeWindow);

    /// <summary>Written by walking round the clock instead of comparing ends.</summary>
    private static bool Inside((int From, int To)[] set, int minute, int[] n)
    {
        if (set.Length == 0) return false;
        if (minute < 0) return n[ProfileField.WindowsWithoutClock] != 0;
        return set.Any(w => (minute - w.From + 1440) % 1440 < (w.From == w.To ? 1440 : (w.To - w.From + 1440) % 1440));
    }
}
