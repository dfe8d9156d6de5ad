namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// How long a listener that serves one browser at a time waits for it. Browsers open connections ahead and say nothing on them:
    /// such a one gives way to the next at once; whoever has begun to speak has a bounded time to finish.
    /// </summary>
    public sealed class ConnectionPatience
    {
        /// <summary>A silent connection may stay so long while nobody else waits, ms.</summary>
        public const int SilentMs = 3000;

        /// <summary>A silent connection may stay so long while somebody waits, ms.</summary>
        public const int SilentInTheWayMs = 200;

        /// <summary>A request must be whole after so long, ms.</summary>
        public const int WholeMs = 8000;

        private long _sinceMs;
        private bool _spoke;

        /// <summary>A connection was accepted.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        public void Begin(long nowMs)
        {
            _sinceMs = nowMs;
            _spoke = false;
        }

        /// <summary>Bytes came in.</summary>
        public void Spoke()
        {
            _spoke = true;
        }

        /// <summary>Enough waited?</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="anotherWaits">Somebody is in the queue.</param>
        public bool IsOver(long nowMs, bool anotherWaits)
        {
            long passed = nowMs - _sinceMs;
            if (_spoke) return passed >= WholeMs;
            return passed >= (anotherWaits ? SilentInTheWayMs : SilentMs);
        }
    }
}
