using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>
/// The ceilings once more, written against the handbook and not against the engine: other arithmetic, no chain, no order. What the
/// engine allows must never be above it.
/// </summary>
public static class Oracle
{
    // protocols.md 1.4, by hand: bits that leave a direction alone.
    private static readonly int[] CalmForCharge = [0, 3, 6, 11, 16, 26];
    private static readonly int[] CalmForDischarge = [0, 2, 5, 7, 9, 10, 16, 24, 25];

    public static int Charge(BmsSnapshot s, Profile p, Envelope e)
    {
        if (!s.ChargeMosOn || s.PacksOnline <= 0 || Alarm(charge: true, s) is not null) return 0;
        if (s.CellCount > 0 && s.CellMv.Take(s.CellCount).Max() >= Math.Min(e.MaxCellMv, s.CellOvpMv > 0 ? s.CellOvpMv : int.MaxValue)) return 0;
        return Common(s, p.ChargeRamp, p, s.MaxChargeMa, Math.Min(e.MaxChargeMa, p.Number[ProfileField.ChargeMaxMa]));
    }

    public static int Discharge(BmsSnapshot s, Profile p, Envelope e)
    {
        if (!s.DischargeMosOn || s.PacksOnline <= 0 || Alarm(charge: false, s) is not null) return 0;
        if (s.CellMv.Take(s.CellCount).Any(mv => mv is > 0 and <= 5000 && mv <= Math.Max(e.MinCellMv, s.CellUvpMv))) return 0;
        return Common(s, p.DischargeRamp, p, s.MaxDischargeMa, Math.Min(e.MaxDischargeMa, p.Number[ProfileField.DischargeMaxMa]));
    }

    /// <summary>Lowest alarm bit that forbids a direction.</summary>
    public static int? Alarm(bool charge, BmsSnapshot s)
    {
        var bits = Enumerable.Range(0, 32).Where(bit => ((uint)s.Alarms >> bit & 1) != 0).Except(charge ? CalmForCharge : CalmForDischarge).ToArray();
        return bits.Length == 0 ? null : bits.Min();
    }

    /// <summary>Charge and discharge voltage, mV: the lowest that anybody asks for within the board, the highest floor.</summary>
    public static (int Charge, int Discharge) Voltages(BmsSnapshot s, Profile p, Envelope e, LimitInputs x)
    {
        var asked = new[] { p.Number[ProfileField.ChargeMv], s.PackOvpMv, x.PhaseCellMv * s.CellCount }.Where(mv => mv > 0).DefaultIfEmpty(s.PackVoltageMv).Min();
        var most = new[] { e.MaxChargeMv, e.MaxCellMv * s.CellCount }.Where(mv => mv > 0).Min();
        return (Math.Min(asked, most), new[] { p.Number[ProfileField.DischargeMv], s.PackUvpMv, e.MinDischargeMv, e.MinCellMv * s.CellCount }.Max());
    }

    private static int Common(BmsSnapshot s, RampRule[] ramps, Profile p, int bmsMa, int ceiling)
    {
        decimal lowest = ceiling;
        if (bmsMa != BmsSnapshot.Unknown) lowest = Math.Min(lowest, Math.Max(0, bmsMa) * (decimal)p.Number[ProfileField.BmsSharePermille] / 1000);
        var cells = s.CellMv.Take(s.CellCount).ToArray();
        var broken = cells.Length == 0 || cells.Any(mv => mv is <= 0 or > 5000);
        var temps = s.TempDeciC.Take(s.TempCount).Where(t => t != BmsSnapshot.Unknown).Select(t => (int?)t).ToArray();
        int? mean = broken ? null : (int)Math.Round(cells.Average(), MidpointRounding.AwayFromZero);
        foreach (var (source, values) in new (RampSource, int?[])[]
        {
            (RampSource.SocPermille, [s.SocPermille]),
            (RampSource.CellMeanMv, [mean]),
            (RampSource.CellMaxMv, [broken ? null : cells.Max()]),
            (RampSource.CellMinMv, [broken ? null : cells.Min()]),
            (RampSource.CellTempDeciC, temps.Length == 0 ? [null] : [temps.Min(), temps.Max()]),
            (RampSource.MosTempDeciC, [s.TempMosDeciC == BmsSnapshot.Unknown ? null : s.TempMosDeciC]),
        })
        {
            var ramp = ramps[(int)source];
            if (ramp.Count == 0) continue;
            foreach (var value in values) lowest = Math.Min(lowest, value is { } x ? Line(ramp, x) : 0);
        }

        return (int)Math.Floor(lowest / 100) * 100;
    }

    public static decimal Line(RampRule ramp, int x)
    {
        var points = Enumerable.Range(0, ramp.Count).Select(i => (X: ramp.Scale[i], Y: (decimal)ramp.LimitMa[i])).ToArray();
        if (x <= points[0].X) return points[0].Y;
        if (x >= points[^1].X) return points[^1].Y;
        var right = points.First(p => p.X >= x);
        var left = points.Last(p => p.X < x);
        // Divided last, or thirds of an ampere would fall short of the step that they reach.
        return ((left.Y * (right.X - x)) + (right.Y * (x - left.X))) / (right.X - left.X);
    }
}
