// A running link leaves nothing to collect: per frame 0 bytes on the heap, for every protocol and every player.
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkCan;
using JkFleet.Bms.JkPb;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class BmsGarbageTests
{
    private readonly byte[] _request = new byte[32];
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];
    private readonly BmsSnapshot _reading = new();
    private int _readings;

    [Fact]
    public void Jk4e57_link_and_player_make_no_garbage() =>
        MakesNone(new Jk4E57Protocol(), new Jk4E57Player(BusBench.Pack()));

    [Fact]
    public void Jk02_link_and_player_make_no_garbage() =>
        MakesNone(new Jk02Protocol(), new Jk02Player(BusBench.Pack(), Jk02Layout.S32));

    [Theory]
    [InlineData(JkPbMode.Trigger)]
    [InlineData(JkPbMode.Registers)]
    public void Pb_link_and_player_make_no_garbage(JkPbMode mode) =>
        MakesNone(new JkPbProtocol(mode, [1], 1000), new JkPbPlayer(BusBench.Pack(), 1));

    [Fact]
    public void Jk_can_link_and_player_make_no_garbage() =>
        MakesNone(new JkCanProtocol(0, false), new JkCanPlayer(BusBench.Pack(), false));

    [Fact]
    public void Group_of_wires_makes_no_garbage()
    {
        var group = new BmsGroup([new Jk4E57Protocol(), new Jk4E57Protocol()]);
        var frame = Jk4E57FrameReaderTests.Encode(new Jk4E57Image());
        byte[] records = [0, 255, .. frame[..255], 0, (byte)(frame.Length - 255), .. frame[255..], 1, 255, .. frame[..255], 1, (byte)(frame.Length - 255), .. frame[255..]];

        Allocates(0, () =>
        {
            group.Receive(records, 0, records.Length, 0);
            if (group.TryTake(_reading)) _readings++;
        });
        Assert.Equal(250, _readings);
    }

    [Fact]
    public void Refused_frames_make_no_garbage()
    {
        var image = new Jk4E57Image();
        image.Set(0x85, 101);
        var frame = Jk4E57FrameReaderTests.Encode(image);
        var damaged = Jk4E57FrameReaderTests.Encode(new Jk4E57Image());
        damaged[100] ^= 1;
        var link = new Jk4E57Protocol();

        Allocates(0, () =>
        {
            link.Receive(frame, 0, frame.Length, 0);
            link.Receive(damaged, 0, damaged.Length, 0);
        });
    }

    [Fact]
    public void Jk_can_reader_makes_no_garbage()
    {
        var reader = new JkCanReader(0, false);
        var frame = new CanFrame();
        var pack = BusBench.Pack();
        long now = 0;

        Allocates(0, () =>
        {
            now += 1000;
            for (var n = 0; JkCanEncoder.Frame(pack, n, frame); n++) reader.Receive(frame, now);
            if (reader.TryTake(_reading)) _readings++;
        });
        Assert.True(_readings > 100);
    }

    [Fact]
    public void Aggregation_makes_no_garbage()
    {
        var packs = new PackAggregator(3, 5000);
        var pack = BusBench.Pack();

        Allocates(0, () =>
        {
            for (var i = 0; i < 3; i++) packs.Put(i, pack);
            packs.TryCombine(0, _reading);
        });
    }

    private void MakesNone(IBmsProtocol link, IBmsPlayer player)
    {
        long now = 0;
        Allocates(0, () =>
        {
            for (var i = 0; i < 50; i++, now += 20)
            {
                var sent = link.NextRequest(now, _request);
                if (sent > 0) player.Receive(_request, 0, sent, now);
                var answered = player.NextAnswer(now, _answer);
                if (answered > 0) link.Receive(_answer, 0, answered, now);
                if (link.TryTake(_reading)) _readings++;
            }
        });
        Assert.True(_readings > 100, $"{_readings} readings");
    }

    private static void Allocates(long bytes, Action step)
    {
        for (var i = 0; i < 50; i++) step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) step();
        Assert.Equal(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
