namespace JkFleet.Bms
{
    /// <summary>
    /// Several BMSes on wires of their own (one UART each) behind the one seam of the agent: every link keeps its own conversation,
    /// their readings are combined. The port marks bytes with the number of their wire: to the port one byte number and the
    /// request; from the port records of number, count and that many bytes.
    /// </summary>
    public sealed class BmsGroup : IBmsProtocol
    {
        /// <summary>A pack is offline after this time without a reading, ms.</summary>
        public const int PackStaleMs = 10000;

        /// <summary>Bytes of a record in front of its data.</summary>
        public const int RecordHead = 2;

        private readonly IBmsProtocol[] _links;
        private readonly PackAggregator _packs;
        private readonly BmsLinkCounters _counters = new BmsLinkCounters();
        private readonly byte[] _request = new byte[64];
        private readonly BmsSnapshot _pack = new BmsSnapshot();
        private readonly BmsSnapshot _reading = new BmsSnapshot();
        private bool _hasReading;
        private int _turn;
        private int _link;
        private int _left;
        private int _headSeen;

        /// <summary>A group.</summary>
        /// <param name="links">One per wire, at most <see cref="PackAggregator.MaxPacks"/>; its index is the number of the wire.</param>
        public BmsGroup(IBmsProtocol[] links)
        {
            _links = links;
            _packs = new PackAggregator(links.Length, PackStaleMs);
        }

        /// <inheritdoc/>
        public string Name
        {
            get { return _links[0].Name; }
        }

        /// <summary>Sums over all links; the last refusal is that of the first link that has one.</summary>
        public BmsLinkCounters Counters
        {
            get
            {
                Sum();
                return _counters;
            }
        }

        /// <summary>The packs one by one.</summary>
        public PackAggregator Packs
        {
            get { return _packs; }
        }

        /// <summary>One link of the group.</summary>
        /// <param name="index">Number of its wire.</param>
        public IBmsProtocol Link(int index)
        {
            return _links[index];
        }

        /// <inheritdoc/>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            for (int i = 0; i < _links.Length; i++)
            {
                int at = (_turn + i) % _links.Length;
                int count = _links[at].NextRequest(nowMs, _request);
                if (count == 0) continue;
                _turn = at + 1;
                buffer[0] = (byte)at;
                for (int k = 0; k < count; k++) buffer[k + 1] = _request[k];
                return count + 1;
            }

            return 0;
        }

        /// <inheritdoc/>
        public void Receive(byte[] buffer, int offset, int count, long nowMs)
        {
            int end = offset + count;
            while (offset < end)
            {
                if (_headSeen < RecordHead)
                {
                    if (_headSeen == 0) _link = buffer[offset];
                    else _left = buffer[offset];
                    _headSeen++;
                    offset++;
                    if (_headSeen == RecordHead && _left == 0) _headSeen = 0;
                    continue;
                }

                int n = end - offset < _left ? end - offset : _left;
                if (_link < _links.Length) Hear(_link, buffer, offset, n, nowMs);
                offset += n;
                _left -= n;
                if (_left == 0) _headSeen = 0;
            }
        }

        /// <inheritdoc/>
        public bool TryTake(BmsSnapshot into)
        {
            if (!_hasReading) return false;
            _hasReading = false;
            _reading.CopyTo(into);
            return true;
        }

        private void Hear(int link, byte[] buffer, int offset, int count, long nowMs)
        {
            _links[link].Receive(buffer, offset, count, nowMs);
            while (_links[link].TryTake(_pack))
            {
                if (_packs.Put(link, _pack)) _hasReading = _packs.TryCombine(nowMs, _reading);
            }
        }

        private void Sum()
        {
            BmsLinkCounters sum = _counters;
            sum.Requests = 0;
            sum.Accepted = 0;
            sum.Refused = 0;
            sum.Ignored = 0;
            sum.Unanswered = 0;
            sum.SkippedBytes = 0;
            sum.LastRefusal = "";
            for (int i = 0; i < _links.Length; i++)
            {
                BmsLinkCounters c = _links[i].Counters;
                sum.Requests += c.Requests;
                sum.Accepted += c.Accepted;
                sum.Refused += c.Refused;
                sum.Ignored += c.Ignored;
                sum.Unanswered += c.Unanswered;
                sum.SkippedBytes += c.SkippedBytes;
                if (sum.LastRefusal.Length == 0) sum.LastRefusal = c.LastRefusal;
            }
        }
    }
}
