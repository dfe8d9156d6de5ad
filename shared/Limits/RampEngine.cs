using JkFleet.Bms;

namespace JkFleet.Limits
{
    /// <summary>
    /// Turns one valid reading into the ceilings of both directions. Every ceiling that applies is a link of the chain, the
    /// lowest wins, nothing ever raises. Pure and without memory: latches, pace and freshness live in the agent.
    /// </summary>
    public static class RampEngine
    {
        /// <summary>What the wire can say, mA; every limit is a multiple.</summary>
        public const int StepMa = 100;

        /// <summary>Alarms that leave charging alone: a warning, the wires of the balancer, and what only discharging causes.</summary>
        public const BmsAlarms HarmlessForCharge =
            BmsAlarms.LowCapacity | BmsAlarms.WireResistance | BmsAlarms.DischargeUnderVoltage | BmsAlarms.CellUnderVoltage
            | BmsAlarms.DischargeOverCurrent | BmsAlarms.DischargeHighTemp;

        /// <summary>Alarms that leave discharging alone. Every other bit forbids it, also those that nobody has named yet.</summary>
        public const BmsAlarms HarmlessForDischarge =
            BmsAlarms.LowCapacity | BmsAlarms.WireResistance | BmsAlarms.ChargeOverVoltage | BmsAlarms.CellOverVoltage
            | BmsAlarms.ChargeOverCurrent | BmsAlarms.CellDiff | BmsAlarms.BatteryLowTemp | BmsAlarms.ChargeLowTemp | BmsAlarms.ChargeHighTemp;

        /// <summary>Decides.</summary>
        /// <param name="s">A reading that is fresh and plausible; the caller answers for that.</param>
        /// <param name="p">The profile in force.</param>
        /// <param name="e">Hard ceilings of the board.</param>
        /// <param name="x">Latches, windows, overrides.</param>
        /// <param name="l">Filled in place.</param>
        public static void Decide(BmsSnapshot s, Profile p, Envelope e, LimitInputs x, ChargeLimits l)
        {
            l.BmsLost = false;
            bool voltageKnown = Voltages(s, p, e, x, l);
            l.ChargeChain.Clear();
            l.DischargeChain.Clear();
            Common(s, x, l.ChargeChain);
            Common(s, x, l.DischargeChain);
            Charge(s, p, e, x, l.ChargeChain, voltageKnown);
            Discharge(s, p, e, x, l.DischargeChain);
            l.ForceCharge = x.ForceCharge;
            l.FullChargeRequest = x.FullChargeRequest;
            l.ShownSocPermille = s.SocPermille < x.ShownSocCapPermille ? s.SocPermille : x.ShownSocCapPermille;
            Conclude(l);
        }

        /// <summary>Takes the lowest link of each chain as the limit; the forbid flags follow from the limits.</summary>
        /// <param name="l">Limits whose chains are filled.</param>
        public static void Conclude(ChargeLimits l)
        {
            int charge = l.ChargeChain.Lowest();
            int discharge = l.DischargeChain.Lowest();
            l.ChargeLimitMa = charge < 0 ? 0 : Whole(l.ChargeChain.LimitMa[charge]);
            l.DischargeLimitMa = discharge < 0 ? 0 : Whole(l.DischargeChain.LimitMa[discharge]);
            l.ChargeReason = charge < 0 ? LimitReason.None : l.ChargeChain.Reason[charge];
            l.DischargeReason = discharge < 0 ? LimitReason.None : l.DischargeChain.Reason[discharge];
            l.ChargeAllowed = l.ChargeLimitMa > 0;
            l.DischargeAllowed = l.DischargeLimitMa > 0;
            // A request to charge beside a forbidden charge would make the inverter guess.
            if (!l.ChargeAllowed) l.ForceCharge = false;
        }

        /// <summary>Rounds a current down to what the wire can say; never below 0.</summary>
        /// <param name="ma">Current, mA.</param>
        public static int Whole(int ma)
        {
            return ma < StepMa ? 0 : ma / StepMa * StepMa;
        }

        private static void Common(BmsSnapshot s, LimitInputs x, LimitChain chain)
        {
            if (x.Forbidden != LimitReason.None) chain.Add(x.Forbidden, 0, 0, 0);
            if (s.PacksOnline <= 0) chain.Add(LimitReason.PackOffline, 0, 0, s.PacksTotal);
        }

