// Several packs as one: what adds up, what is the worst, who loses its limit.
using JkFleet.Bms;
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
    public void Cells_of_two_packs_stand_one_after_the_other()
    {
        _packs.Put(0, Pack());
        _packs.Put(1, Pack(p => p.CellMv[4] = 3500));

        _packs.TryCombine(1000, _all);

        Assert.Equal(32, _all.CellCount);
        Assert.Equal((3500, 21), (_all.CellMaxMv, _all.CellMaxNo));
        Assert.Equal(_packs.Pack(1).CellMv[4], _all.CellMv[20]);
        Assert.InRange(_all.CellSumMv, _all.PackVoltageMv - 500, _all.PackVoltageMv + 500);
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
    public void Many_packs_show_their_extremes()
    {
        var packs = new PackAggregator(16, 5000);
        for (var i = 0; i < 16; i++) packs.Put(i, Pack(p => p.CellMv[2] = 3400 + i));

        Assert.True(packs.TryCombine(1000, _all));

        Assert.Equal(32, _all.CellCount);
        Assert.Equal((3415, 1603), (_all.CellMaxMv, _all.CellMaxNo));
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
        change?.Invoke(pack);
        pack.Summarise();
        return pack;
    }
}
