using System;
using System.Text;

namespace JkFleet.Contracts
{
    /// <summary>
    /// Writes one flat JSON object into a buffer that is used again and again: a device without generics or
    /// reflection can publish text that a person reads in <c>mosquitto_sub</c>, without garbage.
    /// A message that does not fit sets <see cref="Overflowed"/> and must not be sent.
    /// </summary>
    public sealed class MessageWriter
    {
        private readonly byte[] _buffer;
        private readonly byte[] _digits = new byte[20];
        private bool _first;

        /// <summary>Bytes written so far.</summary>
        public int Count;

        /// <summary>The buffer was too small; the content is not a message.</summary>
        public bool Overflowed;

        /// <summary>A writer over a buffer that the caller owns.</summary>
        /// <param name="buffer">Receives the message from index 0.</param>
        public MessageWriter(byte[] buffer)
        {
            _buffer = buffer;
        }

        /// <summary>The buffer given at construction.</summary>
        public byte[] Buffer
        {
            get { return _buffer; }
        }

        /// <summary>Starts a new object, forgetting the last one.</summary>
        public void Begin()
        {
            Count = 0;
            Overflowed = false;
            _first = true;
            Put((byte)'{');
        }

        /// <summary>Closes the object.</summary>
        /// <returns>True when it fitted; then <see cref="Count"/> bytes are the message.</returns>
        public bool End()
        {
            Put((byte)'}');
            return !Overflowed;
        }

        /// <summary>Writes an integer field.</summary>
        /// <param name="key">UTF-8 name without quotes, needing no escape.</param>
        /// <param name="value">The value.</param>
        public void Int(byte[] key, long value)
        {
            Key(key);
            Number(value);
        }

        /// <summary>Writes true or false.</summary>
        /// <param name="key">UTF-8 name.</param>
        /// <param name="value">The value.</param>
        public void Bool(byte[] key, bool value)
        {
            Key(key);
            if (value)
            {
                Put((byte)'t'); Put((byte)'r'); Put((byte)'u'); Put((byte)'e');
            }
            else
            {
                Put((byte)'f'); Put((byte)'a'); Put((byte)'l'); Put((byte)'s'); Put((byte)'e');
            }
        }

        /// <summary>Writes a text field, escaped; characters beyond U+FFFF are written as the surrogates' escapes.</summary>
        /// <param name="key">UTF-8 name.</param>
        /// <param name="value">The text; null is written as "".</param>
        public void Text(byte[] key, string? value)
        {
            Key(key);
            Quoted(value);
        }

        /// <summary>Writes an array of integers.</summary>
        /// <param name="key">UTF-8 name.</param>
        /// <param name="values">Holds the values from index 0.</param>
        /// <param name="count">How many.</param>
        public void Ints(byte[] key, int[] values, int count)
        {
            Key(key);
            Put((byte)'[');
            for (int i = 0; i < count; i++)
            {
                if (i > 0) Put((byte)',');
                Number(values[i]);
            }

            Put((byte)']');
        }

        /// <summary>Opens an array of texts; then call <see cref="Item"/> and <see cref="EndArray"/>.</summary>
        /// <param name="key">UTF-8 name.</param>
        public void BeginArray(byte[] key)
        {
            Key(key);
            Put((byte)'[');
            _first = true;
        }

        /// <summary>Writes one text of an open array.</summary>
        /// <param name="value">The text.</param>
        public void Item(string value)
        {
            Comma();
            Quoted(value);
        }

        /// <summary>Opens one text of an open array that is built from pieces: <see cref="Piece(string)"/>, <see cref="Piece(long)"/>.</summary>
        public void BeginItem()
        {
            Comma();
            Put((byte)'"');
        }

        /// <summary>Appends a text to the open item.</summary>
        /// <param name="value">Plain text that needs no escape.</param>
        public void Piece(string value)
        {
            Escaped(value);
        }

        /// <summary>Appends <c>:number</c> to the open item.</summary>
        /// <param name="value">The number.</param>
        public void Piece(long value)
        {
            Put((byte)':');
            Number(value);
        }

        /// <summary>Closes the open item.</summary>
        public void EndItem()
        {
            Put((byte)'"');
        }

        /// <summary>Closes an array of texts.</summary>
        public void EndArray()
        {
            Put((byte)']');
            _first = false;
        }

        private void Key(byte[] key)
        {
            Comma();
            if (Count + key.Length + 3 > _buffer.Length)
            {
                Overflowed = true;
                return;
            }

            _buffer[Count++] = (byte)'"';
            Array.Copy(key, 0, _buffer, Count, key.Length);
            Count += key.Length;
            _buffer[Count++] = (byte)'"';
            _buffer[Count++] = (byte)':';
        }

        private void Comma()
        {
            if (_first) _first = false;
            else Put((byte)',');
        }

        private void Quoted(string? value)
        {
            Put((byte)'"');
            if (value != null) Escaped(value);
            Put((byte)'"');
        }

        private void Escaped(string value)
        {
            for (int i = 0; i < value.Length; i++)
            {
                int c = value[i];
                if (c == '"' || c == '\\')
                {
                    Put((byte)'\\');
                    Put((byte)c);
                }
                else if (c < 0x20 || (c >= 0xD800 && c <= 0xDFFF))
                {
                    Put((byte)'\\'); Put((byte)'u');
                    Hex(c >> 12); Hex(c >> 8); Hex(c >> 4); Hex(c);
                }
                else if (c < 0x80)
                {
                    Put((byte)c);
                }
                else if (c < 0x800)
                {
                    Put((byte)(0xC0 | (c >> 6)));
                    Put((byte)(0x80 | (c & 0x3F)));
                }
                else
                {
                    Put((byte)(0xE0 | (c >> 12)));
                    Put((byte)(0x80 | ((c >> 6) & 0x3F)));
                    Put((byte)(0x80 | (c & 0x3F)));
                }
            }
        }

        private void Hex(int value)
        {
            int digit = value & 0xF;
            Put((byte)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }

        private void Number(long value)
        {
            // The magnitude is taken through ulong so that long.MinValue survives.
            ulong rest = value < 0 ? (ulong)(-(value + 1)) + 1UL : (ulong)value;
            int n = 0;
            do
            {
                _digits[n++] = (byte)('0' + (int)(rest % 10UL));
                rest /= 10UL;
            }
            while (rest != 0);
            if (value < 0) Put((byte)'-');
            while (n > 0) Put(_digits[--n]);
        }

        private void Put(byte value)
        {
            if (Count < _buffer.Length) _buffer[Count++] = value;
            else Overflowed = true;
        }

        /// <summary>UTF-8 bytes of a key, made once at construction of a codec.</summary>
        /// <param name="name">The name.</param>
        public static byte[] KeyOf(string name)
        {
            return Encoding.UTF8.GetBytes(name);
        }
    }
}
