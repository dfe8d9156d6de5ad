namespace JkFleet.Limits
{
    /// <summary>
    /// What a decision looks at besides the reading and the profile: latched stops, phase, windows, overrides.
    /// Set by the agent, or left as made for "what would the ramps say".
    /// </summary>
    public sealed class LimitInputs
    {
        /// <summary>No override.</summary>
        public const int NoOverride = int.MaxValue;

        /// <summary>Charging is stopped by SOC until the restart level.</summary>
        public bool ChargeSocStopped;

        /// <summary>Discharging is stopped by SOC.</summary>
        public bool DischargeSocStopped;

        /// <summary>Charging is stopped by pack voltage.</summary>
        public bool ChargeMvStopped;

        /// <summary>Discharging is stopped by pack voltage.</summary>
        public bool DischargeMvStopped;

        /// <summary>A time window forbids charging now.</summary>
        public bool ChargeWindow;

        /// <summary>A time window forbids discharging now.</summary>
        public bool DischargeWindow;

        /// <summary>Ceiling of an override for charging, mA.</summary>
        public int ChargeOverrideMa = NoOverride;

        /// <summary>Ceiling of an override for discharging, mA.</summary>
        public int DischargeOverrideMa = NoOverride;

        /// <summary>
        /// The override stands in for the profile's SOC ramp and plain maximum of its direction instead of joining them. Only
        /// where the device's owner enabled it; every other ceiling still holds.
        /// </summary>
        public bool OverrideReplaces;

        /// <summary>Cell voltage that the charge phase asks for, mV; 0 = phases are off.</summary>
        public int PhaseCellMv;

        /// <summary>Charge ceiling of the phase, mA.</summary>
        public int PhaseMaxMa = NoOverride;

        /// <summary>A reason that forbids both directions (maintenance, handover, sleep, silent inverter, bus-off), or None.</summary>
        public LimitReason Forbidden;

        /// <summary>Ask the inverter to charge from any source.</summary>
        public bool ForceCharge;

        /// <summary>Ask the inverter for a full charge.</summary>
        public bool FullChargeRequest;

        /// <summary>Highest SOC to show, permille.</summary>
        public int ShownSocCapPermille = 1000;
    }
}
