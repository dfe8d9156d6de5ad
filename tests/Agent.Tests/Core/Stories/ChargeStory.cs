using JkFleet.Agent.Judgement;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>An ordinary charge, with what a profile may ask on its way: cold, phases, a forced charge, another pace (hazards 5, 10).</summary>
public sealed class ChargeStory
{
    [Fact]
    public void A_cold_morning_warms_up()
    {
        var rig = new Rig(profile: Rig.CellProfile());
        rig.Pack.TempDeciC[0] = -30;
        rig.Run(60_000);
        Assert.Equal((0, LimitReason.CellTempRamp), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        Assert.Equal(70000, rig.Limits.DischargeLimitMa);
        var last = 0;
        for (var degree = 0; degree <= 10; degree++)
        {
            rig.Pack.TempDeciC[0] = degree * 10;
            rig.Run(90_000);
            Assert.True(rig.Limits.ChargeLimitMa >= last, "falls while it warms up");
            last = rig.Limits.ChargeLimitMa;
        }

        Assert.Equal(60000, last);
        rig.Pack.TempDeciC[0] = 20; // a door was opened
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 6000, 3000);
    }

    [Fact]
    public void A_charge_goes_through_bulk_absorption_and_float_and_back()
    {
        var p = Profiles.OriginDefaults();
        p.Number[ProfileField.Phases] = 1;
        p.Number[ProfileField.ShownSocCapPermille] = 980;
        p.Number[ProfileField.FloatMaxMa] = 2000;
        p.Number[ProfileField.FullChargeDays] = 30;
        var rig = Rig.Charging(p);
        Assert.Equal(3450 * 16, rig.Limits.ChargeVoltageMv);
        rig.Pack.SocPermille = 1000;
        rig.Cells(3445);
        rig.RunUntil(() => rig.Agent.Memory.Phase == ChargePhase.Absorption, 15_000);
        Assert.Equal(980, rig.Limits.ShownSocPermille);
        rig.RunUntil(() => rig.Agent.Memory.Phase == ChargePhase.Float, 31 * 60_000);
        rig.Run(100);
        Assert.Equal((3375 * 16, 1000, 2000), (rig.Limits.ChargeVoltageMv, rig.Limits.ShownSocPermille, rig.Limits.ChargeLimitMa));
        Assert.Equal(0, rig.Agent.Memory.SinceFullMin);
        rig.Cells(3340);
        rig.Pack.SocPermille = 890;
        rig.RunUntil(() => rig.Agent.Memory.Phase == ChargePhase.Bulk, 3000);
        rig.Agent.Memory.SinceFullMin = 30 * 1440;
        rig.RunUntil(() => rig.Inverter.FullChargeRequest, 3000);
    }

    [Fact]
    public void A_force_charge_begins_and_ends_with_hysteresis()
    {
        var p = Profiles.OriginDefaults();
        p.Number[ProfileField.ForceStartSocPermille] = 100;
        p.Number[ProfileField.ForceStopSocPermille] = 150;
        var rig = Rig.Charging(p);
        foreach (var (soc, forced) in new[] { (120, false), (100, true), (140, true), (150, false), (120, false) })
        {
            rig.Pack.SocPermille = soc;
            rig.Agent.Slot.Active.Number[ProfileField.JumpSocPermille] = 1000;
            rig.Run(3000);
            Assert.Equal(forced, rig.Inverter.ForceCharge1 || rig.Inverter.ForceCharge2);
        }
    }

    [Fact]
    public void A_changed_pace_holds_from_the_next_step_on()
    {
        var rig = Rig.Charging();
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":0,"hold_ms":5000}""");
        rig.Run(8000);
        Assert.Equal((0, LimitReason.Rising), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        var quick = Profiles.OriginDefaults();
        quick.Revision = 2;
        quick.Number[ProfileField.RiseHoldMs] = 0;
        quick.Number[ProfileField.RiseMaPerS] = 1000;
        rig.Server.Push(3, quick);
        rig.Run(10_000);
        Assert.InRange(rig.Limits.ChargeLimitMa, 9000, 10_000);
        var slow = Profiles.OriginDefaults();
        slow.Revision = 3;
        rig.Server.Push(4, slow);
        rig.Run(3000);
        Assert.InRange(rig.Limits.ChargeLimitMa, 9000, 10_000 + 15_000); // the hold of the old fall, or the new pace: never a leap
    }

    [Fact]
    public void A_steady_day_makes_no_garbage()
    {
        var rig = Rig.Charging();
        rig.Server.Connected = false; // the test's server parses; the agent must not
        rig.AfterTick = null;
        rig.Run(5000);
        rig.Sent.EnsureCapacity(100_000);
        var agent = rig.Agent;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) agent.Step(rig.NowMs + i, rig.UtcMs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
