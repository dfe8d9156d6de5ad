namespace JkFleet.Agent.Mail
{
    /// <summary>
    /// When the next telemetry is due: often while somebody listens, coarser the longer nobody does, so that a bounded backlog
    /// spans hours and then days.
    /// </summary>
    public sealed class TelemetryPacer
    {
        /// <summary>After so long without a server telemetry becomes ten times as rare, ms.</summary>
        public const int LongOutageMs = 3600000;

        private readonly int _onlineMs;
        private readonly int _offlineMs;
        private bool _started;
        private bool _wanted;
        private long _lastMs;
        private long _offlineSinceMs;
        private bool _offline;

        /// <summary>A pacer.</summary>
        /// <param name="onlineMs">Period with a server, ms; below 200 counts as 200.</param>
        /// <param name="offlineMs">Period without, ms; not below the one with.</param>
        public TelemetryPacer(int onlineMs, int offlineMs)
        {
            _onlineMs = onlineMs < 200 ? 200 : onlineMs;
            _offlineMs = offlineMs < _onlineMs ? _onlineMs : offlineMs;
        }

        /// <summary>Makes the next one due at once (new connection, limits fell, re-read).</summary>
        public void Want()
        {
            _wanted = true;
        }

        /// <summary>True once per period.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="connected">The server is there.</param>
        public bool IsDue(long nowMs, bool connected)
        {
            if (connected) _offline = false;
            else if (!_offline)
            {
                _offline = true;
                _offlineSinceMs = nowMs;
            }

            int period = connected ? _onlineMs : nowMs - _offlineSinceMs > LongOutageMs ? _offlineMs * 10 : _offlineMs;
            long passed = nowMs - _lastMs;
            if (_started && !_wanted && passed >= 0 && passed < period) return false;
            // Keeps the beat, but does not catch up.
            _lastMs = _started && !_wanted && passed >= 0 && passed < 2 * period ? _lastMs + period : nowMs;
            _started = true;
            _wanted = false;
            return true;
        }
    }
}
