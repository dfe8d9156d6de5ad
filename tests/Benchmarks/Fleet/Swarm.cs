// A fleet seen from the broker: thousands of connections on one thread, as light as we could make it, because the
// generator shares two cores with the server under test.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using JkFleet.Benchmarks.Codecs;
using JkFleet.Contracts;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>What one run of publishing gave.</summary>
internal sealed record Publishing(long Acknowledged, TimeSpan Elapsed, double P50Ms, double P99Ms, double MaxMs)
{
    public double PerSecond => Acknowledged / Elapsed.TotalSeconds;
}

/// <summary>Connects devices and lets each publish telemetry at QoS 1, the next when the last was acknowledged.</summary>
internal sealed class Swarm : IDisposable
{
    private const int DefaultMessageBytes = 4096;
    // Numbers of fixed width, so that a message is patched in place: JSON knows no leading zeros.
    private const long FirstSeq = 1_000_000_000;
    private const long FirstUpMs = 10_000_000_000;

    private readonly IPEndPoint _broker;
    private readonly Connection[] _connections;
    private readonly Epoll _epoll = new(1024);
    private readonly byte[] _received = new byte[DefaultMessageBytes];
    private readonly Histogram _latency = new();
    private int _open;
    private int _subscribed;
    private long _boot = Random.Shared.Next(1_000_000_000, int.MaxValue);

    /// <param name="broker">Where to connect.</param>
    /// <param name="devices">One connection each.</param>
    /// <param name="anonymous">Send no user and password.</param>
    public Swarm(IPEndPoint broker, IReadOnlyList<SeededDevice> devices, bool anonymous)
    {
        _broker = broker;
        _connections = new Connection[devices.Count];
        var json = Telemetry(_boot);
        for (var i = 0; i < devices.Count; i++)
            _connections[i] = new Connection(devices[i], anonymous, json);
    }

    public int Count => _connections.Length;

    public int MessageBytes => _connections[0].Message.Length;

    /// <summary>Opens every connection, at most <paramref name="window"/> at a time; returns when each has its CONNACK.</summary>
    public TimeSpan Connect(int window)
    {
        var start = Stopwatch.GetTimestamp();
        var next = 0;
        _open = 0;
        while (_open < _connections.Length)
        {
            while (next < _connections.Length && next - _open < window) Start(next++);
            Pump(1000, null);
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(2))
                throw new TimeoutException($"{_open} of {_connections.Length} connections after two minutes");
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Publishes for a while, then waits until nothing is in flight any more.</summary>
    public Publishing Publish(TimeSpan duration)
    {
        _latency.Clear();
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var before = Acknowledged;
        foreach (var connection in _connections) Send(connection);
        while (Stopwatch.GetTimestamp() < end) Pump(100, Send);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var counted = Acknowledged - before;
        var patience = Stopwatch.GetTimestamp() + (10 * Stopwatch.Frequency);
        while (InFlight > 0)
        {
            if (Stopwatch.GetTimestamp() > patience) throw new TimeoutException($"{InFlight} messages were never acknowledged");
            Pump(100, null);
        }

        return new Publishing(counted, elapsed, _latency.Percentile(50), _latency.Percentile(99), _latency.MaxMs);
    }

    /// <summary>Lets every device subscribe its two topics.</summary>
    public void Subscribe(TimeSpan patience)
    {
        foreach (var connection in _connections)
        {
            var packet = MqttPackets.Subscribe(Topics.Of(connection.Device.Id, Topics.Desired), Topics.Of(connection.Device.Id, Topics.Command));
            Epoll.Send(connection.Handle, packet, packet.Length);
        }

        PumpUntil(() => _subscribed == _connections.Length, patience, () => $"{_subscribed} of {_connections.Length} subscriptions were granted");
    }

    /// <summary>
    /// Answers wishes as a device does, until every device has answered the wished version and has the answer acknowledged.
    /// </summary>
    /// <param name="wished">The versions, as soon as they are known.</param>
    /// <param name="patience">Gives up after this.</param>
    public void Answer(Func<IReadOnlyDictionary<string, long>?> wished, TimeSpan patience)
    {
        IReadOnlyDictionary<string, long>? versions = null;
        PumpUntil(
            () => (versions ??= wished()) is { } known && Array.TrueForAll(_connections, c => c.AnswerStored && c.Answered == known.GetValueOrDefault(c.Device.Id)),
            patience,
            () => $"{_connections.Count(c => c.AnswerStored)} of {_connections.Length} devices have answered");
        foreach (var connection in _connections) connection.AnswerStored = false;
    }

    private void PumpUntil(Func<bool> done, TimeSpan patience, Func<string> how)
    {
        var start = Stopwatch.GetTimestamp();
        while (!done())
        {
            if (Stopwatch.GetElapsedTime(start) > patience) throw new TimeoutException(how());
            Pump(10, null);
        }
    }

    /// <summary>Messages acknowledged since the swarm exists.</summary>
    public long Acknowledged { get; private set; }

    private int InFlight { get; set; }

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Socket?.Dispose();
        _epoll.Dispose();
    }

