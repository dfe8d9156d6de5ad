using JkFleet.Bms;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Limits;

/// <summary>Which ceiling wins, and what may never be exceeded.</summary>
public sealed class RampEngineTests
{
    private readonly BmsSnapshot _s = Reading();
    private readonly Profile _p = Profiles.OriginDefaults();
    private readonly Envelope _e = new();
    private readonly LimitInputs _x = new();
    private readonly ChargeLimits _l = new();

    internal static BmsSnapshot Reading()
    {
        var s = new BmsSnapshot
        {
            CellCount = 16, PackVoltageMv = 16 * 3340, SocPermille = 600, ChargeMosOn = true, DischargeMosOn = true,
            MaxChargeMa = 100000, MaxDischargeMa = 150000, PackOvpMv = 58400, PackUvpMv = 41600, CellOvpMv = 3650, CellUvpMv = 2600,
            TempMosDeciC = 300, TempCount = 2, Cycles = 7,
        };
        for (var i = 0; i < 16; i++) s.CellMv[i] = 3340;
        s.TempDeciC[0] = 250;
        s.TempDeciC[1] = 260;
        s.Summarise();
        return s;
    }

    private ChargeLimits Decide()
    {
        RampEngine.Decide(_s, _p, _e, _x, _l);
        Assert.Equal(_l.ChargeLimitMa > 0, _l.ChargeAllowed);
        Assert.Equal(_l.DischargeLimitMa > 0, _l.DischargeAllowed);
        return _l;
    }

    [Fact]
    public void A_healthy_reading_gets_the_ramp_and_says_so()
    {
        _s.SocPermille = 920;
        var l = Decide();
        Assert.Equal((50000, LimitReason.SocRamp), (l.ChargeLimitMa, l.ChargeReason));
        Assert.Equal((70000, LimitReason.SocRamp), (l.DischargeLimitMa, l.DischargeReason));
        Assert.Equal((58400, 41600), (l.ChargeVoltageMv, l.DischargeVoltageMv));
        Assert.Equal([LimitReason.Bms, LimitReason.Envelope, LimitReason.SocRamp], l.ChargeChain.Reason.Take(l.ChargeChain.Count));
    }

    [Fact]
    public void The_BMS_its_share_the_envelope_and_the_profile_are_ceilings()
    {
        _s.MaxChargeMa = 40050;
        Assert.Equal((40000, LimitReason.Bms), (Decide().ChargeLimitMa, _l.ChargeReason));
        _p.Number[ProfileField.BmsSharePermille] = 900;
        Assert.Equal(36000, Decide().ChargeLimitMa);
        _e.MaxChargeMa = 30000;
        Assert.Equal((30000, LimitReason.Envelope), (Decide().ChargeLimitMa, _l.ChargeReason));
        _p.Number[ProfileField.ChargeMaxMa] = 20000;
        Assert.Equal((20000, LimitReason.ProfileMax), (Decide().ChargeLimitMa, _l.ChargeReason));
        _x.ChargeOverrideMa = 12345;
        Assert.Equal((12300, LimitReason.Override), (Decide().ChargeLimitMa, _l.ChargeReason));
        _x.ChargeOverrideMa = 99999;
        Assert.Equal((20000, LimitReason.ProfileMax), (Decide().ChargeLimitMa, _l.ChargeReason));
        Assert.Equal(70000, _l.DischargeLimitMa);
    }

    [Fact]
    public void A_MOS_that_is_off_forbids_its_direction()
    {
        _s.ChargeMosOn = false;
        Assert.Equal((0, LimitReason.MosOff, 70000), (Decide().ChargeLimitMa, _l.ChargeReason, _l.DischargeLimitMa));
        _s.ChargeMosOn = true;
        _s.DischargeMosOn = false;
        Assert.Equal((70000, 0, LimitReason.MosOff), (Decide().ChargeLimitMa, _l.DischargeLimitMa, _l.DischargeReason));
    }

    [Fact]
    public void Every_alarm_bit_forbids_what_it_should_and_an_unnamed_one_forbids_both()
    {
        var harmlessForCharge = new[] { 0, 3, 6, 11, 16, 26 };
        var harmlessForDischarge = new[] { 0, 2, 5, 7, 9, 10, 16, 24, 25 };
        for (var bit = 0; bit < 32; bit++)
        {
            _s.Alarms = (BmsAlarms)(1u << bit);
            Decide();
            Assert.Equal(harmlessForCharge.Contains(bit), _l.ChargeAllowed);
            Assert.Equal(harmlessForDischarge.Contains(bit), _l.DischargeAllowed);
            if (!_l.ChargeAllowed) Assert.Equal((LimitReason.BmsAlarm, bit), (_l.ChargeReason, _l.ChargeChain.Number[0]));
        }
    }

