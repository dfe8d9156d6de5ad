using JkFleet.Agent.Judgement;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>The BMS is not there yet, falls silent, or has only just got power: what is not known allows nothing (hazards 1, 2).</summary>
public sealed class BmsSilenceStory
{
    [Fact]
    public void Nothing_goes_out_before_the_first_valid_reading_and_the_first_frames_say_zero()
    {
        var rig = new Rig { BmsPlugged = false };
        rig.Run(30_000);
        Assert.Empty(rig.Sent);
        Assert.Equal(LimitReason.NoReading, rig.Limits.ChargeReason);
        rig.BmsPlugged = true;
        rig.RunUntil(() => rig.Sent.Count >= 6, 5000);
        Assert.Equal((0, 0, false, false), (rig.Inverter.ChargeLimitMa, rig.Inverter.DischargeLimitMa, rig.Inverter.ChargeEnabled, rig.Inverter.DischargeEnabled));
        Assert.Equal(LimitReason.Recovering, rig.Limits.ChargeReason);
        var full = rig.RunUntil(() => rig.Inverter.ChargeLimitMa == 70000, 60_000);
        Assert.True(full >= 30_000 + 14_000 - 3000, $"70 A after {full} ms: hold 30 s and 5 A/s were not kept");
        Assert.True(rig.Inverter.ChargeEnabled);
    }

    [Fact]
    public void The_BMS_cable_is_pulled_at_full_charge()
    {
        var rig = Rig.Charging();
        rig.BmsPlugged = false;
        var zero = rig.RunUntil(() => rig.Inverter.ChargeLimitMa == 0, 15_000);
        Assert.InRange(zero, 9_000, 11_500);
        rig.Run(200); // the rest of the set
        Assert.Equal((0, false, false), (rig.Inverter.DischargeLimitMa, rig.Inverter.ChargeEnabled, rig.Inverter.DischargeEnabled));
        Assert.Equal((LimitReason.Stale, true), (rig.Limits.ChargeReason, rig.Limits.BmsLost));
        Assert.True((rig.Inverter.Alarms & JkFleet.Inverter.InverterAlarms.CommLost) != 0);
        Assert.Equal(60, rig.Inverter.SocPercent);
        Assert.Equal("silent", rig.Server.Last(Topics.Telemetry)["bms"]!.GetValue<string>());
        Assert.Equal(1, rig.Events(EventKind.BmsLost));
        rig.Run(50_000);
        var last = rig.Sent[^1].AtMs;
        rig.Run(120_000);
        Assert.Equal(last, rig.Sent[^1].AtMs); // silent now, so that the inverter's own watchdog acts
        Assert.False(rig.Agent.Transmitting);

        rig.BmsPlugged = true;
        rig.RunUntil(() => rig.Sent[^1].AtMs > last, 5000);
        Assert.Equal((0, LimitReason.Recovering), (rig.Inverter.ChargeLimitMa, rig.Limits.ChargeReason));
        rig.RunUntil(() => rig.Agent.Freshness.State == ReadingState.Good, 5000);
        Assert.Equal(0, rig.Limits.ChargeLimitMa);
        rig.RunUntil(() => rig.Inverter.ChargeLimitMa == 70000, 60_000);
        Assert.Equal(1, rig.Events(EventKind.BmsBack) - 1); // once at the start, once now
    }

    [Fact]
    public void A_BMS_that_has_just_got_power_is_not_an_empty_battery()
    {
        var p = Profiles.OriginDefaults();
        p.Number[ProfileField.StopDischargeSocPermille] = 80;
        p.Number[ProfileField.RestartDischargeSocPermille] = 250;
        p.Number[ProfileField.ForceStartSocPermille] = 100;
        p.Number[ProfileField.ForceStopSocPermille] = 150;
        var rig = new Rig(profile: p);
        (rig.Pack.SocPermille, rig.Pack.Cycles) = (0, 0); // for its first 16 s (protocols.md 1.1)
        rig.Run(15_000);
        Assert.Equal((0, LimitReason.BmsStarting), (rig.Limits.DischargeLimitMa, rig.Limits.DischargeReason));
        Assert.Empty(rig.Sent); // an inverter that is told SOC 0 may switch itself off
        (rig.Pack.SocPermille, rig.Pack.Cycles) = (200, 12);
        rig.RunUntil(() => rig.Limits.DischargeLimitMa == 70000, 60_000); // between stop and restart: a latch would hold it
        Assert.False(rig.Agent.Memory.DischargeSoc);

        var empty = new Rig(profile: p);
        (empty.Pack.SocPermille, empty.Pack.Cycles) = (0, 0); // and a new empty pack is charged after all
        empty.RunUntil(() => empty.Limits.ChargeLimitMa == 70000, 80_000);
        Assert.True(empty.Agent.Memory.DischargeSoc);

        var running = Rig.Charging(p); // its BMS restarts: the last reading grows old, and nothing is concluded
        (running.Pack.SocPermille, running.Pack.Cycles) = (0, 0);
        running.RunUntil(() => running.Limits.ChargeReason == LimitReason.BmsStarting, 12_000);
        Assert.Equal(0, running.Limits.ChargeLimitMa);
        Assert.Equal(60, running.Inverter.SocPercent);
        (running.Pack.SocPermille, running.Pack.Cycles) = (600, 12);
        running.RunUntil(() => running.Limits.ChargeLimitMa == 70000, 60_000);
        Assert.False(running.Agent.Memory.DischargeSoc);
    }

    [Fact]
    public void A_loop_that_stalls_for_a_second_leaps_nowhere_and_a_longer_stall_is_a_loss()
    {
        var rig = new Rig();
        rig.RunUntil(() => rig.Limits.ChargeLimitMa > 10_000, 60_000);
        for (var i = 0; i < 5; i++)
        {
            var before = rig.Limits.ChargeLimitMa;
            rig.NowMs += 1000 - Rig.TickMs;
            rig.Run(Rig.TickMs);
            Assert.InRange(rig.Limits.ChargeLimitMa, before, before + 5100);
            Assert.Equal(ReadingState.Good, rig.Agent.Freshness.State);
            rig.Run(200);
        }

        var risen = rig.Limits.ChargeLimitMa;
        rig.NowMs += 9000;
        rig.Run(Rig.TickMs);
        Assert.InRange(rig.Limits.ChargeLimitMa, 0, risen + 5100); // nine seconds unseen are credited as one
        rig.NowMs += 11_000;
        rig.Run(Rig.TickMs);
        Assert.Equal((0, ReadingState.Recovering), (rig.Limits.ChargeLimitMa, rig.Agent.Freshness.State)); // what lay in the driver is one reading, not three
        rig.RunUntil(() => rig.Agent.Freshness.State == ReadingState.Good, 5000);
        rig.Run(1000);
        Assert.Equal((1, 1), (rig.Events(EventKind.BmsLost), rig.Events(EventKind.BmsBack) - 1)); // once at the start
    }
}
