namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// A 4E57 link as the agent sees it: polls all data, takes whole answers, wakes a sleeping BMS, writes a switch when
    /// somebody asked. Timing from protocols.md 1.1.
    /// </summary>
    public sealed class Jk4E57Protocol : IBmsProtocol, IBmsSwitches
    {
        /// <summary>Poll period when none is given, ms.</summary>
        public const int DefaultPollMs = 1000;

        /// <summary>Shortest poll period, ms.</summary>
        public const int MinPollMs = 1000;

        /// <summary>Longest poll period, ms.</summary>
        public const int MaxPollMs = 3000;

        /// <summary>Time we wait for an answer before we count the poll as unanswered, ms (a later one is still taken).</summary>
        public const int AnswerTimeoutMs = 800;

        /// <summary>Least time between two packets, ms (vendor: 100).</summary>
        public const int SpacingMs = 100;

        /// <summary>Wait behind an activate, a password and a write, ms (peers: 150).</summary>
        public const int SettleMs = 150;

        /// <summary>Unanswered polls after which the BMS may be asleep.</summary>
        public const int ActivateAfter = 3;

        private readonly BmsLinkCounters _counters = new BmsLinkCounters();
        private readonly BmsSwitchWrite _write = new BmsSwitchWrite();
        private readonly Jk4E57Parser _parser = new Jk4E57Parser();
        private readonly Jk4E57FrameReader _reader;
        private readonly BmsSnapshot _reading = new BmsSnapshot();
        private readonly int _pollMs;

        private bool _hasReading;
        private bool _everSent;
        private bool _everPolled;
        private bool _waiting;
        private long _sentMs;
        private long _polledMs;
        private int _holdMs;
        private int _silentPolls;
        private bool _passwordSent;

        /// <summary>A link with the default poll period.</summary>
        public Jk4E57Protocol()
            : this(DefaultPollMs)
        {
        }

        /// <summary>A link.</summary>
        /// <param name="pollMs">Poll period, 1000..3000 ms; others are moved to the nearer end.</param>
        public Jk4E57Protocol(int pollMs)
        {
            _reader = new Jk4E57FrameReader(_counters);
            _pollMs = pollMs < MinPollMs ? MinPollMs : pollMs > MaxPollMs ? MaxPollMs : pollMs;
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "jk-4e57"; }
        }

        /// <inheritdoc/>
        public BmsLinkCounters Counters
        {
            get { return _counters; }
        }

        /// <inheritdoc/>
        public BmsSwitchWrite SwitchWrite
        {
            get { return _write; }
        }

        /// <inheritdoc/>
        public bool TrySwitch(BmsSwitch which, bool on, long nowMs)
        {
            _passwordSent = false;
            return _write.TryStart(which, on, nowMs);
        }

        /// <inheritdoc/>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            // Bytes that ended in silence: a whole frame may stand behind a false start.
            while (_reader.GiveUpHalf(nowMs)) TakeFrames(_reader.LastByteMs);
            _write.Expire(nowMs);
            if (_everSent && nowMs - _sentMs < _holdMs) return 0;
            if (_waiting)
            {
                if (nowMs - _sentMs < AnswerTimeoutMs) return 0;
                _waiting = false;
                _silentPolls++;
                _counters.Unanswered++;
            }

            if (_write.State == BmsWriteState.Waiting) return NextOfWrite(nowMs, buffer);
            if (_everPolled && nowMs - _polledMs < _pollMs) return 0;
            if (_silentPolls >= ActivateAfter)
            {
                _silentPolls = 0;
                return Send(Jk4E57Requests.Activate(buffer), nowMs, SettleMs);
            }

            _everPolled = true;
            _polledMs = nowMs;
            _waiting = true;
            return Send(Jk4E57Requests.ReadAll(buffer), nowMs, SpacingMs);
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            while (count > 0)
            {
                int taken = _reader.Take(buffer, offset, count, nowMs);
                offset += taken;
                count -= taken;
                TakeFrames(nowMs);
            }
        }

        /// <inheritdoc/>
        public bool TryTake(BmsSnapshot into)
        {
            if (!_hasReading) return false;
            _hasReading = false;
            _reading.CopyTo(into);
            return true;
        }

        private int NextOfWrite(long nowMs, byte[] buffer)
        {
            if (!_passwordSent)
            {
                _passwordSent = true;
                return Send(Jk4E57Requests.Password(buffer), nowMs, SettleMs);
            }

            _write.State = BmsWriteState.Sent;
            _everPolled = false; // read back as soon as the BMS had time to store it
            return Send(Jk4E57Requests.Switch(buffer, _write.Switch, _write.On), nowMs, SettleMs);
        }

        private int Send(int bytes, long nowMs, int holdMs)
        {
            _everSent = true;
            _sentMs = nowMs;
            _holdMs = holdMs;
            _counters.Requests++;
            return bytes;
        }

        private void TakeFrames(long nowMs)
        {
            while (_reader.Next()) TakeFrame(_reader.Buffer, _reader.FrameOffset, _reader.FrameCount, nowMs);
        }

        private void TakeFrame(byte[] frame, int offset, int count, long nowMs)
        {
            // What is in the acknowledgement of a write is not documented and differs; only reading again counts.
            if (Jk4E57Frame.IsRequest(frame, offset) || frame[offset + Jk4E57Frame.CommandAt] == Jk4E57Frame.Write)
            {
                _counters.Ignored++;
                return;
            }

            bool parsed = _parser.TryParse(frame, offset, count, nowMs, _reading);
            if (!parsed)
            {
                _counters.Refused++;
                _counters.LastRefusal = _parser.Refusal;
                return;
            }

            _hasReading = false; // _reading was overwritten, whatever it held
            _waiting = false;
            _silentPolls = 0;
            ConfirmWrite();
            _counters.Accepted++;
            _hasReading = true;
        }

        private void ConfirmWrite()
        {
            int id = Jk4E57Requests.RegisterOf(_write.Switch);
            if (_parser.Registers.Has(id)) _write.Read(_parser.Registers.Value(id) != 0);
        }
    }
}
