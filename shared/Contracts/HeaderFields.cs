namespace JkFleet.Contracts
{
    /// <summary>The fields that every message of a device begins with, for the codecs: <c>v boot seq up_ms utc_ms replay</c>.</summary>
    public sealed class HeaderFields
    {
        private readonly byte[][] _keys;
        private int _version;
        private int _seen;

        /// <summary>With its table.</summary>
        public HeaderFields()
        {
            _keys = KeysOf(new string[] { "v", "boot", "seq", "up_ms", "utc_ms", "replay" });
        }

        /// <summary>UTF-8 keys of names.</summary>
        /// <param name="names">The names.</param>
        public static byte[][] KeysOf(string[] names)
        {
            byte[][] keys = new byte[names.Length][];
            for (int i = 0; i < names.Length; i++) keys[i] = MessageWriter.KeyOf(names[i]);
            return keys;
        }

        /// <summary>Writes the fields into an open object.</summary>
        /// <param name="h">The header.</param>
        /// <param name="w">The writer.</param>
        public void Write(MessageHeader h, MessageWriter w)
        {
            w.Int(_keys[0], Topics.Version);
            w.Int(_keys[1], h.Boot);
            w.Int(_keys[2], h.Seq);
            w.Int(_keys[3], h.UpMs);
            w.Int(_keys[4], h.UtcMs);
            w.Bool(_keys[5], h.Replay);
        }

        /// <summary>Forgets the last message.</summary>
        /// <param name="h">Emptied.</param>
        public void Begin(MessageHeader h)
        {
            _version = 0;
            _seen = 0;
            h.Boot = 0;
            h.Seq = 0;
            h.UpMs = 0;
            h.UtcMs = 0;
            h.Replay = false;
        }

        /// <summary>Takes the reader's current field when it belongs to the header.</summary>
        /// <param name="r">Stands on a field.</param>
        /// <param name="h">Receives it.</param>
        /// <returns>True when the field was ours (its value may still be broken: <see cref="MessageReader.Error"/>).</returns>
        public bool TryField(MessageReader r, MessageHeader h)
        {
            int key = r.Match(_keys, 0);
            if (key < 0) return false;
            long value = 0;
            if (key == 5) r.Bool(ref h.Replay);
            else if (r.Int(out value))
            {
                _seen |= 1 << key;
                if (key == 0) _version = value > 0 && value < int.MaxValue ? (int)value : -1;
                else if (key == 1) h.Boot = value;
                else if (key == 2) h.Seq = value;
                else if (key == 3) h.UpMs = value;
                else h.UtcMs = value;
            }

            return true;
        }

        /// <summary>Why the header is not enough; "" = it is.</summary>
        /// <param name="deviceMessage">True for a device's message, which needs <c>boot seq up_ms</c> too.</param>
        public string Missing(bool deviceMessage)
        {
            if ((_seen & 1) == 0) return "v is missing";
            if (_version != Topics.Version) return "contract version is not known";
            if (deviceMessage && (_seen & 0xE) != 0xE) return "boot, seq or up_ms is missing";
            return "";
        }
    }
}
