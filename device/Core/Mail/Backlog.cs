using System;

namespace JkFleet.Agent.Mail
{
    /// <summary>
    /// Messages on their way to the server: a bounded ring of serialised telemetry and events. A message stays until the broker
    /// acknowledged it; after a lost connection what was under way is sent again (the server knows it by boot and sequence).
    /// When the ring is full the oldest go and are counted. No allocation after construction.
    /// </summary>
    public sealed class Backlog
    {
        /// <summary>Longest message, bytes.</summary>
        public const int MaxMessage = 4096;

        private const int HeaderBytes = 6; // length u16, leaf u8, state u8, offset of the replay literal u16
        private const byte Waiting = 0;
        private const byte Offered = 1;
        private const byte Done = 2;

        private readonly byte[] _ring;
        private int _head;
        private int _used;
        private int _cursor; // bytes from the head to the first record that may still wait
        private int _offered;

        /// <summary>Messages in the ring, also those under way.</summary>
        public int Count;

        /// <summary>Messages that wait to be sent.</summary>
        public int WaitingCount;

        /// <summary>Messages dropped unsent since start.</summary>
        public int Dropped;

        /// <summary>Changes with every change of content.</summary>
        public int Changes;

        /// <summary>An empty ring.</summary>
        /// <param name="bytes">Its size, at least 4096.</param>
        public Backlog(int bytes)
        {
            _ring = new byte[bytes < 4096 ? 4096 : bytes];
        }

        /// <summary>Bytes that <see cref="Save"/> needs at most.</summary>
        public int Capacity
        {
            get { return _ring.Length; }
        }

        /// <summary>Appends a message, dropping old ones for it.</summary>
        /// <param name="leaf">Number of the leaf, kept for the sender.</param>
        /// <param name="buffer">Holds the message from index 0.</param>
        /// <param name="count">Its length, up to <see cref="MaxMessage"/>.</param>
        /// <param name="replayAt">Offset of the literal <c>false</c> behind <c>"replay":</c>; 0 = none.</param>
        /// <param name="offered">It was handed to the link already.</param>
        public void Add(byte leaf, byte[] buffer, int count, int replayAt, bool offered)
        {
            if (count <= 0 || count > MaxMessage || count + HeaderBytes > _ring.Length)
            {
                if (!offered) Dropped++;
                return;
            }

            while (_used + HeaderBytes + count > _ring.Length) DropOldest();
            int at = _used;
            Put(at, (byte)count);
            Put(at + 1, (byte)(count >> 8));
            Put(at + 2, leaf);
            Put(at + 3, offered ? Offered : Waiting);
            Put(at + 4, (byte)replayAt);
            Put(at + 5, (byte)(replayAt >> 8));
            CopyIn(at + HeaderBytes, buffer, count);
            _used += HeaderBytes + count;
            Count++;
            Changes++;
            if (offered) _offered++;
            else WaitingCount++;
        }

        /// <summary>Copies the oldest waiting message, marked as replayed; it stays until <see cref="MarkOffered"/>.</summary>
        /// <param name="into">Receives it; at least <see cref="MaxMessage"/>.</param>
        /// <param name="leaf">Its leaf.</param>
        /// <returns>Its length; 0 = nothing waits.</returns>
        public int Peek(byte[] into, out byte leaf)
        {
            leaf = 0;
            if (WaitingCount == 0) return 0;
            while (Get(_cursor + 3) != Waiting) _cursor += HeaderBytes + Length(_cursor);
            int count = Length(_cursor);
            leaf = Get(_cursor + 2);
            CopyOut(_cursor + HeaderBytes, into, 0, count);
            int replay = Get(_cursor + 4) | (Get(_cursor + 5) << 8);
            if (replay > 0 && replay + 5 <= count)
            {
                // "true " is as long as "false": the message is edited in place, JSON does not mind the blank.
                into[replay] = (byte)'t';
                into[replay + 1] = (byte)'r';
                into[replay + 2] = (byte)'u';
                into[replay + 3] = (byte)'e';
                into[replay + 4] = (byte)' ';
            }

            return count;
        }

