using System.Text;

namespace JkFleet.Contracts
{
    /// <summary>
    /// Pull reader of one flat JSON object (integers, booleans, texts, arrays of integers or texts) straight from the
    /// received bytes. Unknown fields are skipped, so that either side may be newer. Never throws on content: a defect
    /// sets <see cref="Error"/> and <see cref="Position"/>.
    /// </summary>
    public sealed class MessageReader
    {
        /// <summary>Deepest nesting that <see cref="Skip"/> walks through.</summary>
        public const int MaxDepth = 8;

        // Bytes of \u001f, which stands for one.
        private const int LongestEscape = 6;

        private byte[] _buffer = new byte[0];
        private int _end;
        private bool _first;
        private int _keyStart;
        private int _keyLength;
        private int _textStart;
        private int _textEnd;
        private bool _textEscaped;

        /// <summary>What was wrong; null while all is well.</summary>
        public string? Error;

        /// <summary>Index in the buffer of the next byte, or of the defect.</summary>
        public int Position;

        /// <summary>Starts on a message.</summary>
        /// <param name="buffer">Holds the message; not changed, not kept after the last call.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Length of the message.</param>
        /// <returns>False when it is not an object.</returns>
        public bool Open(byte[] buffer, int offset, int count)
        {
            _buffer = buffer;
            Position = offset;
            _end = offset + count;
            _first = true;
            Error = null;
            Blank();
            if (Position >= _end || _buffer[Position] != (byte)'{') return Fail("not an object");
            Position++;
            return true;
        }

        /// <summary>Moves to the next field.</summary>
        /// <returns>False at the end of the object or on a defect (then <see cref="Error"/> is set).</returns>
        public bool Next()
        {
            if (Error != null) return false;
            Blank();
            if (Position >= _end) return Fail("object not closed");
            if (_buffer[Position] == (byte)'}')
            {
                Position++;
                Blank();
                if (Position < _end) Fail("bytes after the object");
                return false;
            }

            if (!_first)
            {
                if (_buffer[Position] != (byte)',') return Fail("comma expected");
                Position++;
                Blank();
            }

            _first = false;
            if (!Quoted()) return false;
            _keyStart = _textStart;
            _keyLength = _textEnd - _textStart;
            Blank();
            if (Position >= _end || _buffer[Position] != (byte)':') return Fail("colon expected");
            Position++;
            Blank();
            if (Position >= _end) return Fail("value expected");
            return true;
        }

        /// <summary>Which of the keys the current field has.</summary>
        /// <param name="keys">UTF-8 names.</param>
        /// <param name="hint">Index tried first: the writer keeps an order, so the successor of the last match is usually right.</param>
        /// <returns>Index, or -1 for a field we do not know.</returns>
        public int Match(byte[][] keys, int hint)
        {
            if (hint >= 0 && hint < keys.Length && Same(keys[hint], _keyStart, _keyLength)) return hint;
            for (int i = 0; i < keys.Length; i++)
                if (Same(keys[i], _keyStart, _keyLength)) return i;
            return -1;
        }

        /// <summary>The current field's name, for error texts (allocates).</summary>
        public string KeyText()
        {
            return Encoding.UTF8.GetString(_buffer, _keyStart, _keyLength);
        }

        /// <summary>Reads an integer value.</summary>
        /// <param name="value">The value, or 0.</param>
        /// <returns>False on a defect, also for fractions, exponents and overflow.</returns>
        public bool Int(out long value)
        {
            // Locals: a field costs the interpreter on the board a call's worth, and the JIT a memory access, per byte.
            byte[] b = _buffer;
            int at = Position;
            int end = _end;
            value = 0;
            bool negative = at < end && b[at] == (byte)'-';
            if (negative) at++;
            int start = at;
            long total = 0;
            while (at < end)
            {
                int d = b[at] - '0';
                if (d < 0 || d > 9) break;
                if (total < -922337203685477580L || (total == -922337203685477580L && d > 8)) return Fail("integer too large");
                total = (total * 10) - d;
                at++;
            }

            Position = at;
            if (at == start) return Fail("integer expected");
            if (at < end && (b[at] == (byte)'.' || b[at] == (byte)'e' || b[at] == (byte)'E'))
                return Fail("integer expected, not a fraction");
            if (!negative && total == long.MinValue) return Fail("integer too large");
            value = negative ? total : -total;
            return true;
        }

        /// <summary>Reads an integer that must lie in a range.</summary>
        /// <param name="min">Lowest allowed.</param>
        /// <param name="max">Highest allowed.</param>
        /// <param name="value">The value; unchanged on a defect.</param>
        public bool Int32(int min, int max, ref int value)
        {
            long wide;
            if (!Int(out wide)) return false;
            if (wide < min || wide > max) return Fail("out of range");
            value = (int)wide;
            return true;
        }

