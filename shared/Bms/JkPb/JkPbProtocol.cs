using JkFleet.Bms.Jk02;

namespace JkFleet.Bms.JkPb
{
    /// <summary>How a PB is asked.</summary>
    public enum JkPbMode
    {
        /// <summary>A trigger write, answered by a 300-byte payload and an acknowledgement (what the vendor's app does).</summary>
        Trigger,

        /// <summary>Plain Modbus register reads.</summary>
        Registers,
    }

    /// <summary>
    /// A JK-PB RS485 bus with one or more packs (addresses 1..15), asked in turn and combined into one reading. Never address
    /// 0: such a unit is itself master of the bus. Timing from protocols.md 1.7.
    /// </summary>
    public sealed class JkPbProtocol : IBmsProtocol
    {
        /// <summary>Highest address.</summary>
        public const int MaxAddress = 15;

        /// <summary>Least silence before a request, ms (50 gave stale bytes).</summary>
        public const int GapMs = 120;

        /// <summary>Time we wait for a whole answer, ms (38 to the acknowledgement, 27 for 309 bytes, USB latency).</summary>
        public const int AnswerMs = 300;

        /// <summary>Tries per request: a cold bus swallows half of the first reads.</summary>
        public const int Tries = 3;

        /// <summary>A pack is offline after this time without a reading, ms.</summary>
        public const int PackStaleMs = 10000;

        /// <summary>Settings are read again after this time, ms.</summary>
        public const int SettingsEveryMs = 60000;

        /// <summary>An address that missed this many rounds is tried once in <see cref="ProbeEvery"/> rounds only.</summary>
        public const int GoneAfter = 3;

        /// <summary>See <see cref="GoneAfter"/>.</summary>
        public const int ProbeEvery = 5;

        private const int DeviceStep = 2;

        private readonly JkPbMode _mode;
        private readonly int[] _addresses;
        private readonly int _pollMs;
        private readonly BmsLinkCounters _counters = new BmsLinkCounters();
        private readonly JkPbExchange _exchange;
        private readonly PackAggregator _packs;
        private readonly Jk02Settings[] _settings;
        private readonly Jk02DeviceInfo[] _devices;
        private readonly bool[] _deviceAsked;
        private readonly bool[] _hasSettings;
        private readonly long[] _settingsMs;
        private readonly int[] _missed;
        private readonly byte[] _image = new byte[JkPbRegisters.StatusBytes];
        private readonly BmsSnapshot _pack = new BmsSnapshot();
        private readonly BmsSnapshot _reading = new BmsSnapshot();

        private bool _hasReading;
        private bool _inRound;
        private bool _everRound;
        private long _roundMs;
        private int _round;
        private int _at;
        private int _step;
        private int _tries;
        private bool _waiting;
        private bool _everSent;
        private long _sentMs;
        private long _heardMs;

        /// <summary>A bus.</summary>
        /// <param name="mode">How to ask.</param>
        /// <param name="addresses">DIP addresses; those outside 1..15 are left out, and 1 is asked when none remains.</param>
        /// <param name="pollMs">Least time between two rounds, 1000..10000 ms; others are moved to the nearer end.</param>
        public JkPbProtocol(JkPbMode mode, int[] addresses, int pollMs)
        {
            _mode = mode;
            _addresses = Valid(addresses);
            _pollMs = pollMs < 1000 ? 1000 : pollMs > 10000 ? 10000 : pollMs;
            _exchange = new JkPbExchange(_counters);
            int n = _addresses.Length;
            _packs = new PackAggregator(n, PackStaleMs);
            _settings = new Jk02Settings[n];
            _devices = new Jk02DeviceInfo[n];
            _deviceAsked = new bool[n];
            _hasSettings = new bool[n];
            _settingsMs = new long[n];
            _missed = new int[n];
            for (int i = 0; i < n; i++)
            {
                _settings[i] = new Jk02Settings();
                _devices[i] = new Jk02DeviceInfo();
            }
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return _mode == JkPbMode.Trigger ? "jk-pb" : "jk-pb-modbus"; }
        }