    [Fact]
    public void The_lowest_of_several_ramps_wins_and_names_its_cell()
    {
        var cells = _p.ChargeRamp[(int)RampSource.CellMaxMv];
        cells.Add(3400, 100000);
        cells.Add(3500, 0);
        _s.CellMv[6] = 3447;
        _s.Summarise();
        Assert.Equal((53000, LimitReason.CellMaxRamp), (Decide().ChargeLimitMa, _l.ChargeReason));
        var link = _l.ChargeChain.Lowest();
        Assert.Equal((7, 3447), (_l.ChargeChain.Number[link], _l.ChargeChain.Value[link]));
    }

    [Fact]
    public void Temperature_looks_at_the_coldest_and_the_hottest_sensor()
    {
        var t = _p.ChargeRamp[(int)RampSource.CellTempDeciC];
        foreach (var (at, ma) in new[] { (0, 0), (100, 60000), (400, 60000), (550, 0) }) t.Add(at, ma);
        _s.TempDeciC[0] = 50;
        Assert.Equal((30000, LimitReason.CellTempRamp), (Decide().ChargeLimitMa, _l.ChargeReason));
        _s.TempDeciC[1] = 530;
        Assert.Equal(8000, Decide().ChargeLimitMa);
        _s.TempDeciC[0] = BmsSnapshot.Unknown;
        Assert.Equal(8000, Decide().ChargeLimitMa);
        _s.TempDeciC[1] = BmsSnapshot.Unknown;
        Assert.Equal((0, LimitReason.SourceMissing), (Decide().ChargeLimitMa, _l.ChargeReason));
        Assert.Equal(70000, _l.DischargeLimitMa);
    }

    [Fact]
    public void A_MOS_temperature_that_nobody_measures_gives_nothing()
    {
        var t = _p.DischargeRamp[(int)RampSource.MosTempDeciC];
        t.Add(700, 80000);
        t.Add(900, 0);
        _s.TempMosDeciC = 850;
        Assert.Equal((20000, LimitReason.MosTempRamp), (Decide().DischargeLimitMa, _l.DischargeReason));
        _s.TempMosDeciC = BmsSnapshot.Unknown;
        Assert.Equal((0, LimitReason.SourceMissing), (Decide().DischargeLimitMa, _l.DischargeReason));
    }

    [Fact]
    public void An_invalid_cell_takes_the_cell_ramps_to_zero_and_leaves_the_others()
    {
        var mean = _p.ChargeRamp[(int)RampSource.CellMeanMv];
        mean.Add(3300, 70000);
        mean.Add(3450, 5000);
        _s.CellMv[3] = 0;
        _s.Summarise();
        Assert.Equal((0, LimitReason.InvalidCell, 70000), (Decide().ChargeLimitMa, _l.ChargeReason, _l.DischargeLimitMa));
    }

    [Fact]
    public void A_cell_at_its_limit_ends_the_direction_whatever_the_ramps_say()
    {
        _s.CellMv[2] = 3650;
        _s.Summarise();
        Assert.Equal((0, LimitReason.CellHeadroom), (Decide().ChargeLimitMa, _l.ChargeReason));
        _s.CellMv[2] = 2600;
        _s.Summarise();
        Assert.Equal((70000, 0, LimitReason.CellHeadroom), (Decide().ChargeLimitMa, _l.DischargeLimitMa, _l.DischargeReason));
        _s.CellUvpMv = BmsSnapshot.Unknown;
        _s.CellOvpMv = BmsSnapshot.Unknown;
        Assert.True(Decide().DischargeAllowed);
        _e.MinCellMv = 2700;
        Assert.False(Decide().DischargeAllowed);
    }

    [Fact]
    public void Voltages_never_leave_what_BMS_and_envelope_allow()
    {
        _p.Number[ProfileField.ChargeMv] = 55200;
        _p.Number[ProfileField.DischargeMv] = 48000;
        Assert.Equal((55200, 48000), (Decide().ChargeVoltageMv, _l.DischargeVoltageMv));
        _p.Number[ProfileField.ChargeMv] = 60000;
        _p.Number[ProfileField.DischargeMv] = 30000;
        Assert.Equal((58400, 41600), (Decide().ChargeVoltageMv, _l.DischargeVoltageMv));
        _e.MaxChargeMv = 57000;
        _e.MinDischargeMv = 46000;
        Assert.Equal((57000, 46000), (Decide().ChargeVoltageMv, _l.DischargeVoltageMv));
        _e.MaxCellMv = 3500;
        Assert.Equal(56000, Decide().ChargeVoltageMv);
    }

