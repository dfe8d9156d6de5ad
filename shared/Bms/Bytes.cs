namespace JkFleet.Bms
{
    /// <summary>
    /// Integers in byte arrays, both byte orders: 4E57 and Modbus are big-endian, JK02 and JK's CAN little-endian.
    /// Exists because nanoFramework's BitConverter knows one order only. Callers check bounds first.
    /// </summary>
    public static class Bytes
    {
        /// <summary>Unsigned 16 bits, high byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static int U16Be(byte[] b, int o)
        {
            return (b[o] << 8) | b[o + 1];
        }

        /// <summary>Signed 16 bits, high byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static int I16Be(byte[] b, int o)
        {
            return (short)((b[o] << 8) | b[o + 1]);
        }

        /// <summary>Unsigned 32 bits, high byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static uint U32Be(byte[] b, int o)
        {
            return ((uint)b[o] << 24) | ((uint)b[o + 1] << 16) | ((uint)b[o + 2] << 8) | b[o + 3];
        }

        /// <summary>Unsigned 16 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static int U16Le(byte[] b, int o)
        {
            return b[o] | (b[o + 1] << 8);
        }

        /// <summary>Signed 16 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static int I16Le(byte[] b, int o)
        {
            return (short)(b[o] | (b[o + 1] << 8));
        }

        /// <summary>Unsigned 32 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static uint U32Le(byte[] b, int o)
        {
            return b[o] | ((uint)b[o + 1] << 8) | ((uint)b[o + 2] << 16) | ((uint)b[o + 3] << 24);
        }

        /// <summary>Signed 32 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        public static int I32Le(byte[] b, int o)
        {
            return (int)U32Le(b, o);
        }

        /// <summary>Writes the low 16 bits, high byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        /// <param name="value">Value; higher bits are cut off.</param>
        public static void PutU16Be(byte[] b, int o, int value)
        {
            b[o] = (byte)(value >> 8);
            b[o + 1] = (byte)value;
        }

        /// <summary>Writes 32 bits, high byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        /// <param name="value">Value.</param>
        public static void PutU32Be(byte[] b, int o, uint value)
        {
            b[o] = (byte)(value >> 24);
            b[o + 1] = (byte)(value >> 16);
            b[o + 2] = (byte)(value >> 8);
            b[o + 3] = (byte)value;
        }

        /// <summary>Writes the low 16 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        /// <param name="value">Value; higher bits are cut off.</param>
        public static void PutU16Le(byte[] b, int o, int value)
        {
            b[o] = (byte)value;
            b[o + 1] = (byte)(value >> 8);
        }

        /// <summary>Writes 32 bits, low byte first.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">Index of the first byte.</param>
        /// <param name="value">Value.</param>
        public static void PutU32Le(byte[] b, int o, uint value)
        {
            b[o] = (byte)value;
            b[o + 1] = (byte)(value >> 8);
            b[o + 2] = (byte)(value >> 16);
            b[o + 3] = (byte)(value >> 24);
        }

        /// <summary>Length of a text field: up to its first NUL.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">First byte of the field.</param>
        /// <param name="width">Width of the field.</param>
        public static int TextLength(byte[] b, int o, int width)
        {
            int n = 0;
            while (n < width && b[o + n] != 0) n++;
            return n;
        }

        /// <summary>
        /// Text of a field (Latin-1). Gives back <paramref name="known"/> when it says the same, so that a field
        /// which never changes costs no memory per frame.
        /// </summary>
        /// <param name="known">Text of the last frame.</param>
        /// <param name="b">Buffer.</param>
        /// <param name="o">First byte of the field.</param>
        /// <param name="width">Width of the field; the text ends at the first NUL.</param>
        public static string Text(string known, byte[] b, int o, int width)
        {
            int n = TextLength(b, o, width);
            if (known.Length == n)
            {
                int i = 0;
                while (i < n && known[i] == (char)b[o + i]) i++;
                if (i == n) return known;
            }

            char[] text = new char[n];
            for (int i = 0; i < n; i++) text[i] = (char)b[o + i];
            return new string(text);
        }

        /// <summary>Writes a text field, NUL padded; characters above 255 become '?'; what does not fit is cut.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="o">First byte of the field.</param>
        /// <param name="width">Width of the field.</param>
        /// <param name="text">Text.</param>
        public static void PutText(byte[] b, int o, int width, string text)
        {
            for (int i = 0; i < width; i++)
            {
                char c = i < text.Length ? text[i] : '\0';
                b[o + i] = c > 255 ? (byte)'?' : (byte)c;
            }
        }
    }
}
