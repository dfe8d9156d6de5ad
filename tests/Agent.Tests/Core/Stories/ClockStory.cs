using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>Clocks that jump, wrap or are not known (hazard 11).</summary>
public sealed class ClockStory
{
    [Fact]
    public void The_clock_jumps_forwards_and_backwards()
    {
        var rig = Rig.Charging();
        rig.NowMs += 3_600_000;
        rig.Run(Rig.TickMs);
        Assert.Equal(0, rig.Limits.ChargeLimitMa);
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 70000, 60_000);
        rig.NowMs -= 1_800_000;
        rig.Run(Rig.TickMs);
        Assert.Equal((0, LimitReason.Stale), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        rig.Run(1000);
        Assert.Equal(2, rig.Events(EventKind.ClockJump));
        rig.UtcMs = 1_000_000_000_000; // the wall clock decides nothing about limits
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 70000, 120_000);
    }

    [Fact]
    public void Ticks_that_wrap_change_nothing()
    {
        var rig = new Rig(startMs: long.MaxValue - 45_000);
        rig.Run(100_000);
        Assert.True(rig.NowMs < 0);
        Assert.Equal((70000, 0), (rig.Limits.ChargeLimitMa, rig.Events(EventKind.ClockJump)));
    }

    [Fact]
    public void A_clock_that_leaps_ends_no_maintenance_and_no_override_early()
    {
        var rig = Rig.Charging();
        rig.Server.Send(Topics.Command, """{"v":1,"id":"m","command":"maintenance","on":true,"hold_ms":600000}""");
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":5000,"hold_ms":600000}""");
        rig.Run(1000);
        rig.NowMs += 3_600_000;
        rig.Run(60_000);
        Assert.True(rig.Agent.Memory.Maintenance && rig.Agent.Memory.HasOverride); // somebody may have his hands in there
        rig.NowMs -= 7_200_000;
        rig.Run(590_000);
        Assert.True(rig.Agent.Memory.Maintenance && rig.Agent.Memory.HasOverride);
        rig.Run(11_000); // ten minutes that were lived through end both
        Assert.False(rig.Agent.Memory.Maintenance || rig.Agent.Memory.HasOverride);
    }

    [Fact]
    public void Time_windows_forbid_by_the_local_clock_and_without_a_clock()
    {
        var p = Profiles.OriginDefaults();
        p.NoCharge.Count = 1;
        p.NoCharge.FromMin[0] = 22 * 60;
        p.NoCharge.ToMin[0] = 6 * 60;
        p.Number[ProfileField.UtcOffsetMin] = 60;
        var rig = new Rig(profile: p) { UtcMs = 1_795_000_000_000 / 86_400_000 * 86_400_000 + (20 * 60 + 58) * 60_000L };
        rig.Run(60_000);
        Assert.Equal(70000, rig.Limits.ChargeLimitMa); // 21:59 local
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.TimeWindow, 120_000);
        Assert.Equal(70000, rig.Limits.DischargeLimitMa);
        rig.UtcMs = 0;
        rig.Run(100);
        Assert.Equal(LimitReason.TimeWindow, rig.Limits.ChargeReason);
        rig.Agent.Slot.Active.Number[ProfileField.WindowsWithoutClock] = 0;
        rig.Run(100);
        Assert.NotEqual(LimitReason.TimeWindow, rig.Limits.ChargeReason);
    }
}
