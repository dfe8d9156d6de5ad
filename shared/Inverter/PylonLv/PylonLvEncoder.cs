using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Inverter
{
    /// <summary>
    /// One reading and one decision as low-voltage frames (protocols.md 2). Pure and free of allocation. Clamps:
    /// limits 0..3276.7 A rounded down, charge voltage 0..6553.5 V rounded down, cut-off 0..6553.5 V rounded up,
    /// voltage 0..655.35 V, current -3276.8..3276.7 A, temperature -3276.8..3276.7 degC, SOC and SOH 0..100 %,
    /// modules 0..255. Two promises hold for every frame: no limit is above the one given, and a limit of 0 never
    /// stands beside an enable bit.
    /// </summary>
    public static class PylonLvEncoder
    {
        /// <summary>Signed field that an SMA inverter takes as "not known".</summary>
        public const int InvalidI16 = -32768;

        /// <summary>Unsigned field that an SMA inverter takes as "not known".</summary>
        public const int InvalidU16 = 65535;

        // Pairs of 35A (protocols.md 2): index of the pair, two bits each, byte = pair / 4.
        private const int PairGeneral = 0;
        private const int PairHighVoltage = 1;
        private const int PairLowVoltage = 2;
        private const int PairHighTemp = 3;
        private const int PairLowTemp = 4;
        private const int PairHighTempCharge = 5;
        private const int PairLowTempCharge = 6;
        private const int PairDischargeCurrent = 7;
        private const int PairChargeCurrent = 8;
        private const int PairContactor = 9;
        private const int PairShort = 10;
        private const int PairInternal = 11;
        private const int PairImbalance = 12;

        /// <summary>Most frames that one call of <see cref="Encode"/> writes.</summary>
        public const int MostFrames = 24;

        /// <summary>Writes the frames of one set in bus order.</summary>
        /// <param name="snapshot">Last valid reading.</param>
        /// <param name="limits">Decision.</param>
        /// <param name="dialect">Which frames and how.</param>
        /// <param name="frames">At least <see cref="MostFrames"/> frames, reused.</param>
        /// <returns>Frames written.</returns>
        public static int Encode(BmsSnapshot snapshot, ChargeLimits limits, InverterDialect dialect, CanFrame[] frames)
        {
            int count = 0;
            LvFrame set = dialect.Frames;
            if ((set & LvFrame.Alarms) != 0) Alarms(snapshot, limits, dialect, frames[count++]);
            if ((set & LvFrame.Limits) != 0) Limits(limits, dialect, frames[count++]);
            if ((set & LvFrame.Charge) != 0) Charge(snapshot, limits, dialect, frames[count++]);
            if ((set & LvFrame.Measured) != 0) Measured(snapshot, dialect, frames[count++]);
            if ((set & LvFrame.Requests) != 0) Requests(snapshot, limits, dialect, frames[count++]);
            if ((set & LvFrame.Maker) != 0) Text(LvId.Maker, dialect.MakerText, 0, 0x20, frames[count++]);
            if ((set & LvFrame.PairedAlarms) != 0) Paired(snapshot, limits, frames[count++]);
            if ((set & LvFrame.Events) != 0) frames[count++].Reset(LvId.Events, false, 8);
            if ((set & LvFrame.Device) != 0) Device(snapshot, dialect, frames[count++]);
            if ((set & LvFrame.Capacity) != 0) Capacity(snapshot, dialect, frames[count++]);
            if ((set & LvFrame.ForceFlag) != 0) ForceFlag(limits, frames[count++]);
            if ((set & LvFrame.DeyeExtremes) != 0) DeyeExtremes(snapshot, frames[count++]);
            if ((set & LvFrame.Product) != 0)
            {
                Text(LvId.Product, dialect.ProductText, 0, 0, frames[count++]);
                Text(LvId.Product + 1, dialect.ProductText, 8, 0, frames[count++]);
            }

            if ((set & LvFrame.Modules) != 0) Modules(snapshot, limits, frames[count++]);
            if ((set & LvFrame.Extremes) != 0) Extremes(snapshot, dialect, frames[count++]);
            if ((set & LvFrame.ExtremeNames) != 0)
            {
                Number(LvId.ExtremeNames, 'C', snapshot.CellMinNo, frames[count++]);
                Number(LvId.ExtremeNames + 1, 'C', snapshot.CellMaxNo, frames[count++]);
                Number(LvId.ExtremeNames + 2, 'T', SensorNo(snapshot, snapshot.LowestTempDeciC()), frames[count++]);
                Number(LvId.ExtremeNames + 3, 'T', SensorNo(snapshot, snapshot.HighestTempDeciC()), frames[count++]);
            }

            if ((set & LvFrame.Installed) != 0) Installed(snapshot, dialect, frames[count++]);
            if ((set & LvFrame.Serial) != 0)
            {
                Text(LvId.Serial, dialect.SerialText, 0, 0, frames[count++]);
                Text(LvId.Serial + 1, dialect.SerialText, 8, 0, frames[count++]);
            }

            if ((set & LvFrame.Family) != 0) Text(LvId.Family, dialect.ProductText, 0, 0x20, frames[count++]);
            if (dialect.FullLength)
                for (int i = 0; i < count; i++) frames[i].Length = 8;
            return count;
        }

        /// <summary>Charge limit as it goes out, 0.1 A, without <see cref="InverterDialect.ZeroAsTenth"/>.</summary>
        /// <param name="limits">Decision.</param>
        public static int ChargeDeciA(ChargeLimits limits)
        {
            return limits.BmsLost || !limits.ChargeAllowed ? 0 : CanBytes.Clamp(limits.ChargeLimitMa / 100, 0, 32767);
        }

        /// <summary>Discharge limit as it goes out, 0.1 A, without <see cref="InverterDialect.ZeroAsTenth"/>.</summary>
        /// <param name="limits">Decision.</param>
        public static int DischargeDeciA(ChargeLimits limits)
        {
            return limits.BmsLost || !limits.DischargeAllowed ? 0 : CanBytes.Clamp(limits.DischargeLimitMa / 100, 0, 32767);
        }

        /// <summary>
        /// The temperature to show, 0.1 degC: the battery sensor farthest from 20 degC, because that one is nearest to
        /// its limit; the MOS sensor when there is no other; else <see cref="BmsSnapshot.Unknown"/>.
        /// </summary>
        /// <param name="snapshot">Reading.</param>
        public static int WorstTempDeciC(BmsSnapshot snapshot)
        {
            int high = snapshot.HighestTempDeciC();
            if (high == BmsSnapshot.Unknown) return snapshot.TempMosDeciC;
            int low = snapshot.LowestTempDeciC();
            return 200L - low > high - 200L ? low : high;
        }

        private static void Limits(ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            int charge = ChargeDeciA(limits);
            int discharge = DischargeDeciA(limits);
            if (dialect.ZeroAsTenth && !limits.BmsLost)
            {
                if (charge == 0) charge = 1;
                if (discharge == 0) discharge = 1;
            }

            frame.Reset(LvId.Limits, false, 8);
            CanBytes.PutU16(frame.Data, 0, limits.ChargeVoltageMv / 100);
            CanBytes.PutI16(frame.Data, 2, charge);
            CanBytes.PutI16(frame.Data, 4, discharge);
            CanBytes.PutU16(frame.Data, 6, CanBytes.Up(limits.DischargeVoltageMv, 100));
        }

        private static void Charge(BmsSnapshot snapshot, ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            int soc = CanBytes.Clamp(limits.ShownSocPermille, 0, 1000);
            frame.Reset(LvId.Charge, false, dialect.LuxpowerFields ? 8 : dialect.FineSoc ? 6 : 4);
            CanBytes.PutU16(frame.Data, 0, soc / 10);
            CanBytes.PutU16(frame.Data, 2, SohPercent(snapshot));
            if (dialect.LuxpowerFields)
            {
                CanBytes.PutU16(frame.Data, 4, snapshot.CellMaxMv);
                CanBytes.PutU16(frame.Data, 6, snapshot.CellMinMv);
            }
            else if (dialect.FineSoc)
            {
                CanBytes.PutU16(frame.Data, 4, soc * 10);
            }
        }

        /// <summary>SOH in percent, 0..100; a BMS that does not report it counts as 100.</summary>
        internal static int SohPercent(BmsSnapshot snapshot)
        {
            return snapshot.SohPermille == BmsSnapshot.Unknown ? 100 : CanBytes.Clamp(snapshot.SohPermille / 10, 0, 100);
        }

        private static void Measured(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(LvId.Measured, false, dialect.LuxpowerFields ? 8 : 6);
            CanBytes.PutU16(frame.Data, 0, CanBytes.Nearest(snapshot.PackVoltageMv, 10));
            CanBytes.PutI16(frame.Data, 2, CanBytes.Nearest(snapshot.CurrentMa, 100));
            if (dialect.LuxpowerFields)
            {
                CanBytes.PutI16(frame.Data, 4, Known(snapshot.HighestTempDeciC(), dialect));
                CanBytes.PutI16(frame.Data, 6, Known(snapshot.LowestTempDeciC(), dialect));
            }
            else
            {
                CanBytes.PutI16(frame.Data, 4, Known(WorstTempDeciC(snapshot), dialect));
            }
        }

        // 0 degC for a missing sensor: no inverter starts charging because of it, and some stop.
        private static int Known(int deciC, InverterDialect dialect)
        {
            if (deciC != BmsSnapshot.Unknown) return deciC;
            return dialect.UnknownAsInvalid ? InvalidI16 : 0;
        }

        private static void Alarms(BmsSnapshot snapshot, ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            InverterAlarms protections = InverterAlarmMap.Protections(snapshot, limits.BmsLost);
            InverterAlarms alarms = InverterAlarmMap.Alarms(snapshot.Alarms, limits.BmsLost);
            frame.Reset(LvId.Alarms, false, 7);
            PylonLvDecoder.PutFlags(frame.Data, 0, protections, InverterAlarms.SystemError);

            // The alarm half has no system error bit; "internal communication fail" is the nearest that inverters show.
            PylonLvDecoder.PutFlags(frame.Data, 2, alarms, InverterAlarms.CommLost | InverterAlarms.SystemError);
            frame.Data[4] = (byte)CanBytes.Clamp(snapshot.PacksOnline, 0, 255);
            if (dialect.LuxpowerFields)
            {
                CanBytes.PutU16(frame.Data, 5, Ah(snapshot.CapacityMah, 0));
            }
            else
            {
                frame.Data[5] = (byte)'P';
                frame.Data[6] = (byte)'N';
            }
        }

        private static void Requests(BmsSnapshot snapshot, ChargeLimits limits, InverterDialect dialect, CanFrame frame)
        {
            int bits = 0;
            if (ChargeDeciA(limits) > 0)
            {
                bits |= 0x80;

                // A request to charge makes sense only while charging is allowed.
                if (limits.ForceCharge) bits |= dialect.ForceChargeTwo ? 0x10 : 0x20;
                if (limits.FullChargeRequest) bits |= 0x08;
            }

            if (DischargeDeciA(limits) > 0) bits |= 0x40;
            frame.Reset(LvId.Requests, false, dialect.LuxpowerFields ? 4 : 2);
            frame.Data[0] = (byte)bits;
            if (dialect.LuxpowerFields) CanBytes.PutU16(frame.Data, 2, snapshot.Cycles);
        }

        private static void Paired(BmsSnapshot snapshot, ChargeLimits limits, CanFrame frame)
        {
            frame.Reset(LvId.PairedAlarms, false, 8);
            PutPairs(frame.Data, 0, InverterAlarmMap.Protections(snapshot, limits.BmsLost), snapshot.Alarms);
            PutPairs(frame.Data, 4, InverterAlarmMap.Alarms(snapshot.Alarms, limits.BmsLost), snapshot.Alarms);
        }

        private static void PutPairs(byte[] data, int offset, InverterAlarms shown, BmsAlarms bms)
        {
            for (int i = 0; i < 4; i++) data[offset + i] = 0xAA;
            bool hotCharge = (bms & BmsAlarms.ChargeHighTemp) != 0;
            bool coldCharge = (bms & BmsAlarms.ChargeLowTemp) != 0;
            PutPair(data, offset, PairGeneral, shown != InverterAlarms.None);
            PutPair(data, offset, PairHighVoltage, (shown & InverterAlarms.OverVoltage) != 0);
            PutPair(data, offset, PairLowVoltage, (shown & InverterAlarms.UnderVoltage) != 0);
            PutPair(data, offset, PairHighTemp, (shown & InverterAlarms.OverTemp) != 0);
            PutPair(data, offset, PairLowTemp, (shown & InverterAlarms.UnderTemp) != 0);
            PutPair(data, offset, PairHighTempCharge, hotCharge && (shown & InverterAlarms.OverTemp) != 0);
            PutPair(data, offset, PairLowTempCharge, coldCharge && (shown & InverterAlarms.UnderTemp) != 0);
            PutPair(data, offset, PairDischargeCurrent, (shown & InverterAlarms.DischargeOverCurrent) != 0);
            PutPair(data, offset, PairChargeCurrent, (shown & InverterAlarms.ChargeOverCurrent) != 0);
            PutPair(data, offset, PairContactor, (shown & InverterAlarms.Contactor) != 0);
            PutPair(data, offset, PairShort, (shown & InverterAlarms.ShortCircuit) != 0);
            PutPair(data, offset, PairInternal, (shown & (InverterAlarms.SystemError | InverterAlarms.CommLost)) != 0);
            PutPair(data, offset, PairImbalance, (shown & InverterAlarms.CellImbalance) != 0);
        }

        private static void PutPair(byte[] data, int offset, int pair, bool active)
        {
            // 10 = inactive is already there; 01 = active.
            if (active) data[offset + (pair / 4)] ^= (byte)(3 << (2 * (pair & 3)));
        }

        private static void Device(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(LvId.Device, false, 8);
            frame.Data[0] = (byte)'L';
            frame.Data[1] = (byte)'I';
            frame.Data[2] = 1;
            CanBytes.PutU16(frame.Data, 4, Ah(snapshot.CapacityMah, UnknownU16(dialect)));
        }

        private static void Capacity(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(LvId.Capacity, false, 8);
            CanBytes.PutU16(frame.Data, 0, Ah(snapshot.CapacityMah, UnknownU16(dialect)));
            CanBytes.PutU16(frame.Data, 2, Ah(snapshot.RemainingMah, UnknownU16(dialect)));
        }

        private static void Installed(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(LvId.Installed, false, 8);
            CanBytes.PutU16(frame.Data, 0, Ah(snapshot.CapacityMah, UnknownU16(dialect)));
        }

        private static int UnknownU16(InverterDialect dialect)
        {
            return dialect.UnknownAsInvalid ? InvalidU16 : 0;
        }

        private static int Ah(int mah, int unknown)
        {
            return mah == BmsSnapshot.Unknown ? unknown : CanBytes.Nearest(mah, 1000);
        }

        private static void ForceFlag(ChargeLimits limits, CanFrame frame)
        {
            frame.Reset(LvId.ForceFlag, false, 8);
            if (limits.ForceCharge && ChargeDeciA(limits) > 0) frame.Data[0] = 0xFF;
        }

        private static void Modules(BmsSnapshot snapshot, ChargeLimits limits, CanFrame frame)
        {
            int online = CanBytes.Clamp(snapshot.PacksOnline, 0, 65535);
            frame.Reset(LvId.Modules, false, 8);
            CanBytes.PutU16(frame.Data, 0, online);
            CanBytes.PutU16(frame.Data, 2, ChargeDeciA(limits) == 0 ? online : 0);
            CanBytes.PutU16(frame.Data, 4, DischargeDeciA(limits) == 0 ? online : 0);
            CanBytes.PutU16(frame.Data, 6, CanBytes.Clamp(snapshot.PacksTotal, 0, 65535) - online);
        }

        private static void Extremes(BmsSnapshot snapshot, InverterDialect dialect, CanFrame frame)
        {
            frame.Reset(LvId.Extremes, false, 8);
            CanBytes.PutU16(frame.Data, 0, snapshot.CellMinMv);
            CanBytes.PutU16(frame.Data, 2, snapshot.CellMaxMv);
            CanBytes.PutU16(frame.Data, 4, Kelvin(snapshot.LowestTempDeciC(), dialect));
            CanBytes.PutU16(frame.Data, 6, Kelvin(snapshot.HighestTempDeciC(), dialect));
        }

        private static int Kelvin(int deciC, InverterDialect dialect)
        {
            if (deciC == BmsSnapshot.Unknown) return dialect.UnknownAsInvalid ? InvalidU16 : 273;
            return CanBytes.Nearest(deciC, 10) + 273;
        }

        private static void DeyeExtremes(BmsSnapshot snapshot, CanFrame frame)
        {
            frame.Reset(LvId.DeyeExtremes, false, 8);
            CanBytes.PutU16(frame.Data, 0, snapshot.CellMaxMv);
            CanBytes.PutU16(frame.Data, 2, snapshot.CellMinMv);
            int high = snapshot.HighestTempDeciC();
            int low = snapshot.LowestTempDeciC();
            CanBytes.PutI16(frame.Data, 4, high == BmsSnapshot.Unknown ? 0 : high);
            CanBytes.PutI16(frame.Data, 6, low == BmsSnapshot.Unknown ? 0 : low);
        }

        private static void Text(int id, string text, int from, byte fill, CanFrame frame)
        {
            frame.Reset(id, false, 8);
            CanBytes.PutText(frame.Data, 0, 8, text, from, fill);
        }

        // "C07": a letter and at least two digits, the rest 0.
        private static void Number(int id, char letter, int number, CanFrame frame)
        {
            frame.Reset(id, false, 8);
            frame.Data[0] = (byte)letter;
            frame.Data[1] = (byte)('0' + ((number / 10) % 10));
            frame.Data[2] = (byte)('0' + (number % 10));
        }

        private static int SensorNo(BmsSnapshot snapshot, int deciC)
        {
            for (int i = 0; i < snapshot.TempCount; i++)
                if (snapshot.TempDeciC[i] == deciC) return i + 1;
            return 0;
        }
    }
}
