using System.Net;
using JkFleet.Agent.Network;
using Xunit;

namespace JkFleet.Agent.Tests.Network;

/// <summary>RFC 2131 as a phone sees it.</summary>
public sealed class DhcpResponderTests
{
    private static readonly byte[] Server = [192, 168, 4, 1];
    private readonly DhcpResponder _responder = new(Server);
    private long _nowMs = 5000;

    private sealed record Answer(int Type, IPAddress Address, Dictionary<int, byte[]> Options);

    // A message as dhclient writes it: flags broadcast, parameter list, padding.
    private static byte[] Message(int type, byte phone, byte[]? requested = null, byte[]? server = null, byte[]? client = null)
    {
        var m = new byte[300];
        (m[0], m[1], m[2]) = (1, 1, 6);
        (m[4], m[5], m[6], m[7]) = (0xAB, 0xCD, 0xEF, phone);
        m[10] = 0x80;
        client?.CopyTo(m, 12);
        byte[] hardware = [0x02, 0, 0, 0, 0, phone];
        hardware.CopyTo(m, 28);
        byte[] cookie = [99, 130, 83, 99];
        cookie.CopyTo(m, 236);
        List<byte> options = [0, 53, 1, (byte)type, 55, 3, 1, 3, 6, 61, 7, 1, .. hardware];
        if (requested is not null) options.AddRange([50, 4, .. requested]);
        if (server is not null) options.AddRange([54, 4, .. server]);
        options.Add(255);
        options.CopyTo(m, 240);
        return m;
    }

    private Answer? Send(byte[] message)
    {
        var reply = new byte[DhcpResponder.ReplyBytes];
        var count = _responder.Answer(message, message.Length, reply, _nowMs);
        if (count == 0) return null;
        Assert.Equal(DhcpResponder.ReplyBytes, count);
        Assert.Equal((2, 1, 6), (reply[0], reply[1], reply[2]));
        Assert.Equal(message[4..8], reply[4..8]);
        Assert.Equal(message[10..12], reply[10..12]);
        Assert.Equal(message[28..44], reply[28..44]);
        Assert.Equal([99, 130, 83, 99], reply[236..240]);
        var options = new Dictionary<int, byte[]>();
        var at = 240;
        for (; reply[at] != 255; at += 2 + reply[at + 1]) options.Add(reply[at], reply[(at + 2)..(at + 2 + reply[at + 1])]);
        Assert.Equal(Server, options[54]);
        return new Answer(options[53][0], new IPAddress(reply[16..20]), options);
    }

    private IPAddress Lease(byte phone)
    {
        var offer = Send(Message(1, phone));
        Assert.Equal(2, offer?.Type);
        var ack = Send(Message(3, phone, offer!.Address.GetAddressBytes(), Server));
        Assert.Equal((5, offer.Address), (ack?.Type, ack?.Address));
        return ack!.Address;
    }

    [Fact]
    public void A_phone_gets_an_address_the_router_and_the_name_server()
    {
        var offer = Send(Message(1, 7));
        Assert.Equal(IPAddress.Parse("192.168.4.10"), offer!.Address);
        Assert.Equal([255, 255, 255, 0], offer.Options[1]);
        Assert.Equal(Server, offer.Options[3]);
        Assert.Equal(Server, offer.Options[6]);
        Assert.Equal(DhcpResponder.LeaseSeconds, (offer.Options[51][2] << 8) | offer.Options[51][3]);
        Assert.Equal(offer.Address, Lease(7));
    }

    [Fact]
    public void Everybody_has_an_own_address_and_keeps_it()
    {
        var first = Enumerable.Range(1, DhcpResponder.Leases).Select(i => Lease((byte)i)).ToList();
        Assert.Equal(DhcpResponder.Leases, first.Distinct().Count());
        Assert.Null(Send(Message(1, 99)));
        _nowMs += 300_000;
        Assert.Equal(first, Enumerable.Range(1, DhcpResponder.Leases).Select(i => Lease((byte)i)));
        // Their time runs out: others may come, and who comes back gets its own if nobody has it.
        _nowMs += (DhcpResponder.LeaseSeconds * 1000) + 1;
        Assert.Equal(first[2], Lease(3));
        Assert.NotEqual(first[2], Lease(99));
    }

