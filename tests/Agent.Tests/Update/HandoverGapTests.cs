using JkFleet.Agent.Tests.Network;
using JkFleet.Agent.Update;
using Xunit;

namespace JkFleet.Agent.Tests.Update;

/// <summary>How long the inverter heard nothing over a planned restart.</summary>
public sealed class HandoverGapTests
{
    private const long LeftUtcMs = 1_800_000_000_000;
    private readonly MemoryStore _store = new();

    [Fact]
    public void It_is_measured_to_the_first_frame_though_the_clock_comes_later_and_said_once()
    {
        HandoverGap.Leave(_store, LeftUtcMs);
        var gap = new HandoverGap(_store);
        Assert.True(gap.IsOpen);
        Assert.Equal(-1, gap.Step(2000, 0, sent: false));
        Assert.Equal(-1, gap.Step(3500, 0, sent: true)); // the first frame: 3.5 s after the start of this run
        Assert.Equal(-1, gap.Step(9000, 0, sent: true));
        // SNTP comes 20 s after the first frame.
        Assert.Equal(4200, gap.Step(23_500, LeftUtcMs + 24_200, sent: true));
        Assert.False(gap.IsOpen);
        Assert.Equal(-1, gap.Step(24_000, LeftUtcMs + 24_700, sent: true));
        // A start that was not planned measures nothing.
        gap.Work();
        Assert.False(new HandoverGap(_store).IsOpen);
    }

    [Fact]
    public void A_build_that_never_sends_prolongs_the_gap_and_the_one_behind_it_says_how_long_it_was()
    {
        HandoverGap.Leave(_store, LeftUtcMs);
        var deaf = new HandoverGap(_store);
        Assert.Equal(-1, deaf.Step(600_000, LeftUtcMs + 600_000, sent: false));
        deaf.Work();
        HandoverGap.Leave(_store, 0); // taken back: a planned restart again, and still nothing has gone out
        Assert.Equal(602_000, new HandoverGap(_store).Step(50, LeftUtcMs + 602_000, sent: true));
    }

    [Fact]
    public void A_run_that_sent_and_crashed_before_it_knew_the_time_leaves_no_gap_to_the_next()
    {
        HandoverGap.Leave(_store, LeftUtcMs);
        var crashed = new HandoverGap(_store);
        Assert.Equal(-1, crashed.Step(100, 0, sent: true));
        crashed.Work();
        Assert.Equal(-1, new HandoverGap(_store).Step(100, LeftUtcMs + 60_000, sent: true));
    }

    [Theory]
    [InlineData(HandoverGap.MostMs + 1)] // switched off over night
    [InlineData(-1000)] // the wall clock was set back
    public void What_cannot_be_a_restart_is_no_gap(int laterMs)
    {
        HandoverGap.Leave(_store, LeftUtcMs);
        Assert.Equal(-1, new HandoverGap(_store).Step(100, LeftUtcMs + laterMs, sent: true));
    }

    [Fact]
    public void Without_a_clock_or_a_store_nothing_is_measured_and_nothing_breaks()
    {
        new HandoverGap(_store).Work();
        Assert.Equal(0, _store.Writes);
        HandoverGap.Leave(_store, 0);
        Assert.False(new HandoverGap(_store).IsOpen);
        HandoverGap.Leave(_store, LeftUtcMs);
        _store.Full = true;
        HandoverGap.Leave(_store, LeftUtcMs);
        Assert.Equal(7, new HandoverGap(_store).Step(0, LeftUtcMs + 7, sent: true));
    }
}
