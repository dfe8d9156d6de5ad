namespace JkFleet.Limits
{
    /// <summary>What a ramp looks at. Numbers are stable contract.</summary>
    public enum RampSource
    {
        /// <summary>State of charge, permille.</summary>
        SocPermille = 0,
        /// <summary>Mean cell voltage, mV.</summary>
        CellMeanMv = 1,
        /// <summary>Highest cell, mV.</summary>
        CellMaxMv = 2,
        /// <summary>Lowest cell, mV.</summary>
        CellMinMv = 3,
        /// <summary>Battery temperature, 0.1 degC; charging looks at the coldest and the hottest sensor, the lower result wins.</summary>
        CellTempDeciC = 4,
        /// <summary>MOS temperature, 0.1 degC.</summary>
        MosTempDeciC = 5,
    }
}
