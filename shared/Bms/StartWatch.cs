namespace JkFleet.Bms
{
    /// <summary>
    /// A JK that has just got power reports real cells, but SOC 0 and 0 cycles for about 16 s (protocols.md 1.1). Believed, that would
    /// latch the discharge stop, ask the inverter for a forced charge and end a float; after <see cref="StartingMs"/> it is a new empty pack.
    /// One per pack: the agent watches a single pack, <see cref="PackAggregator"/> each of several.
    /// </summary>
    public sealed class StartWatch
    {
        /// <summary>So long SOC 0 with 0 cycles is a start and not an empty pack, ms.</summary>
        public const int StartingMs = 20000;

        private bool _empty;
        private long _sinceMs;
        private long _lastMs;

        /// <summary>True when a new reading is to be left alone. A gap as long as the start itself begins it anew.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="s">The reading.</param>
        public bool IsStarting(long nowMs, BmsSnapshot s)
        {
            bool empty = s.SocPermille == 0 && s.Cycles == 0;
            if (!_empty || nowMs - _lastMs > StartingMs || nowMs - _sinceMs < 0) _sinceMs = nowMs;
            _empty = empty;
            _lastMs = nowMs;
            return empty && nowMs - _sinceMs < StartingMs;
        }
    }
}
