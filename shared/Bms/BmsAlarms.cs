using System;

namespace JkFleet.Bms
{
    /// <summary>
    /// Alarms of a pack, unified over all JK protocols. Bits 0..15 are those of register 8B (protocols.md 1.4);
    /// the higher ones exist only in JK02 and PB frames. Any bit we do not know is an alarm all the same.
    /// </summary>
    [Flags]
    public enum BmsAlarms : uint
    {
        /// <summary>No alarm.</summary>
        None = 0,
        /// <summary>Low capacity: a warning.</summary>
        LowCapacity = 1u << 0,
        /// <summary>MOS over temperature.</summary>
        MosOverTemp = 1u << 1,
        /// <summary>Pack over-voltage while charging.</summary>
        ChargeOverVoltage = 1u << 2,
        /// <summary>Pack under-voltage while discharging.</summary>
        DischargeUnderVoltage = 1u << 3,
        /// <summary>Battery over temperature.</summary>
        BatteryOverTemp = 1u << 4,
        /// <summary>Charge over-current.</summary>
        ChargeOverCurrent = 1u << 5,
        /// <summary>Discharge over-current.</summary>
        DischargeOverCurrent = 1u << 6,
        /// <summary>Cells too far apart.</summary>
        CellDiff = 1u << 7,
        /// <summary>Battery box over temperature.</summary>
        BoxOverTemp = 1u << 8,
        /// <summary>Battery too cold.</summary>
        BatteryLowTemp = 1u << 9,
        /// <summary>A cell above its limit.</summary>
        CellOverVoltage = 1u << 10,
        /// <summary>A cell below its limit.</summary>
        CellUnderVoltage = 1u << 11,
        /// <summary>309_A protection.</summary>
        Prot309A = 1u << 12,
        /// <summary>309_B protection.</summary>
        Prot309B = 1u << 13,
        /// <summary>Reserved bit 14 was set.</summary>
        Reserved14 = 1u << 14,
        /// <summary>Reserved bit 15 was set.</summary>
        Reserved15 = 1u << 15,
        /// <summary>Balance wire resistance too high.</summary>
        WireResistance = 1u << 16,
        /// <summary>Cell count differs from the setting.</summary>
        CellCountWrong = 1u << 17,
        /// <summary>Current sensor fault.</summary>
        CurrentSensor = 1u << 18,
        /// <summary>Short circuit, either direction.</summary>
        ShortCircuit = 1u << 19,
        /// <summary>Coprocessor does not answer.</summary>
        CoprocessorComm = 1u << 20,
        /// <summary>A MOS does not switch.</summary>
        MosFault = 1u << 21,
        /// <summary>Temperature sensor fault.</summary>
        TempSensor = 1u << 22,
        /// <summary>Parallel module fault.</summary>
        ParallelModule = 1u << 23,
        /// <summary>Charging is forbidden because it is too cold.</summary>
        ChargeLowTemp = 1u << 24,
        /// <summary>Charging is forbidden because it is too hot.</summary>
        ChargeHighTemp = 1u << 25,
        /// <summary>Discharging is forbidden because it is too hot.</summary>
        DischargeHighTemp = 1u << 26,
        /// <summary>A bit that no table names.</summary>
        Unknown = 1u << 31,
    }

    /// <summary>Stable wire names of <see cref="BmsAlarms"/>, by bit (Enum.ToString gives a number on the board).</summary>
    public static class BmsAlarmNames
    {
        /// <summary>Number of bits that may be set.</summary>
        public const int Bits = 32;

        /// <summary>Bits from 0 on that have a name of their own; all others are <c>unknown</c>.</summary>
        public const int Named = 27;

        /// <summary>Name of a bit, snake_case, part of the contract.</summary>
        /// <param name="bit">0..31.</param>
        public static string Of(int bit)
        {
            switch (bit)
            {
                case 0: return "low_capacity";
                case 1: return "mos_over_temp";
                case 2: return "charge_over_voltage";
                case 3: return "discharge_under_voltage";
                case 4: return "battery_over_temp";
                case 5: return "charge_over_current";
                case 6: return "discharge_over_current";
                case 7: return "cell_diff";
                case 8: return "box_over_temp";
                case 9: return "battery_low_temp";
                case 10: return "cell_over_voltage";
                case 11: return "cell_under_voltage";
                case 12: return "prot_309a";
                case 13: return "prot_309b";
                case 14: return "reserved14";
                case 15: return "reserved15";
                case 16: return "wire_resistance";
                case 17: return "cell_count_wrong";
                case 18: return "current_sensor";
                case 19: return "short_circuit";
                case 20: return "coprocessor_comm";
                case 21: return "mos_fault";
                case 22: return "temp_sensor";
                case 23: return "parallel_module";
                case 24: return "charge_low_temp";
                case 25: return "charge_high_temp";
                case 26: return "discharge_high_temp";
                default: return "unknown";
            }
        }
    }
}
