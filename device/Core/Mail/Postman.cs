using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Mail
{
    /// <summary>
    /// All that goes to the server and comes from it, in this order: who we are, what is in force, answers, then live telemetry and
    /// events, then what waited. Called after the frames went out; hands over and looks for mail, never waits.
    /// </summary>
    public sealed class Postman
    {
        private const int MessagesPerTick = 8;
        private const byte TelemetryLeaf = 1;
        private const byte EventLeaf = 2;

        private readonly Agent _agent;
        private readonly MessageHeader _stamp = new MessageHeader();
        private readonly MessageWriter _w = new MessageWriter(new byte[TelemetryCodec.MaxBytes]);
        private readonly byte[] _in = new byte[DesiredCodec.MaxBytes];
        private readonly byte[] _replay = new byte[Backlog.MaxMessage];
        private readonly TelemetryCodec _telemetry = new TelemetryCodec();
        private readonly EventCodec _event = new EventCodec();
        private readonly HelloCodec _hello = new HelloCodec();
        private readonly StatusCodec _status = new StatusCodec();
        private readonly ReportedCodec _reported = new ReportedCodec();
        private readonly VerdictCodec _verdict = new VerdictCodec();
        private readonly Hello _helloMessage = new Hello();
        private readonly DeviceEvent _eventMessage = new DeviceEvent();
        private readonly TelemetryPacer _pacer;
        private int _connections;
        private bool _statusDue;
        private bool _helloDue;
        private bool _reportedDue;
        private long _replayMs;
        private int _lastChargeMa;
        private int _lastDischargeMa;

        /// <summary>A postman.</summary>
        /// <param name="agent">Whose mail it is.</param>
        /// <param name="boot">Random number of this start, 1..2147483647.</param>
        public Postman(Agent agent, long boot)
        {
            _agent = agent;
            _stamp.Boot = boot;
            Backlog = new Backlog(agent.Settings.BacklogBytes);
            _pacer = new TelemetryPacer(agent.Settings.TelemetryMs, agent.Settings.OfflineTelemetryMs);
        }

        /// <summary>Random number of this start.</summary>
        public long Boot
        {
            get { return _stamp.Boot; }
        }

        /// <summary>Messages on their way.</summary>
        public readonly Backlog Backlog;

        /// <summary>What goes out as <see cref="Topics.Reported"/>; whoever runs the update fills its part and calls <see cref="ReportAgain"/>.</summary>
        public readonly Reported Reported = new Reported();

        /// <summary>The reported state changed.</summary>
        public void ReportAgain()
        {
            _reportedDue = true;
        }

        /// <summary>Every message that matters was acknowledged: a restart loses nothing.</summary>
        /// <param name="link">The way to the server.</param>
        public bool IsQuiet(IServerLink link)
        {
            return _agent.Commands.Unsent() == null && !_reportedDue && link.Drained;
        }

        /// <summary>One exchange.</summary>
        /// <param name="link">The way to the server.</param>
        /// <param name="nowMs">Clock.</param>
        /// <param name="utcMs">Wall clock; 0 = not known.</param>
        public void Exchange(IServerLink link, long nowMs, long utcMs)
        {
            bool connected = link.Connected;
            if (link.Connections != _connections)
            {
                // Before any look at Drained: a fresh connection owes nothing, which says nothing about what the old one still owed.
                _connections = link.Connections;
                Backlog.Reconnected();
                Announce();
            }
            else if (connected && link.Drained)
            {
                Backlog.Acknowledge();
            }

            TakeMail(link, nowMs, utcMs);
            if (_agent.Commands.ReReadWanted)
            {
                _agent.Commands.ReReadWanted = false;
                Announce();
            }

            if (_agent.Slot.ReportWanted && !_agent.Slot.IsSettling)
            {
                _agent.Slot.ReportWanted = false;
                _reportedDue = true;
            }

            if (connected) SendState(link, nowMs, utcMs);
            SendEvents(link, connected, nowMs, utcMs);
            SendTelemetry(link, connected, nowMs, utcMs);
            if (connected) Replay(link, nowMs);
        }

        private void Announce()
        {
            _statusDue = true;
            _helloDue = true;
            _reportedDue = true;
            _pacer.Want();
        }

        private void TakeMail(IServerLink link, long nowMs, long utcMs)
        {
            for (int i = 0; i < MessagesPerTick && !_agent.Slot.IsSettling; i++)
            {
                string leaf;
                int count = link.Take(_in, out leaf);
                if (count <= 0) return;
                if (leaf == Topics.Desired) _agent.Slot.Take(_in, count);
                else if (leaf == Topics.Command) _agent.Commands.Take(_in, count, nowMs, utcMs);
            }
        }

        private void SendState(IServerLink link, long nowMs, long utcMs)
        {
            if (_statusDue && _status.Write(true, Boot, _w)) _statusDue = !link.Offer(Topics.Status, _w.Buffer, _w.Count, true);
            if (_helloDue && WriteHello(nowMs, utcMs)) _helloDue = !link.Offer(Topics.Hello, _w.Buffer, _w.Count, false);
            if (_reportedDue && WriteReported(nowMs, utcMs)) _reportedDue = !link.Offer(Topics.Reported, _w.Buffer, _w.Count, false);
            for (int i = 0; i < MessagesPerTick; i++)
            {
                Verdict? answer = _agent.Commands.Unsent();
                if (answer == null) return;
                Stamp(answer.Header, nowMs, utcMs);
                if (!_verdict.Write(answer, _w) || !link.Offer(Topics.Verdict, _w.Buffer, _w.Count, false)) return;
                _agent.Commands.Sent(answer);
            }
        }

        private void SendEvents(IServerLink link, bool connected, long nowMs, long utcMs)
        {
            DeviceEvent e = _eventMessage;
            while (_agent.Events.TryTake(e))
            {
                long upMs = e.Header.UpMs;
                Stamp(e.Header, upMs, utcMs > 0 ? utcMs - (nowMs - upMs) : 0);
                if (_event.Write(e, _w)) Post(link, connected, Topics.Event, EventLeaf);
            }
        }

        private void SendTelemetry(IServerLink link, bool connected, long nowMs, long utcMs)
        {
            Telemetry t = _agent.Report;
            // Who looks at the page sees a stop when it happens, not a period later.
            ChargeLimits l = t.Limits;
            if ((l.ChargeLimitMa == 0) != (_lastChargeMa == 0) || (l.DischargeLimitMa == 0) != (_lastDischargeMa == 0)) _pacer.Want();
            _lastChargeMa = l.ChargeLimitMa;
            _lastDischargeMa = l.DischargeLimitMa;
            if (!_pacer.IsDue(nowMs, connected)) return;
            t.Dropped = Backlog.Dropped + _agent.Events.Dropped;
            Stamp(t.Header, nowMs, utcMs);
            if (_telemetry.Write(t, _w)) Post(link, connected, Topics.Telemetry, TelemetryLeaf);
        }

        /// <summary>Live first: what can go now does not queue behind what waited.</summary>
        private void Post(IServerLink link, bool connected, string leaf, byte number)
        {
            bool offered = connected && link.Offer(leaf, _w.Buffer, _w.Count, false);
            Backlog.Add(number, _w.Buffer, _w.Count, ReplayAt(_w.Buffer, _w.Count), offered);
        }

        private void Replay(IServerLink link, long nowMs)
        {
            long passed = nowMs - _replayMs;
            int spacing = 1000 / (_agent.Settings.ReplayPerSecond < 1 ? 1 : _agent.Settings.ReplayPerSecond);
            if (passed >= 0 && passed < spacing) return;
            int burst = passed > 1000 || passed < 0 ? 1 : (int)(passed / (spacing < 1 ? 1 : spacing));
            for (int i = 0; i < burst || i == 0; i++)
            {
                byte number;
                int count = Backlog.Peek(_replay, out number);
                if (count == 0) return;
                if (!link.Offer(number == EventLeaf ? Topics.Event : Topics.Telemetry, _replay, count, false)) return;
                Backlog.MarkOffered();
                _replayMs = nowMs;
            }
        }

        private bool WriteHello(long nowMs, long utcMs)
        {
            Hello h = _helloMessage;
            Envelope e = _agent.Settings.Envelope;
            Stamp(h.Header, nowMs, utcMs);
            h.Agent = _agent.Settings.Version;
            h.Board = _agent.Settings.Board;
            h.BmsProtocol = _agent.Bms.Name;
            h.InverterProtocol = _agent.Inverter.Name;
            h.DesiredVersion = _agent.Slot.Version;
            h.ProfileRevision = _agent.Slot.Active.Revision;
            h.EnvelopeChargeMa = e.MaxChargeMa;
            h.EnvelopeDischargeMa = e.MaxDischargeMa;
            h.EnvelopeChargeMv = e.MaxChargeMv;
            h.EnvelopeDischargeMv = e.MinDischargeMv;
            h.EnvelopeCellMaxMv = e.MaxCellMv;
            h.EnvelopeCellMinMv = e.MinCellMv;
            h.MaySwitch = _agent.Settings.SwitchingAllowed;
            h.MayRaise = _agent.Settings.OverridesMayRaise;
            h.Backlog = Backlog.WaitingCount;
            h.Dropped = Backlog.Dropped;
            return _hello.Write(h, _w);
        }

        private bool WriteReported(long nowMs, long utcMs)
        {
            Reported r = Reported;
            ProfileSlot s = _agent.Slot;
            Stamp(r.Header, nowMs, utcMs);
            r.DesiredVersion = s.VerdictVersion;
            r.Verdict = s.Verdict;
            r.Field = s.Field;
            r.Bound = s.Bound;
            r.Why = s.Why;
            r.ProfileRevision = s.Active.Revision;
            r.Agent = _agent.Settings.Version;
            return _reported.Write(r, _w);
        }

        private void Stamp(MessageHeader h, long upMs, long utcMs)
        {
            h.Boot = _stamp.Boot;
            h.Seq = ++_stamp.Seq;
            h.UpMs = upMs;
            h.UtcMs = utcMs;
            h.Replay = false;
        }

        /// <summary>Where the literal behind <c>"replay":</c> stands; the header is always near the front.</summary>
        private static int ReplayAt(byte[] b, int count)
        {
            int end = count - 8 < 160 ? count - 8 : 160;
            for (int i = 0; i < end; i++)
            {
                if (b[i] == (byte)'y' && b[i + 1] == (byte)'"' && b[i + 2] == (byte)':' && b[i + 3] == (byte)'f'
                    && b[i - 5] == (byte)'r' && b[i - 6] == (byte)'"') return i + 3;
            }

            return 0;
        }
    }
}
