namespace JkFleet.Bms.Jk02
{
    /// <summary>Which of the two cell-info layouts a unit speaks; its software version decides, never its model name.</summary>
    public enum Jk02Layout
    {
        /// <summary>24 cell slots: software before 11.</summary>
        S24,

        /// <summary>32 cell slots: software 11 and later, and every PB.</summary>
        S32,
    }

    /// <summary>
    /// The envelope of a JK02 frame (55 AA EB 90, little-endian, 300 bytes) and of the 20-byte commands. Source: protocols.md 1.6.
    /// The sum has only 8 bits: one damaged frame in 256 slips through, so meaning must be checked as well.
    /// </summary>
    public static class Jk02Frame
    {
        /// <summary>Bytes that count; what BLE sends behind them (up to 320) is acknowledgement junk.</summary>
        public const int Size = 300;

        /// <summary>Offset of the type byte.</summary>
        public const int TypeAt = 4;

        /// <summary>Offset of the counter.</summary>
        public const int CounterAt = 5;

        /// <summary>Type: settings.</summary>
        public const byte Settings = 1;

        /// <summary>Type: cell info.</summary>
        public const byte CellInfo = 2;

        /// <summary>Type: device info.</summary>
        public const byte DeviceInfo = 3;

        /// <summary>Sum of bytes modulo 256.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        public static byte Sum(byte[] b, int offset, int count)
        {
            int sum = 0;
            int end = offset + count;
            for (int i = offset; i < end; i++) sum += b[i];
            return (byte)sum;
        }

        /// <summary>True when a frame starts here, as far as there are bytes.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes there are, at least 1.</param>
        public static bool StartsAt(byte[] b, int offset, int count)
        {
            return b[offset] == 0x55 && (count < 2 || b[offset + 1] == 0xAA)
                && (count < 3 || b[offset + 2] == 0xEB) && (count < 4 || b[offset + 3] == 0x90);
        }

        /// <summary>Checks that an intact frame starts here; bytes behind its 300 do not matter.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes there are.</param>
        /// <returns>"" when intact, else <c>truncated bad_start bad_checksum</c>.</returns>
        public static string Check(byte[] b, int offset, int count)
        {
            if (count < Size) return "truncated";
            if (!StartsAt(b, offset, count)) return "bad_start";
            if (Sum(b, offset, Size - 1) != b[offset + Size - 1]) return "bad_checksum";
            return "";
        }

        /// <summary>
        /// Finds the start of another frame inside these 300 bytes. There is one when a chunk was lost: head of one frame, head of
        /// the next. The 8-bit sum lets one such splice in 256 through, so a stream reader must look for it.
        /// </summary>
        /// <param name="b">Buffer with 300 bytes from <paramref name="offset"/>.</param>
        /// <param name="offset">First byte.</param>
        /// <returns>Bytes from <paramref name="offset"/> to the inner start, or 0 when there is none.</returns>
        public static int InnerStart(byte[] b, int offset)
        {
            for (int i = 4; i <= Size - 4; i++)
                if (b[offset + i] == 0x55 && StartsAt(b, offset + i, 4)) return i;
            return 0;
        }

        /// <summary>Writes start, type and counter, and empties the rest.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="type">Type byte.</param>
        /// <param name="counter">Counter byte.</param>
        public static void Open(byte[] b, byte type, byte counter)
        {
            for (int i = 0; i < Size; i++) b[i] = 0;
            b[0] = 0x55;
            b[1] = 0xAA;
            b[2] = 0xEB;
            b[3] = 0x90;
            b[TypeAt] = type;
            b[CounterAt] = counter;
        }

        /// <summary>Writes the sum.</summary>
        /// <param name="b">Buffer with the frame from index 0.</param>
        /// <returns>Bytes of the frame.</returns>
        public static int Seal(byte[] b)
        {
            b[Size - 1] = Sum(b, 0, Size - 1);
            return Size;
        }
    }
}