        /// <inheritdoc/>
        public BmsLinkCounters Counters
        {
            get { return _counters; }
        }

        /// <summary>The packs one by one.</summary>
        public PackAggregator Packs
        {
            get { return _packs; }
        }

        /// <inheritdoc/>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            if (_waiting)
            {
                if (nowMs - _sentMs < AnswerMs) return 0;
                TimeOut(nowMs);
            }

            if (_everSent && (nowMs - _sentMs < GapMs || nowMs - _heardMs < GapMs)) return 0;
            if (!_inRound)
            {
                if (_everRound && nowMs - _roundMs < _pollMs) return 0;
                _inRound = true;
                _everRound = true;
                _roundMs = nowMs;
                _round++;
                _at = 0;
                StartPack(nowMs);
            }

            if (!_inRound) return 0;
            _waiting = true;
            _everSent = true;
            _sentMs = nowMs;
            _counters.Requests++;
            return Ask(buffer);
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            if (count == 0) return;
            _heardMs = nowMs;
            if (!_waiting)
            {
                _counters.SkippedBytes += count;
                return;
            }

            _exchange.Receive(buffer, offset, count);
            if (_exchange.IsAnswered) Take(nowMs);
            else if (_exchange.IsRejected) Fail("exception", nowMs);
        }

        /// <inheritdoc/>
        public bool TryTake(BmsSnapshot into)
        {
            if (!_hasReading) return false;
            _hasReading = false;
            _reading.CopyTo(into);
            return true;
        }

        // Steps of one pack. Trigger: 0 settings, 1 status, 2 device info (once). Registers: 0, 1 settings; 2 cells, 3 values,
        // 4 further temperatures.
        private int Ask(byte[] buffer)
        {
            int address = _addresses[_at];
            if (_mode == JkPbMode.Registers) return _exchange.Read(buffer, address, StepStart(_step), StepRegisters(_step));
            int register = _step == 0 ? JkPbRegisters.SettingsTrigger : _step == 1 ? JkPbRegisters.StatusTrigger : JkPbRegisters.DeviceTrigger;
            return _exchange.Trigger(buffer, address, register);
        }

        private static int StepStart(int step)
        {
            return step == 0 ? 0x1000 : step == 1 ? 0x1050 : step == 2 ? 0x1200 : step == 3 ? 0x128A : 0x12FA;
        }

        private static int StepRegisters(int step)
        {
            return step == 0 ? 40 : step == 1 ? 28 : step == 2 ? 36 : step == 3 ? 37 : 2;
        }

        private int StatusStep
        {
            get { return _mode == JkPbMode.Trigger ? 1 : 2; }
        }

        private int LastStep
        {
            get { return _mode == JkPbMode.Registers ? 4 : _deviceAsked[_at] ? 1 : DeviceStep; }
        }

        private void StartPack(long nowMs)
        {
            while (_addresses.Length > 1 && _at < _addresses.Length && _missed[_at] >= GoneAfter && (_round + _at) % ProbeEvery != 0) _at++;
            _inRound = _at < _addresses.Length;
            if (!_inRound) return;
            bool fresh = _hasSettings[_at] && nowMs - _settingsMs[_at] < SettingsEveryMs;
            _step = fresh ? StatusStep : 0;
            _tries = 0;
        }

        private void NextPack(long nowMs)
        {
            _at++;
            StartPack(nowMs);
        }

        private void TimeOut(long nowMs)
        {
            // On a bus of one there is nobody else whose payload it could be.
            if (_mode == JkPbMode.Trigger && _addresses.Length == 1 && _exchange.DataAt >= 0)
            {
                Take(_heardMs);
                return;
            }

            _exchange.Close();
            Miss(nowMs);
        }

        private void Fail(string why, long nowMs)
        {
            _counters.Refused++;
            _counters.LastRefusal = why;
            Miss(nowMs);
        }

        private void Miss(long nowMs)
        {
            _waiting = false;
            _tries++;
            if (_mode == JkPbMode.Trigger && _step == DeviceStep)
            {
                // A name that does not come is no reason to lose the pack; its values are already published.
                NextPack(nowMs);
                return;
            }

            if (_tries < Tries && _missed[_at] < GoneAfter) return;
            // A pack that was away may come back as another one: its settings must be read again.
            if (++_missed[_at] >= GoneAfter)
            {
                _hasSettings[_at] = false;
                _deviceAsked[_at] = false;
            }

            NextPack(nowMs);
        }

        private void Take(long nowMs)
        {
            _waiting = false;
            string refusal = _mode == JkPbMode.Trigger ? TakePayload(nowMs) : TakeRegisters(nowMs);
            if (refusal.Length > 0)
            {
                Fail(refusal, nowMs);
                return;
            }

            _tries = 0;
            _counters.Accepted++;
            if (_step >= StatusStep && _mode == JkPbMode.Trigger) _missed[_at] = 0;
            if (_step < LastStep)
            {
                _step++;
                if (_mode == JkPbMode.Trigger && _step == DeviceStep) _deviceAsked[_at] = true;
                return;
            }

            _missed[_at] = 0;
            NextPack(nowMs);
        }

        private string TakePayload(long nowMs)
        {
            byte[] b = _exchange.Buffer;
            int at = _exchange.DataAt;
            byte type = b[at + Jk02Frame.TypeAt];
            if (_step == 0) return type == Jk02Frame.Settings ? Keep(_settings[_at].Load(b, at), nowMs) : "wrong_type";
            if (_step == DeviceStep) return type == Jk02Frame.DeviceInfo ? _devices[_at].Load(b, at) : "wrong_type";
            if (type != Jk02Frame.CellInfo) return "wrong_type";
            return Publish(Jk02CellInfo.Fill(b, at, Jk02Layout.S32, nowMs, _pack), nowMs);
        }

        private string TakeRegisters(long nowMs)
        {
            int blockBase = _step < StatusStep ? JkPbRegisters.SettingsBase : JkPbRegisters.StatusBase;
            int into = StepStart(_step) - blockBase;
            for (int i = 0; i < 2 * StepRegisters(_step); i++) _image[into + i] = _exchange.Buffer[_exchange.DataAt + i];
            if (_step == 1) return Keep(_settings[_at].LoadRegisters(_image), nowMs);
            return _step == LastStep ? Publish(JkPbRegisters.FillStatus(_image, nowMs, _pack), nowMs) : "";
        }

        private string Keep(string refusal, long nowMs)
        {
            if (refusal.Length > 0) return refusal;
            _hasSettings[_at] = true;
            _settingsMs[_at] = nowMs;
            return "";
        }

        private string Publish(string refusal, long nowMs)
        {
            if (refusal.Length > 0) return refusal;
            _settings[_at].AddTo(_pack);
            _pack.SoftwareVersion = _devices[_at].SoftwareVersion;
            if (!_packs.Put(_at, _pack)) return "implausible";
            _hasReading = _packs.TryCombine(nowMs, _reading);
            return "";
        }

        private static int[] Valid(int[] addresses)
        {
            int n = 0;
            for (int i = 0; i < addresses.Length; i++)
                if (addresses[i] >= 1 && addresses[i] <= MaxAddress && n < MaxAddress) n++;
            if (n == 0) return new int[] { 1 };
            int[] valid = new int[n];
            int at = 0;
            for (int i = 0; i < addresses.Length && at < n; i++)
                if (addresses[i] >= 1 && addresses[i] <= MaxAddress) valid[at++] = addresses[i];
            return valid;
        }
    }
}
