using System.Threading;

namespace JkFleet.Agent
{
    /// <summary>
    /// Tells a supervisor whether the control loop still turns. The loop beats; a timer or thread that does nothing else looks, and
    /// restarts the board or the process when it is stuck (the board has no managed watchdog).
    /// </summary>
    public sealed class LoopWatch
    {
        /// <summary>A loop without a beat for so long is stuck, ms.</summary>
        public const int StuckMs = 30000;

        private int _beats;
        private int _seen;
        private bool _started;
        private long _seenMs;

        /// <summary>Loop: one tick was completed.</summary>
        public void Beat()
        {
            Interlocked.Increment(ref _beats);
        }

        /// <summary>Supervisor: true when no tick was completed for <see cref="StuckMs"/>.</summary>
        /// <param name="nowMs">Monotonic clock of the supervisor.</param>
        public bool IsStuck(long nowMs)
        {
            int beats = Interlocked.CompareExchange(ref _beats, 0, 0);
            long passed = nowMs - _seenMs;
            if (_started && beats == _seen && passed >= 0) return passed >= StuckMs;
            _started = true;
            _seen = beats;
            _seenMs = nowMs;
            return false;
        }
    }
}
