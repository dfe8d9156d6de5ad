namespace JkFleet.Bms.Jk02
{
    /// <summary>The 20-byte commands (AA 55 90 EB) that we say to a JK02 unit, and the check of one.</summary>
    public static class Jk02Commands
    {
        /// <summary>Bytes of every command.</summary>
        public const int Size = 20;

        /// <summary>Offset of the register.</summary>
        public const int RegisterAt = 4;

        /// <summary>Offset of the value (u32).</summary>
        public const int ValueAt = 6;

        /// <summary>Asks for settings and then a stream of cell info.</summary>
        public const byte Stream = 0x96;

        /// <summary>Asks for device info.</summary>
        public const byte DeviceInfo = 0x97;

        /// <summary>Charge switch.</summary>
        public const byte ChargeSwitch = 0x1D;

        /// <summary>Discharge switch.</summary>
        public const byte DischargeSwitch = 0x1E;

        /// <summary>Balancer.</summary>
        public const byte Balancer = 0x1F;

        /// <summary>Asks for settings and the stream of cell info.</summary>
        /// <param name="buffer">At least 20 bytes.</param>
        public static int AskStream(byte[] buffer)
        {
            return Write(buffer, Stream, 0, 0);
        }

        /// <summary>Asks for device info.</summary>
        /// <param name="buffer">At least 20 bytes.</param>
        public static int AskDeviceInfo(byte[] buffer)
        {
            return Write(buffer, DeviceInfo, 0, 0);
        }

        /// <summary>Sets one of the three switches; the BMS stores it.</summary>
        /// <param name="buffer">At least 20 bytes.</param>
        /// <param name="which">Switch.</param>
        /// <param name="on">Position.</param>
        public static int Switch(byte[] buffer, BmsSwitch which, bool on)
        {
            byte register = which == BmsSwitch.Charge ? ChargeSwitch : which == BmsSwitch.Discharge ? DischargeSwitch : Balancer;
            return Write(buffer, register, 4, on ? 1u : 0u);
        }

        /// <summary>True when an intact command stands here.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes there are.</param>
        /// <returns>"" when intact, else <c>length_mismatch bad_start bad_checksum</c>.</returns>
        public static string Check(byte[] b, int offset, int count)
        {
            if (count != Size) return "length_mismatch";
            if (b[offset] != 0xAA || b[offset + 1] != 0x55 || b[offset + 2] != 0x90 || b[offset + 3] != 0xEB) return "bad_start";
            if (Jk02Frame.Sum(b, offset, Size - 1) != b[offset + Size - 1]) return "bad_checksum";
            return "";
        }

        /// <summary>Writes a command. Private to us and the tests: no caller may make others up.</summary>
        /// <param name="b">At least 20 bytes.</param>
        /// <param name="register">Register.</param>
        /// <param name="length">Bytes of the value that count.</param>
        /// <param name="value">Value.</param>
        internal static int Write(byte[] b, byte register, byte length, uint value)
        {
            for (int i = 0; i < Size; i++) b[i] = 0;
            b[0] = 0xAA;
            b[1] = 0x55;
            b[2] = 0x90;
            b[3] = 0xEB;
            b[RegisterAt] = register;
            b[5] = length;
            Bytes.PutU32Le(b, ValueAt, value);
            b[Size - 1] = Jk02Frame.Sum(b, 0, Size - 1);
            return Size;
        }
    }
}
