namespace JkFleet.Bms.Jk02
{
    /// <summary>
    /// A JK02 link (BLE bridged to a serial line): asks who is there, then for the stream. No reading before the layout and
    /// the settings are known, for the settings hold the BMS's own current limits. A long silence forgets both: behind the
    /// same wire may now be another unit.
    /// </summary>
    public sealed class Jk02Protocol : IBmsProtocol, IBmsSwitches
    {
        /// <summary>Least time between two commands, ms.</summary>
        public const int SpacingMs = 1000;

        /// <summary>The stream counts as dried up after this time without cell info, ms.</summary>
        public const int StreamSilenceMs = 3000;

        /// <summary>After this time without any frame the unit is unknown again, ms.</summary>
        public const int ForgetMs = 15000;

        /// <summary>Settings are asked for again after this time, ms: somebody may change them in the app.</summary>
        public const int SettingsEveryMs = 60000;

        private readonly BmsLinkCounters _counters = new BmsLinkCounters();
        private readonly BmsSwitchWrite _write = new BmsSwitchWrite();
        private readonly Jk02DeviceInfo _device = new Jk02DeviceInfo();
        private readonly Jk02Settings _settings = new Jk02Settings();
        private readonly BmsSnapshot _reading = new BmsSnapshot();
        private readonly Jk02FrameReader _reader;

        private bool _hasReading;
        private bool _hasDevice;
        private bool _hasSettings;
        private bool _everSent;
        private bool _settingsDue;
        private bool _answered = true;
        private long _sentMs;
        private long _frameMs;
        private long _cellsMs;
        private long _settingsMs;

        /// <summary>A link to an unknown unit.</summary>
        public Jk02Protocol()
        {
            _reader = new Jk02FrameReader(_counters);
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "jk02"; }
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

        /// <summary>The unit, once it has said who it is.</summary>
        public Jk02DeviceInfo Device
        {
            get { return _device; }
        }

        /// <inheritdoc/>
        public bool TrySwitch(BmsSwitch which, bool on, long nowMs)
        {
            return _write.TryStart(which, on, nowMs);
        }

        /// <inheritdoc/>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            _write.Expire(nowMs);
            if (_everSent && nowMs - _sentMs < SpacingMs) return 0;
            if (nowMs - _frameMs > ForgetMs)
            {
                _hasDevice = false;
                _hasSettings = false;
                _reader.Forget();
                _frameMs = nowMs;
            }

            if (!_hasDevice) return Send(Jk02Commands.AskDeviceInfo(buffer), nowMs);
            if (_write.State == BmsWriteState.Waiting)
            {
                _write.State = BmsWriteState.Sent;
                _settingsDue = true;
                return Send(Jk02Commands.Switch(buffer, _write.Switch, _write.On), nowMs);
            }

            bool stale = _settingsDue || nowMs - _settingsMs > SettingsEveryMs;
            if (_hasSettings && !stale && nowMs - _cellsMs < StreamSilenceMs) return 0;
            _settingsDue = false;
            return Send(Jk02Commands.AskStream(buffer), nowMs);
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            while (count > 0)
            {
                int taken = _reader.Take(buffer, offset, count);
                offset += taken;
                count -= taken;
                while (_reader.Next()) TakeFrame(_reader.Buffer, _reader.FrameOffset, nowMs);
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

        private int Send(int bytes, long nowMs)
        {
            if (!_answered) _counters.Unanswered++;
            _answered = false;
            _everSent = true;
            _sentMs = nowMs;
            _counters.Requests++;
            return bytes;
        }

        private void TakeFrame(byte[] b, int offset, long nowMs)
        {
            _answered = true;
            _frameMs = nowMs;
            string refusal;
            switch (b[offset + Jk02Frame.TypeAt])
            {
                case Jk02Frame.DeviceInfo:
                    refusal = _device.Load(b, offset);
                    _hasDevice = refusal.Length == 0;
                    break;
                case Jk02Frame.Settings:
                    refusal = _settings.Load(b, offset);
                    if (refusal.Length == 0) TakeSettings(nowMs);
                    break;
                case Jk02Frame.CellInfo:
                    refusal = TakeCells(b, offset, nowMs);
                    break;
                default:
                    _counters.Ignored++;
                    return;
            }

            if (refusal.Length == 0)
            {
                _counters.Accepted++;
                return;
            }

            _counters.Refused++;
            _counters.LastRefusal = refusal;
        }

        private void TakeSettings(long nowMs)
        {
            _hasSettings = true;
            _settingsMs = nowMs;
            _write.Read(_settings.IsOn(_write.Switch));
            // Asked to confirm a write and not confirmed yet: ask again until the write gives up.
            _settingsDue = _write.State == BmsWriteState.Sent;
        }

        private string TakeCells(byte[] b, int offset, long nowMs)
        {
            if (!_hasDevice) return "unknown_layout";
            if (!_hasSettings) return "unknown_settings";
            string refusal = Jk02CellInfo.Fill(b, offset, _device.Layout, nowMs, _reading);
            if (refusal.Length > 0) return refusal;
            _cellsMs = nowMs;
            _settings.AddTo(_reading);
            _reading.SoftwareVersion = _device.SoftwareVersion;
            _hasReading = true;
            return "";
        }
    }
}