    [Fact]
    public void An_offer_that_nobody_takes_is_free_again_soon()
    {
        for (byte i = 1; i <= DhcpResponder.Leases; i++) Assert.NotNull(Send(Message(1, i)));
        Assert.Null(Send(Message(1, 50)));
        _nowMs += DhcpResponder.OfferMs;
        Assert.NotNull(Send(Message(1, 50)));
    }

    [Fact]
    public void Renewing_and_coming_back_work_and_a_foreign_address_is_refused()
    {
        var mine = Lease(4).GetAddressBytes();
        Assert.Equal(5, Send(Message(3, 4, client: mine))!.Type); // renewing: the address is in ciaddr
        Assert.Equal(5, Send(Message(3, 4, requested: mine))!.Type); // it was in our network before
        Assert.Equal(6, Send(Message(3, 4, requested: [192, 168, 1, 17]))!.Type); // it comes from another network
        Assert.Equal(6, Send(Message(3, 5, requested: mine))!.Type); // that is somebody else's
        Assert.Equal(6, Send(Message(3, 4, requested: [192, 168, 4, 1]))!.Type); // that is us
        Assert.Equal(6, Send(Message(3, 4, requested: [192, 168, 4, 200]))!.Type); // never given out
        _nowMs += (DhcpResponder.LeaseSeconds * 1000) + 1;
        Assert.Equal(5, Send(Message(3, 4, requested: mine))!.Type); // late, but nobody has it
    }

    [Fact]
    public void Whoever_chose_another_server_gives_its_address_back()
    {
        var offer = Send(Message(1, 1))!.Address;
        Assert.Null(Send(Message(3, 1, [10, 0, 0, 9], server: [10, 0, 0, 1])));
        Assert.Equal(offer, Send(Message(1, 2))!.Address);
    }

    [Fact]
    public void Release_frees_decline_bars_and_inform_is_answered_without_an_address()
    {
        var mine = Lease(1);
        Assert.Null(Send(Message(7, 1, client: mine.GetAddressBytes())));
        Assert.Equal(mine, Lease(2));
        Assert.Null(Send(Message(4, 2, mine.GetAddressBytes(), Server)));
        Assert.NotEqual(mine, Lease(3));
        var answer = Send(Message(8, 9, client: [192, 168, 4, 77]));
        Assert.Equal((5, IPAddress.Any), (answer!.Type, answer.Address));
        Assert.False(answer.Options.ContainsKey(51));
    }

    [Fact]
    public void Rubbish_is_not_answered_and_harms_nobody()
    {
        var random = new Random(67);
        var good = Message(1, 1);
        var reply = new byte[DhcpResponder.ReplyBytes];
        for (var i = 0; i < 20_000; i++)
        {
            var message = (byte[])good.Clone();
            for (var n = random.Next(1, 8); n > 0; n--) message[random.Next(message.Length)] = (byte)random.Next(256);
            var count = random.Next(message.Length + 1);
            var length = _responder.Answer(message, count, reply, _nowMs += random.Next(2000));
            Assert.True(length is 0 or DhcpResponder.ReplyBytes);
            if (length > 0 && reply[242] != 6 && reply[19] != 0) Assert.InRange(reply[19], DhcpResponder.FirstHost, DhcpResponder.FirstHost + DhcpResponder.Leases - 1);
        }

        Assert.Equal(0, _responder.Answer(good, 200, reply, _nowMs));
        // A reply, another kind of network, no type, an option that points beyond the end.
        foreach (var (at, value) in new[] { (0, 2), (1, 6), (2, 8), (236, 1), (242, 0), (246, 255) })
        {
            var bad = (byte[])good.Clone();
            bad[at] = (byte)value;
            if (at == 246) bad[250] = 255;
            if (at == 242) bad[241] = 200;
            Assert.Equal(0, _responder.Answer(bad, bad.Length, reply, _nowMs));
        }
    }
}
