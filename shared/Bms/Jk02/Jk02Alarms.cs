namespace JkFleet.Bms.Jk02
{
    /// <summary>
    /// The error word of JK02 and PB frames in our words. Bits as in the 32S layout, low byte first; the 24S word holds the
    /// same sixteen bits in the same order (peers that read it big-endian have a table with its bytes swapped).
    /// </summary>
    public static class Jk02Alarms
    {
        // 18 (no GPS module) and 19 (password never changed) say nothing about the battery; 19 is set on healthy units.
        private const uint Harmless = (1u << 18) | (1u << 19);

        /// <summary>Unified alarms of an error word.</summary>
        /// <param name="errors">Error word, bit 0 = wire resistance.</param>
        public static BmsAlarms Unify(uint errors)
        {
            BmsAlarms alarms = BmsAlarms.None;
            for (int bit = 0; bit < 32; bit++)
            {
                uint mask = 1u << bit;
                if ((errors & mask) != 0 && (Harmless & mask) == 0) alarms |= Of(bit);
            }

            return alarms;
        }

        /// <summary>Error word that says these alarms, as far as the word can (for a simulated unit).</summary>
        /// <param name="alarms">Unified alarms.</param>
        public static uint ErrorsOf(BmsAlarms alarms)
        {
            uint errors = 0;
            for (int bit = 0; bit < 24; bit++)
            {
                bool second = bit == 14 || bit == 17 || bit == 20; // another bit already stands for the same alarm
                if (!second && ((uint)alarms & (uint)Of(bit)) != 0 && (Harmless & (1u << bit)) == 0) errors |= 1u << bit;
            }

            return errors;
        }

        private static BmsAlarms Of(int bit)
        {
            switch (bit)
            {
                case 0: return BmsAlarms.WireResistance;
                case 1: return BmsAlarms.MosOverTemp;
                case 2: return BmsAlarms.CellCountWrong;
                case 3: return BmsAlarms.CurrentSensor;
                case 4: return BmsAlarms.CellOverVoltage;
                case 5: return BmsAlarms.ChargeOverVoltage;
                case 6: return BmsAlarms.ChargeOverCurrent;
                case 7: case 14: return BmsAlarms.ShortCircuit;
                case 8: return BmsAlarms.ChargeHighTemp;
                case 9: return BmsAlarms.ChargeLowTemp;
                case 10: return BmsAlarms.CoprocessorComm;
                case 11: return BmsAlarms.CellUnderVoltage;
                case 12: return BmsAlarms.DischargeUnderVoltage;
                case 13: return BmsAlarms.DischargeOverCurrent;
                case 15: return BmsAlarms.DischargeHighTemp;
                case 16: case 17: case 20: return BmsAlarms.MosFault;
                case 21: return BmsAlarms.BatteryOverTemp;
                case 22: return BmsAlarms.TempSensor;
                case 23: return BmsAlarms.ParallelModule;
                default: return BmsAlarms.Unknown;
            }
        }
    }
}