        private static void Charge(BmsSnapshot s, Profile p, Envelope e, LimitInputs x, LimitChain chain, bool voltageKnown)
        {
            int[] n = p.Number;
            if (!s.ChargeMosOn) chain.Add(LimitReason.MosOff, 0, 0, 0);
            int alarm = FirstAlarm(s.Alarms, HarmlessForCharge);
            if (alarm >= 0) chain.Add(LimitReason.BmsAlarm, 0, alarm, 0);
            if (!voltageKnown) chain.Add(LimitReason.SourceMissing, 0, 0, 0);
            bool replaced = x.OverrideReplaces && x.ChargeOverrideMa != LimitInputs.NoOverride;
            Ceilings(chain, s, s.MaxChargeMa, n[ProfileField.BmsSharePermille], e.MaxChargeMa, replaced ? ProfileField.NoMaximumMa : n[ProfileField.ChargeMaxMa]);
            int top = s.CellOvpMv > 0 && s.CellOvpMv < e.MaxCellMv ? s.CellOvpMv : e.MaxCellMv;
            if (s.CellMaxMv >= top) chain.Add(LimitReason.CellHeadroom, 0, s.CellMaxNo, s.CellMaxMv);
            if (x.ChargeSocStopped) chain.Add(LimitReason.SocStop, 0, 0, s.SocPermille);
            if (x.ChargeMvStopped) chain.Add(LimitReason.VoltageStop, 0, 0, s.PackVoltageMv);
            Ramps(s, p.ChargeRamp, chain, replaced);
            if (x.PhaseMaxMa != LimitInputs.NoOverride) chain.Add(LimitReason.ChargePhase, x.PhaseMaxMa, 0, x.PhaseCellMv);
            if (x.ChargeWindow) chain.Add(LimitReason.TimeWindow, 0, 0, 0);
            if (x.ChargeOverrideMa != LimitInputs.NoOverride) chain.Add(LimitReason.Override, x.ChargeOverrideMa, 0, 0);
        }

        private static void Discharge(BmsSnapshot s, Profile p, Envelope e, LimitInputs x, LimitChain chain)
        {
            int[] n = p.Number;
            if (!s.DischargeMosOn) chain.Add(LimitReason.MosOff, 0, 0, 0);
            int alarm = FirstAlarm(s.Alarms, HarmlessForDischarge);
            if (alarm >= 0) chain.Add(LimitReason.BmsAlarm, 0, alarm, 0);
            bool replaced = x.OverrideReplaces && x.DischargeOverrideMa != LimitInputs.NoOverride;
            Ceilings(chain, s, s.MaxDischargeMa, n[ProfileField.BmsSharePermille], e.MaxDischargeMa, replaced ? ProfileField.NoMaximumMa : n[ProfileField.DischargeMaxMa]);
            int bottom = s.CellUvpMv > e.MinCellMv ? s.CellUvpMv : e.MinCellMv;
            if (s.RealMinMv != BmsSnapshot.Unknown && s.RealMinMv <= bottom) chain.Add(LimitReason.CellHeadroom, 0, s.RealMinNo, s.RealMinMv);
            if (x.DischargeSocStopped) chain.Add(LimitReason.SocStop, 0, 0, s.SocPermille);
            if (x.DischargeMvStopped) chain.Add(LimitReason.VoltageStop, 0, 0, s.PackVoltageMv);
            Ramps(s, p.DischargeRamp, chain, replaced);
            if (x.DischargeWindow) chain.Add(LimitReason.TimeWindow, 0, 0, 0);
            if (x.DischargeOverrideMa != LimitInputs.NoOverride) chain.Add(LimitReason.Override, x.DischargeOverrideMa, 0, 0);
        }

        /// <summary>The BMS's own ceiling first; with a pack missing, the sum of the others is told as that.</summary>
        private static void Ceilings(LimitChain chain, BmsSnapshot s, int bmsMa, int sharePermille, int envelopeMa, int profileMa)
        {
            if (bmsMa != BmsSnapshot.Unknown)
                chain.Add(s.PacksOnline < s.PacksTotal ? LimitReason.PackOffline : LimitReason.Bms, bmsMa < 0 ? 0 : (int)((long)bmsMa * sharePermille / 1000), 0, bmsMa);
            chain.Add(LimitReason.Envelope, envelopeMa, 0, 0);
            if (profileMa != ProfileField.NoMaximumMa) chain.Add(LimitReason.ProfileMax, profileMa, 0, 0);
        }

