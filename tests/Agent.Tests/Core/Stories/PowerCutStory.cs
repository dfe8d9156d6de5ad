using JkFleet.Agent.Judgement;
using JkFleet.Agent.Store;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>The power goes off between any two steps, and flash that is slow, broken or torn (hazard 7).</summary>
public sealed class PowerCutStory
{
    [Fact]
    public void A_power_cut_keeps_stop_profile_and_maintenance()
    {
        var rig = Rig.Charging();
        var p = Rig.CellProfile();
        p.Number[ProfileField.StopChargeSocPermille] = 950;
        p.Number[ProfileField.RestartChargeSocPermille] = 800;
        rig.Server.Push(3, p);
        rig.RunUntil(() => rig.Agent.Slot.Version == 3, 1000);
        rig.Pack.SocPermille = 960;
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.SocStop, 3000);
        rig.Run(15_000); // at most ten seconds until the memory may be written again
        rig.Pack.SocPermille = 900; // between restart and stop: only the memory knows
        rig.PowerCycle();
        Assert.Equal((5, 3L), (rig.Agent.Slot.Active.Revision, rig.Agent.Slot.Version));
        rig.Run(60_000);
        Assert.Equal((0, LimitReason.SocStop), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        Assert.Equal(70000, rig.Limits.DischargeLimitMa);

        rig.Server.Send(Topics.Command, """{"v":1,"id":"m1","command":"maintenance","on":true}""");
        rig.RunUntil(() => rig.Limits.DischargeReason == LimitReason.Maintenance, 1000);
        rig.Run(15_000);
        rig.PowerCycle();
        rig.Run(60_000);
        Assert.Equal(LimitReason.Maintenance, rig.Limits.DischargeReason); // somebody may still have his hands in there
        Assert.InRange(rig.Store.Writes, 3, 8);
    }

    [Fact]
    public void A_torn_memory_leaves_the_agent_without_a_latch_and_not_without_judgement()
    {
        var p = Profiles.OriginDefaults();
        p.Revision = 2;
        p.Number[ProfileField.StopChargeSocPermille] = 950;
        p.Number[ProfileField.RestartChargeSocPermille] = 800;
        var rig = Rig.Charging();
        rig.Server.Push(3, p);
        rig.Pack.SocPermille = 960;
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.SocStop, 5000);
        rig.Run(1000);
        for (var size = 0; size < LimitMemory.RecordBytes; size++)
        {
            rig.Store.Records[Keeper.MemoryRecord] = [.. Enumerable.Repeat((byte)0xFF, size)];
            rig.PowerCycle();
            rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.SocStop, 10_000); // the reading says it again
            Assert.Equal(2, rig.Agent.Slot.Active.Revision);
        }
    }

    [Fact]
    public void A_stop_and_a_maintenance_that_follow_each_other_are_both_saved_at_once_and_a_flood_wears_no_flash()
    {
        var rig = Rig.Charging();
        rig.Server.Send(Topics.Command, """{"v":1,"id":"f","command":"full_charge"}""");
        rig.Run(500);
        rig.Server.Send(Topics.Command, """{"v":1,"id":"m","command":"maintenance","on":true}""");
        rig.Run(100);
        rig.PowerCycle();
        rig.Run(1000);
        Assert.True(rig.Agent.Memory.Maintenance && rig.Agent.Memory.FullWanted);

        var before = rig.Store.Writes;
        for (var i = 0; i < 300; i++)
        {
            rig.Server.Send(Topics.Command, $$"""{"v":1,"id":"w{{i}}","command":"maintenance","on":{{(i % 2 == 0 ? "false" : "true")}}}""");
            rig.Run(200);
        }

        Assert.InRange(rig.Store.Writes - before, 6, Keeper.MemoryBurst + 7); // the burst, then one in ten seconds
        rig.Run(20_000);
        var off = rig.Agent.Memory.Maintenance;
        rig.PowerCycle();
        Assert.Equal(off, rig.Agent.Memory.Maintenance); // the last one is saved in the end
    }

    [Fact]
    public void A_save_that_fails_leaves_the_old_profile_in_force()
    {
        var rig = Rig.Charging();
        rig.Store.Broken = true;
        rig.Server.Push(4, Rig.CellProfile());
        rig.Run(1000);
        var reported = rig.Server.Last(Topics.Reported);
        Assert.Equal(("failed", 0), (reported["verdict"]!.GetValue<string>(), reported["profile_revision"]!.GetValue<int>()));
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        rig.Store.Broken = false;
        rig.Server.Push(4, Rig.CellProfile()); // the outbox sends it again on the next connect
        rig.Run(1000);
        Assert.Equal(("applied", 5), (rig.Server.Last(Topics.Reported)["verdict"]!.GetValue<string>(), rig.Agent.Slot.Active.Revision));
    }

    [Fact]
    public void A_slow_disk_delays_a_save_and_never_a_frame()
    {
        var rig = Rig.Charging();
        rig.Loop.StoreInline = false;
        rig.Server.Push(4, Rig.CellProfile());
        rig.Run(30_000);
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        Assert.True(rig.Sent.Count(f => f.Id == 0x351 && f.AtMs > rig.NowMs - 10_000) >= 10);
        Assert.True(rig.Loop.Keeper.Slot.Work());
        rig.Run(100);
        Assert.Equal(5, rig.Agent.Slot.Active.Revision);
    }
}
