using JkFleet.Inverter;

namespace JkFleet.Bms.JkCan
{
    /// <summary>Writes the frames that a JK unit sends on its own CAN; call with 0, 1, 2 ... until it returns false.</summary>
    public static class JkCanEncoder
    {
        /// <summary>
        /// Frame number n of one round. Clamped: voltage to 6553.5 V and current to -400..+6153.5 A in steps of 0.1 (truncated),
        /// temperatures to -50..205 degC in whole degrees, SOC to whole percent, at most 24 cells.
        /// </summary>
        /// <param name="pack">The state.</param>
        /// <param name="n">0 and up.</param>
        /// <param name="frame">Filled when true is returned.</param>
        public static bool Frame(BmsSnapshot pack, int n, CanFrame frame)
        {
            return Frame(pack, n, false, frame);
        }

        /// <summary>Frame number n of one round, with the sign of the current to choose.</summary>
        /// <param name="pack">The state.</param>
        /// <param name="n">0 and up.</param>
        /// <param name="dischargePositive">Discharge counts as positive, as in the vendor's document.</param>
        /// <param name="frame">Filled when true is returned.</param>
        public static bool Frame(BmsSnapshot pack, int n, bool dischargePositive, CanFrame frame)
        {
            byte[] d = frame.Data;
            switch (n)
            {
                case 0:
                    frame.Reset(JkCanIds.CellVolt, false, 6);
                    Bytes.PutU16Le(d, 0, Clamp(pack.CellMaxMv, 0, 65535));
                    d[2] = (byte)pack.CellMaxNo;
                    Bytes.PutU16Le(d, 3, Clamp(pack.CellMinMv, 0, 65535));
                    d[5] = (byte)pack.CellMinNo;
                    return true;
                case 1:
                    frame.Reset(JkCanIds.CellTemp, false, 5);
                    d[0] = RawTemp(pack.HighestTempDeciC());
                    d[1] = 1;
                    d[2] = RawTemp(pack.LowestTempDeciC());
                    d[3] = 2;
                    d[4] = RawTemp(pack.LowestTempDeciC());
                    return true;
                case 2:
                    frame.Reset(JkCanIds.AlarmInfo, false, 4);
                    Bytes.PutU32Le(d, 0, Word(pack.Alarms));
                    return true;
                case 3:
                    frame.Reset(JkCanIds.BattStatExt, true, 8);
                    Bytes.PutU16Le(d, 0, Clamp(pack.RemainingMah / 100, 0, 65535));
                    Bytes.PutU16Le(d, 2, Clamp(pack.CapacityMah / 100, 0, 65535));
                    Bytes.PutU16Le(d, 6, Clamp(pack.Cycles, 0, 65535));
                    return true;
                case 4:
                    frame.Reset(JkCanIds.AllTemp, true, 8);
                    d[0] = (byte)(pack.TempCount + 1);
                    d[1] = pack.TempCount > 0 ? RawTemp(pack.TempDeciC[0]) : (byte)0;
                    d[2] = pack.TempCount > 1 ? RawTemp(pack.TempDeciC[1]) : (byte)0;
                    d[3] = RawTemp(pack.TempMosDeciC);
                    d[4] = pack.TempCount > 2 ? RawTemp(pack.TempDeciC[2]) : (byte)0;
                    d[5] = pack.TempCount > 3 ? RawTemp(pack.TempDeciC[3]) : (byte)0;
                    return true;
                case 5:
                    frame.Reset(JkCanIds.SwitchState, true, 8);
                    d[0] = (byte)((pack.ChargeMosOn ? 1 : 0) | (pack.DischargeMosOn ? 2 : 0) | (pack.Balancing ? 4 : 0));
                    return true;
                case 12: // last: everything else is known when the voltage comes
                    frame.Reset(JkCanIds.BattStat, false, 8);
                    Bytes.PutU16Le(d, 0, Clamp(pack.PackVoltageMv / 100, 0, 65535));
                    Bytes.PutU16Le(d, 2, Clamp(((dischargePositive ? -pack.CurrentMa : pack.CurrentMa) / 100) + JkCanIds.CurrentOffset, 0, 65535));
                    d[4] = (byte)Clamp(pack.SocPermille / 10, 0, 100);
                    return true;
                default:
                    return n > 5 && n < 12 && Cells(pack, n - 6, frame);
            }
        }

        /// <summary>Frames of a round.</summary>
        public const int Frames = 13;

        private static bool Cells(BmsSnapshot pack, int group, CanFrame frame)
        {
            frame.Reset(JkCanIds.Cells + (group * JkCanIds.CellsStep), true, 8);
            for (int i = 0; i < 4; i++)
            {
                int cell = (4 * group) + i;
                if (cell < pack.CellCount) Bytes.PutU16Le(frame.Data, 2 * i, Clamp(pack.CellMv[cell], 0, 65535));
            }

            return true;
        }

        private static uint Word(BmsAlarms alarms)
        {
            uint word = 0;
            for (int field = 0; field < JkCanIds.AlarmFields; field++)
            {
                BmsAlarms alarm = JkCanIds.Alarm(field);
                if (alarm != BmsAlarms.Unknown && (alarms & alarm) != 0) word |= 1u << (2 * field);
            }

            return word;
        }

        private static byte RawTemp(int deciC)
        {
            return deciC == BmsSnapshot.Unknown ? (byte)0 : (byte)Clamp((deciC / 10) + JkCanIds.TempOffsetC, 0, 255);
        }

        private static int Clamp(int value, int lowest, int highest)
        {
            return value < lowest ? lowest : value > highest ? highest : value;
        }
    }
}
