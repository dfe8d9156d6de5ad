using JkFleet.Bms.Jk02;
using JkFleet.Bms.Modbus;

namespace JkFleet.Bms.JkPb
{
    /// <summary>
    /// A simulated PB on an RS485 bus: answers trigger writes with payload, pad and acknowledgement, and register reads. Several
    /// may hear the same bytes; each answers its own address only.
    /// </summary>
    public sealed class JkPbPlayer : IBmsPlayer
    {
        private const int WindowBytes = 11;

        private readonly BmsSnapshot _pack;
        private readonly int _address;
        private readonly Jk02DeviceInfo _device = new Jk02DeviceInfo();
        private readonly byte[] _window = new byte[WindowBytes];
        private readonly byte[] _payload = new byte[Jk02Frame.Size];
        private readonly byte[] _image = new byte[JkPbRegisters.StatusBytes];
        private int _have;
        private bool _pending;
        private long _answerAtMs;
        private byte _function;
        private int _register;
        private int _registers;

        /// <summary>A PB on a pack.</summary>
        /// <param name="pack">Its state, read at each answer.</param>
        /// <param name="address">DIP address, 1..15.</param>
        public JkPbPlayer(BmsSnapshot pack, int address)
        {
            _pack = pack;
            _address = address;
            _device.Model = "JK_PB2A16S20P";
            _device.HardwareVersion = "15A";
            _device.SoftwareVersion = "15.38";
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return "jk-pb"; }
        }

        /// <summary>Settings of the unit; the owner may change them.</summary>
        public Jk02Settings Settings { get; } = new Jk02Settings();

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            for (int i = 0; i < count; i++)
            {
                if (_have == WindowBytes)
                {
                    for (int k = 1; k < WindowBytes; k++) _window[k - 1] = _window[k];
                    _have--;
                }

                _window[_have++] = buffer[offset + i];
                if (IsRequest(ModbusRtu.Read, ModbusRtu.ReadRequestBytes)) Accept(_have - ModbusRtu.ReadRequestBytes, nowMs);
                else if (IsRequest(ModbusRtu.WriteMany, WindowBytes)) Accept(0, nowMs);
            }
        }

        /// <inheritdoc/>
        public int NextAnswer(long nowMs, byte[] buffer)
        {
            if (!_pending || nowMs - _answerAtMs < 0) return 0;
            _pending = false;
            Settings.CellCount = _pack.CellCount;
            return _function == ModbusRtu.Read ? AnswerRead(buffer) : AnswerTrigger(buffer);
        }

        private bool IsRequest(byte function, int bytes)
        {
            int at = _have - bytes;
            return at >= 0 && _window[at] == _address && _window[at + 1] == function && ModbusRtu.CrcFits(_window, at, bytes);
        }

        private void Accept(int at, long nowMs)
        {
            _function = _window[at + 1];
            _register = Bytes.U16Be(_window, at + 2);
            _registers = Bytes.U16Be(_window, at + 4);
            _pending = true;
            _answerAtMs = nowMs + BmsPlayers.AnswerDelayMs;
            _have = 0;
        }

        private int AnswerTrigger(byte[] b)
        {
            if (_register == JkPbRegisters.StatusTrigger) Jk02Encoder.CellInfo(_pack, Jk02Layout.S32, 0, b);
            else if (_register == JkPbRegisters.SettingsTrigger) Jk02Encoder.Settings(Settings, 0, b);
            else if (_register == JkPbRegisters.DeviceTrigger) Jk02Encoder.DeviceInfo(_device, 0, b);
            else return 0;
            b[Jk02Frame.Size] = 0;
            return Jk02Frame.Size + 1 + ModbusRtu.WriteAck(b, Jk02Frame.Size + 1, _address, _register);
        }

        private int AnswerRead(byte[] b)
        {
            int blockBase;
            int blockBytes;
            if (_register >= JkPbRegisters.StatusBase)
            {
                blockBase = JkPbRegisters.StatusBase;
                blockBytes = JkPbRegisters.StatusBytes;
                Jk02Encoder.CellInfo(_pack, Jk02Layout.S32, 0, _payload);
                JkPbRegisters.StatusImage(_payload, _image);
            }
            else
            {
                blockBase = JkPbRegisters.SettingsBase;
                blockBytes = JkPbRegisters.SettingsBytes;
                Jk02Encoder.Settings(Settings, 0, _payload);
                JkPbRegisters.SettingsImage(_payload, _image);
            }

            int from = _register - blockBase;
            int bytes = 2 * _registers;
            b[0] = (byte)_address;
            if (from < 0 || bytes > 250 || from + bytes > blockBytes)
            {
                b[1] = ModbusRtu.Read | ModbusRtu.ExceptionBit;
                b[2] = 2; // illegal data address
                return ModbusRtu.Seal(b, 3);
            }

            b[1] = ModbusRtu.Read;
            b[2] = (byte)bytes;
            for (int i = 0; i < bytes; i++) b[3 + i] = _image[from + i];
            return ModbusRtu.Seal(b, 3 + bytes);
        }
    }
}
