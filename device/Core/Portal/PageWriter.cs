namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// Writes pages as UTF-8 into one buffer that is used again and again. Markup of ours goes out as it is; everything that came
    /// from elsewhere goes through <see cref="Text"/>, which escapes for the place it stands in.
    /// </summary>
    public sealed class PageWriter
    {
        private readonly byte[] _b;

        /// <summary>A writer.</summary>
        /// <param name="buffer">Receives the page from index 0.</param>
        public PageWriter(byte[] buffer)
        {
            _b = buffer;
        }

        /// <summary>Bytes written.</summary>
        public int Count { get; private set; }

        /// <summary>Something did not fit: what is there must not be sent.</summary>
        public bool Overflowed { get; private set; }

        /// <summary>The buffer.</summary>
        public byte[] Buffer
        {
            get { return _b; }
        }

        /// <summary><see cref="Text"/> stands within a JSON string; otherwise in HTML (content or a quoted attribute).</summary>
        public bool Json { get; set; }

        /// <summary>Begins anew.</summary>
        public void Begin()
        {
            Count = 0;
            Overflowed = false;
            Json = false;
        }

        /// <summary>Markup, as it is. Only for texts of this program.</summary>
        /// <param name="markup">The markup.</param>
        public void Raw(string markup)
        {
            for (int i = 0; i < markup.Length; i++) Char(markup[i]);
        }

        /// <summary>Text, escaped.</summary>
        /// <param name="text">Anything.</param>
        public void Text(string text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                if (c < ' ' || (c >= 0xD800 && c < 0xE000)) Char('?');
                else if (Json && (c == '"' || c == '\\'))
                {
                    Put('\\');
                    Put(c);
                }
                else if (Json) Char(c);
                else if (c == '<') Raw("&lt;");
                else if (c == '>') Raw("&gt;");
                else if (c == '&') Raw("&amp;");
                else if (c == '"') Raw("&quot;");
                else if (c == '\'') Raw("&#39;");
                else Char(c);
            }
        }

        /// <summary>A number with a point before its last digits.</summary>
        /// <param name="value">In units of the last digit.</param>
        /// <param name="decimals">Digits after the point, 0..6.</param>
        public void Number(long value, int decimals)
        {
            if (value < 0)
            {
                Put('-');
                value = -value;
            }

            long divisor = 1;
            int digits = 1;
            while (value / divisor >= 10 || digits <= decimals)
            {
                divisor *= 10;
                digits++;
            }

            for (; digits > 0; digits--, divisor /= 10)
            {
                Put('0' + (int)(value / divisor % 10));
                if (digits == decimals + 1 && decimals > 0) Put('.');
            }
        }

        private void Char(int c)
        {
            if (c < 0x80)
            {
                Put(c);
                return;
            }

            if (c < 0x800) Put(0xC0 | (c >> 6));
            else
            {
                Put(0xE0 | (c >> 12));
                Put(0x80 | ((c >> 6) & 0x3F));
            }

            Put(0x80 | (c & 0x3F));
        }

        private void Put(int value)
        {
            if (Count >= _b.Length)
            {
                Overflowed = true;
                return;
            }

            _b[Count++] = (byte)value;
        }
    }
}
