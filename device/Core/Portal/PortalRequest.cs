namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// One HTTP request of a browser, read from the bytes of its connection. Everything has a bound: what is longer or unclear is
    /// refused, because a board cannot afford to guess.
    /// </summary>
    public sealed class PortalRequest
    {
        /// <summary>Longest head (request line and headers), bytes.</summary>
        public const int MaxHead = 2048;

        /// <summary>Longest body, bytes.</summary>
        public const int MaxBody = 2048;

        private byte[] _b = new byte[0];
        private int _pathAt;
        private int _pathEnd;
        private int _queryAt;
        private int _queryEnd;
        private int _cookieAt;
        private int _cookieEnd;
        private int _languageAt;
        private int _languageEnd;
        private int _hostAt;
        private int _hostEnd;
        private int _bodyAt;
        private int _bodyEnd;

        /// <summary>The request is a POST; otherwise a GET.</summary>
        public bool IsPost { get; private set; }

        /// <summary>Reads a request; call again with more bytes while it is not whole.</summary>
        /// <param name="buffer">Holds what came from index 0; must stay as it is while the request is handled.</param>
        /// <param name="count">Bytes there.</param>
        /// <returns>0 = more is needed; above 0 = whole; below 0 = refused with this HTTP status, negated.</returns>
        public int Read(byte[] buffer, int count)
        {
            _b = buffer;
            int head = HeadEnd(count);
            if (head < 0) return count >= MaxHead ? -431 : 0;
            if (head > MaxHead) return -431;
            int line = LineEnd(0);
            int wrong = RequestLine(line);
            if (wrong != 0) return wrong;
            _cookieAt = _cookieEnd = _languageAt = _languageEnd = _hostAt = _hostEnd = 0;
            int length = -1;
            bool form = false;
            int hosts = 0;
            for (int at = line + 2; at < head - 2; at = line + 2)
            {
                line = LineEnd(at);
                int colon = at;
                while (colon < line && _b[colon] != ':') colon++;
                // Folded lines and blanks before the colon are how one header is smuggled as another.
                if (colon == line || colon == at || _b[at] == ' ' || _b[at] == '\t' || _b[colon - 1] == ' ') return -400;
                int value = colon + 1;
                while (value < line && _b[value] == ' ') value++;
                if (Named(at, colon, "cookie")) Keep(value, line, ref _cookieAt, ref _cookieEnd);
                else if (Named(at, colon, "accept-language")) Keep(value, line, ref _languageAt, ref _languageEnd);
                else if (Named(at, colon, "host"))
                {
                    hosts++;
                    Keep(value, line, ref _hostAt, ref _hostEnd);
                }
                else if (Named(at, colon, "content-type")) form = Starts(value, line, "application/x-www-form-urlencoded");
                else if (Named(at, colon, "transfer-encoding")) return -501;
                else if (Named(at, colon, "content-length"))
                {
                    if (length >= 0) return -400;
                    length = Decimal(value, line);
                    if (length < 0) return -400;
                }
            }

            if (hosts != 1) return -400;
            _bodyAt = head;
            _bodyEnd = head;
            if (!IsPost) return length > 0 ? -400 : head;
            if (length < 0) return -411;
            if (length > MaxBody) return -413;
            if (length > 0 && !form) return -415;
            if (count < head + length) return 0;
            _bodyEnd = head + length;
            return _bodyEnd;
        }

        /// <summary>Is this the path, without the query?</summary>
        /// <param name="path">E.g. <c>/login</c>.</param>
        public bool IsPath(string path)
        {
            if (_pathEnd - _pathAt != path.Length) return false;
            for (int i = 0; i < path.Length; i++)
                if (_b[_pathAt + i] != path[i]) return false;
            return true;
        }

        /// <summary>A field of the form, decoded.</summary>
        /// <param name="name">Its name.</param>
        /// <param name="longest">Most characters.</param>
        /// <returns>Null when it is missing, twice there, too long, badly encoded or has control characters.</returns>
        public string? Field(string name, int longest)
        {
            return Value(_bodyAt, _bodyEnd, '&', name, longest, true);
        }

        /// <summary>A parameter of the query, decoded.</summary>
        /// <param name="name">Its name.</param>
        /// <param name="longest">Most characters.</param>
        /// <returns>Null as for <see cref="Field"/>.</returns>
        public string? Query(string name, int longest)
        {
            return Value(_queryAt, _queryEnd, '&', name, longest, true);
        }

        /// <summary>A cookie.</summary>
        /// <param name="name">Its name.</param>
        /// <param name="longest">Most characters.</param>
        /// <returns>Null as for <see cref="Field"/>.</returns>
        public string? Cookie(string name, int longest)
        {
            return Value(_cookieAt, _cookieEnd, ';', name, longest, false);
        }

        /// <summary>The browser's first wanted language begins with these two letters.</summary>
        /// <param name="two">Lower case.</param>
        public bool Prefers(string two)
        {
            return Starts(_languageAt, _languageEnd, two);
        }

        /// <summary>
        /// The browser asked for an address that is ours: a bare number, a name without dots, or a name of the local net. Any other
        /// came by a captive portal's DNS or by an attacker's (rebinding) and gets a redirect, never a page.
        /// </summary>
        public bool HostIsOurs()
        {
            int end = _hostEnd;
            for (int i = _hostAt; i < _hostEnd && _b[_hostAt] != '['; i++)
                if (_b[i] == ':') end = i;
            if (end == _hostAt) return false;
            if (_b[_hostAt] == '[') return true;
            if (end - _hostAt > 6 && Starts(end - 6, end, ".local")) return true;
            bool number = true;
            bool dots = false;
            for (int i = _hostAt; i < end; i++)
            {
                if (_b[i] == '.') dots = true;
                else if (_b[i] < '0' || _b[i] > '9') number = false;
            }

            return number || !dots;
        }

        private int HeadEnd(int count)
        {
            int most = count < MaxHead + 4 ? count : MaxHead + 4;
            for (int i = 0; i + 3 < most; i++)
                if (_b[i] == '\r' && _b[i + 1] == '\n' && _b[i + 2] == '\r' && _b[i + 3] == '\n') return i + 4;
            return -1;
        }

        private int LineEnd(int at)
        {
            while (_b[at] != '\r' || _b[at + 1] != '\n') at++;
            return at;
        }

        private int RequestLine(int end)
        {
            int at;
            if (Starts(0, end, "GET ") && _b[0] == 'G')
            {
                IsPost = false;
                at = 4;
            }
            else if (Starts(0, end, "POST ") && _b[0] == 'P')
            {
                IsPost = true;
                at = 5;
            }
            else return -405;

            _pathAt = at;
            while (at < end && _b[at] != ' ' && _b[at] != '?') at++;
            _pathEnd = at;
            _queryAt = _queryEnd = at;
            if (at < end && _b[at] == '?')
            {
                _queryAt = at + 1;
                while (at < end && _b[at] != ' ') at++;
                _queryEnd = at;
            }

            if (_pathEnd == _pathAt || _b[_pathAt] != '/') return -400;
            return end - at == 9 && Starts(at, end, " HTTP/1.") ? 0 : -400;
        }

        private static void Keep(int from, int to, ref int at, ref int end)
        {
            at = from;
            end = to;
        }

        private bool Named(int at, int end, string lower)
        {
            return end - at == lower.Length && Starts(at, end, lower);
        }

        // Letters of either case count as the same.
        private bool Starts(int at, int end, string text)
        {
            if (end - at < text.Length) return false;
            for (int i = 0; i < text.Length; i++)
            {
                int c = _b[at + i];
                int t = text[i];
                if (c >= 'A' && c <= 'Z') c += 32;
                if (t >= 'A' && t <= 'Z') t += 32;
                if (c != t) return false;
            }

            return true;
        }

        private int Decimal(int at, int end)
        {
            if (at == end || end - at > 6) return -1;
            int value = 0;
            for (; at < end; at++)
            {
                if (_b[at] < '0' || _b[at] > '9') return -1;
                value = (value * 10) + (_b[at] - '0');
            }

            return value;
        }

        private string? Value(int at, int end, char separator, string name, int longest, bool encoded)
        {
            string? found = null;
            while (at < end)
            {
                while (at < end && _b[at] == ' ') at++;
                int stop = at;
                while (stop < end && _b[stop] != separator) stop++;
                if (stop - at > name.Length && _b[at + name.Length] == '=' && Exactly(at, name))
                {
                    if (found != null) return null;
                    found = Decoded(at + name.Length + 1, stop, longest, encoded);
                    if (found == null) return null;
                }

                at = stop + 1;
            }

            return found;
        }

        private bool Exactly(int at, string name)
        {
            for (int i = 0; i < name.Length; i++)
                if (_b[at + i] != name[i]) return false;
            return true;
        }

        private string? Decoded(int at, int end, int longest, bool encoded)
        {
            byte[] bytes = new byte[end - at];
            int count = 0;
            while (at < end)
            {
                int c = _b[at++];
                if (encoded && c == '+') c = ' ';
                else if (encoded && c == '%')
                {
                    if (end - at < 2) return null;
                    int high = Hex(_b[at]);
                    int low = Hex(_b[at + 1]);
                    if (high < 0 || low < 0) return null;
                    c = (high << 4) | low;
                    at += 2;
                }

                if (c < ' ' || c == 127) return null;
                bytes[count++] = (byte)c;
            }

            return Utf8(bytes, count, longest);
        }

        // Own decoder: what is no UTF-8 is refused here, on the board it would be an exception or a mystery.
        private static string? Utf8(byte[] b, int count, int longest)
        {
            char[] text = new char[count];
            int length = 0;
            for (int i = 0; i < count;)
            {
                int c = b[i++];
                int more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : -1;
                // Outside the basic plane there is nothing that anybody needs in a name here.
                if (more < 0 || i + more > count) return null;
                int value = more == 0 ? c : more == 1 ? c & 0x1F : c & 0x0F;
                for (; more > 0; more--)
                {
                    if ((b[i] & 0xC0) != 0x80) return null;
                    value = (value << 6) | (b[i++] & 0x3F);
                }

                if ((c >= 0xE0 && value < 0x800) || (value >= 0xD800 && value < 0xE000)) return null;
                text[length++] = (char)value;
            }

            return length > longest ? null : new string(text, 0, length);
        }

        private static int Hex(int c)
        {
            if (c >= '0' && c <= '9') return c - '0';
            if (c >= 'a' && c <= 'f') return c - 'a' + 10;
            return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        }
    }
}
