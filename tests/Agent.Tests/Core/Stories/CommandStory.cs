using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>Wishes that expire, and people who work on the pack (hazards 4, 9).</summary>
public sealed class CommandStory
{
    [Fact]
    public void Overrides_tighten_and_expire_and_a_repeated_id_is_not_done_twice()
    {
        var rig = Rig.Charging();
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o1","command":"override","charge_ma":12000,"hold_ms":60000}""");
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.Override, 1000);
        Assert.Equal((12000, 70000), (rig.Limits.ChargeLimitMa, rig.Limits.DischargeLimitMa));
        rig.Run(50_000);
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o1","command":"override","charge_ma":12000,"hold_ms":60000}""");
        rig.Run(11_000);
        Assert.NotEqual(LimitReason.Override, rig.Limits.ChargeReason);
        Assert.Equal(2, rig.Server.Of(Topics.Verdict).Count(v => v["id"]!.GetValue<string>() == "o1"));
        Assert.Equal((1, 1), (rig.Events(EventKind.OverrideOn), rig.Events(EventKind.OverrideOff)));
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 70000, 60_000);
    }

    [Fact]
    public void An_override_raises_only_where_the_owner_enabled_it_and_never_above_BMS_and_envelope()
    {
        var settings = new AgentSettings { OverridesMayRaise = true };
        settings.Envelope.MaxChargeMa = 90000;
        var rig = Rig.Charging(settings: settings);
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":400000,"discharge_ma":400000}""");
        rig.Run(60_000);
        Assert.Equal((90000, LimitReason.Envelope), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        Assert.Equal((100000, LimitReason.Bms), (rig.Limits.DischargeLimitMa, rig.Limits.DischargeReason));
    }

    [Fact]
    public void An_override_that_raises_does_not_raise_any_more_after_a_restart()
    {
        var rig = Rig.Charging(settings: new AgentSettings { OverridesMayRaise = true });
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":90000,"hold_ms":600000}""");
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 90000, 60_000);
        rig.PowerCycle(); // a device that restarts every nine minutes must not keep it for ever
        rig.Run(60_000);
        Assert.Equal((70000, LimitReason.SocRamp), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
    }

    [Fact]
    public void A_switch_is_confirmed_by_reading_it_again()
    {
        var rig = Rig.Charging(settings: new AgentSettings { SwitchingAllowed = true });
        rig.Server.Send(Topics.Command, """{"v":1,"id":"s1","command":"switch","switch":0,"on":false}""");
        rig.RunUntil(() => !rig.Pack.ChargeMosOn, 5000);
        rig.RunUntil(() => rig.Server.Of(Topics.Verdict).Any(v => v["verdict"]!.GetValue<string>() == "applied"), 10_000);
        Assert.Equal(["accepted", "applied"], rig.Server.Of(Topics.Verdict).Select(v => v["verdict"]!.GetValue<string>()));
        Assert.Equal((0, LimitReason.MosOff), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        Assert.Equal(1, rig.Events(EventKind.SwitchConfirmed));
        rig.BmsPlugged = false;
        rig.Server.Send(Topics.Command, """{"v":1,"id":"s2","command":"switch","switch":0,"on":true}""");
        rig.RunUntil(() => rig.Server.Of(Topics.Verdict).Any(v => v["verdict"]!.GetValue<string>() == "failed"), 20_000);
        Assert.Equal(1, rig.Events(EventKind.SwitchFailed));
    }

    [Fact]
    public void Nothing_is_switched_on_while_people_work_on_the_pack()
    {
        var rig = Rig.Charging(settings: new AgentSettings { SwitchingAllowed = true });
        rig.Server.Send(Topics.Command, """{"v":1,"id":"m","command":"maintenance","on":true}""");
        rig.Server.Send(Topics.Command, """{"v":1,"id":"on","command":"switch","switch":0,"on":true}""");
        rig.Server.Send(Topics.Command, """{"v":1,"id":"off","command":"switch","switch":1,"on":false}""");
        rig.Run(10_000);
        var verdicts = rig.Server.Of(Topics.Verdict).Where(v => v["id"]!.GetValue<string>() != "m").Select(v => $"{v["id"]} {v["verdict"]}");
        Assert.Equal(["on refused", "off accepted", "off applied"], verdicts);
    }

    [Fact]
    public void A_restart_waits_for_its_verdict()
    {
        var rig = Rig.Charging();
        rig.Server.Acknowledges = false;
        rig.Server.Send(Topics.Command, """{"v":1,"id":"r","command":"reboot"}""");
        rig.Run(1000);
        Assert.False(rig.Loop.RestartDue);
        rig.Server.Acknowledges = true;
        rig.Run(100);
        Assert.True(rig.Loop.RestartDue);
        Assert.Equal("applied", rig.Server.Last(Topics.Verdict)["verdict"]!.GetValue<string>());
    }
}
