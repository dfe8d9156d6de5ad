using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// What the control loop costs on the board, counted and not guessed: the interpreter has to get through a tick long before an inverter or
/// the supervisor misses one, and must leave the processor to MQTT, TLS and portal for most of the time.
/// </summary>
[Collection(nameof(BoardRig))] // its counters are one set for all
public sealed class TickCostTests(ITestOutputHelper output)
{
    // A quarter of what we reckon an ESP32 to do in a second; and a tick that nobody outside can tell from a late one.
    private const int MostASecond = 250_000;
    private const int MostATick = 80_000;

    [Theory]
    [InlineData("jk-4e57", "generic-lv", false)]
    [InlineData("jk-4e57", "generic-lv", true)]
    [InlineData("jk-4e57", "victron", false)]
    [InlineData("jk-4e57", "generic-hv", false)]
    [InlineData("jk02", "generic-lv", false)]
    [InlineData("jk-pb", "generic-lv", false)]
    [InlineData("jk-pb-modbus", "generic-lv", false)]
    public void The_control_loop_leaves_the_processor_to_others(string bms, string inverter, bool everything)
    {
        var rig = new BoardRig(bms, inverter);
        if (everything) rig.WearEverything();
        rig.Run(20_000);
        int readings = rig.Agent.Report.BmsFrames;
        var (sent, published) = (rig.Frames, rig.Published);
        var ticks = rig.Run(60_000);

        // It did its work meanwhile.
        Assert.Equal("Good", rig.Agent.Freshness.State.ToString());
        Assert.InRange((int)rig.Agent.Report.BmsFrames - readings, 20, 1000);
        if (inverter != "generic-hv") Assert.InRange(rig.Frames - sent, 60 * 5, 60 * 40); // the other one speaks when asked
        Assert.InRange(rig.Published - published, 12 * 900, 12 * 2000);

        var second = ticks.Sum() / 60;
        output.WriteLine($"{bms}, {inverter}{(everything ? ", every ramp full" : "")}: {second:N0} IL instructions a second; tick median {ticks.Order().ElementAt(ticks.Count / 2):N0}, longest {ticks.Max():N0}");
        foreach (var (method, count) in rig.ByMethod.Take(12)) output.WriteLine($"  {100.0 * count / rig.ByMethod.Sum(m => m.Instructions),5:F1} % {method}");
        Assert.InRange(second, 10_000, MostASecond);
        Assert.InRange(ticks.Max(), 5_000, MostATick);
    }

    [Fact]
    public void Writing_the_backlog_down_holds_no_tick_up() => Assert.InRange(new BoardRig("jk-4e57", "generic-lv").SaveFullBacklog(), 100, 20_000);
}
