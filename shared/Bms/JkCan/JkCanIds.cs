namespace JkFleet.Bms.JkCan
{
    /// <summary>Identifiers of JK's own CAN (250 kbit/s, little-endian). Source: protocols.md 1.8; names as in the vendor's document.</summary>
    public static class JkCanIds
    {
        /// <summary>Voltage, current, SOC; every 20 ms.</summary>
        public const int BattStat = 0x2F4;

        /// <summary>Highest and lowest cell.</summary>
        public const int CellVolt = 0x4F4;

        /// <summary>Highest, lowest and mean temperature.</summary>
        public const int CellTemp = 0x5F4;

        /// <summary>Alarm levels, two bits each.</summary>
        public const int AlarmInfo = 0x7F4;

        /// <summary>Capacity and cycles (29-bit).</summary>
        public const int BattStatExt = 0x18F128F4;

        /// <summary>All temperatures (29-bit).</summary>
        public const int AllTemp = 0x18F228F4;

        /// <summary>MOS and balancer states (29-bit).</summary>
        public const int SwitchState = 0x18F528F4;

        /// <summary>Cells 1-4 (29-bit); each further identifier, 0x10000 on, holds the next four, up to cell 24.</summary>
        public const int Cells = 0x18E028F4;

        /// <summary>Distance of two cell identifiers.</summary>
        public const int CellsStep = 0x10000;

        /// <summary>Cell frames: six of four cells.</summary>
        public const int CellFrames = 6;

        /// <summary>Offset of every temperature byte, degC.</summary>
        public const int TempOffsetC = 50;

        /// <summary>Offset of the current, 0.1 A.</summary>
        public const int CurrentOffset = 4000;

        /// <summary>Alarm fields of <see cref="AlarmInfo"/> that the vendor names.</summary>
        public const int AlarmFields = 15;

        /// <summary>Bytes that a frame needs to be read.</summary>
        /// <param name="id">Identifier.</param>
        /// <returns>0 for identifiers that we do not read.</returns>
        public static int BytesNeeded(int id)
        {
            switch (id)
            {
                case BattStat: case CellTemp: return 5;
                case CellVolt: case AllTemp: return 6;
                case AlarmInfo: return 4;
                case BattStatExt: return 8;
                case SwitchState: return 1;
                default: return CellFrame(id) >= 0 ? 8 : 0;
            }
        }

        /// <summary>Number of a cell frame.</summary>
        /// <param name="id">Identifier.</param>
        /// <returns>0..5, or -1 when it is none.</returns>
        public static int CellFrame(int id)
        {
            for (int i = 0; i < CellFrames; i++)
                if (id == Cells + (i * CellsStep)) return i;
            return -1;
        }

        /// <summary>Alarm that a two-bit level above 0 stands for.</summary>
        /// <param name="field">0..15, from the low end of the word.</param>
        public static BmsAlarms Alarm(int field)
        {
            switch (field)
            {
                case 0: return BmsAlarms.CellOverVoltage;
                case 1: return BmsAlarms.CellUnderVoltage;
                case 2: return BmsAlarms.ChargeOverVoltage;
                case 3: return BmsAlarms.DischargeUnderVoltage;
                case 4: return BmsAlarms.CellDiff;
                case 5: return BmsAlarms.DischargeOverCurrent;
                case 6: return BmsAlarms.ChargeOverCurrent;
                case 7: return BmsAlarms.BatteryOverTemp;
                case 8: return BmsAlarms.BatteryLowTemp;
                case 10: return BmsAlarms.LowCapacity;
                case 14: return BmsAlarms.CoprocessorComm;
                default: return BmsAlarms.Unknown; // temperature difference, insulation, interlock, outer communication, no name
            }
        }

        /// <summary>Unified alarms of an alarm word.</summary>
        /// <param name="word">Two bits per field.</param>
        public static BmsAlarms Unify(uint word)
        {
            BmsAlarms alarms = BmsAlarms.None;
            for (int field = 0; field < 16; field++)
                if ((word >> (2 * field) & 3) != 0) alarms |= Alarm(field);
            return alarms;
        }
    }
}
