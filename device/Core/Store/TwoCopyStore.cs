using System;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Store
{
    /// <summary>
    /// Records with two copies, a counter and a CRC each: the older copy is overwritten, the newer intact one counts. A cut at
    /// any byte of a write leaves the record as it was before. A record that did not change is not written: flash wears out.
    /// Several threads may use it; the control loop does not (<see cref="StoreSlot"/>), for each waits for the others' flash.
    /// </summary>
    public sealed class TwoCopyStore : IStore
    {
        private const int HeaderBytes = 14; // 'J' 'K', counter u32, length u32, CRC-32 of counter, length and content

        private static readonly uint[] Nibbles =
        {
            0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
            0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
        };

        private readonly IRawStore _raw;
        private readonly byte[] _work;
        private readonly object _gate = new object();

        /// <summary>A store.</summary>
        /// <param name="raw">Where the copies lie.</param>
        /// <param name="maxBytes">Longest record.</param>
        public TwoCopyStore(IRawStore raw, int maxBytes)
        {
            _raw = raw;
            _work = new byte[maxBytes + HeaderBytes];
        }

        /// <summary>Writes that were spared because nothing had changed.</summary>
        public int Spared { get; private set; }

        /// <inheritdoc/>
        public int Read(string name, byte[] buffer)
        {
            lock (_gate) return ReadNewest(name, buffer);
        }

        /// <inheritdoc/>
        public bool Write(string name, byte[] buffer, int count)
        {
            lock (_gate) return WriteOlder(name, buffer, count);
        }

        private int ReadNewest(string name, byte[] buffer)
        {
            uint counter;
            int copy = Newest(name, out counter);
            if (copy < 0) return -1;
            int length = Load(name, copy, out counter);
            if (length < 0 || length > buffer.Length) return -1;
            Array.Copy(_work, HeaderBytes, buffer, 0, length);
            return length;
        }

        private bool WriteOlder(string name, byte[] buffer, int count)
        {
            if (count < 0 || count > _work.Length - HeaderBytes) return false;
            uint counter;
            int newest = Newest(name, out counter);
            if (newest >= 0 && Load(name, newest, out counter) == count && Same(buffer, count))
            {
                Spared++;
                return true;
            }

            int copy = newest == 0 ? 1 : 0;
            uint next = newest < 0 ? 1u : counter + 1u;
            _work[0] = (byte)'J';
            _work[1] = (byte)'K';
            Put(2, next);
            Put(6, (uint)count);
            Array.Copy(buffer, 0, _work, HeaderBytes, count);
            Put(10, Crc(count));
            if (!_raw.Write(name, copy, _work, HeaderBytes + count)) return false;
            // What a worn cell really kept is only known by reading it.
            uint kept;
            return Load(name, copy, out kept) == count && kept == next && Same(buffer, count);
        }

        /// <summary>The newer intact copy; -1 = none. Counters are compared by subtraction, they may wrap.</summary>
        private int Newest(string name, out uint counter)
        {
            uint first;
            uint second;
            bool hasFirst = Load(name, 0, out first) >= 0;
            bool hasSecond = Load(name, 1, out second) >= 0;
            bool takeSecond = hasSecond && (!hasFirst || (int)(second - first) > 0);
            counter = takeSecond ? second : first;
            return takeSecond ? 1 : hasFirst ? 0 : -1;
        }

        /// <summary>Loads a copy into the work buffer; its length, or -1 when it is not intact.</summary>
        private int Load(string name, int copy, out uint counter)
        {
            counter = 0;
            int count = _raw.Read(name, copy, _work);
            if (count < HeaderBytes || _work[0] != (byte)'J' || _work[1] != (byte)'K') return -1;
            uint length = Get(6);
            if (length > (uint)(count - HeaderBytes)) return -1;
            if (Get(10) != Crc((int)length)) return -1;
            counter = Get(2);
            return (int)length;
        }

        private bool Same(byte[] buffer, int count)
        {
            for (int i = 0; i < count; i++)
                if (_work[HeaderBytes + i] != buffer[i]) return false;
            return true;
        }

        private uint Crc(int count)
        {
            uint crc = 0xFFFFFFFFu;
            for (int i = 2; i < HeaderBytes + count; i++)
            {
                if (i == 10) i = HeaderBytes; // the CRC itself
                if (i >= HeaderBytes + count) break;
                crc ^= _work[i];
                crc = (crc >> 4) ^ Nibbles[(int)(crc & 15u)];
                crc = (crc >> 4) ^ Nibbles[(int)(crc & 15u)];
            }

            return ~crc;
        }

        private void Put(int at, uint value)
        {
            for (int i = 0; i < 4; i++) _work[at + i] = (byte)(value >> (8 * i));
        }

        private uint Get(int at)
        {
            return (uint)(_work[at] | (_work[at + 1] << 8) | (_work[at + 2] << 16) | (_work[at + 3] << 24));
        }
    }
}
