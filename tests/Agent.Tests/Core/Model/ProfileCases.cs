using JkFleet.Contracts;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>A profile is copied whole, emptied whole, and as long as the contract says; the built-in one is the origin's.</summary>
internal static class ProfileCases
{
    public static long Run()
    {
        long cases = 0;
        for (var seed = 1; seed <= 20; seed++, cases++)
        {
            var (a, b) = (Dirty(seed), Dirty(seed + 100));
            a.CopyTo(b);
            Require(Words(a) == Words(b), "profile", "a copy is not the same");
            b.Revision++;
            b.NoCharge.FromMin[0]++;
            b.ChargeRamp[0].Scale[0]++;
            Require(Words(a) == Words(Dirty(seed)), "profile", "a copy shares something");
            a.Clear();
            Require(Words(a) == Words(new Profile()) && Words(a).Split('\n') is [var head, .. var numbers, _] && head == "0 ''" && numbers.Length == ProfileField.Count, "profile", "is not empty");
        }

        var origin = Profiles.OriginDefaults();
        var blank = new Profile { Name = "origin defaults" };
        foreach (var (ramps, points) in new[]
        {
            (blank.ChargeRamp, new[] { (800, 70000), (850, 70000), (900, 70000), (950, 20000), (980, 5000) }),
            (blank.DischargeRamp, [(20, 0), (50, 4000), (100, 10000), (150, 35000), (200, 70000)]),
        })
        {
            foreach (var (soc, ma) in points) ramps[0].Add(soc, ma);
        }

        Require(Words(origin) == Words(blank), "profile", "the built-in one is not the origin's");

        foreach (var (windows, name, good) in new[] { (4, 64, true), (5, 64, false), (4, 65, false) })
        {
            cases++;
            var list = string.Join(',', Enumerable.Range(1, windows));
            var bytes = System.Text.Encoding.UTF8.GetBytes($$"""{"v":1,"version":1,"revision":1,"name":"{{new string('n', name)}}","no_charge_from_min":[{{list}}],"no_charge_to_min":[{{list}}]}""");
            var read = new Desired();
            Require(new DesiredCodec().TryRead(bytes, 0, bytes.Length, read) == good && (!good || read.Profile.NoCharge.Count == windows), "profile", $"{windows} windows, a name of {name}");
        }

        return cases;
    }

    private static Profile Dirty(int seed)
    {
        var (random, p) = (new Random(seed), new Profile { Revision = seed, Name = "profile " + seed });
        for (var i = 0; i < p.Number.Length; i++) p.Number[i] = random.Next();
        foreach (var ramp in p.ChargeRamp.Concat(p.DischargeRamp))
            for (var i = random.Next(1, RampRule.MaxPoints + 1); i > 0; i--) ramp.Add(random.Next(), random.Next());
        foreach (var windows in new[] { p.NoCharge, p.NoDischarge })
        {
            windows.Count = seed % 2 == 0 ? Profile.MaxWindows : random.Next(1, Profile.MaxWindows);
            for (var i = 0; i < windows.Count; i++) (windows.FromMin[i], windows.ToMin[i]) = (random.Next(), random.Next());
        }

        return p;
    }

    private static string Words(Profile p) =>
        $"{p.Revision} '{p.Name}'\n" + string.Concat(p.Number.Select(n => n + "\n"))
        + string.Concat(p.ChargeRamp.Concat(p.DischargeRamp).Where(r => r.Count > 0).Select(r => $"{r.Source} {string.Join(' ', r.Scale.Take(r.Count))}: {string.Join(' ', r.LimitMa.Take(r.Count))}\n"))
        + string.Concat(new[] { p.NoCharge, p.NoDischarge }.Where(w => w.Count > 0).Select((w, i) => $"{w == p.NoCharge} {string.Join(' ', w.FromMin.Take(w.Count))}: {string.Join(' ', w.ToMin.Take(w.Count))}\n"));
}
