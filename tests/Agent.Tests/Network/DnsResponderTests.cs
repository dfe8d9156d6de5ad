using System.Text;
using JkFleet.Agent.Network;
using Xunit;

namespace JkFleet.Agent.Tests.Network;

/// <summary>Every name is the board, and nothing else is said.</summary>
public sealed class DnsResponderTests
{
    private readonly DnsResponder _responder = new([192, 168, 4, 1]);
    private readonly byte[] _reply = new byte[DnsResponder.MaxBytes];

    private static byte[] Query(string name, int type = 1, int @class = 1, byte flags = 0x01, byte[]? after = null)
    {
        List<byte> m = [0x12, 0x34, flags, 0x20, 0, 1, 0, 0, 0, 0, 0, (byte)(after is null ? 0 : 1)];
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            m.Add((byte)label.Length);
            m.AddRange(Encoding.ASCII.GetBytes(label));
        }

        m.AddRange([0, (byte)(type >> 8), (byte)type, (byte)(@class >> 8), (byte)@class, .. after ?? []]);
        return [.. m];
    }

    private byte[] Ask(byte[] query) => _reply[.._responder.Answer(query, query.Length, _reply)];

    [Theory]
    [InlineData("connectivitycheck.gstatic.com")]
    [InlineData("captive.apple.com")]
    [InlineData("a")]
    [InlineData("")]
    public void Every_name_leads_to_the_board(string name)
    {
        var query = Query(name);
        var answer = Ask(query);
        Assert.Equal([0x12, 0x34, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], answer[..12]);
        Assert.Equal(query[12..], answer[12..query.Length]);
        Assert.Equal([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 168, 4, 1], answer[query.Length..]);
    }

    [Fact]
    public void A_query_with_extensions_is_answered_without_them()
    {
        byte[] edns = [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0];
        var answer = Ask(Query("example.org", after: edns));
        Assert.Equal(Query("example.org").Length + 16, answer.Length);
        Assert.Equal(0, answer[11]);
    }

    [Theory]
    [InlineData(28)] // AAAA
    [InlineData(65)] // HTTPS
    [InlineData(15)] // MX
    public void Other_records_do_not_exist_and_that_is_no_error(int type)
    {
        var query = Query("example.org", type);
        var answer = Ask(query);
        Assert.Equal([0x12, 0x34, 0x85, 0x80, 0, 1, 0, 0], answer[..8]);
        Assert.Equal(query.Length, answer.Length);
    }

    [Fact]
    public void What_is_no_single_query_is_refused()
    {
        var two = Query("a");
        two[5] = 2;
        Assert.Equal((12, 1), (Ask(two).Length, _reply[3] & 15));
        Assert.Equal((12, 4), (Ask(Query("a", flags: 0x28)).Length, _reply[3] & 15)); // UPDATE
        Assert.Empty(Ask(Query("a", flags: 0x81))); // an answer is not answered: two boards would talk for ever
        Assert.Empty(Ask([1, 2, 3]));
        var pointer = Query("abc");
        pointer[12] = 0xC0;
        Assert.Equal((12, 1), (Ask(pointer).Length, _reply[3] & 15));
        var endless = Query(string.Join('.', Enumerable.Repeat(new string('x', 60), 5)));
        Assert.Equal((12, 1), (Ask(endless).Length, _reply[3] & 15));
        var cut = Query("example.org");
        Assert.Equal(12, _responder.Answer(cut, cut.Length - 3, _reply));
    }

    [Fact]
    public void Rubbish_never_gets_more_than_a_message()
    {
        var random = new Random(53);
        for (var i = 0; i < 20_000; i++)
        {
            var query = Query("example.org");
            for (var n = random.Next(1, 6); n > 0; n--) query[random.Next(query.Length)] = (byte)random.Next(256);
            Assert.InRange(_responder.Answer(query, random.Next(query.Length + 1), _reply), 0, query.Length + 16);
        }
    }
}
