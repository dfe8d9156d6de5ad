using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Every rule of <see cref="ProfileRules"/> just inside and just outside.</summary>
internal static class RuleCases
{
    private static readonly Envelope Board = new() { MaxChargeMa = 90000, MaxDischargeMa = 95000, MaxChargeMv = 58000, MinDischargeMv = 42000, MaxCellMv = 3600, MinCellMv = 2500 };
    private static long _cases;

    public static long Run()
    {
        _cases = 0;
        for (var field = 0; field < ProfileField.Count; field++)
        {
            Expect(ProfileField.Name(field), ProfileField.Max(field), (field, ProfileField.Max(field) + 1));
            Expect(ProfileField.Name(field), ProfileField.Min(field), (field, ProfileField.Min(field) - 1));
        }

        Pair(ProfileField.StopChargeSocPermille, ProfileField.RestartChargeSocPermille, 500, -1);
        Pair(ProfileField.StopDischargeSocPermille, ProfileField.RestartDischargeSocPermille, 500, 1);
        Pair(ProfileField.StopChargeMv, ProfileField.RestartChargeMv, 50000, -1);
        Pair(ProfileField.StopDischargeMv, ProfileField.RestartDischargeMv, 50000, 1);
        Pair(ProfileField.ForceStartSocPermille, ProfileField.ForceStopSocPermille, 500, 1);
        Expect("restart_charge_soc_permille", 1, (ProfileField.StopChargeSocPermille, 950));
        Expect(null, 0, (ProfileField.StopChargeSocPermille, 950), (ProfileField.RestartChargeSocPermille, 1));
        Expect("restart_charge_mv", 1, (ProfileField.StopChargeMv, 55000));
        Expect(null, 0, (ProfileField.StopChargeMv, 55000), (ProfileField.RestartChargeMv, 1));
        Expect("restart_discharge_soc_permille", 999, (ProfileField.StopDischargeSocPermille, 100), (ProfileField.RestartDischargeSocPermille, 1000));
        Expect(null, 0, (ProfileField.StopDischargeSocPermille, 100), (ProfileField.RestartDischargeSocPermille, 999));
        Expect(null, 0, (ProfileField.RestartDischargeSocPermille, 1000));
        Expect(null, 0, (ProfileField.RestartChargeSocPermille, 0), (ProfileField.RestartChargeMv, 0));
        Border(ProfileField.ChargeMaxMa, 90000, 1);
        Border(ProfileField.DischargeMaxMa, 95000, 1);
        Border(ProfileField.FloatMaxMa, 90000, 1);
        Border(ProfileField.ChargeMv, 58000, 1);
        Border(ProfileField.DischargeMv, 42000, -1);
        Expect(null, 0, (ProfileField.ChargeMaxMa, ProfileField.NoMaximumMa), (ProfileField.DischargeMv, 0));
        Expect(null, 0, (ProfileField.Phases, 1), (ProfileField.AbsorptionCellMv, 3600));
        Expect("absorption_cell_mv", 3600, (ProfileField.Phases, 1), (ProfileField.AbsorptionCellMv, 3601));
        Expect(null, 0, (ProfileField.AbsorptionCellMv, 3601));
        Expect("discharge_mv", 50000, (ProfileField.ChargeMv, 50000), (ProfileField.DischargeMv, 50000));
        Expect(null, 0, (ProfileField.ChargeMv, 50000), (ProfileField.DischargeMv, 49999));
        Expect("float_cell_mv", 3400, (ProfileField.AbsorptionCellMv, 3400), (ProfileField.FloatCellMv, 3401));
        Expect(null, 0, (ProfileField.AbsorptionCellMv, 3400), (ProfileField.FloatCellMv, 3400));
        Expect("absorption_limit_min", 61, (ProfileField.AbsorptionMin, 61));
        Expect(null, 0, (ProfileField.AbsorptionMin, 60));
        Expect("rebulk_cell_mv", 3375, (ProfileField.RebulkCellMv, 3375));
        Expect(null, 0, (ProfileField.RebulkCellMv, 3374));
        Expect("shown_soc_cap_permille", 0, (ProfileField.ShownSocCapPermille, 980));
        Expect(null, 0, (ProfileField.ShownSocCapPermille, 980), (ProfileField.Phases, 1));
        Expect("stop_ms", 20000, (ProfileField.StaleMs, 20000), (ProfileField.StopMs, 20000));
        Expect("stop_ms", 20000, (ProfileField.StaleMs, 20000), (ProfileField.StopMs, 19000));
        Expect(null, 0, (ProfileField.StaleMs, 20000), (ProfileField.StopMs, 20001));
        // The borders of the scales are contract; read from the code they would agree with anything.
        int[] lowest = [0, 500, 500, 500, -400, -400], highest = [1000, 5000, 5000, 5000, 1400, 1500];
        string[] scales = ["soc_permille", "cell_mean_mv", "cell_max_mv", "cell_min_mv", "temp_dc", "mos_dc"], currents = ["soc_ma", "cell_mean_ma", "cell_max_ma", "cell_min_ma", "temp_ma", "mos_ma"];
        for (var source = 0; source < Profile.Sources; source++)
        {
            foreach (var (charge, prefix) in new[] { (true, "charge_"), (false, "discharge_") })
                Require(ProfileRules.ScaleName(charge, (RampSource)source) == prefix + scales[source] && ProfileRules.CurrentName(charge, (RampSource)source) == prefix + currents[source], "rules", $"names of {(RampSource)source}");
            Require(ProfileRules.MinScale((RampSource)source) == lowest[source] && ProfileRules.MaxScale((RampSource)source) == highest[source], "rules", $"scale of {(RampSource)source}");
            Ramp((RampSource)source);
        }

        Windows();
        // More faults than anybody reads: the first ones are named.
        var worst = new Profile();
        for (var field = 0; field < ProfileField.Count; field++) worst.Number[field] = ProfileField.Max(field) + 1;
        var many = new ProfileFaults();
        Require(!ProfileRules.Check(worst, Board, many) && many.Count == 32 && many.Field[0] == "charge_max_ma" && many.Field[31] == ProfileField.Name(31), "rules", $"{many.Count} faults");
        Require(many.Sentence(0) == "charge_max_ma: above the highest allowed value (1000000)", "rules", many.Sentence(0));
        var revision = new Profile { Revision = -1 };
        Check(revision, "revision", 0);
        return _cases;
    }