    [Fact]
    public void Without_a_known_charge_voltage_nothing_is_charged_and_no_zero_volts_are_asked_for()
    {
        _s.PackOvpMv = BmsSnapshot.Unknown;
        Assert.Equal((0, LimitReason.SourceMissing, _s.PackVoltageMv), (Decide().ChargeLimitMa, _l.ChargeReason, _l.ChargeVoltageMv));
        _p.Number[ProfileField.ChargeMv] = 56000;
        Assert.Equal((70000, 56000), (Decide().ChargeLimitMa, _l.ChargeVoltageMv));
    }

    [Fact]
    public void Stops_windows_phases_and_a_forbidding_reason_each_name_themselves()
    {
        _x.ChargeSocStopped = true;
        Assert.Equal(LimitReason.SocStop, Decide().ChargeReason);
        _x.ChargeSocStopped = false;
        _x.ChargeMvStopped = true;
        Assert.Equal(LimitReason.VoltageStop, Decide().ChargeReason);
        _x.ChargeMvStopped = false;
        _x.ChargeWindow = true;
        _x.DischargeWindow = true;
        Assert.Equal((LimitReason.TimeWindow, LimitReason.TimeWindow), (Decide().ChargeReason, _l.DischargeReason));
        _x.ChargeWindow = _x.DischargeWindow = false;
        _x.DischargeSocStopped = true;
        Assert.Equal((LimitReason.SocRamp, LimitReason.SocStop), (Decide().ChargeReason, _l.DischargeReason));
        _x.PhaseCellMv = 3375;
        _x.PhaseMaxMa = 2000;
        Assert.Equal((2000, LimitReason.ChargePhase, 54000), (Decide().ChargeLimitMa, _l.ChargeReason, _l.ChargeVoltageMv));
        _x.Forbidden = LimitReason.Maintenance;
        _x.ForceCharge = true;
        Assert.Equal((0, LimitReason.Maintenance, 0, LimitReason.Maintenance), (Decide().ChargeLimitMa, _l.ChargeReason, _l.DischargeLimitMa, _l.DischargeReason));
        Assert.False(_l.ForceCharge);
    }

    [Fact]
    public void Packs_that_are_all_offline_give_nothing()
    {
        _s.PacksOnline = 0;
        Assert.Equal((0, LimitReason.PackOffline), (Decide().ChargeLimitMa, _l.ChargeReason));
    }

    [Fact]
    public void The_fullest_possible_chain_keeps_every_link()
    {
        foreach (var source in Enum.GetValues<RampSource>())
        {
            _p.ChargeRamp[(int)source].Count = 0;
            _p.ChargeRamp[(int)source].Add(-400, 5000);
            _p.ChargeRamp[(int)source].Add(6000, 5000);
        }

        _p.Number[ProfileField.ChargeMaxMa] = 90000;
        _s.PacksOnline = 0;
        _s.ChargeMosOn = false;
        _s.PackOvpMv = BmsSnapshot.Unknown;
        _s.Alarms = BmsAlarms.Unknown;
        _s.CellMv[0] = 4400;
        _s.Summarise();
        _x.Forbidden = LimitReason.BusOff;
        _x.ChargeSocStopped = _x.ChargeMvStopped = _x.ChargeWindow = true;
        _x.PhaseMaxMa = 1000;
        _x.ChargeOverrideMa = 500;
        Assert.Equal(ChargeLimits.MaxChain, Decide().ChargeChain.Count);
        Assert.Equal(LimitReason.Override, _l.ChargeChain.Reason[ChargeLimits.MaxChain - 1]);
        Assert.Equal(LimitReason.BusOff, _l.ChargeReason);
    }

    [Fact]
    public void Every_reason_has_its_own_name()
    {
        var names = Enumerable.Range(0, LimitReasonNames.Count).Select(i => LimitReasonNames.Of((LimitReason)i)).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.DoesNotContain("unknown", names);
        Assert.Equal(Enum.GetValues<LimitReason>().Length, names.Length);
    }
}
