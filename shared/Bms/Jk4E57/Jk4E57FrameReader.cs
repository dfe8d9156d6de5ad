namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// Finds whole intact frames in a byte stream: split anywhere, joined, behind noise, behind a false start. After a frame
    /// that fails its checks the search goes on one byte later, so that a good frame inside the damage is not lost.
    /// </summary>
    public sealed class Jk4E57FrameReader
    {
        /// <summary>Silence after which a half frame is given up, ms. A whole answer takes 25 ms at 115200 baud.</summary>
        public const int GapMs = 300;

        // Twice the largest frame: a waiting candidate never fills the buffer.
        private readonly byte[] _bytes = new byte[2 * Jk4E57Frame.MaxBytes];
        private readonly BmsLinkCounters _counters;
        private int _count;
        private int _from;
        private long _lastByteMs;

        /// <summary>A reader that counts refusals and skipped bytes.</summary>
        /// <param name="counters">Its link's counters.</param>
        public Jk4E57FrameReader(BmsLinkCounters counters)
        {
            _counters = counters;
        }

        /// <summary>Buffer that holds the frame of the last <see cref="Next"/>.</summary>
        public byte[] Buffer
        {
            get { return _bytes; }
        }

        /// <summary>First byte of that frame.</summary>
        public int FrameOffset { get; private set; }

        /// <summary>Bytes of that frame.</summary>
        public int FrameCount { get; private set; }

        /// <summary>Takes as many bytes as fit; call <see cref="Next"/> until false, then go on with the rest.</summary>
        /// <param name="buffer">Holds the bytes.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        /// <param name="nowMs">Clock.</param>
        /// <returns>Bytes taken, at least 1 when <paramref name="count"/> is.</returns>
        public int Take(byte[] buffer, int offset, int count, long nowMs)
        {
            Compact();
            int room = _bytes.Length - _count;
            int n = count < room ? count : room;
            for (int i = 0; i < n; i++) _bytes[_count + i] = buffer[offset + i];
            _count += n;
            if (n > 0) _lastByteMs = nowMs;
            return n;
        }

        /// <summary>Steps to the next intact frame.</summary>
        /// <returns>False when more bytes are needed.</returns>
        public bool Next()
        {
            while (_from < _count)
            {
                int have = _count - _from;
                if (_bytes[_from] != Jk4E57Frame.Start1 || (have > 1 && _bytes[_from + 1] != Jk4E57Frame.Start2))
                {
                    Skip();
                    continue;
                }

                if (have < 4) return false;
                int len = Bytes.U16Be(_bytes, _from + Jk4E57Frame.LenAt);
                if (len < Jk4E57Frame.MinLen || len > Jk4E57Frame.MaxLen)
                {
                    Skip();
                    continue;
                }

                if (have < len + 2) return false;
                string refusal = Jk4E57Frame.Check(_bytes, _from, len + 2);
                if (refusal.Length > 0)
                {
                    Refuse(refusal);
                    continue;
                }

                FrameOffset = _from;
                FrameCount = len + 2;
                _from += FrameCount;
                return true;
            }

            return false;
        }

        /// <summary>
        /// Gives up a half frame when the line has been silent: what looked like a start may have been noise with a
        /// large length in front of a whole frame. Call <see cref="Next"/> afterwards.
        /// </summary>
        /// <param name="nowMs">Clock.</param>
        /// <returns>True when a half frame was given up.</returns>
        public bool GiveUpHalf(long nowMs)
        {
            if (_from >= _count || nowMs - _lastByteMs < GapMs) return false;
            Refuse("truncated");
            return true;
        }

        /// <summary>Clock of the last byte taken: the age of what is in the buffer.</summary>
        public long LastByteMs
        {
            get { return _lastByteMs; }
        }

        private void Refuse(string why)
        {
            _counters.Refused++;
            _counters.LastRefusal = why;
            Skip();
        }

        private void Skip()
        {
            _from++;
            _counters.SkippedBytes++;
        }

        private void Compact()
        {
            if (_from == 0) return;
            int rest = _count - _from;
            for (int i = 0; i < rest; i++) _bytes[i] = _bytes[_from + i];
            _count = rest;
            _from = 0;
        }
    }
}
