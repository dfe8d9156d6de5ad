namespace JkFleet.Agent.Ssd1306
{
    /// <summary>
    /// Driver of a 128x64 OLED with an SSD1306, text only. It sends what changed, one page (a line of text) per message, and takes a
    /// display that is not there, comes later or lost its power for what it is: nothing to wait for. Source: SSD1306 data sheet rev 1.1.
    /// </summary>
    public sealed class Ssd1306Display
    {
        /// <summary>Lines of text, one per page of the chip.</summary>
        public const int Lines = 8;

        /// <summary>Characters per line.</summary>
        public const int Columns = 21;

        /// <summary>Bytes of a screen: <see cref="Lines"/> times <see cref="Columns"/> ASCII characters.</summary>
        public const int ScreenBytes = Lines * Columns;

        /// <summary>A display that did not answer is asked again after so long, ms.</summary>
        public const int RetryMs = 10000;

        /// <summary>Everything is sent anew so often, ms: a display that lost its power for a moment, or a bit of its memory, is whole again.</summary>
        public const int RefreshMs = 60000;

        private const int Width = 128;
        private const byte CommandsFollow = 0x00; // control byte: Co = 0, D/C = 0
        private const byte DataFollows = 0x40; // control byte: Co = 0, D/C = 1

        private readonly II2cBus _bus;
        private readonly byte[] _start;
        private readonly byte[] _where = new byte[4];
        private readonly byte[] _page = new byte[Width + 1];
        private readonly byte[] _shown = new byte[ScreenBytes];
        private bool _tried;
        private long _triedMs;
        private long _startedMs;

        /// <summary>A display; nothing is sent yet.</summary>
        /// <param name="bus">The way to it.</param>
        public Ssd1306Display(II2cBus bus)
        {
            _bus = bus;
            _start = new byte[]
            {
                CommandsFollow,
                0xAE, // off while it is set up
                0xD5, 0x80, // clock as after reset
                0xA8, 0x3F, // 64 rows
                0xD3, 0x00, 0x40, // first row on top
                0x8D, 0x14, // charge pump on: these modules have 3.3 V only
                0x20, 0x02, // page addressing
                0xA1, 0xC8, // plug on top: both directions turned
                0xDA, 0x12, // rows as 128x64 glasses are wired
                0x81, 0x4F, // half bright: it shows the same text for years
                0xD9, 0xF1, 0xDB, 0x40, // precharge and level for the charge pump
                0x2E, 0xA4, 0xA6, // no scrolling, show the memory, lit is lit
                0xAF,
            };
            _where[0] = CommandsFollow;
            _where[2] = 0x00; // column 0, low half
            _where[3] = 0x10; // column 0, high half
            _page[0] = DataFollows;
        }

        /// <summary>The display acknowledges.</summary>
        public bool Present { get; private set; }

        /// <summary>Messages that were not acknowledged.</summary>
        public int Faults { get; private set; }

        /// <summary>Shows a screen: sends the lines that differ from what is shown.</summary>
        /// <param name="screen"><see cref="ScreenBytes"/> characters, line after line.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <returns>True when the display shows it now.</returns>
        public bool Show(byte[] screen, long nowMs)
        {
            if (!Present && _tried && nowMs - _triedMs >= 0 && nowMs - _triedMs < RetryMs) return false;
            bool all = !Present || nowMs - _startedMs >= RefreshMs || nowMs - _startedMs < 0;
            if (all && !Start(nowMs)) return false;
            for (int line = 0; line < Lines; line++)
            {
                if (!all && IsShown(screen, line)) continue;
                if (!Send(screen, line)) return false;
            }

            return true;
        }

        private bool Start(long nowMs)
        {
            _tried = true;
            _triedMs = nowMs;
            _startedMs = nowMs;
            return Sent(_start);
        }

        private bool IsShown(byte[] screen, int line)
        {
            for (int i = line * Columns; i < (line + 1) * Columns; i++)
                if (screen[i] != _shown[i]) return false;
            return true;
        }

        private bool Send(byte[] screen, int line)
        {
            int from = line * Columns;
            for (int i = 0; i < Columns; i++) Font.Draw(screen[from + i], _page, 1 + (i * Font.CellColumns));
            _where[1] = (byte)(0xB0 | line);
            if (!Sent(_where) || !Sent(_page)) return false;
            for (int i = 0; i < Columns; i++) _shown[from + i] = screen[from + i];
            return true;
        }

        private bool Sent(byte[] message)
        {
            Present = _bus.Write(message);
            if (!Present) Faults++;
            return Present;
        }
    }
}
