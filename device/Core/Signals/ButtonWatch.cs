namespace JkFleet.Agent.Signals
{
    /// <summary>
    /// The one button of a board, held on purpose: forget everything. A contact bounces, a pin may be shorted, a busy thread may look
    /// seldom; none of them must look like a person who holds the button for five seconds.
    /// </summary>
    public sealed class ButtonWatch
    {
        /// <summary>So long it must be held, ms.</summary>
        public const int HoldMs = 5000;

        /// <summary>Released for less than this is a bounce, ms.</summary>
        public const int BounceMs = 80;

        /// <summary>Who looked away for longer does not know what happened meanwhile, ms.</summary>
        public const int BlindMs = 1000;

        private bool _seenUp;
        private bool _holding;
        private bool _fired;
        private bool _looked;
        private long _sinceMs;
        private long _lookedMs;
        private long _downMs;

        /// <summary>A hold is under way: the light may say so.</summary>
        public bool Holding
        {
            get { return _holding && !_fired; }
        }

        /// <summary>Call often with the state of the pin.</summary>
        /// <param name="down">The button is pressed.</param>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <returns>True once, when the hold is complete.</returns>
        public bool Step(bool down, long nowMs)
        {
            long away = nowMs - _lookedMs;
            if (_looked && (away > BlindMs || away < 0)) _holding = false;
            _looked = true;
            _lookedMs = nowMs;
            if (!down)
            {
                if (_holding && nowMs - _downMs < BounceMs) return false;
                _seenUp = true;
                _holding = false;
                _fired = false;
                return false;
            }

            _downMs = nowMs;
            // Down since the start: a short circuit, or somebody who holds it from before the restart.
            if (!_seenUp) return false;
            if (!_holding)
            {
                _holding = true;
                _sinceMs = nowMs;
            }

            if (_fired || nowMs - _sinceMs < HoldMs) return false;
            _fired = true;
            return true;
        }
    }
}
