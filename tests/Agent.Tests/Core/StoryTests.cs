using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>Bad days of a battery, told with a clock that is moved by hand.</summary>
public sealed class StoryTests
{
    private static Profile CellProfile()
    {
        var p = Profiles.OriginDefaults();
        p.Revision = 5;
        p.Name = "cells and cold";
        foreach (var (mv, ma) in new[] { (3375, 100000), (3400, 25000), (3425, 5000), (3450, 500), (3500, 0) })
            p.ChargeRamp[(int)RampSource.CellMaxMv].Add(mv, ma);
        foreach (var (dc, ma) in new[] { (0, 0), (50, 15000), (100, 60000), (400, 60000), (500, 30000), (550, 0) })
            p.ChargeRamp[(int)RampSource.CellTempDeciC].Add(dc, ma);
        return p;
    }

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
        var rig = Charging();
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
    public void The_inverter_reboots_and_is_answered_again_by_itself()
    {
        var rig = Charging();
        rig.InverterAlive = false;
        rig.RunUntil(() => rig.Agent.Report.Inverter == LinkState.Silent, 15_000);
        rig.Run(1000);
        Assert.Equal(1, rig.Events(EventKind.InverterSilent));
        Assert.Equal(70000, rig.Limits.ChargeLimitMa); // its silence alone is an event, not a stop
        var sent = rig.Sent.Count;
        rig.Run(5000);
        Assert.True(rig.Sent.Count > sent);
        rig.InverterAlive = true;
        rig.RunUntil(() => rig.Agent.Report.Inverter == LinkState.Ok, 2000);

        rig.Agent.Slot.Active.Number[ProfileField.InverterSilentZero] = 1;
        rig.InverterAlive = false;
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.InverterSilent, 15_000);
        Assert.Equal(0, rig.Limits.DischargeLimitMa);
        rig.InverterAlive = true;
        rig.RunUntil(() => rig.Limits.ChargeLimitMa > 0, 40_000);
    }

    [Fact]
    public void The_bus_goes_off_and_is_rejoined_with_longer_and_longer_pauses()
    {
        var rig = Charging();
        rig.BusState = CanPortState.BusOff;
        rig.RunUntil(() => rig.Limits.ChargeReason == LimitReason.BusOff, 100);
        rig.Run(16_000);
        Assert.Equal(4, rig.Recoveries); // after 1, 2, 4, 8 s
        rig.BusState = CanPortState.Up;
        rig.Run(1000);
        Assert.Equal(0, rig.Inverter.ChargeLimitMa); // back on the bus, from zero and by ramp
        Assert.Equal((1, 1), (rig.Events(EventKind.BusOff), rig.Events(EventKind.BusBack)));
        rig.RunUntil(() => rig.Inverter.ChargeLimitMa == 70000, 60_000);
    }

    [Fact]
    public void One_cell_overshoots_near_the_top()
    {
        var rig = Charging(CellProfile());
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
    public void A_cold_morning_warms_up()
    {
        var rig = new Rig(profile: CellProfile());
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
    public void A_power_cut_keeps_stop_profile_and_maintenance()
    {
        var rig = Charging();
        var p = CellProfile();
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
    public void The_server_is_gone_for_a_week()
    {
        var settings = new AgentSettings { BacklogBytes = 2_000_000 };
        var rig = Charging(settings: settings);
        rig.Server.Push(2, CellProfile());
        rig.Run(2000);
        rig.Server.Connected = false;
        var before = rig.Server.Got.Count;
        var start = rig.NowMs;
        // A week in steps of five seconds: nothing in the core depends on how often it is called.
        for (var fifth = 0; fifth < 7 * 86400 / 5; fifth++)
        {
            rig.NowMs += 4980;
            rig.UtcMs += 4980;
            rig.Run(20);
        }

        Assert.Equal(70000 > rig.Limits.ChargeLimitMa ? 60000 : 70000, rig.Limits.ChargeLimitMa); // server loss changes nothing
        Assert.Equal(before, rig.Server.Got.Count);
        Assert.Equal(5, rig.Agent.Slot.Active.Revision);
        var waiting = rig.Loop.Post.Backlog.WaitingCount;
        Assert.Equal(0, rig.Loop.Post.Backlog.Dropped);
        Assert.InRange(waiting, 1000, 1200); // a minute apart for an hour, then ten
        Assert.InRange(rig.Store.Writes, 600, 7 * 96 + 40); // at most one save of the backlog in a quarter of an hour

        rig.PowerCycle();
        rig.Server.Connected = true;
        rig.Run(1000);
        Assert.Equal("hello", rig.Server.Got.Skip(before).First(m => m.Leaf == Topics.Hello).Leaf);
        rig.Run(120_000);
        var replayed = rig.Server.Of(Topics.Telemetry).Where(t => t["replay"]!.GetValue<bool>()).ToArray();
        Assert.InRange(replayed.Length, waiting - 25, waiting + 5); // up to a quarter of an hour was not yet saved
        var times = replayed.Select(t => t["up_ms"]!.GetValue<long>()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.True(times[^1] - times[0] > 6L * 86_400_000, "the original times are kept");
        Assert.True(times[0] >= start);
        Assert.Equal(replayed.Length, replayed.Select(t => (t["boot"]!.GetValue<long>(), t["seq"]!.GetValue<long>())).Distinct().Count());
    }

    [Fact]
    public void The_clock_jumps_forwards_and_backwards()
    {
        var rig = Charging();
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
    public void A_hostile_server_gets_verdicts_and_nothing_else()
    {
        var settings = new AgentSettings();
        settings.Envelope.MaxChargeMa = 80000;
        var rig = Charging(settings: settings);
        var absurd = Profiles.OriginDefaults();
        absurd.Revision = 9;
        absurd.ChargeRamp[0].LimitMa[0] = 80001;
        rig.Server.Push(10, absurd);
        rig.Run(1000);
        var reported = rig.Server.Last(Topics.Reported);
        Assert.Equal(("refused", "charge_soc_ma", 80000), (reported["verdict"]!.GetValue<string>(), reported["field"]!.GetValue<string>(), reported["bound"]!.GetValue<int>()));
        Assert.Equal(10, reported["desired_version"]!.GetValue<long>());

        foreach (var text in new[]
        {
            """{"v":1,"version":11,"revision":1,"stale_ms":600000}""",
            """{"v":1,"version":12,"revision":1,"good_readings":1}""",
            """{"v":1,"version":13,"revision":1,"ignore_bms":true}""",
            """{"v":2,"version":14,"revision":1}""",
            """{"v":1,"version":9,"revision":1,"charge_max_ma":1000}""",
            """{"v":1,"version":-1,"revision":1}""",
            """{"v":1,"version":15,"revision":1,"charge_soc_permille":[10,10],"charge_soc_ma":[1,1]}""",
            "{{{{", "", "[]", new string('{', 3000),
        }) rig.Server.Send(Topics.Desired, text);
        foreach (var text in new[]
        {
            """{"v":1,"id":"a","command":"override","charge_ma":500000,"hold_ms":60000}""",
            """{"v":1,"id":"b","command":"switch","switch":0,"on":false}""",
            """{"v":1,"id":"c","command":"format_disk"}""",
            """{"v":1,"id":"d","command":"override"}""",
            """{"v":1,"id":"e","command":"override","charge_ma":0,"until_utc_ms":5}""",
            """{"v":1,"command":"override","charge_ma":0}""", "nonsense",
        }) rig.Server.Send(Topics.Command, text);
        rig.Run(3000);
        Assert.Equal(70000, rig.Limits.ChargeLimitMa);
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        Assert.Equal(15, rig.Agent.Slot.Version);
        var verdicts = rig.Server.Of(Topics.Verdict).ToDictionary(v => v["id"]!.GetValue<string>(), v => v["verdict"]!.GetValue<string>());
        Assert.Equal(new Dictionary<string, string> { ["a"] = "applied", ["b"] = "refused", ["c"] = "refused", ["d"] = "refused", ["e"] = "refused" }, verdicts);
        Assert.True(rig.Pack.ChargeMosOn);
        Assert.True(rig.Events(EventKind.BadMessage) > 0);
    }

    [Fact]
    public void Overrides_tighten_and_expire_and_a_repeated_id_is_not_done_twice()
    {
        var rig = Charging();
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
        var rig = Charging(settings: settings);
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":400000,"discharge_ma":400000}""");
        rig.Run(60_000);
        Assert.Equal((90000, LimitReason.Envelope), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
        Assert.Equal((100000, LimitReason.Bms), (rig.Limits.DischargeLimitMa, rig.Limits.DischargeReason));
    }

    [Fact]
    public void A_switch_is_confirmed_by_reading_it_again()
    {
        var rig = Charging(settings: new AgentSettings { SwitchingAllowed = true });
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
    public void A_restart_waits_for_its_verdict()
    {
        var rig = Charging();
        rig.Server.Acknowledges = false;
        rig.Server.Send(Topics.Command, """{"v":1,"id":"r","command":"reboot"}""");
        rig.Run(1000);
        Assert.False(rig.Loop.RestartDue);
        rig.Server.Acknowledges = true;
        rig.Run(100);
        Assert.True(rig.Loop.RestartDue);
        Assert.Equal("applied", rig.Server.Last(Topics.Verdict)["verdict"]!.GetValue<string>());
    }

    [Fact]
    public void Readings_that_contradict_themselves_count_as_none_after_three()
    {
        var rig = Charging();
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

    [Fact]
    public void A_dead_cell_stops_the_ramps_that_look_at_cells_and_is_told()
    {
        var rig = Charging(CellProfile());
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
    public void A_save_that_fails_leaves_the_old_profile_in_force()
    {
        var rig = Charging();
        rig.Store.Broken = true;
        rig.Server.Push(4, CellProfile());
        rig.Run(1000);
        var reported = rig.Server.Last(Topics.Reported);
        Assert.Equal(("failed", 0), (reported["verdict"]!.GetValue<string>(), reported["profile_revision"]!.GetValue<int>()));
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        rig.Store.Broken = false;
        rig.Server.Push(4, CellProfile()); // the outbox sends it again on the next connect
        rig.Run(1000);
        Assert.Equal(("applied", 5), (rig.Server.Last(Topics.Reported)["verdict"]!.GetValue<string>(), rig.Agent.Slot.Active.Revision));
    }

    [Fact]
    public void A_slow_disk_delays_a_save_and_never_a_frame()
    {
        var rig = Charging();
        rig.Loop.StoreInline = false;
        rig.Server.Push(4, CellProfile());
        rig.Run(30_000);
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        Assert.True(rig.Sent.Count(f => f.Id == 0x351 && f.AtMs > rig.NowMs - 10_000) >= 10);
        Assert.True(rig.Loop.Keeper.Slot.Work());
        rig.Run(100);
        Assert.Equal(5, rig.Agent.Slot.Active.Revision);
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

    [Fact]
    public void A_charge_goes_through_bulk_absorption_and_float_and_back()
    {
        var p = Profiles.OriginDefaults();
        p.Number[ProfileField.Phases] = 1;
        p.Number[ProfileField.ShownSocCapPermille] = 980;
        p.Number[ProfileField.FloatMaxMa] = 2000;
        p.Number[ProfileField.FullChargeDays] = 30;
        var rig = Charging(p);
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
        var rig = Charging(p);
        foreach (var (soc, forced) in new[] { (120, false), (100, true), (140, true), (150, false), (120, false) })
        {
            rig.Pack.SocPermille = soc;
            rig.Agent.Slot.Active.Number[ProfileField.JumpSocPermille] = 1000;
            rig.Run(3000);
            Assert.Equal(forced, rig.Inverter.ForceCharge1 || rig.Inverter.ForceCharge2);
        }
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

        var running = Charging(p); // its BMS restarts: the last reading grows old, and nothing is concluded
        (running.Pack.SocPermille, running.Pack.Cycles) = (0, 0);
        running.RunUntil(() => running.Limits.ChargeReason == LimitReason.BmsStarting, 12_000);
        Assert.Equal(0, running.Limits.ChargeLimitMa);
        Assert.Equal(60, running.Inverter.SocPercent);
        (running.Pack.SocPermille, running.Pack.Cycles) = (600, 12);
        running.RunUntil(() => running.Limits.ChargeLimitMa == 70000, 60_000);
        Assert.False(running.Agent.Memory.DischargeSoc);
    }

    [Fact]
    public void A_clock_that_leaps_ends_no_maintenance_and_no_override_early()
    {
        var rig = Charging();
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
    public void An_override_that_raises_does_not_raise_any_more_after_a_restart()
    {
        var rig = Charging(settings: new AgentSettings { OverridesMayRaise = true });
        rig.Server.Send(Topics.Command, """{"v":1,"id":"o","command":"override","charge_ma":90000,"hold_ms":600000}""");
        rig.RunUntil(() => rig.Limits.ChargeLimitMa == 90000, 60_000);
        rig.PowerCycle(); // a device that restarts every nine minutes must not keep it for ever
        rig.Run(60_000);
        Assert.Equal((70000, LimitReason.SocRamp), (rig.Limits.ChargeLimitMa, rig.Limits.ChargeReason));
    }

    [Fact]
    public void Nothing_is_switched_on_while_people_work_on_the_pack()
    {
        var rig = Charging(settings: new AgentSettings { SwitchingAllowed = true });
        rig.Server.Send(Topics.Command, """{"v":1,"id":"m","command":"maintenance","on":true}""");
        rig.Server.Send(Topics.Command, """{"v":1,"id":"on","command":"switch","switch":0,"on":true}""");
        rig.Server.Send(Topics.Command, """{"v":1,"id":"off","command":"switch","switch":1,"on":false}""");
        rig.Run(10_000);
        var verdicts = rig.Server.Of(Topics.Verdict).Where(v => v["id"]!.GetValue<string>() != "m").Select(v => $"{v["id"]} {v["verdict"]}");
        Assert.Equal(["on refused", "off accepted", "off applied"], verdicts);
    }

    [Fact]
    public void A_stop_and_a_maintenance_that_follow_each_other_are_both_saved_at_once_and_a_flood_wears_no_flash()
    {
        var rig = Charging();
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
    public void Frames_go_to_the_inverter_before_anything_goes_to_the_server()
    {
        var rig = new Rig(new AgentSettings { TelemetryMs = 200 });
        var order = new List<string>();
        rig.AfterFrame = () => order.Add("frame");
        rig.Server.AfterOffer = () => order.Add("mail");
        var both = 0;
        rig.AfterTick = () =>
        {
            if (order.Contains("frame") && order.Contains("mail"))
            {
                both++;
                Assert.True(order.LastIndexOf("frame") < order.IndexOf("mail"), string.Join(' ', order));
            }

            order.Clear();
        };
        rig.Run(30_000);
        rig.BmsPlugged = false;
        rig.Run(20_000);
        Assert.True(both > 5, $"only {both} ticks had both");
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

    [Fact]
    public void A_torn_memory_leaves_the_agent_without_a_latch_and_not_without_judgement()
    {
        var p = Profiles.OriginDefaults();
        p.Revision = 2;
        p.Number[ProfileField.StopChargeSocPermille] = 950;
        p.Number[ProfileField.RestartChargeSocPermille] = 800;
        var rig = Charging();
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
    public void A_changed_pace_holds_from_the_next_step_on()
    {
        var rig = Charging();
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
        var rig = Charging();
        rig.Server.Connected = false; // the test's server parses; the agent must not
        rig.AfterTick = null;
        rig.Run(5000);
        rig.Sent.EnsureCapacity(100_000);
        var agent = rig.Agent;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) agent.Step(rig.NowMs + i, rig.UtcMs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Rig Charging(Profile? profile = null, AgentSettings? settings = null)
    {
        var rig = new Rig(settings, profile: profile);
        rig.RunUntil(() => rig.Limits.ChargeLimitMa >= 60000 && rig.Limits.DischargeLimitMa == 70000, 90_000);
        rig.Run(2000);
        return rig;
    }
}
