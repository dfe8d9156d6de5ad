namespace JkFleet.Agent.Judgement
{
    /// <summary>
    /// The pace of one limit: down at once, up only after a hold and then by so many mA per second (protocols.md 7.5). Time that the
    /// loop did not see is not credited: after a stall the limit does not leap.
    /// </summary>
    public sealed class RisePolicy
    {
        /// <summary>A fall of no more than this below where the hold began does not begin a new one (noise of a ramp), mA.</summary>
        public const int IgnoredMa = 500;

        /// <summary>Most time that one step may credit, ms.</summary>
        public const int LongestStepMs = 1000;

        private long _fellMs;
        private long _creditMs;
        private long _lastMs;
        private int _heldMa;
        private bool _started;

        /// <summary>The limit now, mA.</summary>
        public int OutMa;

        /// <summary>Falls at once or rises by policy.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="targetMa">Where the limit should be, mA, 0 or more.</param>
        /// <param name="holdMs">Rest after a fall, ms.</param>
        /// <param name="maPerS">Fastest rise, mA per second.</param>
        /// <returns>The limit, never above the target.</returns>
        public int Step(long nowMs, int targetMa, int holdMs, int maPerS)
        {
            long passed = nowMs - _lastMs;
            if (!_started || passed < 0) Restart(nowMs);
            else if (passed > LongestStepMs) _creditMs += passed - LongestStepMs;
            _lastMs = nowMs;

            if (targetMa <= OutMa)
            {
                OutMa = targetMa;
                _creditMs = nowMs;
                if (OutMa == 0 || OutMa < _heldMa - IgnoredMa)
                {
                    _fellMs = nowMs;
                    _heldMa = OutMa;
                }
            }
            else if (nowMs - _fellMs < holdMs)
            {
                _creditMs = nowMs;
            }
            else
            {
                long gain = (nowMs - _creditMs) * maPerS / 1000;
                // Credit is used up rounded upwards, so that many small steps are never faster than one large one.
                _creditMs += ((gain * 1000) + maPerS - 1) / maPerS;
                OutMa = gain >= targetMa - OutMa ? targetMa : OutMa + (int)gain;
                if (OutMa > _heldMa) _heldMa = OutMa;
            }

            return OutMa;
        }

        private void Restart(long nowMs)
        {
            _started = true;
            _fellMs = nowMs;
            _creditMs = nowMs;
            _heldMa = OutMa;
        }
    }
}
