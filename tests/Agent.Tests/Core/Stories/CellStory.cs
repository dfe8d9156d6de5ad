using JkFleet.Agent.Judgement;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>One cell of many: too high, dead, or a reading that cannot be true (hazards 6, 10).</summary>
public sealed class CellStory
{
    [Fact]
    public void One_cell_overshoots_near_the_top()
    {
        var rig = Rig.Charging(Rig.CellProfile());
        rig.Cells(3380);
        rig.Run(2000);
        var before = rig.Limits.ChargeLimitMa;
        rig.Cell(7, 3452);
        rig.RunUntil(() => rig.Inverter.ChargeLimitMa < 1000, 3000);
        Assert.Equal(LimitReason.CellMaxRamp, rig.Limits.ChargeReason);
        rig.Run(6000);
        Assert.Contains(rig.Server.Last(Topics.Telemetry)["charge_why"]!.AsArray(), link => link!.GetValue<string>().StartsWith("cell_max_ramp:400:7:3452", StringComparison.Ordinal));
        rig.Cell(7, 3650);
        rig.RunUntil(() => !rig.Inverter.ChargeEnabled, 3000);
        Assert.True(rig.Inverter.DischargeEnabled);
        rig.Cells(3370);
        rig.Run(29_000);
        Assert.Equal(0, rig.Limits.ChargeLimitMa); // the hold keeps it from swinging
        rig.RunUntil(() => rig.Limits.ChargeLimitMa >= before, 60_000);
    }

    [Fact]
    public void A_dead_cell_stops_the_ramps_that_look_at_cells_and_is_told()
    {
        var rig = Rig.Charging(Rig.CellProfile());
        rig.Pack.CellMv[3] = 0;
        rig.Pack.Summarise();
        rig.Run(1100);
        Assert.Equal(1, rig.Events(EventKind.Implausible)); // a healthy cell does not vanish: doubted once ...
        rig.Run(2000);
        Assert.Equal((0, LimitReason.InvalidCell), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason)); // ... and believed when it stays
        Assert.Equal(1, rig.Events(EventKind.CellInvalid));
        Assert.Equal(70000, rig.Limits.DischargeLimitMa);
    }

    [Fact]
    public void Readings_that_contradict_themselves_count_as_none_after_three()
    {
        var rig = Rig.Charging();
        rig.Pack.PackVoltageMv = rig.Pack.CellSumMv * 103 / 100;
        rig.Run(1500);
        Assert.Equal(70000, rig.Limits.ChargeLimitMa); // one is a hiccup
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.Implausible, 3000);
        Assert.Equal("faulty", rig.Server.Last(Topics.Telemetry)["bms"]!.GetValue<string>());
        Assert.Equal(1, rig.Events(EventKind.Implausible));
        Rig.Settle(rig.Pack);
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 70000, 60_000);
        rig.Cells(3330 - 600); // a jump that stays is believed after it repeated
        rig.Run(10_000);
        Assert.Equal(ReadingState.Good, rig.Agent.Freshness.State);
    }
}
