using System;
using JkFleet.Bms;

namespace JkFleet.Inverter
{
    /// <summary>Alarms in the words every inverter protocol shares; each codec maps them to its own bits.</summary>
    [Flags]
    public enum InverterAlarms
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>A cell or the pack is too high.</summary>
        OverVoltage = 1 << 0,
        /// <summary>A cell or the pack is too low.</summary>
        UnderVoltage = 1 << 1,
        /// <summary>Cells, box or MOS too hot.</summary>
        OverTemp = 1 << 2,
        /// <summary>Cells too cold.</summary>
        UnderTemp = 1 << 3,
        /// <summary>Discharge current too high.</summary>
        DischargeOverCurrent = 1 << 4,
        /// <summary>Charge current too high.</summary>
        ChargeOverCurrent = 1 << 5,
        /// <summary>Fault inside the battery: sensors, MOS, wires, spread of cells, a bit nobody named.</summary>
        SystemError = 1 << 6,
        /// <summary>The BMS is not heard.</summary>
        CommLost = 1 << 7,
        /// <summary>The spread of cells is part of <see cref="SystemError"/> (some dialects have an own bit).</summary>
        CellImbalance = 1 << 8,
        /// <summary>A short circuit is part of <see cref="SystemError"/>.</summary>
        ShortCircuit = 1 << 9,
        /// <summary>A MOS that does not switch is part of <see cref="SystemError"/>.</summary>
        Contactor = 1 << 10,
    }

    /// <summary>
    /// From BMS alarms to inverter alarms (protocols.md 1.4). JK has one word for "warns" and "has switched off";
    /// the inverter has two. An alarm is always shown as alarm, and as protection too once the MOS that it
    /// concerns is off, which is what the word means at Pylontech.
    /// </summary>
    public static class InverterAlarmMap
    {
        private const BmsAlarms High = BmsAlarms.CellOverVoltage | BmsAlarms.ChargeOverVoltage;
        private const BmsAlarms Low = BmsAlarms.CellUnderVoltage | BmsAlarms.DischargeUnderVoltage;
        private const BmsAlarms HotCharge = BmsAlarms.ChargeHighTemp;
        private const BmsAlarms Hot = BmsAlarms.BatteryOverTemp | BmsAlarms.BoxOverTemp | BmsAlarms.MosOverTemp
            | BmsAlarms.DischargeHighTemp | HotCharge;

        private const BmsAlarms Cold = BmsAlarms.BatteryLowTemp | BmsAlarms.ChargeLowTemp;

        // Low capacity is a warning for people; everything that has no place of its own is a system error.
        private const BmsAlarms Placed = High | Low | Hot | Cold | BmsAlarms.DischargeOverCurrent
            | BmsAlarms.ChargeOverCurrent | BmsAlarms.LowCapacity;

        /// <summary>Alarms to show. A lost BMS adds <see cref="InverterAlarms.CommLost"/> to the last ones known.</summary>
        /// <param name="alarms">As the BMS reported them.</param>
        /// <param name="bmsLost">The BMS is not heard.</param>
        public static InverterAlarms Alarms(BmsAlarms alarms, bool bmsLost)
        {
            InverterAlarms shown = InverterAlarms.None;
            if ((alarms & High) != 0) shown |= InverterAlarms.OverVoltage;
            if ((alarms & Low) != 0) shown |= InverterAlarms.UnderVoltage;
            if ((alarms & Hot) != 0) shown |= InverterAlarms.OverTemp;
            if ((alarms & Cold) != 0) shown |= InverterAlarms.UnderTemp;
            if ((alarms & BmsAlarms.DischargeOverCurrent) != 0) shown |= InverterAlarms.DischargeOverCurrent;
            if ((alarms & BmsAlarms.ChargeOverCurrent) != 0) shown |= InverterAlarms.ChargeOverCurrent;
            if ((alarms & ~Placed) != 0) shown |= InverterAlarms.SystemError;
            if ((alarms & BmsAlarms.CellDiff) != 0) shown |= InverterAlarms.CellImbalance;
            if ((alarms & BmsAlarms.ShortCircuit) != 0) shown |= InverterAlarms.ShortCircuit;
            if ((alarms & BmsAlarms.MosFault) != 0) shown |= InverterAlarms.Contactor;
            if (bmsLost) shown |= InverterAlarms.CommLost | InverterAlarms.SystemError;
            return shown;
        }

        /// <summary>The part of <see cref="Alarms"/> behind which a MOS is off, plus a lost BMS.</summary>
        /// <param name="snapshot">Last reading.</param>
        /// <param name="bmsLost">The BMS is not heard.</param>
        public static InverterAlarms Protections(BmsSnapshot snapshot, bool bmsLost)
        {
            InverterAlarms shown = Alarms(snapshot.Alarms, false);
            InverterAlarms held = InverterAlarms.None;
            if (!snapshot.ChargeMosOn)
                held |= shown & (InverterAlarms.OverVoltage | InverterAlarms.ChargeOverCurrent);
            if (!snapshot.DischargeMosOn)
                held |= shown & (InverterAlarms.UnderVoltage | InverterAlarms.DischargeOverCurrent);
            if (!snapshot.ChargeMosOn || !snapshot.DischargeMosOn)
                held |= shown & (InverterAlarms.OverTemp | InverterAlarms.UnderTemp | InverterAlarms.SystemError
                    | InverterAlarms.CellImbalance | InverterAlarms.ShortCircuit | InverterAlarms.Contactor);
            if (bmsLost) held |= InverterAlarms.CommLost | InverterAlarms.SystemError;
            return held;
        }
    }
}