        /// <summary>The message that <see cref="Peek"/> gave is under way.</summary>
        public void MarkOffered()
        {
            if (WaitingCount == 0 || Get(_cursor + 3) != Waiting) return;
            Put(_cursor + 3, Offered);
            _cursor += HeaderBytes + Length(_cursor);
            WaitingCount--;
            _offered++;
        }

        /// <summary>The broker has everything that was under way.</summary>
        public void Acknowledge()
        {
            if (_offered > 0)
            {
                for (int at = 0; at < _used; at += HeaderBytes + Length(at))
                    if (Get(at + 3) == Offered) Put(at + 3, Done);
                _offered = 0;
                Changes++;
            }

            while (Count > 0 && Get(3) == Done) Release();
        }

        /// <summary>A connection was lost: what was under way waits again.</summary>
        public void Reconnected()
        {
            _cursor = 0;
            if (_offered == 0) return;
            for (int at = 0; at < _used; at += HeaderBytes + Length(at))
            {
                if (Get(at + 3) != Offered) continue;
                Put(at + 3, Waiting);
                WaitingCount++;
            }

            _offered = 0;
        }

        /// <summary>Writes the messages that are not acknowledged, oldest first.</summary>
        /// <param name="into">At least <see cref="Capacity"/>.</param>
        /// <returns>Bytes written.</returns>
        public int Save(byte[] into)
        {
            int written = 0;
            for (int at = 0; at < _used; at += HeaderBytes + Length(at))
            {
                if (Get(at + 3) == Done) continue;
                int bytes = HeaderBytes + Length(at);
                CopyOut(at, into, written, bytes);
                into[written + 3] = Waiting;
                written += bytes;
            }

            return written;
        }

        /// <summary>Appends saved messages; a damaged tail is left out.</summary>
        /// <param name="saved">What <see cref="Save"/> wrote.</param>
        /// <param name="count">Its length.</param>
        public void Load(byte[] saved, int count)
        {
            byte[] one = new byte[MaxMessage];
            int at = 0;
            while (at + HeaderBytes <= count)
            {
                int length = saved[at] | (saved[at + 1] << 8);
                if (length == 0 || length > MaxMessage || at + HeaderBytes + length > count) return;
                Array.Copy(saved, at + HeaderBytes, one, 0, length);
                Add(saved[at + 2], one, length, saved[at + 4] | (saved[at + 5] << 8), false);
                at += HeaderBytes + length;
            }
        }

        private void DropOldest()
        {
            byte state = Get(3);
            if (state == Waiting)
            {
                Dropped++;
                WaitingCount--;
            }
            else if (state == Offered)
            {
                _offered--;
            }

            Release();
        }

        private void Release()
        {
            int bytes = HeaderBytes + Length(0);
            _head = (_head + bytes) % _ring.Length;
            _used -= bytes;
            _cursor = _cursor > bytes ? _cursor - bytes : 0;
            Count--;
            Changes++;
        }

        private int Length(int at)
        {
            return Get(at) | (Get(at + 1) << 8);
        }

        private byte Get(int at)
        {
            int i = _head + at;
            return _ring[i >= _ring.Length ? i - _ring.Length : i];
        }

        private void Put(int at, byte value)
        {
            int i = _head + at;
            _ring[i >= _ring.Length ? i - _ring.Length : i] = value;
        }

        private void CopyIn(int at, byte[] from, int count)
        {
            int i = (_head + at) % _ring.Length;
            int first = _ring.Length - i < count ? _ring.Length - i : count;
            Array.Copy(from, 0, _ring, i, first);
            if (first < count) Array.Copy(from, first, _ring, 0, count - first);
        }

        private void CopyOut(int at, byte[] into, int start, int count)
        {
            int i = (_head + at) % _ring.Length;
            int first = _ring.Length - i < count ? _ring.Length - i : count;
            Array.Copy(_ring, i, into, start, first);
            if (first < count) Array.Copy(_ring, 0, into, start + first, count - first);
        }
    }
}
