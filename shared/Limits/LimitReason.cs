namespace JkFleet.Limits
{
    /// <summary>Why a limit is what it is: the ceiling that won. Numbers and names are stable contract; only append.</summary>
    public enum LimitReason
    {
        /// <summary>Nothing decided yet.</summary>
        None = 0,
        /// <summary>No valid reading since start.</summary>
        NoReading = 1,
        /// <summary>The last reading is too old.</summary>
        Stale = 2,
        /// <summary>Waiting for consecutive good readings after a loss.</summary>
        Recovering = 3,
        /// <summary>The reading contradicts itself.</summary>
        Implausible = 4,
        /// <summary>A cell reads 0 mV or an impossible voltage.</summary>
        InvalidCell = 5,
        /// <summary>The MOS of this direction is off in the BMS.</summary>
        MosOff = 6,
        /// <summary>A BMS alarm forbids this direction.</summary>
        BmsAlarm = 7,
        /// <summary>The BMS's own current ceiling.</summary>
        Bms = 8,
        /// <summary>The hard ceiling of the board or site.</summary>
        Envelope = 9,
        /// <summary>The profile's plain maximum.</summary>
        ProfileMax = 10,
        /// <summary>Ramp over SOC.</summary>
        SocRamp = 11,
        /// <summary>Ramp over the mean cell voltage.</summary>
        CellMeanRamp = 12,
        /// <summary>Ramp over the highest cell.</summary>
        CellMaxRamp = 13,
        /// <summary>Ramp over the lowest cell.</summary>
        CellMinRamp = 14,
        /// <summary>Ramp over the cell temperature.</summary>
        CellTempRamp = 15,
        /// <summary>Ramp over the MOS temperature.</summary>
        MosTempRamp = 16,
        /// <summary>SOC stop (hysteresis holds until the restart level).</summary>
        SocStop = 17,
        /// <summary>Voltage stop (hysteresis holds until the restart level).</summary>
        VoltageStop = 18,
        /// <summary>The value is on its way up and follows the rise policy.</summary>
        Rising = 19,
        /// <summary>The inverter is silent.</summary>
        InverterSilent = 20,
        /// <summary>The CAN controller is bus-off.</summary>
        BusOff = 21,
        /// <summary>A time window forbids this direction.</summary>
        TimeWindow = 22,
        /// <summary>An expiring override from the server.</summary>
        Override = 23,
        /// <summary>Maintenance mode.</summary>
        Maintenance = 24,
        /// <summary>Handover before a restart for an update.</summary>
        Handover = 25,
        /// <summary>The inverter asked for sleep.</summary>
        Sleep = 26,
        /// <summary>Charge phase (absorption, float, end of charge).</summary>
        ChargePhase = 27,
        /// <summary>A pack behind this agent is offline or switched off.</summary>
        PackOffline = 28,
        /// <summary>No valid profile: the board falls back to zero.</summary>
        NoProfile = 29,
        /// <summary>The source of a ramp is not measured.</summary>
        SourceMissing = 30,
        /// <summary>A cell reached the BMS's or the board's cell limit.</summary>
        CellHeadroom = 31,
        /// <summary>The BMS has just started: its SOC is not yet true.</summary>
        BmsStarting = 32,
    }

    /// <summary>Stable names of <see cref="LimitReason"/> (Enum.ToString gives a number on the board).</summary>
    public static class LimitReasonNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 33;

        /// <summary>Name of a reason, snake_case, part of the contract.</summary>
        /// <param name="reason">The reason.</param>
        public static string Of(LimitReason reason)
        {
            switch (reason)
            {
                case LimitReason.None: return "none";
                case LimitReason.NoReading: return "no_reading";
                case LimitReason.Stale: return "stale";
                case LimitReason.Recovering: return "recovering";
                case LimitReason.Implausible: return "implausible";
                case LimitReason.InvalidCell: return "invalid_cell";
                case LimitReason.MosOff: return "mos_off";
                case LimitReason.BmsAlarm: return "bms_alarm";
                case LimitReason.Bms: return "bms";
                case LimitReason.Envelope: return "envelope";
                case LimitReason.ProfileMax: return "profile_max";
                case LimitReason.SocRamp: return "soc_ramp";
                case LimitReason.CellMeanRamp: return "cell_mean_ramp";
                case LimitReason.CellMaxRamp: return "cell_max_ramp";
                case LimitReason.CellMinRamp: return "cell_min_ramp";
                case LimitReason.CellTempRamp: return "cell_temp_ramp";
                case LimitReason.MosTempRamp: return "mos_temp_ramp";
                case LimitReason.SocStop: return "soc_stop";
                case LimitReason.VoltageStop: return "voltage_stop";
                case LimitReason.Rising: return "rising";
                case LimitReason.InverterSilent: return "inverter_silent";
                case LimitReason.BusOff: return "bus_off";
                case LimitReason.TimeWindow: return "time_window";
                case LimitReason.Override: return "override";
                case LimitReason.Maintenance: return "maintenance";
                case LimitReason.Handover: return "handover";
                case LimitReason.Sleep: return "sleep";
                case LimitReason.ChargePhase: return "charge_phase";
                case LimitReason.PackOffline: return "pack_offline";
                case LimitReason.NoProfile: return "no_profile";
                case LimitReason.SourceMissing: return "source_missing";
                case LimitReason.CellHeadroom: return "cell_headroom";
                case LimitReason.BmsStarting: return "bms_starting";
                default: return "unknown";
            }
        }
    }
}
