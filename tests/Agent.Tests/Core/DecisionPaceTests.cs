using JkFleet.Agent.Ports;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>A loop that turns faster than it decides is late with nothing: what arrived counts in the tick that brought it, time counts within <see cref="AgentLoop.StepMs"/>.</summary>
public sealed class DecisionPaceTests
{
    private readonly Rig _rig = Rig.Charging();

    [Fact]
    public void A_reading_counts_in_the_tick_that_brought_it()
    {
        // The next answer forbids charging.
        _rig.Pack.ChargeMosOn = false;
        var seen = _rig.Agent.Report.BmsFrames;
        _rig.RunUntil(() => _rig.Agent.Report.BmsFrames > seen, 5000);
        Assert.Equal((0, LimitReason.MosOff), (_rig.Limits.ChargeLimitMa, _rig.Limits.ChargeReason));
    }

    [Fact]
    public void A_bus_that_is_gone_and_a_handover_count_at_once()
    {
        _rig.BusState = CanPortState.BusOff;
        _rig.Run(Rig.TickMs);
        Assert.Equal((0, LimitReason.BusOff), (_rig.Limits.ChargeLimitMa, _rig.Limits.ChargeReason));

        var other = Rig.Charging();
        other.Agent.Handover = true;
        other.Run(Rig.TickMs);
        Assert.Equal((0, LimitReason.Handover), (other.Limits.ChargeLimitMa, other.Limits.ChargeReason));
    }

    [Fact]
    public void A_silent_BMS_is_stale_within_one_step_of_its_time()
    {
        var stale = _rig.Agent.Slot.Active.Number[ProfileField.StaleMs];
        _rig.BmsPlugged = false;
        _rig.RunUntil(() => _rig.Limits.ChargeLimitMa == 0, stale + 5000);
        Assert.InRange(_rig.NowMs - _rig.Agent.Freshness.LastGoodMs, stale, stale + AgentLoop.StepMs + (2 * Rig.TickMs));
    }
}
