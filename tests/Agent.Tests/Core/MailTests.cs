using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using JkFleet.Agent.Mail;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Contracts;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>The backlog against a list, the pace, and a whole day of mail without garbage.</summary>
public sealed class MailTests
{
    private sealed record Kept(int Number, bool Offered, bool Done);

    [Fact]
    public void The_backlog_is_a_queue_that_forgets_only_what_was_acknowledged_or_did_not_fit() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 900]).Array[1, 120].Sample(ops =>
        {
            var backlog = new Backlog(4096);
            var list = new List<Kept>();
            var sizes = new Dictionary<int, int>();
            var into = new byte[Backlog.MaxMessage];
            int serial = 0, dropped = 0;
            foreach (var (op, size) in ops)
            {
                switch (op)
                {
                    case 0 or 1:
                        var text = Encoding.UTF8.GetBytes($"{++serial}".PadRight(size, '.'));
                        backlog.Add((byte)(serial % 2 + 1), text, text.Length, 0, op == 1);
                        while (Used() + text.Length + 6 > 4096)
                        {
                            if (list[0] is { Offered: false, Done: false }) dropped++;
                            sizes.Remove(list[0].Number);
                            list.RemoveAt(0);
                        }

                        sizes[serial] = text.Length + 6;
                        list.Add(new(serial, op == 1, false));
                        break;
                    case 2:
                        var count = backlog.Peek(into, out var leaf);
                        var first = list.FindIndex(k => k is { Offered: false, Done: false });
                        Assert.Equal(first < 0, count == 0);
                        if (first < 0) break;
                        Assert.Equal(list[first].Number, int.Parse(Encoding.UTF8.GetString(into, 0, count).TrimEnd('.')));
                        Assert.Equal(list[first].Number % 2 + 1, leaf);
                        if (size % 2 == 0) break;
                        backlog.MarkOffered();
                        list[first] = list[first] with { Offered = true };
                        break;
                    case 3:
                        backlog.Acknowledge();
                        for (var i = 0; i < list.Count; i++) if (list[i].Offered) list[i] = list[i] with { Offered = false, Done = true };
                        Forget();
                        break;
                    case 4:
                        backlog.Reconnected();
                        for (var i = 0; i < list.Count; i++) list[i] = list[i] with { Offered = false };
                        break;
                    default:
                        var saved = new byte[backlog.Capacity];
                        var length = backlog.Save(saved);
                        var (other, before) = (new Backlog(4096), list.Where(k => !k.Done).Select(k => k.Number).ToArray());
                        other.Load(saved, length);
                        var after = new List<int>();
                        for (int n; (n = other.Peek(into, out _)) > 0; other.MarkOffered()) after.Add(int.Parse(Encoding.UTF8.GetString(into, 0, n).TrimEnd('.')));
                        Assert.Equal(before, after);
                        break;
                }

                Assert.Equal((list.Count, list.Count(k => k is { Offered: false, Done: false }), dropped), (backlog.Count, backlog.WaitingCount, backlog.Dropped));
            }

            // Done ones go only from the front: the ring is a queue.
            void Forget()
            {
                while (list.Count > 0 && list[0].Done)
                {
                    sizes.Remove(list[0].Number);
                    list.RemoveAt(0);
                }
            }

            int Used() => sizes.Values.Sum();
        }, iter: 2000, threads: 1);

    [Fact]
    public void A_replayed_message_says_so_and_is_still_the_same_JSON()
    {
        var server = new HandServer();
        var rig = new Rig(server: server);
        rig.Run(3000);
        server.Connected = false;
        rig.Run(70_000);
        server.Connected = true;
        rig.Run(5000);
        var replayed = server.Got.Where(m => m.Body["replay"]?.GetValue<bool>() == true).ToArray();
        Assert.NotEmpty(replayed);
        foreach (var (leaf, body, _) in replayed.Where(m => m.Leaf == Topics.Telemetry))
        {
            var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
            var (codec, t) = (new TelemetryCodec(), new Telemetry());
            Assert.True(codec.TryRead(bytes, 0, bytes.Length, t), $"{leaf}: {codec.Refusal}");
            Assert.True(t.Header.Replay);
            Assert.Equal("ok", body["bms"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Each_connection_begins_with_status_hello_and_reported()
    {
        var rig = new Rig();
        rig.Run(1000);
        Assert.Equal([Topics.Status, Topics.Hello, Topics.Reported], rig.Server.Got.Take(3).Select(m => m.Leaf));
        Assert.True(rig.Server.Got[0].Retain);
        rig.Server.Connected = false;
        rig.Run(1000);
        var before = rig.Server.Got.Count;
        rig.Server.Connected = true;
        rig.Run(1000);
        Assert.Equal([Topics.Status, Topics.Hello, Topics.Reported], rig.Server.Got.Skip(before).Take(3).Select(m => m.Leaf));
        Assert.Equal("can-pylon-lv", rig.Server.Last(Topics.Hello)["inverter_protocol"]!.GetValue<string>());
    }

    [Fact]
    public void What_was_not_acknowledged_is_sent_again_after_a_lost_connection()
    {
        var rig = new Rig();
        rig.Run(3000);
        rig.Server.Acknowledges = false;
        var mark = rig.Server.Got.Count;
        rig.Run(12_000);
        var unsure = rig.Server.Got.Skip(mark).Where(m => m.Leaf == Topics.Telemetry).Select(Id).ToArray();
        Assert.NotEmpty(unsure);
        rig.Server.Connected = false;
        rig.Run(1000);
        mark = rig.Server.Got.Count;
        (rig.Server.Connected, rig.Server.Acknowledges) = (true, true);
        rig.Run(5000);
        var again = rig.Server.Got.Skip(mark).Where(m => m.Leaf == Topics.Telemetry && m.Body["replay"]!.GetValue<bool>()).Select(Id).ToArray();
        Assert.Equal(unsure, again.Intersect(unsure));
        rig.Run(10_000);
        Assert.Equal(0, rig.Loop.Post.Backlog.Count);
        static (long, long) Id((string Leaf, JsonNode Body, bool Retain) m) => (m.Body["boot"]!.GetValue<long>(), m.Body["seq"]!.GetValue<long>());
    }

    [Fact]
    public void Telemetry_keeps_its_beat_and_grows_rarer_in_a_long_outage()
    {
        var pacer = new TelemetryPacer(5000, 60000);
        int Count(long from, long to, bool connected)
        {
            var due = 0;
            for (var now = from; now < to; now += 100) if (pacer.IsDue(now, connected)) due++;
            return due;
        }

        Assert.Equal(20, Count(0, 100_000, true));
        Assert.Equal(60, Count(100_000, 3_700_000, false));
        Assert.Equal(24, Count(3_700_100, 3_700_100 + 24 * 600_000, false));
        pacer.Want();
        Assert.True(pacer.IsDue(20_000_000, true));
        Assert.False(pacer.IsDue(20_000_100, true));
    }

    [Fact]
    public void A_minute_of_the_whole_loop_with_telemetry_allocates_nothing()
    {
        var ports = new LeanPorts();
        var agent = new Agent(new AgentSettings { TelemetryMs = 1000 }, new Jk4E57Protocol(), new PylonLv());
        var loop = new AgentLoop(agent, ports, ports, ports, ports, ports, 7);
        for (; ports.NowMs < 120_000; ports.NowMs += 20) loop.Tick();
        Assert.Equal(70000, agent.Limits.ChargeLimitMa);
        var (sent, offered) = (ports.Frames, ports.Offers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (; ports.NowMs < 180_000; ports.NowMs += 20) loop.Tick();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(ports.Frames - sent >= 350 && ports.Offers - offered >= 59, $"{ports.Frames - sent} frames, {ports.Offers - offered} messages");
        Assert.Equal(0, allocated);
    }

    /// <summary>Ports that keep nothing: a BMS that answers every question with the same frame, a server that takes everything.</summary>
    private sealed class LeanPorts : IBmsPort, ICanPort, IServerLink, IClock, IStore
    {
        private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];
        private readonly int _length;
        private bool _asked;
        private int _offeredAt;

        public LeanPorts()
        {
            var image = new Jk4E57Image();
            image.Fill(Rig.HealthyPack());
            _length = Jk4E57Encoder.Answer(image, _answer);
        }

        public long NowMs { get; set; }
        public long UtcMs => 1_795_000_000_000 + NowMs;
        public int Frames { get; private set; }
        public int Offers { get; private set; }
        public bool Connected => true;
        public int Connections => 1;
        public bool Drained => _offeredAt != Offers;
        public CanPortState State => CanPortState.Up;

        public int Read(byte[] buffer)
        {
            if (!_asked) return 0;
            _asked = false;
            Array.Copy(_answer, buffer, _length);
            return _length;
        }

        public bool Write(byte[] buffer, int count) => _asked = true;

        public bool Send(CanFrame frame)
        {
            Frames++;
            return true;
        }

        public bool Receive(CanFrame frame) => false;

        public void Recover()
        {
        }

        public bool Offer(string leaf, byte[] buffer, int count, bool retain)
        {
            _offeredAt = Offers++;
            return true;
        }

        public int Take(byte[] buffer, out string leaf)
        {
            leaf = "";
            return 0;
        }

        public int Read(string name, byte[] buffer) => -1;

        public bool Write(string name, byte[] buffer, int count) => true;
    }
}
