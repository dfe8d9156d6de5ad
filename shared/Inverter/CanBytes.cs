namespace JkFleet.Inverter
{
    /// <summary>
    /// Integers in CAN payloads. Every put clamps to the field instead of wrapping: a wrapped current limit is
    /// the one mistake that burns a pack. Little-endian; reading is done by <see cref="JkFleet.Bms.Bytes"/>.
    /// </summary>
    public static class CanBytes
    {
        /// <summary>Unsigned 16 bits, clamped to 0..65535.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="value">Any integer.</param>
        public static void PutU16(byte[] data, int offset, int value)
        {
            int v = Clamp(value, 0, 65535);
            data[offset] = (byte)v;
            data[offset + 1] = (byte)(v >> 8);
        }

        /// <summary>Signed 16 bits, clamped to -32768..32767.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="value">Any integer.</param>
        public static void PutI16(byte[] data, int offset, int value)
        {
            int v = Clamp(value, -32768, 32767);
            data[offset] = (byte)v;
            data[offset + 1] = (byte)(v >> 8);
        }

        /// <summary>Unsigned 16 bits, clamped to 0..65535, in either byte order.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="value">Any integer.</param>
        /// <param name="highFirst">True for the high byte first.</param>
        public static void PutWord(byte[] data, int offset, int value, bool highFirst)
        {
            int v = Clamp(value, 0, 65535);
            data[offset] = (byte)(highFirst ? v >> 8 : v);
            data[offset + 1] = (byte)(highFirst ? v : v >> 8);
        }

        /// <summary>Reads unsigned 16 bits in either byte order.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="highFirst">True for the high byte first.</param>
        public static int Word(byte[] data, int offset, bool highFirst)
        {
            return highFirst ? (data[offset] << 8) | data[offset + 1] : data[offset] | (data[offset + 1] << 8);
        }

        /// <summary>Text into a field, one byte per character, the rest filled.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">First byte of the field.</param>
        /// <param name="width">Bytes of the field.</param>
        /// <param name="text">ASCII; what does not fit is cut, a character above 255 becomes '?'.</param>
        /// <param name="from">First character of <paramref name="text"/> to use.</param>
        /// <param name="fill">0x20 or 0.</param>
        public static void PutText(byte[] data, int offset, int width, string text, int from, byte fill)
        {
            for (int i = 0; i < width; i++)
            {
                int at = from + i;
                if (at >= text.Length) data[offset + i] = fill;
                else data[offset + i] = text[at] > 255 ? (byte)'?' : (byte)text[at];
            }
        }

        /// <summary>Division that rounds to the nearest, halves away from zero.</summary>
        /// <param name="value">Dividend.</param>
        /// <param name="unit">Divisor above 0.</param>
        public static int Nearest(int value, int unit)
        {
            long half = value >= 0 ? unit / 2 : -(unit / 2);
            return (int)((value + half) / unit);
        }

        /// <summary>Division of a magnitude that rounds up: for floors such as the discharge cut-off.</summary>
        /// <param name="value">Dividend; below 0 gives 0.</param>
        /// <param name="unit">Divisor above 0.</param>
        public static int Up(int value, int unit)
        {
            return value <= 0 ? 0 : (int)(((long)value + unit - 1) / unit);
        }

        /// <summary>The value, or the nearer end of the range.</summary>
        /// <param name="value">Any integer.</param>
        /// <param name="lowest">Lowest allowed.</param>
        /// <param name="highest">Highest allowed.</param>
        public static int Clamp(int value, int lowest, int highest)
        {
            return value < lowest ? lowest : value > highest ? highest : value;
        }
    }
}
