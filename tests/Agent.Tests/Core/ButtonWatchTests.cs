using JkFleet.Agent.Signals;
using JkFleet.Agent.Store;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>Forgetting everything must take a person and five seconds.</summary>
public sealed class ButtonWatchTests
{
    private readonly ButtonWatch _watch = new();
    private long _nowMs = 1000;

    // Looks every 50 ms; returns how often the hold was reported.
    private int Look(bool down, int forMs, int everyMs = 50)
    {
        var fired = 0;
        for (var end = _nowMs + forMs; _nowMs < end; _nowMs += everyMs)
            if (_watch.Step(down, _nowMs)) fired++;
        return fired;
    }

    [Fact]
    public void Held_for_five_seconds_it_counts_once()
    {
        Look(false, 500);
        Assert.Equal(0, Look(true, ButtonWatch.HoldMs));
        Assert.True(_watch.Holding);
        Assert.Equal(1, Look(true, 100));
        Assert.Equal(0, Look(true, 60_000));
        Assert.False(_watch.Holding);
        Look(false, 500);
        Assert.Equal(1, Look(true, ButtonWatch.HoldMs + 100));
    }

    [Fact]
    public void Shorter_holds_do_not_add_up()
    {
        Look(false, 500);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0, Look(true, ButtonWatch.HoldMs - 200));
            Look(false, 200);
        }
    }

    [Fact]
    public void A_bounce_does_not_begin_anew_and_a_release_does()
    {
        Look(false, 500, 10);
        Assert.Equal(0, Look(true, 3000, 10));
        Look(false, 60, 10);
        Assert.Equal(1, Look(true, 2000, 10));
        Look(false, 500, 10);
        Assert.Equal(0, Look(true, 3000, 10));
        Look(false, 120, 10);
        Assert.Equal(0, Look(true, 4900, 10));
    }

    [Fact]
    public void A_pin_that_is_down_from_the_start_is_a_short_circuit()
    {
        Assert.Equal(0, Look(true, 3_600_000));
        Look(false, 100);
        Assert.Equal(1, Look(true, ButtonWatch.HoldMs + 100));
    }

    [Fact]
    public void Two_looks_far_apart_are_no_hold()
    {
        Look(false, 500);
        Assert.False(_watch.Step(true, _nowMs));
        Assert.False(_watch.Step(true, _nowMs + ButtonWatch.HoldMs + 1000));
        Assert.Equal(0, Look(true, 60_000, 3000));
    }

    [Fact]
    public void A_reset_forgets_the_owner_and_keeps_the_board()
    {
        Assert.All(["settings", "enrolment", "claim-key", "portal-key", "portal-wiring", "wifi", "net", "profile", "limits", "inverter-heard"], r => Assert.False(FactoryReset.Keeps(r), r));
        Assert.True(FactoryReset.Keeps("label") && FactoryReset.Keeps("boot"));
    }
}
