namespace JkFleet.Contracts
{
    /// <summary>
    /// The fields of one kind of message, both ways: the header, then the message's own by their number. Reading takes them
    /// in any order and skips what it does not know, so that either side may be newer. One instance per codec, reused.
    /// </summary>
    public sealed class MessageFields
    {
        private readonly byte[][] _keys;
        private readonly HeaderFields _header = new HeaderFields();
        private MessageHeader _headerOf = new MessageHeader();
        private int _last;

        /// <summary>With its table.</summary>
        /// <param name="names">Names of the message's own fields, in the order in which they are written.</param>
        public MessageFields(string[] names)
        {
            _keys = HeaderFields.KeysOf(names);
        }

        /// <summary>Stands on the value of the field that <see cref="Next"/> found.</summary>
        public MessageReader Reader { get; } = new MessageReader();

        /// <summary>Begins a message with its header.</summary>
        /// <param name="h">The header.</param>
        /// <param name="w">The writer; end it with <see cref="MessageWriter.End"/>.</param>
        /// <returns>Keys of the message's own fields.</returns>
        public byte[][] Write(MessageHeader h, MessageWriter w)
        {
            w.Begin();
            _header.Write(h, w);
            return _keys;
        }

        /// <summary>Begins to read a message; then loop on <see cref="Next"/>.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="h">Emptied, and filled on the way.</param>
        public void Read(byte[] buffer, int offset, int count, MessageHeader h)
        {
            _headerOf = h;
            _header.Begin(h);
            _last = -1;
            Reader.Open(buffer, offset, count);
        }

        /// <summary>Moves to the next of the message's own fields; its value must then be read from <see cref="Reader"/>.</summary>
        /// <returns>Number of the field, or -1 at the end of the message and on a defect.</returns>
        public int Next()
        {
            MessageReader r = Reader;
            while (r.Next())
            {
                if (_header.TryField(r, _headerOf)) continue;
                int key = r.Match(_keys, _last + 1);
                if (key >= 0)
                {
                    _last = key;
                    return key;
                }

                if (!r.Skip()) break;
            }

            return -1;
        }

        /// <summary>Why the message that was read must be refused; "" = it need not.</summary>
        /// <param name="deviceMessage">True for a device's message, whose header must be whole.</param>
        public string Refusal(bool deviceMessage)
        {
            if (Reader.Error != null) return Reader.Error + (_last >= 0 ? " at or after " + Reader.KeyText() : "");
            return _header.Missing(deviceMessage);
        }
    }
}
