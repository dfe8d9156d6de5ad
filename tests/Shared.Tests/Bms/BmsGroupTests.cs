// Several BMSes on wires of their own, as one.
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class BmsGroupTests
{
    private readonly BmsSnapshot[] _packs = [BusBench.Pack(), BusBench.Pack(), BusBench.Pack()];
    private readonly Jk4E57Player[] _players;
    private readonly BmsGroup _group = new([new Jk4E57Protocol(), new Jk4E57Protocol(), new Jk4E57Protocol()]);
    private readonly BmsSnapshot _last = new();
    private readonly byte[] _request = new byte[64];
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];
    private long _now = 100000;

    public BmsGroupTests() => _players = [.. _packs.Select(p => new Jk4E57Player(p))];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(255)]
    public void Packs_on_wires_of_their_own_add_up(int chunk)
    {
        var readings = Run(5000, chunk);

        Assert.True(readings >= 4, $"{readings} readings");
        Assert.Equal((3, 3, 300000), (_last.PacksTotal, _last.PacksOnline, _last.MaxChargeMa));
        Assert.Equal(3 * _packs[0].CurrentMa, _last.CurrentMa);
        Assert.Equal((_group.Counters.Requests, 0), (_group.Counters.Accepted, _group.Counters.Refused));
    }

    [Fact]
    public void Cut_wire_takes_its_pack_away_and_brings_it_back()
    {
        Run(4000, 64);
        _players[1].Asleep = true;
        Run(BmsGroup.PackStaleMs + 1000, 64, wire => wire != 1);
        Assert.Equal((2, 200000), (_last.PacksOnline, _last.MaxChargeMa));

        Run(8000, 64);

        Assert.Equal((3, 300000), (_last.PacksOnline, _last.MaxChargeMa));
    }

    [Fact]
    public void Record_of_a_wire_that_does_not_exist_is_dropped()
    {
        _group.Receive([9, 3, 1, 2, 3, 0, 0, 0, 1, 0xFF], 0, 10, _now);
        Assert.True(Run(3000, 64) > 0);
    }

    private int Run(int ms, int chunk, Func<int, bool>? hears = null)
    {
        var readings = 0;
        for (var end = _now + ms; _now < end; _now += 10)
        {
            for (int n; (n = _group.NextRequest(_now, _request)) > 0;)
                if (hears is null || hears(_request[0])) _players[_request[0]].Receive(_request, 1, n - 1, _now);
            var records = new List<byte>();
            for (var wire = 0; wire < _players.Length; wire++)
            {
                var answered = _players[wire].NextAnswer(_now, _answer);
                for (var at = 0; at < answered; at += chunk)
                {
                    var n = Math.Min(chunk, answered - at);
                    records.AddRange([(byte)wire, (byte)n, .. _answer.AsSpan(at, n)]);
                }
            }

            // The group must not care where the port's buffer ends.
            foreach (var piece in records.Chunk(100)) _group.Receive(piece, 0, piece.Length, _now);
            while (_group.TryTake(_last)) readings++;
        }

        return readings;
    }
}
