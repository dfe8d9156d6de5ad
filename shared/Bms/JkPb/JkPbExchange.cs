using JkFleet.Bms.Jk02;
using JkFleet.Bms.Modbus;

namespace JkFleet.Bms.JkPb
{
    /// <summary>
    /// One request to one PB and the bytes that came back: knows the adaptor's echo, finds the answer behind it, and proves by
    /// address, length, CRC or acknowledgement whose answer it is. Reused for every request.
    /// </summary>
    internal sealed class JkPbExchange
    {
        /// <summary>Longest answer: echo 11, payload 300, pad, acknowledgement, pad, and some noise.</summary>
        private const int Capacity = 512;

        private readonly byte[] _bytes = new byte[Capacity];
        private readonly byte[] _request = new byte[16];
        private readonly BmsLinkCounters _counters;
        private int _count;
        private int _requestBytes;
        private int _address;
        private int _register;
        private int _registers;
        private int _scan;
        private bool _echoCounted;
        private bool _refusedAnother;

        internal JkPbExchange(BmsLinkCounters counters)
        {
            _counters = counters;
        }

        /// <summary>What came back so far.</summary>
        internal byte[] Buffer
        {
            get { return _bytes; }
        }

        /// <summary>First byte of the payload (trigger) or of the register data (read); -1 until there is one.</summary>
        internal int DataAt { get; private set; }

        /// <summary>The answer is complete and proved.</summary>
        internal bool IsAnswered { get; private set; }

        /// <summary>The BMS answered with a Modbus exception.</summary>
        internal bool IsRejected { get; private set; }

        /// <summary>Starts with a trigger write.</summary>
        internal int Trigger(byte[] buffer, int address, int register)
        {
            return Start(buffer, ModbusRtu.WriteRequest(buffer, address, register, 0), address, register, 0);
        }

        /// <summary>Starts with a register read.</summary>
        internal int Read(byte[] buffer, int address, int start, int registers)
        {
            return Start(buffer, ModbusRtu.ReadRequest(buffer, address, start, registers), address, start, registers);
        }

        /// <summary>Takes bytes; what is beyond any answer is dropped.</summary>
        internal void Receive(byte[] buffer, int offset, int count)
        {
            int room = Capacity - _count;
            int n = count < room ? count : room;
            for (int i = 0; i < n; i++) _bytes[_count + i] = buffer[offset + i];
            _count += n;
            _counters.SkippedBytes += count - n;
            CountEcho();
            if (_registers > 0) FindReply();
            else FindPayload();
        }

        /// <summary>Counts an answer that never became one.</summary>
        internal void Close()
        {
            _counters.Unanswered++;
            int echo = _echoCounted ? _requestBytes : 0;
            if (_count <= echo || _refusedAnother) return;
            _counters.Refused++;
            _counters.LastRefusal = DataAt >= 0 ? "no_acknowledge" : "bad_answer";
        }

        private int Start(byte[] buffer, int bytes, int address, int register, int registers)
        {
            for (int i = 0; i < bytes; i++) _request[i] = buffer[i];
            _requestBytes = bytes;
            _address = address;
            _register = register;
            _registers = registers;
            _count = 0;
            _scan = 0;
            _echoCounted = false;
            _refusedAnother = false;
            DataAt = -1;
            IsAnswered = false;
            IsRejected = false;
            return bytes;
        }

        private void CountEcho()
        {
            if (_echoCounted || _count < _requestBytes) return;
            for (int i = 0; i < _requestBytes; i++)
                if (_bytes[i] != _request[i]) return;
            _echoCounted = true;
            _counters.Ignored++;
            _scan = _requestBytes;
        }

        private void FindReply()
        {
            int bytes = 2 * _registers;
            int whole = bytes + ModbusRtu.ReadReplyOverhead;
            for (int i = _scan; i + ModbusRtu.ExceptionBytes <= _count && !IsAnswered; i++)
            {
                if (_bytes[i] != _address) continue;
                if (_bytes[i + 1] == (ModbusRtu.Read | ModbusRtu.ExceptionBit) && ModbusRtu.CrcFits(_bytes, i, ModbusRtu.ExceptionBytes))
                {
                    IsRejected = true;
                    return;
                }

                if (_bytes[i + 1] != ModbusRtu.Read || _bytes[i + 2] != bytes || i + whole > _count) continue;
                if (!ModbusRtu.CrcFits(_bytes, i, whole)) continue;
                DataAt = i + 3;
                IsAnswered = true;
            }
        }

        private void FindPayload()
        {
            while (DataAt < 0 && _scan + Jk02Frame.Size <= _count)
            {
                if (!Jk02Frame.StartsAt(_bytes, _scan, _count - _scan))
                {
                    _scan++;
                    continue;
                }

                string refusal = Jk02Frame.InnerStart(_bytes, _scan) > 0 ? "truncated" : Jk02Frame.Check(_bytes, _scan, _count - _scan);
                if (refusal.Length == 0)
                {
                    DataAt = _scan;
                    _scan += Jk02Frame.Size;
                    break;
                }

                Refuse(refusal);
                _scan++;
            }

            for (; DataAt >= 0 && !IsAnswered && _scan + ModbusRtu.WriteAckBytes <= _count; _scan++)
            {
                if (_bytes[_scan + 1] != ModbusRtu.WriteMany || !ModbusRtu.CrcFits(_bytes, _scan, ModbusRtu.WriteAckBytes)) continue;
                if (_bytes[_scan] == _address && Bytes.U16Be(_bytes, _scan + 2) == _register) IsAnswered = true;
                else Refuse("wrong_address");
            }
        }

        // The payload names nobody: an acknowledgement of someone else takes it away from us.
        private void Refuse(string why)
        {
            _counters.Refused++;
            _counters.LastRefusal = why;
            _refusedAnother = true;
            DataAt = -1;
        }
    }
}
