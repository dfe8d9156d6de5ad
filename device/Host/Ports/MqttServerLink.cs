using System.Buffers;
using System.Security.Authentication;
using System.Text;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// The way to the server over MQTT, QoS 1. Its own task connects, reconnects with growing jittered pauses and publishes
/// in order; a message leaves the queue only when the broker acknowledged it, so a lost connection costs a duplicate at
/// worst (the server knows boot and sequence). The control loop only ever touches two short queues.
/// </summary>
internal sealed class MqttServerLink : IServerLink, IAsyncDisposable
{
    private const int QueueLimit = 64;
    private const int InFlight = 8;
    private const int MailLimit = 16;
    private const uint MaxPacket = 256 * 1024;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HeldLook = TimeSpan.FromMilliseconds(200);
    private static readonly string[] LeavesOfServer = [Topics.Desired, Topics.Command];

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly DeviceIdentity _identity;
    private readonly ServerAddress _address;
    private readonly Journal _journal;
    private readonly TimeSpan _startAfter;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _gate = new();
    private readonly Queue<Outgoing> _outgoing = new();
    private readonly LinkedList<Mail> _mail = new();
    private readonly Dictionary<string, string> _topics = new(StringComparer.Ordinal);
    private readonly Task _loop;
    private volatile MqttClientOptions _options;
    private volatile bool _connected;
    private volatile bool _held;
    private CancellationTokenSource _session = new();
    private int _connections;

    /// <summary>Starts to connect at once.</summary>
    /// <param name="address">Broker.</param>
    /// <param name="identity">Device.</param>
    /// <param name="lastWill">Message that the broker publishes on <c>status</c>, retained, when this agent vanishes.</param>
    /// <param name="journal">Hears about loss and return.</param>
    /// <param name="startAfter">Wait before the first try, so that a thousand simulated agents do not knock in one millisecond.</param>
    public MqttServerLink(ServerAddress address, DeviceIdentity identity, byte[] lastWill, Journal journal, TimeSpan startAfter = default)
    {
        _address = address;
        _identity = identity;
        _journal = journal;
        _startAfter = startAfter;
        _options = Options(address, identity, lastWill);
        _client.ApplicationMessageReceivedAsync += OnMessageAsync;
        _loop = Task.Run(() => KeepConnectedAsync(_stop.Token));
    }

    /// <summary>Messages from the server that nobody took in time or that were too long.</summary>
    public int MailDropped { get; private set; }

    /// <summary>Messages of the server that wait to be taken.</summary>
    public int MailWaiting
    {
        get
        {
            lock (_gate) return _mail.Count;
        }
    }

    /// <summary>Messages that the broker refused for good (not allowed, malformed) and that were dropped.</summary>
    public int Refused { get; private set; }

    /// <inheritdoc/>
    public bool Connected => _connected;

    /// <inheritdoc/>
    public int Connections => Volatile.Read(ref _connections);

    /// <inheritdoc/>
    public bool Drained
    {
        get
        {
            lock (_gate) return _outgoing.Count == 0;
        }
    }

    /// <inheritdoc/>
    public bool Offer(string leaf, byte[] buffer, int count, bool retain)
    {
        if (!_connected) return false;
        lock (_gate)
        {
            if (_outgoing.Count >= QueueLimit) return false;
            var copy = ArrayPool<byte>.Shared.Rent(count);
            Array.Copy(buffer, copy, count);
            _outgoing.Enqueue(new Outgoing(TopicOf(leaf), copy, count, retain));
        }

        _work.Release();
        return true;
    }

    /// <inheritdoc/>
    public int Take(byte[] buffer, out string leaf)
    {
        lock (_gate)
        {
            while (_mail.First is { } first)
            {
                _mail.RemoveFirst();
                if (first.Value.Content.Length <= buffer.Length)
                {
                    first.Value.Content.CopyTo(buffer, 0);
                    leaf = first.Value.Leaf;
                    return first.Value.Content.Length;
                }

                MailDropped++;
                _journal.Say(_identity.DeviceId, $"message on {first.Value.Leaf} of {first.Value.Content.Length} bytes is longer than an agent takes; dropped");
            }
        }

        leaf = "";
        return 0;
    }

    /// <summary>The way is cut, as by a dead router: the connection breaks off and no new one is tried until this is false again.</summary>
    public bool Held
    {
        get => _held;
        set
        {
            _held = value;
            if (value) BreakSession();
        }
    }