    private void Start(int index)
    {
        var connection = _connections[index];
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_broker);
        connection.Socket = socket;
        connection.Handle = (int)socket.Handle;
        _epoll.Add(connection.Handle, index);
        if (Epoll.Send(connection.Handle, connection.Hello, connection.Hello.Length) != connection.Hello.Length)
            throw new IOException("CONNECT could not be sent");
    }

    private void Send(Connection connection)
    {
        connection.Patch(FirstSeq, FirstUpMs);
        connection.SentAt = Stopwatch.GetTimestamp();
        InFlight++;
        if (Epoll.Send(connection.Handle, connection.Message, connection.Message.Length) != connection.Message.Length)
            throw new IOException("a message did not fit into an empty send buffer");
    }

    private void Pump(int timeoutMs, Action<Connection>? onAcknowledged)
    {
        var ready = _epoll.Wait(timeoutMs);
        for (var i = 0; i < ready; i++)
        {
            var connection = _connections[_epoll.Index(i)];
            var count = Epoll.Receive(connection.Handle, _received);
            if (count == 0) throw new IOException($"the server closed the connection of {connection.Device.Id}");
            if (count < 0) continue;
            var whole = connection.Join(_received, ref count);
            var at = 0;
            while (NextPacket(whole, at, count, out var length))
            {
                Take(connection, whole, at, length, onAcknowledged);
                at += length;
            }

            connection.Keep(whole, at, count);
        }
    }

    private void Take(Connection connection, byte[] buffer, int at, int length, Action<Connection>? onAcknowledged)
    {
        switch (buffer[at] & 0xF0)
        {
            case MqttPackets.PubAck when connection.Answering:
                connection.Answering = false;
                connection.AnswerStored = true;
                break;
            case MqttPackets.SubAck:
                if ((buffer[at + 4] & 0x80) != 0) throw new IOException($"{connection.Device.Id} may not subscribe");
                _subscribed++;
                break;
            case MqttPackets.PubAck:
                _latency.Add(Stopwatch.GetTimestamp() - connection.SentAt);
                Acknowledged++;
                InFlight--;
                onAcknowledged?.Invoke(connection);
                break;
            case MqttPackets.ConnAck:
                if (buffer[at + 3] != 0) throw new IOException($"{connection.Device.Id} was refused with code {buffer[at + 3]}");
                _open++;
                break;
            case MqttPackets.Publish:
                if ((buffer[at] & 0x06) == 0) break;
                var body = at + length - Body(buffer, at);
                var id = body + 2 + (buffer[body] << 8) + buffer[body + 1];
                Epoll.Send(connection.Handle, MqttPackets.Acknowledge(buffer[id], buffer[id + 1]), 4);
                if (connection.Answer(buffer.AsSpan(id + 2, at + length - id - 2)) is { } answer) Epoll.Send(connection.Handle, answer, answer.Length);
                break;
            default:
                break;
        }
    }

    /// <summary>Bytes behind the fixed header.</summary>
    private static int Body(byte[] buffer, int at)
    {
        int value = 0, shift = 0;
        byte b;
        do
        {
            b = buffer[++at];
            value |= (b & 0x7F) << shift;
            shift += 7;
        }
        while ((b & 0x80) != 0);
        return value;
    }

    private static bool NextPacket(byte[] buffer, int at, int count, out int length)
    {
        length = 0;
        int value = 0, shift = 0;
        for (var i = at + 1; i < count; i++)
        {
            value |= (buffer[i] & 0x7F) << shift;
            shift += 7;
            if ((buffer[i] & 0x80) != 0) continue;
            length = i + 1 - at + value;
            return at + length <= count;
        }

        return false;
    }

    private static byte[] Telemetry(long boot)
    {
        var telemetry = new Telemetry();
        SamplePack.FillTelemetry(telemetry);
        telemetry.Header.Boot = boot;
        telemetry.Header.Seq = FirstSeq;
        telemetry.Header.UpMs = FirstUpMs;
        telemetry.Header.UtcMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var writer = new MessageWriter(new byte[TelemetryCodec.MaxBytes]);
        if (!new TelemetryCodec().Write(telemetry, writer)) throw new InvalidOperationException("telemetry is too long");
        return writer.Buffer[..writer.Count];
    }

    private sealed class Connection
    {
        public readonly SeededDevice Device;
        public readonly byte[] Hello;
        public readonly byte[] Message;
        public Socket? Socket;
        public int Handle;
        public long SentAt;

        private readonly int _seqAt;
        private readonly int _upAt;
        private readonly int _utcAt;
        private readonly long _firstUtcMs;
        private long _sent;
        private byte[] _rest = [];

        public Connection(SeededDevice device, bool anonymous, byte[] json)
        {
            Device = device;
            Hello = MqttPackets.Connect(device.Id, anonymous ? null : device.Id, anonymous ? null : device.Secret, 300);
            Message = MqttPackets.PublishOnce(Topics.Of(device.Id, Topics.Telemetry), json);
            _seqAt = After("\"seq\":");
            _upAt = After("\"up_ms\":");
            _utcAt = After("\"utc_ms\":");
            _firstUtcMs = long.Parse(Message.AsSpan(_utcAt, 13));
        }

        /// <summary>The next message: new sequence number, and a second later on all clocks.</summary>
        public void Patch(long firstSeq, long firstUpMs)
        {
            _sent++;
            Digits(_seqAt, firstSeq + _sent);
            Digits(_upAt, firstUpMs + (_sent * 1000));
            Digits(_utcAt, _firstUtcMs + _sent);
        }

        /// <summary>Version of the last wish that was answered.</summary>
        public long Answered { get; private set; }

        /// <summary>An answer is on its way.</summary>
        public bool Answering { get; set; }

        /// <summary>The server has acknowledged the last answer.</summary>
        public bool AnswerStored { get; set; }

        /// <summary>The report of a device that applies what it is told; null for a message without a version, or one seen before.</summary>
        public byte[]? Answer(ReadOnlySpan<byte> desired)
        {
            var at = desired.IndexOf("\"version\":"u8);
            if (at < 0 || !System.Buffers.Text.Utf8Parser.TryParse(desired[(at + 10)..], out long version, out _) || version <= Answered) return null;
            Answered = version;
            Answering = true;
            AnswerStored = false;
            var report = new Reported { DesiredVersion = version, Verdict = VerdictState.Applied, Agent = "1.0.0" };
            report.Header.Boot = 1;
            report.Header.Seq = ++_sent;
            report.Header.UpMs = _sent * 1000;
            var profile = desired.IndexOf("\"revision\":"u8);
            if (profile >= 0 && System.Buffers.Text.Utf8Parser.TryParse(desired[(profile + 11)..], out int revision, out _)) report.ProfileRevision = revision;
            var writer = new MessageWriter(new byte[ReportedCodec.MaxBytes]);
            if (!new ReportedCodec().Write(report, writer)) throw new InvalidOperationException("the report is too long");
            return MqttPackets.PublishOnce(Topics.Of(Device.Id, Topics.Reported), writer.Buffer.AsSpan(0, writer.Count));
        }

        /// <summary>What was left of the last packet and what came now.</summary>
        public byte[] Join(byte[] received, ref int count)
        {
            if (_rest.Length == 0) return received;
            var whole = new byte[_rest.Length + count];
            _rest.CopyTo(whole, 0);
            received.AsSpan(0, count).CopyTo(whole.AsSpan(_rest.Length));
            count = whole.Length;
            return whole;
        }

        public void Keep(byte[] buffer, int from, int count) => _rest = from == count ? [] : buffer[from..count];

        private int After(string key)
        {
            var at = Message.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key));
            if (at < 0) throw new InvalidOperationException("telemetry without " + key);
            return at + key.Length;
        }

        private void Digits(int at, long value)
        {
            var end = at;
            while (Message[end] is >= (byte)'0' and <= (byte)'9') end++;
            for (var i = end - 1; i >= at; i--)
            {
                Message[i] = (byte)('0' + (value % 10));
                value /= 10;
            }
        }
    }

    /// <summary>Latencies in steps of 0.1 ms up to 10 s.</summary>
    private sealed class Histogram
    {
        private static readonly long StepTicks = Stopwatch.Frequency / 10_000;
        private readonly long[] _counts = new long[100_000];
        private long _total;
        private long _maxTicks;

        public double MaxMs => _maxTicks * 1000.0 / Stopwatch.Frequency;

        public void Clear()
        {
            Array.Clear(_counts);
            _total = 0;
            _maxTicks = 0;
        }

        public void Add(long ticks)
        {
            _counts[Math.Min(_counts.Length - 1, ticks / StepTicks)]++;
            _total++;
            _maxTicks = Math.Max(_maxTicks, ticks);
        }

        public double Percentile(double percent)
        {
            var wanted = (long)Math.Ceiling(_total * percent / 100);
            var seen = 0L;
            for (var i = 0; i < _counts.Length; i++)
            {
                seen += _counts[i];
                if (seen >= wanted) return (i + 1) / 10.0;
            }

            return double.NaN;
        }
    }
}
