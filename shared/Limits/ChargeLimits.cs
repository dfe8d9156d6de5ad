namespace JkFleet.Limits
{
    /// <summary>
    /// What the inverter may do now, each number with the reason that won and the chain of ceilings behind it.
    /// The only thing an inverter protocol obeys. Reused in place.
    /// </summary>
    public sealed class ChargeLimits
    {
        /// <summary>Most links of one chain.</summary>
        public const int MaxChain = 20;

        /// <summary>Charge current limit, mA, never negative.</summary>
        public int ChargeLimitMa;

        /// <summary>Discharge current limit, mA, never negative (a magnitude).</summary>
        public int DischargeLimitMa;

        /// <summary>Charge voltage asked from the inverter, mV.</summary>
        public int ChargeVoltageMv;

        /// <summary>Voltage below which the inverter must not discharge, mV.</summary>
        public int DischargeVoltageMv;

        /// <summary>Charging may happen at all (35C bit 7; agrees with a limit above 0).</summary>
        public bool ChargeAllowed;

        /// <summary>Discharging may happen at all (35C bit 6).</summary>
        public bool DischargeAllowed;

        /// <summary>Which ceiling won for charging.</summary>
        public LimitReason ChargeReason;

        /// <summary>Which ceiling won for discharging.</summary>
        public LimitReason DischargeReason;

        /// <summary>Ask the inverter to charge from any source (35C bit 5); opt-in.</summary>
        public bool ForceCharge;

        /// <summary>Ask the inverter for a full charge (35C bit 3); opt-in.</summary>
        public bool FullChargeRequest;

        /// <summary>SOC to show the inverter, permille (shaping may hold it below the BMS's value).</summary>
        public int ShownSocPermille;

        /// <summary>The BMS is not heard: frames must also carry the communication-fault bits.</summary>
        public bool BmsLost;

        /// <summary>Every ceiling that was applied to charging, in order.</summary>
        public readonly LimitChain ChargeChain = new LimitChain();

        /// <summary>Every ceiling that was applied to discharging, in order.</summary>
        public readonly LimitChain DischargeChain = new LimitChain();

        /// <summary>Copies everything.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(ChargeLimits into)
        {
            into.ChargeLimitMa = ChargeLimitMa;
            into.DischargeLimitMa = DischargeLimitMa;
            into.ChargeVoltageMv = ChargeVoltageMv;
            into.DischargeVoltageMv = DischargeVoltageMv;
            into.ChargeAllowed = ChargeAllowed;
            into.DischargeAllowed = DischargeAllowed;
            into.ChargeReason = ChargeReason;
            into.DischargeReason = DischargeReason;
            into.ForceCharge = ForceCharge;
            into.FullChargeRequest = FullChargeRequest;
            into.ShownSocPermille = ShownSocPermille;
            into.BmsLost = BmsLost;
            ChargeChain.CopyTo(into.ChargeChain);
            DischargeChain.CopyTo(into.DischargeChain);
        }

        /// <summary>Everything zero and forbidden, with one reason for both directions; voltages stay.</summary>
        /// <param name="reason">Why.</param>
        public void Forbid(LimitReason reason)
        {
            ChargeLimitMa = 0;
            DischargeLimitMa = 0;
            ChargeAllowed = false;
            DischargeAllowed = false;
            ChargeReason = reason;
            DischargeReason = reason;
            ForceCharge = false;
            FullChargeRequest = false;
            ChargeChain.Clear();
            ChargeChain.Add(reason, 0, 0, 0);
            DischargeChain.Clear();
            DischargeChain.Add(reason, 0, 0, 0);
        }
    }

    /// <summary>The ceilings of one direction in the order they were applied; the lowest won.</summary>
    public sealed class LimitChain
    {
        /// <summary>Links in use.</summary>
        public int Count;

        /// <summary>Reason of each link.</summary>
        public readonly LimitReason[] Reason = new LimitReason[ChargeLimits.MaxChain];

        /// <summary>Ceiling of each link, mA.</summary>
        public readonly int[] LimitMa = new int[ChargeLimits.MaxChain];

        /// <summary>Cell or sensor number behind the link, 0 = none.</summary>
        public readonly int[] Number = new int[ChargeLimits.MaxChain];

        /// <summary>Value that the link looked at (mV, permille, 0.1 degC), 0 = none.</summary>
        public readonly int[] Value = new int[ChargeLimits.MaxChain];

        /// <summary>Empties the chain.</summary>
        public void Clear()
        {
            Count = 0;
        }

        /// <summary>Index of the lowest ceiling, the first of equals; -1 for an empty chain.</summary>
        public int Lowest()
        {
            int lowest = -1;
            for (int i = 0; i < Count; i++)
                if (lowest < 0 || LimitMa[i] < LimitMa[lowest]) lowest = i;
            return lowest;
        }

        /// <summary>Copies the links.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(LimitChain into)
        {
            into.Count = Count;
            for (int i = 0; i < Count; i++)
            {
                into.Reason[i] = Reason[i];
                into.LimitMa[i] = LimitMa[i];
                into.Number[i] = Number[i];
                into.Value[i] = Value[i];
            }
        }

        /// <summary>
        /// Appends one link. The ramp engine never makes more than fit; should a new rule do so one day, a full chain
        /// still keeps the lower ceiling in its last link: what is forgotten must never be the limit.
        /// </summary>
        /// <param name="reason">Which ceiling.</param>
        /// <param name="limitMa">Its height, mA.</param>
        /// <param name="number">Cell or sensor number, 0 = none.</param>
        /// <param name="value">Value looked at, 0 = none.</param>
        public void Add(LimitReason reason, int limitMa, int number, int value)
        {
            if (Count >= ChargeLimits.MaxChain)
            {
                if (limitMa >= LimitMa[Count - 1]) return;
                Count--;
            }

            Reason[Count] = reason;
            LimitMa[Count] = limitMa;
            Number[Count] = number;
            Value[Count] = value;
            Count++;
        }
    }
}
