using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Benchmarks.Codecs;

/// <summary>One 16-cell pack in the afternoon, and what was decided for it: the same in every benchmark.</summary>
internal static class SamplePack
{
    public const int Cells = 16;

    public static BmsSnapshot Snapshot()
    {
        var s = new BmsSnapshot();
        s.Clear();
        s.TakenAtMs = 1_000_000;
        s.CellCount = Cells;
        for (var i = 0; i < Cells; i++) s.CellMv[i] = 3331 + (i * 7 % 11);
        s.CellCountSetting = Cells;
        s.PackVoltageMv = 53_380;
        s.CurrentMa = 41_270;
        s.SocPermille = 730;
        s.SohPermille = 957;
        s.CapacityMah = 280_000;
        s.RemainingMah = 204_400;
        s.Cycles = 131;
        s.TempMosDeciC = 310;
        s.TempCount = 2;
        s.TempDeciC[0] = 220;
        s.TempDeciC[1] = 230;
        s.ChargeMosOn = s.DischargeMosOn = true;
        s.MaxChargeMa = 100_000;
        s.MaxDischargeMa = 150_000;
        s.PackOvpMv = 57_600;
        s.PackUvpMv = 44_800;
        s.CellOvpMv = 3600;
        s.CellUvpMv = 2800;
        s.LowSocPercent = 20;
        s.SoftwareVersion = "11.XW_S11.26___";
        s.Summarise();
        return s;
    }

    public static ChargeLimits Limits()
    {
        var l = new ChargeLimits
        {
            ChargeLimitMa = 84_500,
            DischargeLimitMa = 120_000,
            ChargeVoltageMv = 56_000,
            DischargeVoltageMv = 46_400,
            ChargeAllowed = true,
            DischargeAllowed = true,
            ChargeReason = LimitReason.CellMaxRamp,
            DischargeReason = LimitReason.ProfileMax,
            ShownSocPermille = 730,
        };
        l.ChargeChain.Add(LimitReason.Bms, 100_000, 0, 0);
        l.ChargeChain.Add(LimitReason.SocRamp, 95_000, 0, 730);
        l.ChargeChain.Add(LimitReason.CellMaxRamp, 84_500, 7, 3341);
        l.DischargeChain.Add(LimitReason.Bms, 150_000, 0, 0);
        l.DischargeChain.Add(LimitReason.ProfileMax, 120_000, 0, 0);
        return l;
    }

    public static void FillTelemetry(Telemetry t)
    {
        var s = Snapshot();
        t.Bms = LinkState.Ok;
        t.BmsAgeMs = 240;
        t.BmsFrames = 86_400;
        t.Inverter = LinkState.Ok;
        t.InverterAgeMs = 410;
        t.CanSent = 518_400;
        t.CanReceived = 86_000;
        t.RssiDbm = -61;
        t.Agent = "1.0.0";
        t.Board = "esp32";
        t.ProfileRevision = 4;
        t.Header.Boot = 1_234_567_890;
        t.Header.Seq = 1_000_000;
        t.Header.UpMs = 1_000_000_000;
        t.Header.UtcMs = 1_795_000_000_000;
        s.CopyTo(t.Snapshot);
        Copy(Limits(), t.Limits);
    }

    private static void Copy(ChargeLimits from, ChargeLimits into)
    {
        into.ChargeLimitMa = from.ChargeLimitMa;
        into.DischargeLimitMa = from.DischargeLimitMa;
        into.ChargeVoltageMv = from.ChargeVoltageMv;
        into.DischargeVoltageMv = from.DischargeVoltageMv;
        into.ChargeAllowed = from.ChargeAllowed;
        into.DischargeAllowed = from.DischargeAllowed;
        into.ChargeReason = from.ChargeReason;
        into.DischargeReason = from.DischargeReason;
        into.ShownSocPermille = from.ShownSocPermille;
        Copy(from.ChargeChain, into.ChargeChain);
        Copy(from.DischargeChain, into.DischargeChain);
    }

    private static void Copy(LimitChain from, LimitChain into)
    {
        into.Clear();
        for (var i = 0; i < from.Count; i++) into.Add(from.Reason[i], from.LimitMa[i], from.Number[i], from.Value[i]);
    }
}
