namespace JkFleet.Agent
{
    /// <summary>Waits 1, 2, 4, ... 60 s between tries while something lasts (protocols.md 7.3); starts over when it ended for a minute.</summary>
    public sealed class BackOff
    {
        /// <summary>First wait, ms.</summary>
        public const int FirstMs = 1000;

        /// <summary>Longest wait, ms.</summary>
        public const int LongestMs = 60000;

        private int _waitMs;
        private long _sinceMs;
        private bool _lasting;

        /// <summary>True when a try is due now.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="lasting">The state that is to be ended holds.</param>
        public bool IsDue(long nowMs, bool lasting)
        {
            long passed = nowMs - _sinceMs;
            if (!lasting)
            {
                if (_lasting) _sinceMs = nowMs;
                else if (passed >= LongestMs || passed < 0) _waitMs = 0;
                _lasting = false;
                return false;
            }

            if (!_lasting || passed < 0)
            {
                _lasting = true;
                _sinceMs = nowMs;
                if (_waitMs == 0) _waitMs = FirstMs;
                return false;
            }

            if (passed < _waitMs) return false;
            _sinceMs = nowMs;
            _waitMs = _waitMs * 2 > LongestMs ? LongestMs : _waitMs * 2;
            return true;
        }
    }
}
