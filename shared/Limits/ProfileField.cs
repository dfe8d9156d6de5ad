namespace JkFleet.Limits
{
    /// <summary>
    /// Every number of a <see cref="Profile"/>: index, wire name, bounds and default in one table, so that codec, rules,
    /// editor and command line cannot disagree. Names and meanings are stable contract; only append.
    /// </summary>
    public static class ProfileField
    {
        /// <summary>Plain charge maximum, mA; <see cref="NoMaximumMa"/> = none of its own.</summary>
        public const int ChargeMaxMa = 0;
        /// <summary>Plain discharge maximum, mA.</summary>
        public const int DischargeMaxMa = 1;
        /// <summary>Share of the BMS's own current ceiling that may be used, permille.</summary>
        public const int BmsSharePermille = 2;
        /// <summary>Charge voltage of the pack, mV; 0 = the BMS's over-voltage level. The lower of both holds.</summary>
        public const int ChargeMv = 3;
        /// <summary>Discharge voltage of the pack, mV; 0 = the BMS's under-voltage level. The higher of both holds.</summary>
        public const int DischargeMv = 4;
        /// <summary>Charging stops at this SOC or above, permille; 0 = off.</summary>
        public const int StopChargeSocPermille = 5;
        /// <summary>Charging restarts below this SOC, permille.</summary>
        public const int RestartChargeSocPermille = 6;
        /// <summary>Discharging stops at this SOC or below, permille; 0 = off.</summary>
        public const int StopDischargeSocPermille = 7;
        /// <summary>Discharging restarts above this SOC, permille.</summary>
        public const int RestartDischargeSocPermille = 8;
        /// <summary>Charging stops at this pack voltage or above, mV; 0 = off.</summary>
        public const int StopChargeMv = 9;
        /// <summary>Charging restarts below this pack voltage, mV.</summary>
        public const int RestartChargeMv = 10;
        /// <summary>Discharging stops at this pack voltage or below, mV; 0 = off.</summary>
        public const int StopDischargeMv = 11;
        /// <summary>Discharging restarts above this pack voltage, mV.</summary>
        public const int RestartDischargeMv = 12;
        /// <summary>Warn below this SOC, permille; 0 = off.</summary>
        public const int LowSocPermille = 13;
        /// <summary>After a fall a limit rises only after this time, ms.</summary>
        public const int RiseHoldMs = 14;
        /// <summary>Fastest rise of a limit, mA per second.</summary>
        public const int RiseMaPerS = 15;
        /// <summary>1 = bulk, absorption and float are run by the agent.</summary>
        public const int Phases = 16;
        /// <summary>Cell voltage of bulk and absorption, mV.</summary>
        public const int AbsorptionCellMv = 17;
        /// <summary>Cell voltage of float, mV.</summary>
        public const int FloatCellMv = 18;
        /// <summary>Absorption ends after this time with the cells together, minutes.</summary>
        public const int AbsorptionMin = 19;
        /// <summary>Absorption ends after this time in any case, minutes.</summary>
        public const int AbsorptionLimitMin = 20;
        /// <summary>Cells are together when they are no farther apart, mV.</summary>
        public const int TogetherMv = 21;
        /// <summary>Charge current allowed in float, mA; <see cref="NoMaximumMa"/> = no own maximum.</summary>
        public const int FloatMaxMa = 22;
        /// <summary>Inner resistance of a cell and its wires for the compensated cut-off, micro-ohm; 0 = off.</summary>
        public const int CellMicroOhm = 23;
        /// <summary>Float goes back to bulk at this SOC or below, permille; 0 = off.</summary>
        public const int RebulkSocPermille = 24;
        /// <summary>Float goes back to bulk at this mean cell or below, mV; 0 = off.</summary>
        public const int RebulkCellMv = 25;
        /// <summary>Float goes back to bulk after so many days; 0 = off.</summary>
        public const int RebulkDays = 26;
        /// <summary>The inverter is shown no more than this SOC until the pack was full, permille; 0 = off.</summary>
        public const int ShownSocCapPermille = 27;
        /// <summary>Ask the inverter to charge from any source at this SOC or below, permille; 0 = off.</summary>
        public const int ForceStartSocPermille = 28;
        /// <summary>The request ends at this SOC, permille.</summary>
        public const int ForceStopSocPermille = 29;
        /// <summary>Ask for a full charge after so many days without one; 0 = off.</summary>
        public const int FullChargeDays = 30;
        /// <summary>Offset of the windows' local time from UTC, minutes.</summary>
        public const int UtcOffsetMin = 31;
        /// <summary>1 = without a wall clock every window forbids; 0 = none does.</summary>
        public const int WindowsWithoutClock = 32;
        /// <summary>The inverter asks for sleep: 0 = note it, 1 = limits to zero, 2 = and switch the MOS off.</summary>
        public const int SleepPolicy = 33;
        /// <summary>A reading older than this is no reading: limits to zero, ms.</summary>
        public const int StaleMs = 34;
        /// <summary>With readings missing for so long the agent stops transmitting, ms.</summary>
        public const int StopMs = 35;
        /// <summary>Good readings in a row that end a loss.</summary>
        public const int GoodReadings = 36;
        /// <summary>An inverter not heard for so long is silent, ms.</summary>
        public const int InverterSilentMs = 37;
        /// <summary>1 = a silent inverter's limits go to zero.</summary>
        public const int InverterSilentZero = 38;
        /// <summary>Sum of the cells against the pack voltage, permille.</summary>
        public const int SumPermille = 39;
        /// <summary>A cell that moves more between two readings is doubted, mV.</summary>
        public const int JumpMv = 40;
        /// <summary>An SOC that moves more between two readings is doubted, permille.</summary>
        public const int JumpSocPermille = 41;

        /// <summary>Fields in use.</summary>
        public const int Count = 42;

        /// <summary>A maximum that says nothing.</summary>
        public const int NoMaximumMa = 1000000;

        private static readonly string[] Names =
        {
            "charge_max_ma", "discharge_max_ma", "bms_share_permille", "charge_mv", "discharge_mv",
            "stop_charge_soc_permille", "restart_charge_soc_permille", "stop_discharge_soc_permille", "restart_discharge_soc_permille",
            "stop_charge_mv", "restart_charge_mv", "stop_discharge_mv", "restart_discharge_mv",
            "low_soc_permille", "rise_hold_ms", "rise_ma_per_s",
            "phases", "absorption_cell_mv", "float_cell_mv", "absorption_min", "absorption_limit_min", "together_mv", "float_max_ma",
            "cell_micro_ohm", "rebulk_soc_permille", "rebulk_cell_mv", "rebulk_days",
            "shown_soc_cap_permille", "force_start_soc_permille", "force_stop_soc_permille", "full_charge_days",
            "utc_offset_min", "windows_without_clock", "sleep_policy",
            "stale_ms", "stop_ms", "good_readings", "inverter_silent_ms", "inverter_silent_zero",
            "sum_permille", "jump_mv", "jump_soc_permille",
        };

        private static readonly int[] Lowest =
        {
            0, 0, 100, 0, 0,
            0, 0, 0, 0,
            0, 0, 0, 0,
            0, 0, 100,
            0, 1500, 1500, 1, 1, 1, 0,
            0, 0, 0, 0,
            0, 0, 0, 0,
            -840, 0, 0,
            5000, 15000, 3, 2000, 0,
            5, 50, 50,
        };

        private static readonly int[] Highest =
        {
            NoMaximumMa, NoMaximumMa, 1000, 1000000, 1000000,
            1000, 1000, 1000, 1000,
            1000000, 1000000, 1000000, 1000000,
            1000, 600000, 100000,
            1, 4300, 4300, 240, 480, 500, NoMaximumMa,
            20000, 1000, 4300, 365,
            1000, 1000, 1000, 365,
            840, 1, 2,
            30000, 600000, 20, 300000, 1,
            100, 2000, 1000,
        };

        private static readonly int[] Defaults =
        {
            NoMaximumMa, NoMaximumMa, 1000, 0, 0,
            0, 0, 0, 0,
            0, 0, 0, 0,
            250, 30000, 5000,
            0, 3450, 3375, 30, 60, 20, NoMaximumMa,
            0, 900, 0, 14,
            0, 0, 0, 0,
            0, 1, 0,
            10000, 60000, 3, 10000, 0,
            20, 500, 400,
        };

        /// <summary>Wire name of a field, snake_case with its unit.</summary>
        /// <param name="field">0..<see cref="Count"/>-1.</param>
        public static string Name(int field)
        {
            return Names[field];
        }

        /// <summary>Lowest allowed value.</summary>
        /// <param name="field">0..<see cref="Count"/>-1.</param>
        public static int Min(int field)
        {
            return Lowest[field];
        }

        /// <summary>Highest allowed value.</summary>
        /// <param name="field">0..<see cref="Count"/>-1.</param>
        public static int Max(int field)
        {
            return Highest[field];
        }

        /// <summary>Value of a profile that does not name the field.</summary>
        /// <param name="field">0..<see cref="Count"/>-1.</param>
        public static int Default(int field)
        {
            return Defaults[field];
        }
    }
}
