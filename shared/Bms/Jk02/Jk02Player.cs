namespace JkFleet.Bms.Jk02
{
    /// <summary>A simulated JK02 unit: says who it is, streams settings and cell info once asked, takes the three switches.</summary>
    public sealed class Jk02Player : IBmsPlayer
    {
        /// <summary>Time between two cell-info frames of the stream, ms.</summary>
        public const int StreamMs = 1000;

        private readonly BmsSnapshot _pack;
        private readonly Jk02Layout _layout;
        private readonly byte[] _command = new byte[Jk02Commands.Size];
        private readonly Jk02DeviceInfo _device = new Jk02DeviceInfo();
        private int _have;
        private bool _deviceDue;
        private bool _settingsDue;
        private bool _streaming;
        private long _streamMs;
        private byte _counter;

        /// <summary>A unit on a pack.</summary>
        /// <param name="pack">Its state, read at each answer; the switch writes set its MOS flags.</param>
        /// <param name="layout">Which software it plays: 10.08 (24S) or 11.48 (32S).</param>
        public Jk02Player(BmsSnapshot pack, Jk02Layout layout)
        {
            _pack = pack;
            _layout = layout;
            _device.Model = layout == Jk02Layout.S32 ? "JK_B2A8S20P" : "JK-B2A24S20P";
            _device.HardwareVersion = layout == Jk02Layout.S32 ? "11.XA" : "10.XG";
            _device.SoftwareVersion = layout == Jk02Layout.S32 ? "11.48" : "10.08";
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "jk02"; }
        }

        /// <summary>Settings of the unit; the owner may change them.</summary>
        public Jk02Settings Settings { get; } = new Jk02Settings();

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            for (int i = 0; i < count; i++)
            {
                // A sliding window of one command: no start is ever missed.
                if (_have == _command.Length)
                {
                    for (int k = 1; k < _command.Length; k++) _command[k - 1] = _command[k];
                    _have--;
                }

                _command[_have++] = buffer[offset + i];
                if (_have < _command.Length || Jk02Commands.Check(_command, 0, _have).Length > 0) continue;
                Obey(nowMs);
                _have = 0;
            }
        }

        /// <inheritdoc/>
        public int NextAnswer(long nowMs, byte[] buffer)
        {
            if (_deviceDue)
            {
                _deviceDue = false;
                return Jk02Encoder.DeviceInfo(_device, _counter++, buffer);
            }

            if (_settingsDue)
            {
                _settingsDue = false;
                Settings.CellCount = _pack.CellCount;
                return Jk02Encoder.Settings(Settings, _counter++, buffer);
            }

            if (!_streaming || nowMs - _streamMs < 0) return 0;
            _streamMs = nowMs + StreamMs;
            return Jk02Encoder.CellInfo(_pack, _layout, _counter++, buffer);
        }

        private void Obey(long nowMs)
        {
            bool on = _command[Jk02Commands.ValueAt] != 0;
            switch (_command[Jk02Commands.RegisterAt])
            {
                case Jk02Commands.DeviceInfo:
                    _deviceDue = true;
                    break;
                case Jk02Commands.Stream:
                    _settingsDue = true;
                    _streaming = true;
                    _streamMs = nowMs + BmsPlayers.AnswerDelayMs;
                    break;
                case Jk02Commands.ChargeSwitch:
                    Settings.Switch(BmsSwitch.Charge, on);
                    _pack.ChargeMosOn = on;
                    break;
                case Jk02Commands.DischargeSwitch:
                    Settings.Switch(BmsSwitch.Discharge, on);
                    _pack.DischargeMosOn = on;
                    break;
                case Jk02Commands.Balancer:
                    Settings.Switch(BmsSwitch.Balancer, on);
                    break;
            }
        }
    }
}