        /// <summary>Reads true or false.</summary>
        /// <param name="value">The value; unchanged on a defect.</param>
        public bool Bool(ref bool value)
        {
            if (Literal("true")) { value = true; return true; }
            if (Literal("false")) { value = false; return true; }
            return Fail("true or false expected");
        }

        /// <summary>Reads a text. Keeps the object in <paramref name="value"/> when it already says the same: no garbage in steady state.</summary>
        /// <param name="value">The text; unchanged on a defect.</param>
        /// <param name="maxLength">
        /// Most UTF-8 bytes of what it says. An escape counts as the character that it stands for: a text that was read and written
        /// again, perhaps with other escapes, must not be too long to be read once more.
        /// </param>
        public bool Text(ref string value, int maxLength)
        {
            if (!Quoted()) return false;
            int length = _textEnd - _textStart;
            if (length > (_textEscaped ? LongestEscape * maxLength : maxLength)) return Fail("text too long");
            if (!_textEscaped && SameAscii(value, _textStart, length)) return true;
            string? text = _textEscaped ? Unescape() : Encoding.UTF8.GetString(_buffer, _textStart, length);
            if (text == null) return false;
            if (_textEscaped && Fitting(text, maxLength) < text.Length) return Fail("text too long");
            value = text;
            return true;
        }

        /// <summary>How many characters of a text fit into so many UTF-8 bytes; no pair of surrogates is cut in two.</summary>
        /// <param name="text">The text.</param>
        /// <param name="maxBytes">Most bytes.</param>
        public static int Fitting(string text, int maxBytes)
        {
            int bytes = 0;
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                bytes += c < 0x80 ? 1 : c < 0x800 || (c >= 0xD800 && c <= 0xDFFF) ? 2 : 3;
                if (bytes > maxBytes) return i > 0 && text[i - 1] >= 0xD800 && text[i - 1] <= 0xDBFF ? i - 1 : i;
            }

            return text.Length;
        }

        /// <summary>Reads an array of integers in a range.</summary>
        /// <param name="into">Receives the values from index 0.</param>
        /// <param name="min">Lowest allowed.</param>
        /// <param name="max">Highest allowed.</param>
        /// <param name="count">How many there were.</param>
        /// <returns>False on a defect, also when there are more than fit.</returns>
        public bool Ints(int[] into, int min, int max, out int count)
        {
            count = 0;
            if (!OpenArray()) return false;
            while (NextItem(count == 0))
            {
                if (count >= into.Length) return Fail("too many values");
                int value = 0;
                if (!Int32(min, max, ref value)) return false;
                into[count++] = value;
            }

            return Error == null;
        }

        /// <summary>Enters an array; then loop on <see cref="NextItem"/>.</summary>
        public bool OpenArray()
        {
            if (Position >= _end || _buffer[Position] != (byte)'[') return Fail("array expected");
            Position++;
            return true;
        }

        /// <summary>Moves to the next item of the open array; false at its end or on a defect.</summary>
        /// <param name="first">True for the first item.</param>
        public bool NextItem(bool first)
        {
            if (Error != null) return false;
            Blank();
            if (Position >= _end) return Fail("array not closed");
            if (_buffer[Position] == (byte)']')
            {
                Position++;
                return false;
            }

            if (!first)
            {
                if (_buffer[Position] != (byte)',') return Fail("comma expected");
                Position++;
                Blank();
            }

            return true;
        }

        /// <summary>Reads a text item and finds its first part (up to ':') among names.</summary>
        /// <param name="names">UTF-8 names.</param>
        /// <param name="hint">Index tried first.</param>
        /// <param name="numbers">Receives the numbers behind the name, each after a ':'; null when none are expected.</param>
        /// <param name="numberCount">How many numbers there were.</param>
        /// <returns>Index of the name, -1 for an unknown one, -2 on a defect.</returns>
        public int TaggedItem(byte[][] names, int hint, int[]? numbers, out int numberCount)
        {
            numberCount = 0;
            if (!Quoted()) return -2;
            int stop = _textStart;
            while (stop < _textEnd && _buffer[stop] != (byte)':') stop++;
            int length = stop - _textStart;
            int found = -1;
            if (hint >= 0 && hint < names.Length && Same(names[hint], _textStart, length)) found = hint;
            for (int i = 0; found < 0 && i < names.Length; i++)
                if (Same(names[i], _textStart, length)) found = i;

            while (numbers != null && stop < _textEnd && numberCount < numbers.Length)
            {
                stop++;
                bool negative = stop < _textEnd && _buffer[stop] == (byte)'-';
                if (negative) stop++;
                int value = 0;
                int digits = 0;
                while (stop < _textEnd && _buffer[stop] != (byte)':')
                {
                    int d = _buffer[stop] - '0';
                    if (d < 0 || d > 9 || ++digits > 9) { Fail("number expected"); return -2; }
                    value = (value * 10) + d;
                    stop++;
                }

                numbers[numberCount++] = negative ? -value : value;
            }

            return found;
        }

