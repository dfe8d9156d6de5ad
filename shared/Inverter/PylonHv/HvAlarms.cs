using System;
using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>Alarm and protection words of 4250; the same bits in both.</summary>
    [Flags]
    public enum HvAlarms
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>A cell too low.</summary>
        CellLow = 1 << 0,
        /// <summary>A cell too high.</summary>
        CellHigh = 1 << 1,
        /// <summary>Pile too low (discharging).</summary>
        PileLow = 1 << 2,
        /// <summary>Pile too high (charging).</summary>
        PileHigh = 1 << 3,
        /// <summary>Too cold to charge.</summary>
        ChargeCold = 1 << 4,
        /// <summary>Too hot to charge.</summary>
        ChargeHot = 1 << 5,
        /// <summary>Too cold to discharge.</summary>
        DischargeCold = 1 << 6,
        /// <summary>Too hot to discharge.</summary>
        DischargeHot = 1 << 7,
        /// <summary>Charge current too high.</summary>
        ChargeOverCurrent = 1 << 8,
        /// <summary>Discharge current too high.</summary>
        DischargeOverCurrent = 1 << 9,
        /// <summary>Module too low.</summary>
        ModuleLow = 1 << 10,
        /// <summary>Module too high.</summary>
        ModuleHigh = 1 << 11,
        /// <summary>Terminal too hot (newer documents).</summary>
        TerminalHot = 1 << 12,
        /// <summary>Fan (newer documents).</summary>
        Fan = 1 << 13,
    }

    /// <summary>Fault byte of 4250.</summary>
    [Flags]
    public enum HvFaults
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>Voltage sensor.</summary>
        VoltageSensor = 1 << 0,
        /// <summary>Temperature sensor.</summary>
        TempSensor = 1 << 1,
        /// <summary>Internal communication.</summary>
        InternalComm = 1 << 2,
        /// <summary>Input over-voltage.</summary>
        InputOverVoltage = 1 << 3,
        /// <summary>Input reversed.</summary>
        InputReversed = 1 << 4,
        /// <summary>Relay.</summary>
        Relay = 1 << 5,
        /// <summary>Cell damaged.</summary>
        CellDamaged = 1 << 6,
        /// <summary>Anything else.</summary>
        Other = 1 << 7,
    }

    /// <summary>
    /// BMS alarms in the words of 4250 (protocols.md 1.4 and 3). As in low voltage: always an alarm, and a protection
    /// once the MOS that it concerns is off.
    /// </summary>
    public static class HvAlarmMap
    {
        private const BmsAlarms Hot = BmsAlarms.BatteryOverTemp | BmsAlarms.BoxOverTemp | BmsAlarms.MosOverTemp;

        // What stands in the alarm word or has a fault bit of its own; low capacity is for people only.
        private const BmsAlarms Placed = Hot | BmsAlarms.CellUnderVoltage | BmsAlarms.CellOverVoltage
            | BmsAlarms.DischargeUnderVoltage | BmsAlarms.ChargeOverVoltage | BmsAlarms.BatteryLowTemp
            | BmsAlarms.ChargeLowTemp | BmsAlarms.ChargeHighTemp | BmsAlarms.DischargeHighTemp
            | BmsAlarms.ChargeOverCurrent | BmsAlarms.DischargeOverCurrent | BmsAlarms.LowCapacity
            | BmsAlarms.WireResistance | BmsAlarms.CellCountWrong | BmsAlarms.TempSensor
            | BmsAlarms.CoprocessorComm | BmsAlarms.MosFault;

        /// <summary>The alarm word.</summary>
        /// <param name="alarms">As the BMS reported them.</param>
        public static HvAlarms Alarms(BmsAlarms alarms)
        {
            HvAlarms word = HvAlarms.None;
            if ((alarms & BmsAlarms.CellUnderVoltage) != 0) word |= HvAlarms.CellLow;
            if ((alarms & BmsAlarms.CellOverVoltage) != 0) word |= HvAlarms.CellHigh;
            if ((alarms & BmsAlarms.DischargeUnderVoltage) != 0) word |= HvAlarms.PileLow;
            if ((alarms & BmsAlarms.ChargeOverVoltage) != 0) word |= HvAlarms.PileHigh;
            if ((alarms & BmsAlarms.BatteryLowTemp) != 0) word |= HvAlarms.ChargeCold | HvAlarms.DischargeCold;
            if ((alarms & BmsAlarms.ChargeLowTemp) != 0) word |= HvAlarms.ChargeCold;
            if ((alarms & Hot) != 0) word |= HvAlarms.ChargeHot | HvAlarms.DischargeHot;
            if ((alarms & BmsAlarms.ChargeHighTemp) != 0) word |= HvAlarms.ChargeHot;
            if ((alarms & BmsAlarms.DischargeHighTemp) != 0) word |= HvAlarms.DischargeHot;
            if ((alarms & BmsAlarms.ChargeOverCurrent) != 0) word |= HvAlarms.ChargeOverCurrent;
            if ((alarms & BmsAlarms.DischargeOverCurrent) != 0) word |= HvAlarms.DischargeOverCurrent;
            return word;
        }

        /// <summary>The protection word.</summary>
        /// <param name="snapshot">Last reading.</param>
        public static HvAlarms Protections(BmsSnapshot snapshot)
        {
            const HvAlarms charge = HvAlarms.CellHigh | HvAlarms.PileHigh | HvAlarms.ChargeCold | HvAlarms.ChargeHot
                | HvAlarms.ChargeOverCurrent;
            const HvAlarms discharge = HvAlarms.CellLow | HvAlarms.PileLow | HvAlarms.DischargeCold
                | HvAlarms.DischargeHot | HvAlarms.DischargeOverCurrent;
            HvAlarms word = Alarms(snapshot.Alarms);
            HvAlarms held = HvAlarms.None;
            if (!snapshot.ChargeMosOn) held |= word & charge;
            if (!snapshot.DischargeMosOn) held |= word & discharge;
            return held;
        }

        /// <summary>The fault byte; alarm bits that nobody named are "other".</summary>
        /// <param name="snapshot">Last reading.</param>
        /// <param name="limits">Says whether the BMS is lost.</param>
        public static HvFaults Faults(BmsSnapshot snapshot, ChargeLimits limits)
        {
            BmsAlarms alarms = snapshot.Alarms;
            HvFaults faults = HvFaults.None;
            if ((alarms & (BmsAlarms.WireResistance | BmsAlarms.CellCountWrong)) != 0 || snapshot.InvalidCells > 0)
                faults |= HvFaults.VoltageSensor;
            if ((alarms & BmsAlarms.TempSensor) != 0) faults |= HvFaults.TempSensor;
            if ((alarms & BmsAlarms.CoprocessorComm) != 0 || limits.BmsLost) faults |= HvFaults.InternalComm;
            if ((alarms & BmsAlarms.MosFault) != 0) faults |= HvFaults.Relay;
            if ((alarms & ~Placed) != 0) faults |= HvFaults.Other;
            return faults;
        }
    }
}