        private static void Ramps(BmsSnapshot s, RampRule[] ramps, LimitChain chain, bool withoutSoc)
        {
            if (!withoutSoc) Ramp(chain, ramps[(int)RampSource.SocPermille], LimitReason.SocRamp, s.SocPermille, 0);
            if (s.CellCount == 0 || s.InvalidCells > 0)
            {
                // A mean that hides a dead cell is how packs burn (protocols.md 7.6).
                if (ramps[1].Count > 0 || ramps[2].Count > 0 || ramps[3].Count > 0) NoCells(s, chain);
            }
            else
            {
                Ramp(chain, ramps[(int)RampSource.CellMeanMv], LimitReason.CellMeanRamp, s.CellMeanMv, 0);
                Ramp(chain, ramps[(int)RampSource.CellMaxMv], LimitReason.CellMaxRamp, s.CellMaxMv, s.CellMaxNo);
                Ramp(chain, ramps[(int)RampSource.CellMinMv], LimitReason.CellMinRamp, s.CellMinMv, s.CellMinNo);
            }

            RampRule temp = ramps[(int)RampSource.CellTempDeciC];
            if (temp.Count > 0)
            {
                int coldest = s.LowestTempDeciC();
                int hottest = s.HighestTempDeciC();
                bool cold = temp.LimitAt(coldest) <= temp.LimitAt(hottest);
                Ramp(chain, temp, LimitReason.CellTempRamp, cold ? coldest : hottest, 0);
            }

            Ramp(chain, ramps[(int)RampSource.MosTempDeciC], LimitReason.MosTempRamp, s.TempMosDeciC, 0);
        }

        /// <summary>Names the first cell that is none.</summary>
        private static void NoCells(BmsSnapshot s, LimitChain chain)
        {
            int i = 0;
            while (i < s.CellCount && s.CellMv[i] > 0 && s.CellMv[i] <= BmsSnapshot.HighestPlausibleCellMv) i++;
            if (i < s.CellCount) chain.Add(LimitReason.InvalidCell, 0, i + 1, s.CellMv[i]);
            else chain.Add(s.CellCount == 0 ? LimitReason.SourceMissing : LimitReason.InvalidCell, 0, 0, 0);
        }

        private static void Ramp(LimitChain chain, RampRule ramp, LimitReason reason, int value, int number)
        {
            if (ramp.Count == 0) return;
            if (value == BmsSnapshot.Unknown) chain.Add(LimitReason.SourceMissing, 0, (int)ramp.Source, 0);
            else chain.Add(reason, ramp.LimitAt(value), number, value);
        }

        /// <summary>Both voltages; true when a charge voltage is known. Charging without one would be a guess.</summary>
        private static bool Voltages(BmsSnapshot s, Profile p, Envelope e, LimitInputs x, ChargeLimits l)
        {
            int charge = int.MaxValue;
            int own = p.Number[ProfileField.ChargeMv];
            if (own > 0) charge = own;
            if (s.PackOvpMv > 0 && s.PackOvpMv < charge) charge = s.PackOvpMv;
            int phase = x.PhaseCellMv * s.CellCount;
            if (phase > 0 && phase < charge) charge = phase;
            bool known = charge != int.MaxValue;
            // 0 V would be read as "dump the battery" (Victron): what is measured harms nobody.
            if (!known) charge = s.PackVoltageMv;
            if (charge > e.MaxChargeMv) charge = e.MaxChargeMv;
            if (s.CellCount > 0 && charge > e.MaxCellMv * s.CellCount) charge = e.MaxCellMv * s.CellCount;
            l.ChargeVoltageMv = charge;

            int discharge = p.Number[ProfileField.DischargeMv];
            if (s.PackUvpMv > discharge) discharge = s.PackUvpMv;
            if (e.MinDischargeMv > discharge) discharge = e.MinDischargeMv;
            if (e.MinCellMv * s.CellCount > discharge) discharge = e.MinCellMv * s.CellCount;
            l.DischargeVoltageMv = discharge;
            return known;
        }

        private static int FirstAlarm(BmsAlarms alarms, BmsAlarms harmless)
        {
            uint serious = (uint)alarms & ~(uint)harmless;
            for (int bit = 0; serious != 0; bit++, serious >>= 1)
                if ((serious & 1u) != 0) return bit;
            return -1;
        }
    }
}
