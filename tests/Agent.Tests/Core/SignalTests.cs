using System.Text;
using JkFleet.Agent.Signals;
using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>Light and display as output of the state.</summary>
public sealed class SignalTests
{
    private static int Flashes(LightCode code)
    {
        var flashes = 0;
        for (var ms = 0; ms < StatusLight.BeatMs; ms++)
            if (StatusLight.IsOn(code, ms) && !StatusLight.IsOn(code, ms - 1)) flashes++;
        return flashes;
    }

    [Fact]
    public void Every_code_can_be_counted_and_ends_with_a_pause()
    {
        for (var code = LightCode.NoBms; code <= LightCode.Alarm; code++)
        {
            Assert.Equal((int)code, Flashes(code));
            Assert.False(StatusLight.IsOn(code, StatusLight.BeatMs - 500));
        }

        Assert.Equal(1, Flashes(LightCode.Well));
        Assert.Equal(15, Flashes(LightCode.Identify));
    }

    [Fact]
    public void The_light_follows_the_state()
    {
        var rig = new Rig { BmsPlugged = false };
        rig.Run(1000);
        Assert.Equal(LightCode.NoBms, StatusLight.CodeOf(rig.Agent, true));
        rig.BmsPlugged = true;
        rig.Run(6000);
        Assert.Equal(LightCode.Well, StatusLight.CodeOf(rig.Agent, true));
        Assert.Equal(LightCode.NoServer, StatusLight.CodeOf(rig.Agent, false));
        rig.InverterAlive = false;
        rig.Run(12_000);
        Assert.Equal(LightCode.NoInverter, StatusLight.CodeOf(rig.Agent, true));
        rig.Pack.Alarms = JkFleet.Bms.BmsAlarms.CellOverVoltage;
        rig.Run(2000);
        Assert.Equal(LightCode.Alarm, StatusLight.CodeOf(rig.Agent, true));
        rig.Server.Send(Topics.Command, """{"v":1,"id":"m","command":"maintenance","on":true}""");
        rig.Run(100);
        Assert.Equal(LightCode.Maintenance, StatusLight.CodeOf(rig.Agent, true));
        rig.Server.Send(Topics.Command, """{"v":1,"id":"i","command":"identify"}""");
        rig.Run(100);
        Assert.Equal(LightCode.Identify, StatusLight.CodeOf(rig.Agent, true));
        rig.Run(61_000);
        Assert.Equal(LightCode.Maintenance, StatusLight.CodeOf(rig.Agent, true));
    }

    [Fact]
    public void The_display_says_what_matters_and_never_leaves_its_lines()
    {
        var display = new DisplayLines();
        string[] Show(Rig rig)
        {
            display.Fill(rig.Agent, connected: true);
            return [.. Enumerable.Range(0, DisplayLines.Lines).Select(i => Encoding.ASCII.GetString(display.Line(i)).TrimEnd())];
        }

        var rig = new Rig();
        Assert.Equal("no reading yet", Show(rig)[1]);
        rig.Pack.CurrentMa = -12340;
        rig.Cell(7, 3334);
        rig.Run(60_000);
        Assert.Equal(
            ["JkFleet 1.2.3", "60% 53.28V -12.3A", "Chg 70.0A soc_ramp", "Dis 70.0A soc_ramp", "Cell 3330..3334 #7", "Temp 25.0 MOS 30.0", "BMS ok Inv ok", "server ok"],
            Show(rig));
        rig.Pack.TempDeciC[0] = rig.Pack.TempDeciC[1] = -50;
        rig.Pack.Alarms = JkFleet.Bms.BmsAlarms.BatteryLowTemp;
        rig.BmsPlugged = true;
        rig.Run(2000);
        Assert.Equal(("Temp -5.0 MOS 30.0", "! battery_low_temp", "Chg 0.0A bms_alarm"), (Show(rig)[5], Show(rig)[7], Show(rig)[2]));
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(DisplayLines.Columns, display.Line(i).Length));
        var before = GC.GetAllocatedBytesForCurrentThread();
        display.Fill(rig.Agent, connected: true);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_loop_without_a_beat_for_half_a_minute_is_stuck()
    {
        var watch = new LoopWatch();
        Assert.False(watch.IsStuck(0));
        Assert.False(watch.IsStuck(LoopWatch.StuckMs - 1));
        watch.Beat();
        Assert.False(watch.IsStuck(LoopWatch.StuckMs));
        Assert.False(watch.IsStuck(2 * LoopWatch.StuckMs - 1));
        Assert.True(watch.IsStuck(2 * LoopWatch.StuckMs));
        watch.Beat();
        Assert.False(watch.IsStuck(2 * LoopWatch.StuckMs + 1));
    }
}