    private static void Ramp(RampSource source)
    {
        foreach (var charge in new[] { true, false })
        {
            var (low, high) = (ProfileRules.MinScale(source), ProfileRules.MaxScale(source));
            var (scale, current) = (ProfileRules.ScaleName(charge, source), ProfileRules.CurrentName(charge, source));
            var most = charge ? 90000 : 95000;
            void Points(string? field, int bound, params (int Scale, int Ma)[] points)
            {
                var p = new Profile();
                var ramp = (charge ? p.ChargeRamp : p.DischargeRamp)[(int)source];
                foreach (var (x, ma) in points) ramp.Add(x, ma);
                Check(p, field, bound);
            }

            Points(null, 0, (low, 0), (high, most));
            Points(scale, 2, (low, 0));
            Points(scale, low, (low - 1, 0), (high, 0));
            Points(scale, high, (low, 0), (high + 1, 0));
            Points(scale, low, (low, 0), (low, 0));
            Points(scale, low + 1, (low + 1, 0), (low, 0));
            Points(current, 0, (low, -1), (high, 0));
            Points(current, most, (low, 0), (high, most + 1));
            var full = new Profile();
            for (var i = 0; i < RampRule.MaxPoints + 1; i++) full.ChargeRamp[(int)source].Add(low + i, i);
            Require(full.ChargeRamp[(int)source].Count == RampRule.MaxPoints, "ramp", "a seventeenth point");
            Check(full, null, 0);
            full.ChargeRamp[(int)source].Count = RampRule.MaxPoints + 1;
            Check(full, ProfileRules.ScaleName(true, source), RampRule.MaxPoints);
        }
    }

    private static void Windows()
    {
        foreach (var charge in new[] { true, false })
        {
            foreach (var (from, to, bad) in new[] { (0, 1439, ""), (1439, 0, ""), (1440, 0, "from"), (-1, 0, "from"), (0, 1440, "to"), (0, -1, "to") })
            {
                var p = new Profile();
                var windows = charge ? p.NoCharge : p.NoDischarge;
                windows.Count = 1;
                (windows.FromMin[0], windows.ToMin[0]) = (from, to);
                (windows.FromMin[1], windows.ToMin[1]) = (-1, -1); // not in use
                Check(p, bad.Length == 0 ? null : $"no_{(charge ? "charge" : "discharge")}_{bad}_min", 1439);
            }
        }
    }

    private static void Pair(int stop, int restart, int at, int side)
    {
        Expect(ProfileField.Name(restart), at, (stop, at), (restart, at));
        Expect(ProfileField.Name(restart), at, (stop, at), (restart, at - side));
        Expect(null, 0, (stop, at), (restart, at + side));
        Expect(null, 0, (stop, 0), (restart, at));
    }

    private static void Border(int field, int bound, int outside)
    {
        Expect(null, 0, (field, bound));
        Expect(ProfileField.Name(field), bound, (field, bound + outside));
    }

    private static void Expect(string? field, int bound, params (int Field, int Value)[] numbers)
    {
        var p = new Profile();
        foreach (var (number, value) in numbers) p.Number[number] = value;
        Check(p, field, bound);
    }

    private static void Check(Profile p, string? field, int bound)
    {
        _cases++;
        var faults = new ProfileFaults { Count = 5 };
        var good = ProfileRules.Check(p, Board, faults);
        Require(good == (faults.Count == 0), "rules", "the answer contradicts the faults");
        if (field is null) Require(good, "rules", good ? "" : $"refused: {faults.Sentence(0)}");
        else Require(Enumerable.Range(0, faults.Count).Any(i => faults.Field[i] == field && faults.Bound[i] == bound), "rules", $"{field} {bound} is not named");
    }
}