    /// <summary>The agent behind this link lost its memory: what was queued is gone, and a new session with a new will begins.</summary>
    /// <param name="lastWill">As for the constructor.</param>
    public void StartOver(byte[] lastWill)
    {
        _options = Options(_address, _identity, lastWill);
        BreakSession();
        lock (_gate)
        {
            _outgoing.Clear(); // their buffers may still be on the way to the socket: left to the collector
            _mail.Clear();
        }
    }

    /// <summary>Publishes "offline" in the place of the last will, which a goodbye takes back.</summary>
    /// <param name="boot">Boot of the agent that ends.</param>
    public void SayGoodbye(long boot)
    {
        var bytes = Encoding.UTF8.GetBytes(StatusCodec.Will(boot));
        Offer(Topics.Status, bytes, bytes.Length, retain: true);
    }

    /// <summary>Waits shortly for what is queued, says goodbye (no last will) and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        for (var i = 0; i < 60 && _connected && !Drained; i++) await Task.Delay(50);
        _connected = false;
        await _stop.CancelAsync();
        await _loop;
        _client.Dispose();
        _session.Dispose();
        _stop.Dispose();
    }

    private static MqttClientOptions Options(ServerAddress address, DeviceIdentity identity, byte[] lastWill)
    {
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(address.Host, address.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(identity.DeviceId)
            .WithCredentials(identity.DeviceId, identity.Secret)
            .WithCleanStart() // the server resends the desired state on every connect; a queue in the broker would only hold old news
            .WithKeepAlivePeriod(KeepAlive)
            .WithTimeout(Timeout)
            .WithMaximumPacketSize(MaxPacket)
            .WithWillTopic(Topics.Of(identity.DeviceId, Topics.Status))
            .WithWillPayload(lastWill)
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillRetain();
        if (address.Tls)
        {
            options.WithTlsOptions(tls =>
            {
                tls.UseTls();
                if (address.Authority is not null) tls.WithTrustChain(address.Authority);
            });
        }

        return options.Build();
    }

    private async Task KeepConnectedAsync(CancellationToken stop)
    {
        if (_startAfter > TimeSpan.Zero) await Task.Delay(_startAfter, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            if (_held)
            {
                await Task.Delay(HeldLook, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            string why;
            var refused = false;
            var broken = new CancellationTokenSource();
            Interlocked.Exchange(ref _session, broken).Dispose();
            using var session = CancellationTokenSource.CreateLinkedTokenSource(stop, broken.Token);
            try
            {
                await ConnectAsync(session.Token);
                failures = 0;
                why = await PublishUntilLostAsync(session.Token);
            }
            catch (Exception e) when (IsOfTheNetwork(e))
            {
                if (stop.IsCancellationRequested) break;
                refused = e is RefusedException;
                why = Explain(e);
            }

            _connected = false;
            if (stop.IsCancellationRequested) break;
            await HangUpAsync(broken.IsCancellationRequested);
            if (broken.IsCancellationRequested) continue;
            var pause = Backoff.Next(failures++, refused);
            _journal.Say(_identity.DeviceId, $"server {_address}: {why}; next try in about {pause.TotalSeconds:0} s");
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await HangUpAsync(asDeath: false);
    }

    private void BreakSession()
    {
        _connected = false;
        try
        {
            Volatile.Read(ref _session).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session ended by itself in this moment.
        }
    }

    private async Task ConnectAsync(CancellationToken stop)
    {
        var answer = await _client.ConnectAsync(_options, stop);
        if (answer.ResultCode != MqttClientConnectResultCode.Success) throw new RefusedException(answer.ResultCode);
        var wanted = new MqttClientSubscribeOptionsBuilder();
        foreach (var leaf in LeavesOfServer)
            wanted.WithTopicFilter(Topics.Of(_identity.DeviceId, leaf), MqttQualityOfServiceLevel.AtLeastOnce);
        await _client.SubscribeAsync(wanted.Build(), stop);
        Interlocked.Increment(ref _connections);
        _connected = true;
        _work.Release();
        _journal.Say(_identity.DeviceId, $"connected to {_address}");
    }

    /// <summary>Sends from the head of the queue, up to eight unacknowledged, in order; says why it ended.</summary>
    private async Task<string> PublishUntilLostAsync(CancellationToken stop)
    {
        var window = new List<(Outgoing Message, Task<MqttClientPublishResult> Sent)>(InFlight);
        while (_client.IsConnected)
        {
            while (window.Count < InFlight && TryPeek(window.Count, out var message))
                window.Add((message, _client.PublishAsync(message.ToMqtt(), stop)));
            if (window.Count == 0)
            {
                // The period only bounds how late a connection that died without a word of the broker is noticed here.
                await _work.WaitAsync(TimeSpan.FromSeconds(1), stop);
                continue;
            }

            try
            {
                Forget(window[0].Message, await window[0].Sent);
            }
            catch
            {
                // All of them stay queued; their tasks end with the connection and must not count as unobserved.
                foreach (var (_, sent) in window) _ = sent.ContinueWith(t => t.Exception, TaskScheduler.Default);
                throw;
            }

            window.RemoveAt(0);
        }

        return "connection lost";
    }

    private bool TryPeek(int index, out Outgoing message)
    {
        lock (_gate)
        {
            var there = index < _outgoing.Count;
            message = there ? _outgoing.ElementAt(index) : default;
            return there;
        }
    }

    private void Forget(Outgoing message, MqttClientPublishResult result)
    {
        if (!result.IsSuccess)
        {
            Refused++;
            _journal.Say(_identity.DeviceId, $"server refused a message on {message.Topic} ({result.ReasonCode} {result.ReasonString}); dropped");
        }

        lock (_gate)
        {
            // After a start over the queue holds other messages.
            if (!_outgoing.TryPeek(out var head) || head.Buffer != message.Buffer) return;
            _outgoing.Dequeue();
        }

        ArrayPool<byte>.Shared.Return(message.Buffer);
    }

    private Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs e)
    {
        var topic = e.ApplicationMessage.Topic;
        var leaf = LeavesOfServer.FirstOrDefault(l => topic == Topics.Of(_identity.DeviceId, l));
        if (leaf is null) return Task.CompletedTask;
        var mail = new Mail(leaf, e.ApplicationMessage.Payload.ToArray());
        lock (_gate)
        {
            // Of two desired states only the newer is of interest; commands are taken one by one.
            if (leaf == Topics.Desired)
            {
                for (var node = _mail.First; node is not null; node = node.Next)
                {
                    if (node.Value.Leaf != leaf) continue;
                    _mail.Remove(node);
                    break;
                }
            }

            if (_mail.Count >= MailLimit) MailDropped++;
            else _mail.AddLast(mail);
        }

        return Task.CompletedTask;
    }

    /// <param name="asDeath">Let the broker publish the last will.</param>
    private async Task HangUpAsync(bool asDeath)
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            if (_client.IsConnected) await _client.DisconnectAsync(new MqttClientDisconnectOptions { Reason = asDeath ? MqttClientDisconnectOptionsReason.DisconnectWithWillMessage : MqttClientDisconnectOptionsReason.NormalDisconnection }, soon.Token);
        }
        catch (Exception e) when (IsOfTheNetwork(e))
        {
            _journal.Say(_identity.DeviceId, $"goodbye to {_address} did not go through ({e.Message})");
        }
    }

    private string TopicOf(string leaf)
    {
        if (!_topics.TryGetValue(leaf, out var topic)) _topics[leaf] = topic = Topics.Of(_identity.DeviceId, leaf);
        return topic;
    }

    private static string Explain(Exception e) => e switch
    {
        RefusedException { Code: MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized } =>
            "id or secret refused; was the device enrolled, revoked, or its secret rotated? (claim again, or check --id and --secret-file)",
        RefusedException refused => $"refused: {refused.Code}",
        { InnerException: AuthenticationException tls } => $"TLS: {tls.Message}; is the authority the right one (--ca)?",
        MqttCommunicationTimedOutException => "no answer in time",
        _ => e.InnerException?.Message ?? e.Message,
    };

    private static bool IsOfTheNetwork(Exception e) =>
        e is MqttCommunicationException or MqttClientNotConnectedException or MqttClientDisconnectedException or MqttProtocolViolationException
            or RefusedException or MqttConnectingFailedException or OperationCanceledException or IOException or AuthenticationException or ObjectDisposedException;

    private readonly record struct Outgoing(string Topic, byte[] Buffer, int Count, bool Retain)
    {
        public MqttApplicationMessage ToMqtt() => new()
        {
            Topic = Topic,
            Payload = new ReadOnlySequence<byte>(Buffer, 0, Count),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = Retain,
        };
    }

    private readonly record struct Mail(string Leaf, byte[] Content);

    /// <summary>The broker answered, and the answer was no.</summary>
    private sealed class RefusedException(MqttClientConnectResultCode code) : Exception($"refused: {code}")
    {
        public MqttClientConnectResultCode Code { get; } = code;
    }
}
