// The conversation: polling, waking, starting, echo, writes with confirmation.
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class Jk4E57ProtocolTests
{
    [Fact]
    public void Polls_once_a_second_and_hands_over_each_reading_once()
    {
        var wire = new Wire();

        wire.Run(5000);

        Assert.Equal(5, wire.Readings);
        Assert.Equal(5, wire.Link.Counters.Requests);
        Assert.False(wire.Link.TryTake(new BmsSnapshot()));
        Assert.Equal(wire.Pack.PackVoltageMv, wire.Last.PackVoltageMv);
    }

    [Fact]
    public void Silent_bms_is_woken_after_three_polls()
    {
        var wire = new Wire { Player = { Asleep = true } };

        wire.Run(3000);
        Assert.Equal(0, wire.Readings);
        wire.Run(2000);

        Assert.True(wire.Readings > 0);
        Assert.Single(wire.Sent, f => f[Jk4E57Frame.CommandAt] == Jk4E57Frame.Activate);
    }

    [Fact]
    public void Packets_keep_the_vendors_distance()
    {
        var wire = new Wire { Mute = true };
        wire.Link.TrySwitch(BmsSwitch.Balancer, true, wire.Now);

        wire.Run(20000);

        for (var i = 1; i < wire.SentAt.Count; i++) Assert.True(wire.SentAt[i] - wire.SentAt[i - 1] >= Jk4E57Protocol.SpacingMs);
    }

    [Fact]
    public void Echo_of_our_own_request_is_no_answer()
    {
        var wire = new Wire { Echo = true };

        wire.Run(3000);

        Assert.Equal(3, wire.Readings);
        Assert.Equal(3, wire.Link.Counters.Ignored);
        Assert.Equal(0, wire.Link.Counters.Refused);
    }

    [Theory]
    [InlineData(BmsSwitch.Charge)]
    [InlineData(BmsSwitch.Discharge)]
    [InlineData(BmsSwitch.Balancer)]
    public void Write_is_confirmed_by_reading_again_and_sent_once(BmsSwitch which)
    {
        var wire = new Wire();
        wire.Run(1500);

        Assert.True(wire.Link.TrySwitch(which, false, wire.Now));
        Assert.False(wire.Link.TrySwitch(which, true, wire.Now));
        wire.Run(5000);

        Assert.Equal(BmsWriteState.Confirmed, wire.Link.SwitchWrite.State);
        Assert.Single(wire.Sent, f => f[Jk4E57Frame.CommandAt] == Jk4E57Frame.Write);
        Assert.Single(wire.Sent, f => f[Jk4E57Frame.CommandAt] == Jk4E57Frame.Password);
        // The password, 150 ms, the write, 150 ms, and the reading that counts.
        var write = wire.Sent.FindIndex(f => f[Jk4E57Frame.CommandAt] == Jk4E57Frame.Write);
        Assert.Equal([Jk4E57Frame.Password, Jk4E57Frame.Write, Jk4E57Frame.ReadAll], wire.Sent.Skip(write - 1).Take(3).Select(f => f[Jk4E57Frame.CommandAt]));
        Assert.True(wire.SentAt[write] - wire.SentAt[write - 1] >= 150 && wire.SentAt[write + 1] - wire.SentAt[write] >= 150);
        if (which == BmsSwitch.Charge) Assert.False(wire.Last.ChargeMosOn);
    }

    [Fact]
    public void Write_that_the_bms_does_not_take_has_failed()
    {
        var wire = new Wire { DropWrites = true };
        wire.Link.TrySwitch(BmsSwitch.Charge, false, wire.Now);

        wire.Run(6000);

        Assert.Equal(BmsWriteState.Failed, wire.Link.SwitchWrite.State);
        Assert.Single(wire.Sent, f => f[Jk4E57Frame.CommandAt] == Jk4E57Frame.Write);
    }

    [Fact]
    public void Write_to_a_silent_bms_has_failed_after_a_while()
    {
        var wire = new Wire { Mute = true };
        wire.Link.TrySwitch(BmsSwitch.Charge, false, wire.Now);

        wire.Run(BmsSwitchWrite.TimeoutMs + 1000);

        Assert.Equal(BmsWriteState.Failed, wire.Link.SwitchWrite.State);
    }

    private sealed class Wire
    {
        private readonly byte[] _request = new byte[32];
        private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];

        public Wire()
        {
            Pack = new BmsSnapshot
            {
                CellCount = 16, PackVoltageMv = 52800, SocPermille = 500, Cycles = 12, ChargeMosOn = true, DischargeMosOn = true,
            };
            for (var i = 0; i < 16; i++) Pack.CellMv[i] = 3300;
            Player = new Jk4E57Player(Pack);
        }

        public Jk4E57Protocol Link { get; } = new();

        public BmsSnapshot Pack { get; }

        public BmsSnapshot Last { get; } = new();

        public Jk4E57Player Player { get; }

        public bool Echo { get; init; }

        public bool Mute { get; init; }

        public bool DropWrites { get; init; }

        public long Now { get; private set; } = 100000;

        public int Readings { get; private set; }

        public List<byte[]> Sent { get; } = [];

        public List<long> SentAt { get; } = [];

        public void Run(int ms)
        {
            for (var end = Now + ms; Now < end; Now += 10)
            {
                var count = Link.NextRequest(Now, _request);
                if (count > 0)
                {
                    Sent.Add(_request[..count]);
                    SentAt.Add(Now);
                    if (Echo) Link.Receive(_request, 0, count, Now);
                    if (!(DropWrites && _request[Jk4E57Frame.CommandAt] == Jk4E57Frame.Write)) Player.Receive(_request, 0, count, Now);
                }

                var answered = Player.NextAnswer(Now, _answer);
                if (answered > 0 && !Mute) Link.Receive(_answer, 0, answered, Now);
                while (Link.TryTake(Last)) Readings++;
            }
        }
    }
}
