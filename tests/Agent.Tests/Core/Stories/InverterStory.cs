using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>The inverter reboots, its bus goes off; and whatever happens, it is told first (hazard 3).</summary>
public sealed class InverterStory
{
    [Fact]
    public void The_inverter_reboots_and_is_answered_again_by_itself()
    {
        var rig = Rig.Charging();
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
        var rig = Rig.Charging();
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
}
