namespace JkFleet.Bms.Modbus
{
    /// <summary>The little of Modbus RTU that JK-PB speaks: the CRC, a read request, a one-register write. Source: protocols.md 1.7.</summary>
    public static class ModbusRtu
    {
        /// <summary>Function: read holding registers.</summary>
        public const byte Read = 3;

        /// <summary>Function: write registers.</summary>
        public const byte WriteMany = 16;

        /// <summary>Bit of the function byte that marks an exception.</summary>
        public const byte ExceptionBit = 0x80;

        /// <summary>Bytes of a read request.</summary>
        public const int ReadRequestBytes = 8;

        /// <summary>Bytes of a write acknowledgement.</summary>
        public const int WriteAckBytes = 8;

        /// <summary>Bytes of an exception.</summary>
        public const int ExceptionBytes = 5;

        /// <summary>Bytes of a read reply beside its data: address, function, byte count, CRC.</summary>
        public const int ReadReplyOverhead = 5;

        /// <summary>CRC16, polynomial A001 (reflected 8005), start FFFF; sent low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        public static int Crc(byte[] b, int offset, int count)
        {
            int crc = 0xFFFF;
            int end = offset + count;
            for (int i = offset; i < end; i++)
            {
                crc ^= b[i];
                for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            }

            return crc;
        }

        /// <summary>True when the last two of these bytes are the CRC of the others.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes with the CRC, at least 3.</param>
        public static bool CrcFits(byte[] b, int offset, int count)
        {
            return Crc(b, offset, count - 2) == Bytes.U16Le(b, offset + count - 2);
        }

        /// <summary>Appends the CRC.</summary>
        /// <param name="b">Buffer with a message from index 0.</param>
        /// <param name="count">Bytes without the CRC.</param>
        /// <returns>Bytes with the CRC.</returns>
        public static int Seal(byte[] b, int count)
        {
            Bytes.PutU16Le(b, count, Crc(b, 0, count));
            return count + 2;
        }

        /// <summary>Builds a read request.</summary>
        /// <param name="b">At least 8 bytes.</param>
        /// <param name="address">Slave.</param>
        /// <param name="start">First register (a byte address on JK-PB).</param>
        /// <param name="registers">How many 16-bit registers.</param>
        /// <returns>8.</returns>
        public static int ReadRequest(byte[] b, int address, int start, int registers)
        {
            b[0] = (byte)address;
            b[1] = Read;
            Bytes.PutU16Be(b, 2, start);
            Bytes.PutU16Be(b, 4, registers);
            return Seal(b, 6);
        }

        /// <summary>Builds a write of one register.</summary>
        /// <param name="b">At least 11 bytes.</param>
        /// <param name="address">Slave.</param>
        /// <param name="register">Register.</param>
        /// <param name="value">Value.</param>
        /// <returns>11.</returns>
        public static int WriteRequest(byte[] b, int address, int register, int value)
        {
            b[0] = (byte)address;
            b[1] = WriteMany;
            Bytes.PutU16Be(b, 2, register);
            Bytes.PutU16Be(b, 4, 1);
            b[6] = 2;
            Bytes.PutU16Be(b, 7, value);
            return Seal(b, 9);
        }

        /// <summary>Builds the acknowledgement of a one-register write.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">Where.</param>
        /// <param name="address">Slave.</param>
        /// <param name="register">Register.</param>
        /// <returns>8.</returns>
        public static int WriteAck(byte[] b, int offset, int address, int register)
        {
            b[offset] = (byte)address;
            b[offset + 1] = WriteMany;
            Bytes.PutU16Be(b, offset + 2, register);
            Bytes.PutU16Be(b, offset + 4, 1);
            Bytes.PutU16Le(b, offset + 6, Crc(b, offset, 6));
            return WriteAckBytes;
        }
    }
}
