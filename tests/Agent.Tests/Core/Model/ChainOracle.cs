using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>
/// What a person is told about a limit, written once more as a table: every ceiling that applies in the order of the handbook, with its
/// height, the cell or bit it is about, and the value it looked at.
/// </summary>
internal static class ChainOracle
{
    public static IEnumerable<(LimitReason Reason, int Ma, int Number, int Value)> Of(bool charge, BmsSnapshot s, Profile p, Envelope e, LimitInputs x)
    {
        var n = p.Number;
        var cells = s.CellMv.Take(s.CellCount).ToArray();
        var dead = Array.FindIndex(cells, mv => mv is <= 0 or > 5000) + 1;
        var ramps = charge ? p.ChargeRamp : p.DischargeRamp;
        var limit = charge ? x.ChargeOverrideMa : x.DischargeOverrideMa;
        var replaces = x.OverrideReplaces && limit < int.MaxValue;
        var bmsMa = charge ? s.MaxChargeMa : s.MaxDischargeMa;
        var maximum = n[charge ? ProfileField.ChargeMaxMa : ProfileField.DischargeMaxMa];
        (LimitReason, int, int, int) Zero(LimitReason reason, int number = 0, int value = 0) => (reason, 0, number, value);
        (LimitReason, int, int, int) Line(LimitReason reason, RampSource source, int value, int number = 0) =>
            value == BmsSnapshot.Unknown ? Zero(LimitReason.SourceMissing, (int)source) : (reason, (int)Oracle.Line(ramps[(int)source], value) / 100 * 100, number, value);

        if (x.Forbidden != LimitReason.None) yield return Zero(x.Forbidden);
        if (s.PacksOnline <= 0) yield return Zero(LimitReason.PackOffline, value: s.PacksTotal);
        if (!(charge ? s.ChargeMosOn : s.DischargeMosOn)) yield return Zero(LimitReason.MosOff);
        if (Oracle.Alarm(charge, s) is { } bit) yield return Zero(LimitReason.BmsAlarm, bit);
        if (charge && s.PackOvpMv <= 0 && n[ProfileField.ChargeMv] <= 0 && (x.PhaseCellMv <= 0 || cells.Length == 0)) yield return Zero(LimitReason.SourceMissing);
        if (bmsMa != BmsSnapshot.Unknown)
            yield return (s.PacksOnline < s.PacksTotal ? LimitReason.PackOffline : LimitReason.Bms, (int)(Math.Max(0, bmsMa) * (decimal)n[ProfileField.BmsSharePermille] / 1000), 0, bmsMa);
        yield return (LimitReason.Envelope, charge ? e.MaxChargeMa : e.MaxDischargeMa, 0, 0);
        if (maximum != 1_000_000 && !replaces) yield return (LimitReason.ProfileMax, maximum, 0, 0);
        if (charge && cells.Length > 0 && cells.Max() >= (s.CellOvpMv > 0 ? Math.Min(s.CellOvpMv, e.MaxCellMv) : e.MaxCellMv))
            yield return Zero(LimitReason.CellHeadroom, Array.IndexOf(cells, cells.Max()) + 1, cells.Max());
        var real = cells.Where(mv => mv is > 0 and <= 5000).ToArray();
        if (!charge && real.Length > 0 && real.Min() <= Math.Max(s.CellUvpMv, e.MinCellMv)) yield return Zero(LimitReason.CellHeadroom, Array.IndexOf(cells, real.Min()) + 1, real.Min());
        if (charge ? x.ChargeSocStopped : x.DischargeSocStopped) yield return Zero(LimitReason.SocStop, value: s.SocPermille);
        if (charge ? x.ChargeMvStopped : x.DischargeMvStopped) yield return Zero(LimitReason.VoltageStop, value: s.PackVoltageMv);
        bool Has(RampSource source) => ramps[(int)source].Count > 0;
        if (Has(RampSource.SocPermille) && !replaces) yield return Line(LimitReason.SocRamp, RampSource.SocPermille, s.SocPermille);
        if (cells.Length == 0 || s.InvalidCells > 0)
        {
            if (Has(RampSource.CellMeanMv) || Has(RampSource.CellMaxMv) || Has(RampSource.CellMinMv))
                yield return dead > 0 ? Zero(LimitReason.InvalidCell, dead, cells[dead - 1]) : Zero(s.CellCount > 0 ? LimitReason.InvalidCell : LimitReason.SourceMissing);
        }
        else
        {
            if (Has(RampSource.CellMeanMv)) yield return Line(LimitReason.CellMeanRamp, RampSource.CellMeanMv, (int)Math.Round(cells.Average(), MidpointRounding.AwayFromZero));
            if (Has(RampSource.CellMaxMv)) yield return Line(LimitReason.CellMaxRamp, RampSource.CellMaxMv, cells.Max(), Array.IndexOf(cells, cells.Max()) + 1);
            if (Has(RampSource.CellMinMv)) yield return Line(LimitReason.CellMinRamp, RampSource.CellMinMv, cells.Min(), Array.IndexOf(cells, cells.Min()) + 1);
        }

        if (Has(RampSource.CellTempDeciC))
        {
            var both = s.TempDeciC.Take(s.TempCount).Where(t => t != BmsSnapshot.Unknown).Order().DefaultIfEmpty(BmsSnapshot.Unknown).ToArray();
            yield return new[] { both[0], both[^1] }.Select(t => Line(LimitReason.CellTempRamp, RampSource.CellTempDeciC, t)).MinBy(link => link.Item2);
        }

        if (Has(RampSource.MosTempDeciC)) yield return Line(LimitReason.MosTempRamp, RampSource.MosTempDeciC, s.TempMosDeciC);
        if (charge && x.PhaseMaxMa < int.MaxValue) yield return (LimitReason.ChargePhase, x.PhaseMaxMa, 0, x.PhaseCellMv);
        if (charge ? x.ChargeWindow : x.DischargeWindow) yield return Zero(LimitReason.TimeWindow);
        if (limit < int.MaxValue) yield return (LimitReason.Override, limit, 0, 0);
    }
}
