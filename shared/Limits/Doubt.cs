namespace JkFleet.Limits
{
    /// <summary>Why a reading is not believed. Numbers are stable contract (event <c>implausible</c>); only append.</summary>
    public enum Doubt
    {
        /// <summary>It is believed.</summary>
        None = 0,
        /// <summary>Cell count is 0, differs from the setting, or changed.</summary>
        CellCount = 1,
        /// <summary>Sum of the cells and pack voltage disagree.</summary>
        Sum = 2,
        /// <summary>Current above 500 A.</summary>
        Current = 3,
        /// <summary>SOC outside 0..1000 permille.</summary>
        Soc = 4,
        /// <summary>A temperature outside -40..140 degC.</summary>
        Temperature = 5,
        /// <summary>A cell moved too far since the reading before.</summary>
        CellJump = 6,
        /// <summary>SOC moved too far since the reading before.</summary>
        SocJump = 7,
        /// <summary>Pack voltage is 0 or below.</summary>
        Voltage = 8,
    }
}
