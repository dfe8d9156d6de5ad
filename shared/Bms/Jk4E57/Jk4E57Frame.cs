namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// The envelope of a 4E57 frame ("NW", big-endian): where its parts lie and whether a frame is whole and intact.
    /// Source: protocols.md 1.1, checked against real captures.
    /// </summary>
    public static class Jk4E57Frame
    {
        /// <summary>First start byte.</summary>
        public const byte Start1 = 0x4E;

        /// <summary>Second start byte.</summary>
        public const byte Start2 = 0x57;

        /// <summary>Mark before the checksum.</summary>
        public const byte End = 0x68;

        /// <summary>Offset of LEN (u16): bytes from LEN itself to the last checksum byte.</summary>
        public const int LenAt = 2;

        /// <summary>Offset of the terminal number (4 bytes); a slave answers with its own.</summary>
        public const int TerminalAt = 4;

        /// <summary>Offset of the command byte.</summary>
        public const int CommandAt = 8;

        /// <summary>Offset of the source byte.</summary>
        public const int SourceAt = 9;

        /// <summary>Offset of the transfer byte.</summary>
        public const int TransferAt = 10;

        /// <summary>Offset of the information: one id (request) or the register list (reply).</summary>
        public const int InfoAt = 11;

        /// <summary>Bytes after the information: record number 4, end mark 1, unused CRC 2, sum 2.</summary>
        public const int TailBytes = 9;

        /// <summary>Shortest frame: a request without data.</summary>
        public const int MinBytes = 21;

        /// <summary>Smallest LEN of a whole frame.</summary>
        public const int MinLen = MinBytes - 2;

        /// <summary>Largest LEN that a reader waits for; the largest real frame (32 cells) has 337.</summary>
        public const int MaxLen = 512;

        /// <summary>Largest frame that a reader waits for.</summary>
        public const int MaxBytes = MaxLen + 2;

        /// <summary>Command: wake the BMS.</summary>
        public const byte Activate = 1;

        /// <summary>Command: write one register.</summary>
        public const byte Write = 2;

        /// <summary>Command: read one register.</summary>
        public const byte ReadOne = 3;

        /// <summary>Command: password.</summary>
        public const byte Password = 5;

        /// <summary>Command: read all registers.</summary>
        public const byte ReadAll = 6;

        /// <summary>Source: the BMS.</summary>
        public const byte FromBms = 0;

        /// <summary>Source: GPS module.</summary>
        public const byte FromGps = 2;

        /// <summary>Source: PC.</summary>
        public const byte FromPc = 3;

        /// <summary>Transfer: request.</summary>
        public const byte Request = 0;

        /// <summary>Transfer: reply.</summary>
        public const byte Reply = 1;

        /// <summary>Transfer: sent by the BMS unasked.</summary>
        public const byte ActiveUpload = 2;

        /// <summary>Sum of bytes modulo 65536.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        public static int Sum(byte[] b, int offset, int count)
        {
            int sum = 0;
            int end = offset + count;
            for (int i = offset; i < end; i++) sum += b[i];
            return sum & 0xFFFF;
        }

        /// <summary>Checks that these bytes are exactly one intact frame.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many bytes there are.</param>
        /// <returns>"" when intact, else one of <c>too_short bad_start truncated length_mismatch bad_end bad_checksum</c>.</returns>
        public static string Check(byte[] b, int offset, int count)
        {
            if (count < MinBytes) return "too_short";
            if (b[offset] != Start1 || b[offset + 1] != Start2) return "bad_start";
            int bytes = Bytes.U16Be(b, offset + LenAt) + 2;
            if (count < bytes) return "truncated";
            if (count > bytes) return "length_mismatch";
            if (b[offset + count - 5] != End) return "bad_end";
            if (Sum(b, offset, count - 4) != Bytes.U16Be(b, offset + count - 2)) return "bad_checksum";
            return "";
        }

        /// <summary>True for a frame that asks (ours, echoed, or another master's) and carries one id instead of a list.</summary>
        /// <param name="b">Buffer with an intact frame.</param>
        /// <param name="offset">First byte of the frame.</param>
        public static bool IsRequest(byte[] b, int offset)
        {
            byte command = b[offset + CommandAt];
            return b[offset + TransferAt] == Request || command == Activate || command == Password;
        }

        /// <summary>Fills in LEN, record number 0, end mark and sum around information that is already in place.</summary>
        /// <param name="b">Frame from index 0; information starts at <see cref="InfoAt"/>.</param>
        /// <param name="infoBytes">Bytes of information.</param>
        /// <returns>Bytes of the whole frame.</returns>
        public static int Seal(byte[] b, int infoBytes)
        {
            int count = InfoAt + infoBytes + TailBytes;
            b[0] = Start1;
            b[1] = Start2;
            Bytes.PutU16Be(b, LenAt, count - 2);
            int tail = InfoAt + infoBytes;
            for (int i = 0; i < 4; i++) b[tail + i] = 0;
            b[tail + 4] = End;
            b[tail + 5] = 0;
            b[tail + 6] = 0;
            Bytes.PutU16Be(b, tail + 7, Sum(b, 0, count - 4));
            return count;
        }
    }
}
