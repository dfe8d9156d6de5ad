namespace JkFleet.Agent.Network
{
    /// <summary>
    /// What the display says now and then while the board is an access point: how to get to the portal. It is what the label says, for
    /// whoever stands before the board.
    /// </summary>
    public sealed class NetPage
    {
        /// <summary>It comes once in so long, ms.</summary>
        public const int EveryMs = 9000;

        /// <summary>It stays so long, ms.</summary>
        public const int StayMs = 3000;

        private readonly int _columns;
        private readonly int _lines;

        /// <summary>A page.</summary>
        /// <param name="lines">Lines of the display.</param>
        /// <param name="columns">Characters per line.</param>
        public NetPage(int lines, int columns)
        {
            _lines = lines;
            _columns = columns;
        }

        /// <summary>Is it its turn?</summary>
        /// <param name="mode">What the radio does.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        public static bool IsDue(NetMode mode, long nowMs)
        {
            long at = nowMs % EveryMs;
            return mode == NetMode.AccessPoint && at >= 0 && at < StayMs;
        }

        /// <summary>Writes the page.</summary>
        /// <param name="screen">Receives the characters, line after line.</param>
        /// <param name="ssid">Name of the access point.</param>
        /// <param name="key">Its password.</param>
        /// <param name="address">Address of the portal.</param>
        public void Fill(byte[] screen, string ssid, string key, string address)
        {
            for (int i = 0; i < screen.Length; i++) screen[i] = (byte)' ';
            Text(screen, 0, "Wi-Fi for setup:");
            Text(screen, 1, ssid);
            Text(screen, 3, "Password:");
            Text(screen, 4, key);
            Text(screen, 6, "In a browser:");
            Text(screen, 7, address);
        }

        private void Text(byte[] screen, int line, string text)
        {
            if (line >= _lines) return;
            for (int i = 0; i < text.Length && i < _columns; i++)
                screen[(line * _columns) + i] = text[i] < 128 ? (byte)text[i] : (byte)'?';
        }
    }
}
