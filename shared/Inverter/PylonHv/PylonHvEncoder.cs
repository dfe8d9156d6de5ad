using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>
    /// One reading and one decision as high-voltage answers (protocols.md 3), ids without address and in 29-bit form;
    /// the sender sets shape and address. Pure, free of allocation, all frames 8 bytes. Clamps: voltages 0..6553.5 V
    /// (charge cut-off rounded down, discharge cut-off up), current -3000..3553.5 A, charge limit 0..3553.5 A,
    /// discharge limit 0..3000 A (0..3553.5 A with the other sign), both rounded down, temperatures -100..6453.5 degC,
    /// module voltage 0..65.535 V, counts 0..65535 or 255. No limit is above the one given, and 4280 forbids every
    /// direction whose limit is 0.
    /// </summary>
    public static class PylonHvEncoder
    {
        /// <summary>Most frames of the ensemble answer.</summary>
        public const int MostEnsemble = 12;

        /// <summary>Frames of the equipment answer.</summary>
        public const int EquipmentFrames = 4;

        /// <summary>Most frames of the cell answer.</summary>
        public const int MostCells = BmsSnapshot.MaxCells / 4;

        /// <summary>A smaller current counts as idle, mA: JK resolves about 0.2 A.</summary>
        public const int DeadBandMa = 300;

        private const int CurrentOffset = 30000;
        private const int TempOffset = 1000;

        /// <summary>Answer to 4200/0.</summary>
        /// <param name="snapshot">Last valid reading.</param>
        /// <param name="limits">Decision.</param>
        /// <param name="dialect">Sign, byte order, modules.</param>
        /// <param name="asleep">The host asked for sleep.</param>
        /// <param name="frames">At least <see cref="MostEnsemble"/> frames.</param>
        /// <returns>Frames written.</returns>
        public static int Ensemble(BmsSnapshot snapshot, ChargeLimits limits, InverterDialect dialect, bool asleep, CanFrame[] frames)
        {
            bool high = dialect.HighByteFirst;
            int hottest = Temp(snapshot.HighestTempDeciC());
            int coldest = Temp(snapshot.LowestTempDeciC());
            int hottestNo = SensorNo(snapshot, snapshot.HighestTempDeciC());
            int coldestNo = SensorNo(snapshot, snapshot.LowestTempDeciC());
            int count = 0;
            Measured(snapshot, limits, high, frames[count++]);
            Limits(limits, dialect, frames[count++]);
            Words(HvId.CellVoltages, snapshot.CellMaxMv, snapshot.CellMinMv, snapshot.CellMaxNo, snapshot.CellMinNo, high, frames[count++]);
            Words(HvId.CellTemps, hottest, coldest, hottestNo, coldestNo, high, frames[count++]);
            Status(snapshot, limits, asleep, high, frames[count++]);
            ModuleVoltages(snapshot, dialect, frames[count++]);
            Words(HvId.ModuleTemps, hottest, coldest, ModuleOf(hottestNo), ModuleOf(coldestNo), high, frames[count++]);
            Forbidden(limits, dialect, frames[count++]);
            MoreFaults(snapshot, limits, frames[count++]);
            int terminal = Temp(snapshot.TempMosDeciC);
            Words(HvId.TerminalTemps, terminal, terminal, 1, 1, high, frames[count++]);
            if (dialect.NameInEnsemble)
            {
                Text(HvId.Name, dialect.MakerText, frames[count++]);
                Text(HvId.Name + 0x10, dialect.SeriesText, frames[count++]);
            }

            return count;
        }

        /// <summary>Answer to 4200/2: who the battery is. Consistent with 4220, because hosts check the voltage range.</summary>
        /// <param name="snapshot">Last valid reading.</param>
        /// <param name="dialect">Texts, modules, byte order.</param>
        /// <param name="frames">At least <see cref="EquipmentFrames"/> frames.</param>
        /// <returns>Frames written.</returns>
        public static int Equipment(BmsSnapshot snapshot, InverterDialect dialect, CanFrame[] frames)
        {
            CanFrame versions = frames[0];
            versions.Reset(HvId.Versions, true, 8);
            versions.Data[0] = 1;
            versions.Data[2] = 2;
            versions.Data[3] = 1;
            versions.Data[4] = 1;
            versions.Data[5] = 2;

            CanFrame make = frames[1];
            int cells = snapshot.CellCount;
            int perModule = CellsPerModule(snapshot, dialect);
            make.Reset(HvId.Make, true, 8);
            CanBytes.PutWord(make.Data, 0, cells, dialect.HighByteFirst);
            make.Data[2] = (byte)CanBytes.Clamp(perModule == 0 ? 0 : (cells + perModule - 1) / perModule, 0, 255);
            make.Data[3] = (byte)CanBytes.Clamp(perModule, 0, 255);
            CanBytes.PutWord(make.Data, 4, cells * NominalCellMv(snapshot) / 1000, dialect.HighByteFirst);
            CanBytes.PutWord(make.Data, 6, snapshot.CapacityMah == BmsSnapshot.Unknown ? 0 : snapshot.CapacityMah / 1000, dialect.HighByteFirst);

            Text(HvId.Maker, dialect.MakerText, frames[2]);
            Text(HvId.Series, dialect.SeriesText, frames[3]);
            return EquipmentFrames;
        }

        /// <summary>Answer to 4200/1: cell voltages, four per frame, missing ones 0.</summary>
        /// <param name="snapshot">Last valid reading.</param>
        /// <param name="dialect">Byte order.</param>
        /// <param name="frames">At least <see cref="MostCells"/> frames.</param>
        /// <returns>Frames written.</returns>
        public static int Cells(BmsSnapshot snapshot, InverterDialect dialect, CanFrame[] frames)
        {
            int count = (snapshot.CellCount + 3) / 4;
            for (int n = 0; n < count; n++)
            {
                frames[n].Reset(HvId.Cells + (n * 0x10), true, 8);
                for (int i = 0; i < 4; i++)
                {
                    int cell = (4 * n) + i;
                    int mv = cell < snapshot.CellCount ? snapshot.CellMv[cell] : 0;
                    CanBytes.PutWord(frames[n].Data, 2 * i, mv, dialect.HighByteFirst);
                }
            }

            return count;
        }

        private static void Measured(BmsSnapshot snapshot, ChargeLimits limits, bool high, CanFrame frame)
        {
            frame.Reset(HvId.Measured, true, 8);
            CanBytes.PutWord(frame.Data, 0, CanBytes.Nearest(snapshot.PackVoltageMv, 100), high);
            CanBytes.PutWord(frame.Data, 2, CurrentOffset + CanBytes.Nearest(snapshot.CurrentMa, 100), high);
            CanBytes.PutWord(frame.Data, 4, Temp(PylonLvEncoder.WorstTempDeciC(snapshot)), high);
            frame.Data[6] = (byte)(CanBytes.Clamp(limits.ShownSocPermille, 0, 1000) / 10);
            frame.Data[7] = (byte)PylonLvEncoder.SohPercent(snapshot);
        }

        private static void Limits(ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            int charge = ChargeDeciA(limits);
            int discharge = DischargeDeciA(limits, dialect);
            if (dialect.ZeroAsTenth && !limits.BmsLost)
            {
                if (charge == 0) charge = 1;
                if (discharge == 0) discharge = 1;
            }

            bool high = dialect.HighByteFirst;
            frame.Reset(HvId.Limits, true, 8);
            CanBytes.PutWord(frame.Data, 0, limits.ChargeVoltageMv / 100, high);
            CanBytes.PutWord(frame.Data, 2, CanBytes.Up(limits.DischargeVoltageMv, 100), high);
            CanBytes.PutWord(frame.Data, 4, CurrentOffset + charge, high);
            CanBytes.PutWord(frame.Data, 6, dialect.DischargeSignPositive ? CurrentOffset + discharge : CurrentOffset - discharge, high);
        }

        private static int ChargeDeciA(ChargeLimits limits)
        {
            return CanBytes.Clamp(PylonLvEncoder.ChargeDeciA(limits), 0, 65535 - CurrentOffset);
        }

        private static int DischargeDeciA(ChargeLimits limits, InverterDialect dialect)
        {
            return CanBytes.Clamp(PylonLvEncoder.DischargeDeciA(limits), 0, dialect.DischargeSignPositive ? 65535 - CurrentOffset : CurrentOffset);
        }

        private static void Status(BmsSnapshot snapshot, ChargeLimits limits, bool asleep, bool high, CanFrame frame)
        {
            frame.Reset(HvId.Status, true, 8);
            int status = 3;
            if (asleep) status = 0;
            else if (snapshot.CurrentMa >= DeadBandMa) status = 1;
            else if (snapshot.CurrentMa <= -DeadBandMa) status = 2;
            if (ChargeDeciA(limits) > 0)
            {
                if (limits.ForceCharge) status |= 0x08;
                if (limits.FullChargeRequest) status |= 0x10;
            }

            frame.Data[0] = (byte)status;
            CanBytes.PutWord(frame.Data, 1, snapshot.Cycles, high);
            frame.Data[3] = (byte)HvAlarmMap.Faults(snapshot, limits);
            CanBytes.PutWord(frame.Data, 4, (int)HvAlarmMap.Alarms(snapshot.Alarms), high);
            CanBytes.PutWord(frame.Data, 6, (int)HvAlarmMap.Protections(snapshot), high);
        }

        private static void ModuleVoltages(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            int perModule = CellsPerModule(snapshot, dialect);
            int highest = 0;
            int lowest = 0;
            int highestNo = 0;
            int lowestNo = 0;
            int sum = 0;
            int module = 1;
            for (int i = 0; i < snapshot.CellCount; i++)
            {
                sum += CanBytes.Clamp(snapshot.CellMv[i], 0, 65535);
                if ((i + 1) % perModule != 0 && i + 1 < snapshot.CellCount) continue;
                if (highestNo == 0 || sum > highest) { highest = sum; highestNo = module; }
                if (lowestNo == 0 || sum < lowest) { lowest = sum; lowestNo = module; }
                sum = 0;
                module++;
            }

            Words(HvId.ModuleVoltages, highest, lowest, highestNo, lowestNo, dialect.HighByteFirst, frame);
        }

        private static int CellsPerModule(BmsSnapshot snapshot, InverterDialect dialect)
        {
            return dialect.CellsPerModule > 0 ? dialect.CellsPerModule : snapshot.CellCount;
        }

        // Which cells a sensor watches is not known; sensors are shown as sitting in the first module.
        private static int ModuleOf(int sensorNo)
        {
            return sensorNo == 0 ? 0 : 1;
        }

        private static int NominalCellMv(BmsSnapshot snapshot)
        {
            // LFP unless the protection level of a cell says LTO or NMC.
            if (snapshot.CellOvpMv == BmsSnapshot.Unknown) return 3200;
            if (snapshot.CellOvpMv < 3100) return 2400;
            return snapshot.CellOvpMv > 3900 ? 3600 : 3200;
        }

        private static void Forbidden(ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(HvId.Forbidden, true, 8);
            if (ChargeDeciA(limits) == 0) frame.Data[0] = HvId.Yes;
            if (DischargeDeciA(limits, dialect) == 0) frame.Data[1] = HvId.Yes;
        }

        private static void MoreFaults(BmsSnapshot snapshot, ChargeLimits limits, CanFrame frame)
        {
            int bits = 0;
            if ((snapshot.Alarms & BmsAlarms.MosFault) != 0) bits |= 1;
            if ((snapshot.Alarms & BmsAlarms.CoprocessorComm) != 0) bits |= 2;
            if (limits.BmsLost) bits |= 4;
            frame.Reset(HvId.MoreFaults, true, 8);
            frame.Data[0] = (byte)bits;
        }

        private static int Temp(int deciC)
        {
            // No sensor: 0 degC, which lets no inverter start charging.
            return deciC == BmsSnapshot.Unknown ? TempOffset : CanBytes.Clamp(deciC, -TempOffset, 65535 - TempOffset) + TempOffset;
        }

        private static int SensorNo(BmsSnapshot snapshot, int deciC)
        {
            if (deciC == BmsSnapshot.Unknown) return 0;
            for (int i = 0; i < snapshot.TempCount; i++)
                if (snapshot.TempDeciC[i] == deciC) return i + 1;
            return 0;
        }

        private static void Words(int id, int a, int b, int c, int d, bool high, CanFrame frame)
        {
            frame.Reset(id, true, 8);
            CanBytes.PutWord(frame.Data, 0, a, high);
            CanBytes.PutWord(frame.Data, 2, b, high);
            CanBytes.PutWord(frame.Data, 4, c, high);
            CanBytes.PutWord(frame.Data, 6, d, high);
        }

        private static void Text(int id, string text, CanFrame frame)
        {
            frame.Reset(id, true, 8);
            CanBytes.PutText(frame.Data, 0, 8, text, 0, 0);
        }
    }
}
