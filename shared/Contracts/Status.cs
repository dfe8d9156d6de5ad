namespace JkFleet.Contracts
{
    /// <summary>
    /// Online or not; leaf <see cref="Topics.Status"/>, retained. The device publishes <c>{"v":1,"online":true,"boot":N}</c> after a
    /// connect; the broker publishes the last will <see cref="Will"/>. The boot tells a late will of an old session from the
    /// present one.
    /// </summary>
    public sealed class StatusCodec
    {
        /// <summary>A buffer of this size holds any status.</summary>
        public const int MaxBytes = 96;

        private readonly byte[][] _keys = HeaderFields.KeysOf(new string[] { "v", "online", "boot" });
        private readonly MessageReader _reader = new MessageReader();

        /// <summary>The last will of a session.</summary>
        /// <param name="boot">Boot of the agent that connects.</param>
        public static string Will(long boot)
        {
            return "{\"v\":1,\"online\":false,\"boot\":" + boot.ToString() + "}";
        }

        /// <summary>Writes a status.</summary>
        /// <param name="online">True while connected.</param>
        /// <param name="boot">Boot of the agent.</param>
        /// <param name="w">Receives it.</param>
        public bool Write(bool online, long boot, MessageWriter w)
        {
            w.Begin();
            w.Int(_keys[0], Topics.Version);
            w.Bool(_keys[1], online);
            w.Int(_keys[2], boot);
            return w.End();
        }

        /// <summary>Reads a status.</summary>
        /// <param name="buffer">Holds it.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="online">Online or not.</param>
        /// <param name="boot">Boot that it is about.</param>
        public bool TryRead(byte[] buffer, int offset, int count, out bool online, out long boot)
        {
            online = false;
            boot = 0;
            bool said = false;
            long version = 0;
            MessageReader r = _reader;
            if (!r.Open(buffer, offset, count)) return false;
            while (r.Next())
            {
                int key = r.Match(_keys, 0);
                if (key == 0) r.Int(out version);
                else if (key == 1) said = r.Bool(ref online);
                else if (key == 2) r.Int(out boot);
                else r.Skip();
            }

            return r.Error == null && said && version == Topics.Version;
        }
    }
}
