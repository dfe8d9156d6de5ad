using JkFleet.Agent.Ports;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

public class BusHealthTests
{
    private readonly InverterDialect dialect = new();
    private readonly PylonLv protocol = new();
    private readonly CanFrame frame = new();

    [Fact]
    public void Silence_is_counted_from_the_start_and_ended_by_any_frame()
    {
        var health = new BusHealth(dialect);
        Step(health, 1000);
        Step(health, 10999);
        Assert.False(health.InverterSilent);
        Step(health, 11000);
        Assert.True(health.InverterSilent);
        Assert.False(health.EverHeard);

        Hear(0x18FF0001, true, 11500);
        Step(health, 11500);
        Assert.False(health.InverterSilent);
        Assert.Equal((1, 1, 0L), (health.Heard, health.Silences, health.SilentForMs(11500)));
        Step(health, 21500);
        Assert.True(health.InverterSilent);
        Assert.Equal(2, health.Silences);
    }

    [Fact]
    public void A_second_battery_is_no_inverter()
    {
        var health = new BusHealth(dialect);
        for (var now = 0; now <= 12000; now += 1000)
        {
            Hear(0x351, false, now);
            Step(health, now);
        }

        Assert.True(health.InverterSilent);
    }

    [Fact]
    public void An_inverter_that_never_speaks_is_not_called_silent()
    {
        dialect.HearsInverter = false;
        var health = new BusHealth(dialect);
        Step(health, 0);
        Step(health, 1_000_000);
        Assert.False(health.InverterSilent);
    }

    [Fact]
    public void An_announced_silence_is_no_alarm_until_it_ends()
    {
        var host = new PylonHv(dialect);
        var health = new BusHealth(dialect);
        host.Update(new JkFleet.Bms.BmsSnapshot(), new JkFleet.Limits.ChargeLimits());
        PylonHvHost.Mask(1, extended: true, frame);
        host.Receive(frame, 5_000);
        health.Step(CanPortState.Up, host, 5_000);
        health.Step(CanPortState.Up, host, 304_999);
        Assert.True(health.SilenceMasked);
        Assert.False(health.InverterSilent);
        health.Step(CanPortState.Up, host, 305_000);
        Assert.True(health.InverterSilent);
    }

    [Fact]
    public void Bus_off_is_left_with_pauses_of_1_2_4_up_to_60_seconds()
    {
        var health = new BusHealth(dialect);
        Step(health, 0);
        var tries = new List<long>();
        for (var now = 1000L; now < 400_000; now += 10)
            if (health.Step(CanPortState.BusOff, protocol, now)) tries.Add(now - 1000);

        Assert.Equal([1000L, 3000, 7000, 15000, 31000, 63000, 123000, 183000, 243000, 303000, 363000], tries);
        Assert.Equal((1, 11), (health.BusOffs, health.RecoveryTries));
        Assert.False(health.MaySend(400_000));
    }

    [Fact]
    public void Only_a_bus_that_held_for_a_minute_starts_again_with_the_first_pause()
    {
        var health = new BusHealth(dialect);
        Step(health, 0);
        for (var now = 0L; now <= 3000; now += 10) health.Step(CanPortState.BusOff, protocol, now);
        Step(health, 3010);
        Assert.Equal(4000, health.BackOffMs);
        Step(health, 62000);
        Assert.Equal(4000, health.BackOffMs);
        health.Step(CanPortState.BusOff, protocol, 62500);
        Assert.False(health.Step(CanPortState.BusOff, protocol, 66499));
        Assert.True(health.Step(CanPortState.BusOff, protocol, 66500));
        Step(health, 70000);
        Step(health, 130000);
        Assert.Equal(1000, health.BackOffMs);
        Assert.Equal(2, health.BusOffs);
    }

    [Fact]
    public void A_missing_adapter_is_counted_and_not_asked_to_rejoin()
    {
        var health = new BusHealth(dialect);
        Step(health, 0);
        for (var now = 10; now < 100_000; now += 10) Assert.False(health.Step(CanPortState.Absent, protocol, now));
        Assert.True(health.Absent);
        Assert.Equal((1, 0), (health.Absences, health.RecoveryTries));
    }

    [Fact]
    public void Sending_goes_on_during_silence_unless_the_dialect_stops_it_and_then_knocks()
    {
        var health = new BusHealth(dialect);
        Step(health, 0);
        Step(health, 60000);
        Assert.True(health.InverterSilent && health.MaySend(60000));

        dialect.StopWhenSilent = true;
        var open = Enumerable.Range(60_000, 40_000).Count(now => health.MaySend(now));
        Assert.Equal(4 * 1500, open);
    }

    [Fact]
    public void The_clock_may_start_anywhere_and_counts_wrap_without_harm()
    {
        var health = new BusHealth(dialect);
        var start = long.MaxValue - 20_000;
        Step(health, start);
        Step(health, start + 9_999);
        Assert.False(health.InverterSilent);
        Step(health, start + 10_000);
        Assert.True(health.InverterSilent);
        health.CountSend(true);
        health.CountSend(false);
        Assert.Equal((1, 1), (health.Sent, health.SendFailures));
    }

    private void Step(BusHealth health, long now) => Assert.False(health.Step(CanPortState.Up, protocol, now));

    private void Hear(int id, bool extended, long now)
    {
        frame.Reset(id, extended, 8);
        protocol.Receive(frame, now);
    }
}
