using JkFleet.Inverter;

namespace JkFleet.Bms.JkCan
{
    /// <summary>
    /// JK's own CAN behind the same seam as the serial links, so that the agent needs no second kind of source: the port on
    /// the 250 kbit/s bus hands each frame over as one record of 13 bytes. It only listens; nothing is ever asked.
    /// </summary>
    public sealed class JkCanProtocol : IBmsProtocol
    {
        /// <summary>Bytes of a record: identifier u32 low byte first (bit 31 = 29-bit), length, eight data bytes.</summary>
        public const int RecordBytes = 13;

        /// <summary>Units that count charge as positive, as most in the field do.</summary>
        public const string PlainName = "can-jk";

        /// <summary>Units that count discharge as positive, as the vendor's document does: to be told by a known direction.</summary>
        public const string DocumentName = "can-jk-doc";

        private const uint ExtendedBit = 0x80000000;

        private readonly JkCanReader _reader;
        private readonly CanFrame _frame = new CanFrame();
        private readonly byte[] _record = new byte[RecordBytes];
        private int _have;

        /// <summary>A listener; parameters as in <see cref="JkCanReader"/>.</summary>
        /// <param name="cells">Cell count for units that send only their extremes; 0 = units that send every cell.</param>
        /// <param name="dischargePositive">This unit counts discharge as positive.</param>
        public JkCanProtocol(int cells, bool dischargePositive)
        {
            _reader = new JkCanReader(cells, dischargePositive);
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return _reader.Name; }
        }

        /// <inheritdoc/>
        public BmsLinkCounters Counters
        {
            get { return _reader.Counters; }
        }

        /// <summary>Name of a sign.</summary>
        /// <param name="dischargePositive">Discharge counts as positive.</param>
        public static string NameOf(bool dischargePositive)
        {
            return dischargePositive ? DocumentName : PlainName;
        }

        /// <summary>Writes a frame as a record.</summary>
        /// <param name="frame">The frame.</param>
        /// <param name="buffer">Receives 13 bytes.</param>
        /// <param name="offset">Where.</param>
        /// <returns>13.</returns>
        public static int Pack(CanFrame frame, byte[] buffer, int offset)
        {
            Bytes.PutU32Le(buffer, offset, (uint)frame.Id | (frame.Extended ? ExtendedBit : 0));
            buffer[offset + 4] = (byte)frame.Length;
            for (int i = 0; i < 8; i++) buffer[offset + 5 + i] = frame.Data[i];
            return RecordBytes;
        }

        /// <inheritdoc/>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            return 0;
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            for (int i = 0; i < count; i++)
            {
                _record[_have++] = buffer[offset + i];
                if (_have < RecordBytes) continue;
                _have = 0;
                uint id = Bytes.U32Le(_record, 0);
                int length = _record[4];
                if (length > 8) length = 8;
                _frame.Reset((int)(id & ~ExtendedBit), (id & ExtendedBit) != 0, length);
                for (int k = 0; k < length; k++) _frame.Data[k] = _record[5 + k];
                _reader.Receive(_frame, nowMs);
            }
        }

        /// <inheritdoc/>
        public bool TryTake(BmsSnapshot into)
        {
            return _reader.TryTake(into);
        }
    }

    /// <summary>A simulated unit on JK's own CAN: one round of all its frames every second, as records.</summary>
    public sealed class JkCanPlayer : IBmsPlayer
    {
        /// <summary>Time between two rounds, ms.</summary>
        public const int RoundMs = 1000;

        private readonly BmsSnapshot _pack;
        private readonly bool _dischargePositive;
        private readonly CanFrame _frame = new CanFrame();
        private bool _started;
        private long _nextMs;

        /// <summary>A unit on a pack.</summary>
        /// <param name="pack">Its state, read at each round.</param>
        /// <param name="dischargePositive">It counts discharge as positive.</param>
        public JkCanPlayer(BmsSnapshot pack, bool dischargePositive)
        {
            _pack = pack;
            _dischargePositive = dischargePositive;
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return JkCanProtocol.NameOf(_dischargePositive); }
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
        }

        /// <inheritdoc/>
        public int NextAnswer(long nowMs, byte[] buffer)
        {
            if (_started && nowMs - _nextMs < 0) return 0;
            _started = true;
            _nextMs = nowMs + RoundMs;
            int count = 0;
            for (int n = 0; JkCanEncoder.Frame(_pack, n, _dischargePositive, _frame); n++) count += JkCanProtocol.Pack(_frame, buffer, count);
            return count;
        }
    }
}
