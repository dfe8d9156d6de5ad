namespace JkFleet.Limits
{
    /// <summary>
    /// The hard ceilings of a board or site, set where the hardware is: no profile, command or server exceeds them.
    /// </summary>
    public sealed class Envelope
    {
        /// <summary>Highest charge current, mA.</summary>
        public int MaxChargeMa = 500000;

        /// <summary>Highest discharge current, mA.</summary>
        public int MaxDischargeMa = 500000;

        /// <summary>Highest charge voltage of the pack, mV.</summary>
        public int MaxChargeMv = 1000000;

        /// <summary>Lowest discharge voltage of the pack, mV.</summary>
        public int MinDischargeMv;

        /// <summary>At this highest cell charging ends whatever the profile says, mV.</summary>
        public int MaxCellMv = 4300;

        /// <summary>At this lowest cell discharging ends whatever the profile says, mV.</summary>
        public int MinCellMv = 1500;
    }
}