        /// <summary>Skips the current value, nested ones too, up to <see cref="MaxDepth"/>.</summary>
        public bool Skip()
        {
            int depth = 0;
            do
            {
                Blank();
                if (Position >= _end) return Fail("value expected");
                byte c = _buffer[Position];
                if (c == (byte)'"')
                {
                    if (!Quoted()) return false;
                }
                else if (c == (byte)'{' || c == (byte)'[')
                {
                    if (++depth > MaxDepth) return Fail("nested too deep");
                    Position++;
                }
                else if (c == (byte)'}' || c == (byte)']')
                {
                    if (--depth < 0) return Fail("value expected");
                    Position++;
                }
                else if (depth > 0 && (c == (byte)',' || c == (byte)':'))
                {
                    Position++;
                }
                else
                {
                    int start = Position;
                    while (Position < _end && IsBare(_buffer[Position])) Position++;
                    if (Position == start) return Fail("value expected");
                }
            }
            while (depth > 0);
            return true;
        }

        private static bool IsBare(byte c)
        {
            return (c >= (byte)'0' && c <= (byte)'9') || (c >= (byte)'a' && c <= (byte)'z') || (c >= (byte)'A' && c <= (byte)'Z')
                || c == (byte)'-' || c == (byte)'+' || c == (byte)'.';
        }

        private bool Literal(string word)
        {
            if (Position + word.Length > _end) return false;
            for (int i = 0; i < word.Length; i++)
                if (_buffer[Position + i] != word[i]) return false;
            Position += word.Length;
            return true;
        }

        private bool Quoted()
        {
            byte[] b = _buffer;
            int at = Position;
            int end = _end;
            if (at >= end || b[at] != (byte)'"') return Fail("text expected");
            at++;
            _textStart = at;
            _textEscaped = false;
            while (at < end)
            {
                byte c = b[at];
                if (c == (byte)'"')
                {
                    _textEnd = at;
                    Position = at + 1;
                    return true;
                }

                if (c < 0x20) return Fail("control character in a text");
                if (c == (byte)'\\')
                {
                    _textEscaped = true;
                    at++;
                }

                at++;
            }

            Position = at;
            return Fail("text not closed");
        }

        private string? Unescape()
        {
            StringBuilder text = new StringBuilder();
            int plain = _textStart;
            int i = _textStart;
            while (i < _textEnd)
            {
                if (_buffer[i] != (byte)'\\') { i++; continue; }
                if (i > plain) text.Append(Encoding.UTF8.GetString(_buffer, plain, i - plain));
                i++;
                byte c = i < _textEnd ? _buffer[i] : (byte)0;
                i++;
                switch (c)
                {
                    case (byte)'"': text.Append('"'); break;
                    case (byte)'\\': text.Append('\\'); break;
                    case (byte)'/': text.Append('/'); break;
                    case (byte)'b': text.Append('\b'); break;
                    case (byte)'f': text.Append('\f'); break;
                    case (byte)'n': text.Append('\n'); break;
                    case (byte)'r': text.Append('\r'); break;
                    case (byte)'t': text.Append('\t'); break;
                    case (byte)'u':
                        int code = 0;
                        for (int k = 0; k < 4; k++, i++)
                        {
                            int d = i < _textEnd ? HexDigit(_buffer[i]) : -1;
                            if (d < 0) { Fail("bad escape"); return null; }
                            code = (code << 4) | d;
                        }

                        text.Append((char)code);
                        break;
                    default:
                        Fail("bad escape");
                        return null;
                }

                plain = i;
            }

            if (_textEnd > plain) text.Append(Encoding.UTF8.GetString(_buffer, plain, _textEnd - plain));
            return text.ToString();
        }

        private static int HexDigit(byte c)
        {
            if (c >= (byte)'0' && c <= (byte)'9') return c - '0';
            if (c >= (byte)'a' && c <= (byte)'f') return c - 'a' + 10;
            if (c >= (byte)'A' && c <= (byte)'F') return c - 'A' + 10;
            return -1;
        }

        private bool Same(byte[] name, int start, int length)
        {
            if (name.Length != length) return false;
            byte[] b = _buffer;
            for (int i = 0; i < name.Length; i++)
                if (b[start + i] != name[i]) return false;
            return true;
        }

        private bool SameAscii(string text, int start, int length)
        {
            if (text == null || text.Length != length) return false;
            for (int i = 0; i < length; i++)
                if (_buffer[start + i] != text[i]) return false;
            return true;
        }

        private void Blank()
        {
            // Our own writer makes none: small enough to be inlined.
            if (Position < _end && _buffer[Position] <= (byte)' ') SkipBlanks();
        }

        private void SkipBlanks()
        {
            while (Position < _end)
            {
                byte c = _buffer[Position];
                if (c != (byte)' ' && c != (byte)'\n' && c != (byte)'\r' && c != (byte)'\t') return;
                Position++;
            }
        }

        private bool Fail(string what)
        {
            if (Error == null) Error = what;
            return false;
        }
    }
}
