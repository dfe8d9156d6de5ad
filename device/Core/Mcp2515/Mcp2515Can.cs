using JkFleet.Agent.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Mcp2515
{
    /// <summary>
    /// The CAN controller MCP2515 behind an SPI bus, polled. It keeps the order of frames both ways, sends the newest when it must
    /// choose, drops nothing silently and comes back from bus-off, a brown-out or a pulled plug. No allocation after it is made.
    /// </summary>
    public sealed class Mcp2515Can : ICanPort
    {
        /// <summary>Frames that wait in memory: more than one full cycle of any inverter protocol here.</summary>
        public const int QueueLength = 24;

        // Instructions (DS20001801, table 12-1).
        private const byte Reset = 0xC0;
        private const byte Read = 0x03;
        private const byte Write = 0x02;
        private const byte BitModify = 0x05;
        private const byte ReadStatus = 0xA0;
        private const byte ReadRx0 = 0x90;
        private const byte ReadRx1 = 0x94;
        private const byte LoadTx = 0x40; // + 2 * buffer
        private const byte RequestToSend = 0x80; // + one bit per buffer

        // Registers.
        private const byte CanStat = 0x0E;
        private const byte CanCtrl = 0x0F;
        private const byte Tec = 0x1C;
        private const byte Rec = 0x1D;
        private const byte Cnf3 = 0x28;
        private const byte Cnf2 = 0x29;
        private const byte Cnf1 = 0x2A;
        private const byte CanIntE = 0x2B;
        private const byte Eflg = 0x2D;
        private const byte Rxb0Ctrl = 0x60;
        private const byte Rxb1Ctrl = 0x70;

        private const byte ModeMask = 0xE0;
        private const byte ModeNormal = 0x00;
        private const byte ModeConfiguration = 0x80;
        private const byte AbortAll = 0x10;
        private const byte ReceiveAnyRollOver = 0x64;
        private const byte ReceiveAny = 0x60;
        private const byte BusOffFlag = 0x20;
        private const byte OverflowFlags = 0xC0;
        private const byte StatusRx0 = 0x01;
        private const byte StatusRx1 = 0x02;
        private const byte AllOnes = 0xFF;
        private const byte StatusTxPending = 0x04 | 0x10 | 0x40; // TXREQ of buffers 0, 1, 2

        private const int ModePolls = 20; // a free bus takes 22 us, a busy one a frame more
        private const int PumpsPerCheck = 32;
        private const int PumpsPerSearch = 64;
        private const int TxBuffers = 3;
        private const int LooksPerReceive = 4; // remote frames are passed over, but never without end

        private readonly ISpiBus _spi;
        private readonly Mcp2515Timing _timing;
        // The bus shifts whole arrays: one pair per length of instruction.
        private readonly byte[] _out1 = new byte[1];
        private readonly byte[] _in1 = new byte[1];
        private readonly byte[] _out2 = new byte[2];
        private readonly byte[] _in2 = new byte[2];
        private readonly byte[] _out3 = new byte[3];
        private readonly byte[] _in3 = new byte[3];
        private readonly byte[] _out4 = new byte[4];
        private readonly byte[] _in4 = new byte[4];
        private readonly byte[] _out14 = new byte[14];
        private readonly byte[] _in14 = new byte[14];
        private readonly CanFrame[] _queue = new CanFrame[QueueLength];
        private int _first;
        private int _waiting;
        private int _pumps;
        private bool _rx1Next;
        private CanPortState _state = CanPortState.Absent;

        /// <summary>Resets and configures the chip at once; <see cref="State"/> says whether one answered.</summary>
        /// <param name="spi">The bus, mode 0, at most 10 MHz.</param>
        /// <param name="timing">Bit timing for the module's crystal.</param>
        public Mcp2515Can(ISpiBus spi, Mcp2515Timing timing)
        {
            _spi = spi;
            _timing = timing;
            for (int i = 0; i < QueueLength; i++) _queue[i] = new CanFrame();
            Start();
        }

        /// <summary>Frames that the chip lost because both its buffers were full: at least this many.</summary>
        public int Overflows { get; private set; }

        /// <summary>Frames thrown away unsent because newer ones had no room.</summary>
        public int Aborted { get; private set; }

        /// <summary>Times the chip was found out of its mode (brown-out, pulled plug) or restarted.</summary>
        public int Restarts { get; private set; }

        /// <summary>Transmit error counter at the last look, 0..255.</summary>
        public int TransmitErrors { get; private set; }

        /// <summary>Receive error counter at the last look, 0..255.</summary>
        public int ReceiveErrors { get; private set; }

        /// <inheritdoc/>
        public CanPortState State
        {
            get { return _state; }
        }

        /// <inheritdoc/>
        public bool Send(CanFrame frame)
        {
            if (_state != CanPortState.Up)
            {
                Pump();
                if (_state != CanPortState.Up) return false;
            }

            if (_waiting == QueueLength)
            {
                // Nobody acknowledges. What waits here is old limits: the bus must not begin with them when it comes back.
                Abort();
            }

            frame.CopyTo(_queue[(_first + _waiting) % QueueLength]);
            _waiting++;
            Pump();
            return true;
        }

        /// <inheritdoc/>
        public bool Receive(CanFrame frame)
        {
            Pump();
            for (int look = 0; look < LooksPerReceive && _state != CanPortState.Absent; look++)
            {
                if (_rx1Next)
                {
                    _rx1Next = false;
                    if (ReadBuffer(ReadRx1, frame)) return true;
                    continue;
                }

                byte status = Status();
                if ((status & StatusRx0) != 0)
                {
                    bool known = ReadBuffer(ReadRx0, frame);
                    // Buffer 1 fills only while buffer 0 is full. If it is full now, its frame came before buffer 0 was freed
                    // just now, so it is older than whatever lies in buffer 0 by the next look, and is read first. (Two whole
                    // frames would have to pass between the two transfers to make this wrong: 190 us at 500 kbit/s.)
                    _rx1Next = (Status() & StatusRx1) != 0;
                    if (known) return true;
                }
                else if ((status & StatusRx1) != 0)
                {
                    if (ReadBuffer(ReadRx1, frame)) return true;
                }
                else
                {
                    return false;
                }
            }

            return false;
        }

        /// <inheritdoc/>
        public void Recover()
        {
            Abort();
            Start();
        }

        // Moves waiting frames into the chip and looks after its health.
        private void Pump()
        {
            if (_state == CanPortState.Absent)
            {
                // A module that is plugged in again comes back by itself.
                if (++_pumps >= PumpsPerSearch) Start();
                return;
            }

            if (++_pumps >= PumpsPerCheck || _state == CanPortState.BusOff)
            {
                _pumps = 0;
                Check();
                if (_state != CanPortState.Up) return;
            }

            if (_waiting == 0 || (Status() & StatusTxPending) != 0) return;

            // Of buffers with the same priority the chip sends the one with the higher number first. So a batch goes in from the
            // top, and the next batch only when all three are empty: the order of frames is kept.
            byte request = 0;
            for (int buffer = TxBuffers - 1; buffer >= 0 && _waiting > 0; buffer--)
            {
                Load(buffer, _queue[_first]);
                request |= (byte)(1 << buffer);
                _first = (_first + 1) % QueueLength;
                _waiting--;
            }

            Command((byte)(RequestToSend | request));
        }

        private void Check()
        {
            // A reset chip waits in configuration mode with its timing gone; an absent one reads as all ones or all zeros.
            if ((ReadRegister(CanStat) & ModeMask) != ModeNormal || ReadRegister(Cnf2) != _timing.Cnf2)
            {
                _state = CanPortState.Absent;
                return;
            }

            byte flags = ReadRegister(Eflg);
            if ((flags & OverflowFlags) != 0)
            {
                Overflows++;
                Modify(Eflg, OverflowFlags, 0);
            }

            TransmitErrors = ReadRegister(Tec);
            ReceiveErrors = ReadRegister(Rec);
            bool off = (flags & BusOffFlag) != 0;
            // The chip rejoins by itself after 128 quiet gaps, and would then begin with what it still holds.
            if (off && _state == CanPortState.Up) Abort();
            _state = off ? CanPortState.BusOff : CanPortState.Up;
        }

        private void Abort()
        {
            Aborted += _waiting;
            _waiting = 0;
            Modify(CanCtrl, AbortAll, AbortAll);
            Modify(CanCtrl, AbortAll, 0);
        }

        private void Start()
        {
            Restarts++;
            _rx1Next = false;
            _pumps = 0;
            _state = CanPortState.Absent;
            Command(Reset);
            if (!Reaches(ModeConfiguration)) return;
            WriteRegister(Cnf3, _timing.Cnf3);
            WriteRegister(Cnf2, _timing.Cnf2);
            WriteRegister(Cnf1, _timing.Cnf1);
            WriteRegister(CanIntE, 0);
            WriteRegister(Rxb0Ctrl, ReceiveAnyRollOver);
            WriteRegister(Rxb1Ctrl, ReceiveAny);
            // A wire that lies answers with something, but not with what was just written.
            if (ReadRegister(Cnf1) != _timing.Cnf1 || ReadRegister(Cnf2) != _timing.Cnf2) return;
            WriteRegister(CanCtrl, ModeNormal);
            if (!Reaches(ModeNormal)) return;
            _state = CanPortState.Up;
            Check();
        }

        private bool Reaches(byte mode)
        {
            for (int i = 0; i < ModePolls; i++)
                if ((ReadRegister(CanStat) & ModeMask) == mode) return true;
            return false;
        }

        // Buffers hold the 11 or upper 11 identifier bits left-aligned in two bytes, the lower 18 around and after them.
        private void Load(int buffer, CanFrame frame)
        {
            byte[] b = _out14;
            b[0] = (byte)(LoadTx + (2 * buffer));
            if (frame.Extended)
            {
                b[1] = (byte)(frame.Id >> 21);
                b[2] = (byte)(((frame.Id >> 13) & 0xE0) | 0x08 | ((frame.Id >> 16) & 0x03));
                b[3] = (byte)(frame.Id >> 8);
                b[4] = (byte)frame.Id;
            }
            else
            {
                b[1] = (byte)(frame.Id >> 3);
                b[2] = (byte)(frame.Id << 5);
                b[3] = 0;
                b[4] = 0;
            }

            b[5] = (byte)frame.Length;
            for (int i = 0; i < 8; i++) b[6 + i] = frame.Data[i];
            _spi.Transfer(b, _in14);
        }

        private bool ReadBuffer(byte instruction, CanFrame frame)
        {
            _out14[0] = instruction;
            for (int i = 1; i < _out14.Length; i++) _out14[i] = 0;
            _spi.Transfer(_out14, _in14);
            byte[] b = _in14;
            bool extended = (b[2] & 0x08) != 0;
            bool remote = extended ? (b[5] & 0x40) != 0 : (b[2] & 0x10) != 0;
            if (remote) return false; // carries no data, and no protocol here asks that way
            int id = (b[1] << 3) | (b[2] >> 5);
            if (extended) id = (id << 18) | ((b[2] & 0x03) << 16) | (b[3] << 8) | b[4];
            int length = b[5] & 0x0F;
            frame.Reset(id, extended, length > 8 ? 8 : length);
            for (int i = 0; i < frame.Length; i++) frame.Data[i] = b[6 + i];
            return true;
        }

        private byte Status()
        {
            _out2[0] = ReadStatus;
            _out2[1] = 0;
            _spi.Transfer(_out2, _in2);
            if (_in2[1] != AllOnes) return _in2[1];
            // Everything at once happens, but rather the wire is open: then nothing of it may be believed.
            Check();
            return _state == CanPortState.Up ? AllOnes : (byte)0;
        }

        private byte ReadRegister(byte address)
        {
            _out3[0] = Read;
            _out3[1] = address;
            _out3[2] = 0;
            _spi.Transfer(_out3, _in3);
            return _in3[2];
        }

        private void WriteRegister(byte address, byte value)
        {
            _out3[0] = Write;
            _out3[1] = address;
            _out3[2] = value;
            _spi.Transfer(_out3, _in3);
        }

        private void Modify(byte address, byte mask, byte value)
        {
            _out4[0] = BitModify;
            _out4[1] = address;
            _out4[2] = mask;
            _out4[3] = value;
            _spi.Transfer(_out4, _in4);
        }

        private void Command(byte instruction)
        {
            _out1[0] = instruction;
            _spi.Transfer(_out1, _in1);
        }
    }
}
