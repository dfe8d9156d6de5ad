// Several packs as one: what adds up, what is the worst, who loses its limit.
using JkFleet.Bms;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class PackAggregatorTests
{
    private readonly PackAggregator _packs = new(2, 5000);
    private readonly BmsSnapshot _all = new();

    [Fact]
    public void Charge_currents_and_limits_add_up_and_the_tightest_voltage_counts()
    {
        _packs.Put(0, Pack(p => { p.SocPermille = 900; p.CapacityMah = 100000; p.RemainingMah = 90000; p.PackOvpMv = 58000; p.PackUvpMv = 44000; }));
        _packs.Put(1, Pack(p => { p.SocPermille = 300; p.CapacityMah = 300000; p.RemainingMah = 90000; p.PackOvpMv = 57000; p.PackUvpMv = 46000; }));

        Assert.True(_packs.TryCombine(1000, _all));

        Assert.Equal((200000, 240000), (_all.MaxChargeMa, _all.MaxDischargeMa));
        Assert.Equal((400000, 180000, 450), (_all.CapacityMah, _all.RemainingMah, _all.SocPermille));
        Assert.Equal((57000, 46000), (_all.PackOvpMv, _all.PackUvpMv));
        Assert.Equal(-24600, _all.CurrentMa);
    }

    [Fact]
    public void Cell_count_stays_that_of_the_series_and_each_place_shows_its_worst_cell()
    {
        _packs.Put(0, Pack(p => p.CellMv[7] = 3200));
        _packs.Put(1, Pack(p => p.CellMv[4] = 3500));

        _packs.TryCombine(1000, _all);

        Assert.Equal((16, 16), (_all.CellCount, _all.CellCountSetting));
        Assert.Equal((3500, 5, 3200, 8), (_all.CellMaxMv, _all.CellMaxNo, _all.CellMinMv, _all.CellMinNo));
        Assert.Equal((3500, 3200), (_all.CellMv[4], _all.CellMv[7]));
        Assert.InRange(_all.CellSumMv, _all.PackVoltageMv - 500, _all.PackVoltageMv + 500);
    }

    [Fact]
    public void Dead_cell_of_any_pack_stays_visible()
    {
        _packs.Put(0, Pack());
        _packs.Put(1, Pack(p => p.CellMv[4] = 0));

        _packs.TryCombine(1000, _all);

        Assert.Equal((1, 0, 0), (_all.InvalidCells, _all.CellMv[4], _all.CellMinMv));
    }

    [Theory]
    [InlineData(0)] // dead
    [InlineData(5001)]
    [InlineData(3720)] // or only farther from the mean
    public void An_empty_cell_stops_the_discharge_whatever_another_pack_shows_at_the_same_place(int otherMv)
    {
        _packs.Put(0, Pack(p => (p.CellMv[4], p.PackVoltageMv) = (2900, 52400)));
        _packs.Put(1, Pack(p =>
        {
            p.CellMv[4] = otherMv;
            p.CellMv[5] = 2890; // of several the lowest, wherever it is
            p.PackVoltageMv = 52500;
        }));
        Assert.True(_packs.TryCombine(1000, _all));
        Assert.Equal((2890, 6), (_all.RealMinMv, _all.RealMinNo));
        _packs.Put(1, Pack(p => (p.CellMv[4], p.PackVoltageMv) = (otherMv, 53000)));
        Assert.True(_packs.TryCombine(1000, _all));
        Assert.Equal((otherMv, 2900, 5), (_all.CellMv[4], _all.RealMinMv, _all.RealMinNo));

        var limits = new ChargeLimits();
        RampEngine.Decide(_all, new Profile(), new Envelope { MinCellMv = 2900 }, new LimitInputs(), limits);
        Assert.Equal((0, LimitReason.CellHeadroom), (limits.DischargeLimitMa, limits.DischargeReason));
        Assert.Equal((5, 2900), (limits.DischargeChain.Number[limits.DischargeChain.Lowest()], limits.DischargeChain.Value[limits.DischargeChain.Lowest()]));
        RampEngine.Decide(_all, new Profile(), new Envelope { MinCellMv = 2899 }, new LimitInputs(), limits);
        Assert.True(limits.DischargeAllowed);
    }

    [Fact]
    public void Packs_of_different_length_cannot_be_in_parallel()
    {
        _packs.Put(0, Pack());
        _packs.Put(1, Pack(p => { p.CellCount = 15; p.CellCountSetting = 15; p.PackVoltageMv = 49500; }));

        Assert.False(_packs.TryCombine(1000, _all));
    }

    [Fact]
    public void Reading_that_contradicts_itself_is_not_taken()
    {
        Assert.True(_packs.Put(0, Pack()));
        Assert.False(_packs.Put(0, Pack(p => p.PackVoltageMv = 40000)));
        Assert.False(_packs.Put(0, Pack(p => p.CellCountSetting = 15)));
        Assert.Equal(52800, _packs.Pack(0).PackVoltageMv);
    }

    [Theory]
    [InlineData(true, false, 100000, 240000)]
    [InlineData(false, false, 0, 240000)]
    public void Pack_whose_mos_is_off_loses_its_limit(bool first, bool second, int chargeMa, int dischargeMa)
    {
        _packs.Put(0, Pack(p => p.ChargeMosOn = first));
        _packs.Put(1, Pack(p => p.ChargeMosOn = second));

        _packs.TryCombine(1000, _all);

        Assert.Equal((chargeMa, dischargeMa), (_all.MaxChargeMa, _all.MaxDischargeMa));
        Assert.Equal(first || second, _all.ChargeMosOn);
    }

    [Fact]
    public void Silent_pack_takes_no_part()
    {
        _packs.Put(0, Pack(p => p.TakenAtMs = 0));
        _packs.Put(1, Pack(p => { p.TakenAtMs = 4000; p.Alarms = BmsAlarms.CellDiff; }));

        Assert.True(_packs.TryCombine(6000, _all));

        Assert.Equal((2, 1, 100000, 4000), (_all.PacksTotal, _all.PacksOnline, _all.MaxChargeMa, _all.TakenAtMs));
        Assert.False(_packs.TryCombine(10000, _all));
    }

    [Fact]
    public void Unknown_limit_adds_nothing()
    {
        _packs.Put(0, Pack(p => p.MaxChargeMa = BmsSnapshot.Unknown));
        _packs.Put(1, Pack());

        _packs.TryCombine(1000, _all);

        Assert.Equal(100000, _all.MaxChargeMa);
    }

    [Fact]
    public void Broken_sensor_of_any_pack_stays_visible()
    {
        _packs.Put(0, Pack(p => p.TempDeciC[1] = BmsSnapshot.Unknown));
        _packs.Put(1, Pack());

        _packs.TryCombine(1000, _all);

        Assert.Equal([-35, 181, BmsSnapshot.Unknown], _all.TempDeciC[.._all.TempCount]);
    }

    [Fact]
    public void A_pack_whose_BMS_has_just_started_takes_no_part_for_twenty_seconds()
    {
        Assert.True(_packs.Put(0, Pack()));
        var started = Pack(p => (p.SocPermille, p.Cycles) = (0, 0));
        for (started.TakenAtMs = 0; started.TakenAtMs < 20_000; started.TakenAtMs += 1000) Assert.False(_packs.Put(1, started));
        Assert.True(_packs.TryCombine(1000, _all));
        Assert.Equal((1, 2), (_all.PacksOnline, _all.PacksTotal));
        Assert.True(_packs.Put(1, started)); // and then it is a new empty one
        Assert.True(_packs.Put(0, Pack(p => p.SocPermille = 0))); // one that has lived is believed at once
    }

    [Fact]
    public void Combining_one_pack_changes_nothing()
    {
        var one = new PackAggregator(1, 5000);
        var pack = Pack();
        one.Put(0, pack);

        Assert.True(one.TryCombine(1000, _all));

        Assert.Equivalent(pack, _all, strict: true);
    }

    private static BmsSnapshot Pack(Action<BmsSnapshot>? change = null)
    {
        var pack = BusBench.Pack();
        pack.MaxChargeMa = 100000;
        pack.MaxDischargeMa = 120000;
        pack.CellCountSetting = 16;
        change?.Invoke(pack);
        pack.Summarise();
        return pack;
    }
}
