using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Judgement
{
    /// <summary>Phase of a charge. Numbers are stable contract (event <c>phase</c>, saved record).</summary>
    public enum ChargePhase
    {
        /// <summary>Filling.</summary>
        Bulk = 0,
        /// <summary>At the top: cells come together.</summary>
        Absorption = 1,
        /// <summary>Full: held lower until there is room again.</summary>
        Float = 2,
    }

    /// <summary>
    /// Bulk, absorption, float: opt-in. Asks only for voltages and ceilings that the engine takes as further links; it can end a
    /// charge, never force one. Rules after yambms (protocols.md 5) with the resistance of the wires taken out of the cut-off.
    /// </summary>
    public sealed class ChargePhases
    {
        /// <summary>The top must be reached for so long, ms: one high reading under a cloud's edge is no top.</summary>
        public const int TopMs = 10000;

        /// <summary>The top counts as reached this much below the absorption voltage, mV.</summary>
        public const int NearMv = 10;

        /// <summary>Without phases a pack is full at this SOC, permille (Pylontech clears its request at 97 %).</summary>
        public const int FullSocPermille = 970;

        private const int MinuteMs = 60000;

        private bool _started;
        private bool _atTop;
        private long _topMs;
        private long _absorbingMs;
        private long _minuteMs;

        /// <summary>Moves on a good reading.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="s">The reading.</param>
        /// <param name="p">The profile.</param>
        /// <param name="m">Holds the phase and the time since full.</param>
        public void Step(long nowMs, BmsSnapshot s, Profile p, LimitMemory m)
        {
            int[] n = p.Number;
            if (!_started)
            {
                _started = true;
                _minuteMs = nowMs;
                _absorbingMs = nowMs;
            }

            Age(nowMs, m);
            if (n[ProfileField.Phases] == 0)
            {
                m.Phase = ChargePhase.Bulk;
                if (s.SocPermille >= FullSocPermille) Full(m);
            }
            else
            {
                Move(nowMs, s, n, m);
            }

            int days = n[ProfileField.FullChargeDays];
            if (days > 0 && m.SinceFullMin >= days * 1440) m.FullWanted = true;
        }

        /// <summary>What the phase asks of the engine.</summary>
        /// <param name="p">The profile.</param>
        /// <param name="m">Holds the phase.</param>
        /// <param name="x">Receives voltage, ceiling, request and shown SOC.</param>
        public static void Ask(Profile p, LimitMemory m, LimitInputs x)
        {
            int[] n = p.Number;
            bool on = n[ProfileField.Phases] != 0;
            bool full = on && m.Phase == ChargePhase.Float;
            x.PhaseCellMv = !on ? 0 : full ? n[ProfileField.FloatCellMv] : n[ProfileField.AbsorptionCellMv];
            x.PhaseMaxMa = full && n[ProfileField.FloatMaxMa] != ProfileField.NoMaximumMa ? n[ProfileField.FloatMaxMa] : LimitInputs.NoOverride;
            int cap = n[ProfileField.ShownSocCapPermille];
            x.ShownSocCapPermille = on && cap > 0 && !full ? cap : 1000;
            x.FullChargeRequest = m.FullWanted;
            x.ForceCharge = m.Forcing;
        }

        /// <summary>Highest cell without what the current adds over resistance, mV.</summary>
        /// <param name="s">The reading.</param>
        /// <param name="microOhm">Resistance of one cell with its wires; 0 = none known.</param>
        public static int RestingTopMv(BmsSnapshot s, int microOhm)
        {
            // micro-ohm times mA is nV.
            long drop = (long)microOhm * s.CurrentMa / 1000000;
            return drop > 0 ? s.CellMaxMv - (int)drop : s.CellMaxMv;
        }

        private void Move(long nowMs, BmsSnapshot s, int[] n, LimitMemory m)
        {
            bool top = s.InvalidCells == 0
                && RestingTopMv(s, n[ProfileField.CellMicroOhm]) >= n[ProfileField.AbsorptionCellMv] - NearMv;
            if (!top) _atTop = false;
            else if (!_atTop)
            {
                _atTop = true;
                _topMs = nowMs;
            }

            if (m.Phase == ChargePhase.Bulk)
            {
                if (!top || nowMs - _topMs < TopMs) return;
                m.Phase = ChargePhase.Absorption;
                _absorbingMs = nowMs;
            }
            else if (m.Phase == ChargePhase.Absorption)
            {
                long minutes = (nowMs - _absorbingMs) / MinuteMs;
                bool together = s.CellMaxMv - s.CellMinMv <= n[ProfileField.TogetherMv];
                if (s.CellMeanMv < n[ProfileField.FloatCellMv] && !top) m.Phase = ChargePhase.Bulk;
                else if ((together && minutes >= n[ProfileField.AbsorptionMin]) || minutes >= n[ProfileField.AbsorptionLimitMin])
                {
                    m.Phase = ChargePhase.Float;
                    Full(m);
                }
            }
            else if (Rebulk(s, n, m))
            {
                m.Phase = ChargePhase.Bulk;
                _atTop = false;
            }
        }

        private static bool Rebulk(BmsSnapshot s, int[] n, LimitMemory m)
        {
            if (m.FullWanted) return true;
            if (n[ProfileField.RebulkSocPermille] > 0 && s.SocPermille <= n[ProfileField.RebulkSocPermille]) return true;
            if (n[ProfileField.RebulkCellMv] > 0 && s.CellMeanMv <= n[ProfileField.RebulkCellMv]) return true;
            return n[ProfileField.RebulkDays] > 0 && m.SinceFullMin >= n[ProfileField.RebulkDays] * 1440;
        }

        private static void Full(LimitMemory m)
        {
            m.SinceFullMin = 0;
            m.FullWanted = false;
        }

        /// <summary>Counts whole minutes that the agent lived through; a jump of the clock adds one at most.</summary>
        private void Age(long nowMs, LimitMemory m)
        {
            long passed = nowMs - _minuteMs;
            if (passed < 0) _minuteMs = nowMs;
            if (passed < MinuteMs) return;
            _minuteMs = passed < 2 * MinuteMs ? _minuteMs + MinuteMs : nowMs;
            if (m.SinceFullMin < int.MaxValue) m.SinceFullMin++;
        }
    }
}
