namespace JkFleet.Bms.Jk02
{
    /// <summary>
    /// Finds intact 300-byte frames in a stream of BLE-sized chunks, with acknowledgements and AT junk between them. A chunk
    /// lost in the middle costs that frame only: the search goes on inside the damage.
    /// </summary>
    public sealed class Jk02FrameReader
    {
        private readonly byte[] _bytes = new byte[2 * Jk02Frame.Size];
        private readonly BmsLinkCounters _counters;
        private int _count;
        private int _from;

        /// <summary>A reader that counts refusals and skipped bytes.</summary>
        /// <param name="counters">Its link's counters.</param>
        public Jk02FrameReader(BmsLinkCounters counters)
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

        /// <summary>Takes as many bytes as fit; call <see cref="Next"/> until false, then go on with the rest.</summary>
        /// <param name="buffer">Holds the bytes.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        /// <returns>Bytes taken, at least 1 when <paramref name="count"/> is.</returns>
        public int Take(byte[] buffer, int offset, int count)
        {
            int rest = _count - _from;
            if (_from > 0)
            {
                for (int i = 0; i < rest; i++) _bytes[i] = _bytes[_from + i];
                _count = rest;
                _from = 0;
            }

            int room = _bytes.Length - _count;
            int n = count < room ? count : room;
            for (int i = 0; i < n; i++) _bytes[_count + i] = buffer[offset + i];
            _count += n;
            return n;
        }

        /// <summary>Steps to the next intact frame.</summary>
        /// <returns>False when more bytes are needed.</returns>
        public bool Next()
        {
            while (_from < _count)
            {
                int have = _count - _from;
                if (!Jk02Frame.StartsAt(_bytes, _from, have))
                {
                    Skip(1);
                    continue;
                }

                if (have < Jk02Frame.Size) return false;
                int inner = Jk02Frame.InnerStart(_bytes, _from);
                string refusal = inner > 0 ? "truncated" : Jk02Frame.Check(_bytes, _from, have);
                if (refusal.Length > 0)
                {
                    _counters.Refused++;
                    _counters.LastRefusal = refusal;
                    Skip(inner > 0 ? inner : 1);
                    continue;
                }

                FrameOffset = _from;
                _from += Jk02Frame.Size;
                return true;
            }

            return false;
        }

        /// <summary>Forgets a half frame (the other side was silent).</summary>
        public void Forget()
        {
            _counters.SkippedBytes += _count - _from;
            _count = 0;
            _from = 0;
        }

        private void Skip(int bytes)
        {
            _from += bytes;
            _counters.SkippedBytes += bytes;
        }
    }
}
