namespace JkFleet.Bms.Jk02
{
    /// <summary>Writes the 300-byte frames that a JK02 or PB unit sends, without garbage.</summary>
    public static class Jk02Encoder
    {
        /// <summary>
        /// Cell info. Clamped to the layout: 24 or 32 cells of 0..65535 mV, SOC and SOH to whole percent (truncated),
        /// temperatures to i16; unknown capacities become 0, unknown temperatures the raw value of an absent sensor.
        /// </summary>
        /// <param name="pack">The state.</param>
        /// <param name="layout">Layout.</param>
        /// <param name="counter">Counter byte.</param>
        /// <param name="b">At least 300 bytes.</param>
        public static int CellInfo(BmsSnapshot pack, Jk02Layout layout, byte counter, byte[] b)
        {
            Jk02Frame.Open(b, Jk02Frame.CellInfo, counter);
            int slots = Jk02CellInfo.Slots(layout);
            int cells = pack.CellCount < slots ? pack.CellCount : slots;
            for (int i = 0; i < cells; i++) Bytes.PutU16Le(b, Jk02CellInfo.CellsAt + (2 * i), Clamp(pack.CellMv[i], 0, 65535));
            Bytes.PutU32Le(b, At(Jk02CellInfo.MaskAt, layout), cells >= 32 ? uint.MaxValue : (1u << cells) - 1);
            Bytes.PutU16Le(b, At(58, layout), Clamp(pack.CellMeanMv, 0, 65535));
            Bytes.PutU16Le(b, At(60, layout), Clamp(pack.CellMaxMv - pack.CellMinMv, 0, 65535));
            b[At(62, layout)] = (byte)(pack.CellMaxNo > 0 ? pack.CellMaxNo - 1 : 0);
            b[At(63, layout)] = (byte)(pack.CellMinNo > 0 ? pack.CellMinNo - 1 : 0);
            Bytes.PutU32Le(b, At(Jk02CellInfo.VoltageAt, layout), (uint)Clamp(pack.PackVoltageMv, 0, int.MaxValue));
            long microwatts = (long)pack.PackVoltageMv * pack.CurrentMa;
            if (microwatts < 0) microwatts = -microwatts;
            Bytes.PutU32Le(b, At(Jk02CellInfo.PowerAt, layout), (uint)(microwatts / 1000));
            Bytes.PutU32Le(b, At(Jk02CellInfo.CurrentAt, layout), (uint)pack.CurrentMa);
            Bytes.PutU16Le(b, Jk02CellInfo.MosTempAt(layout), RawTemp(pack.TempMosDeciC));
            Bytes.PutU16Le(b, At(Jk02CellInfo.Temp1At, layout), RawTemp(TempOf(pack, 0)));
            Bytes.PutU16Le(b, At(Jk02CellInfo.Temp2At, layout), RawTemp(TempOf(pack, 1)));
            PutState(pack, layout, b);
            return Jk02Frame.Seal(b);
        }

        /// <summary>Settings.</summary>
        /// <param name="settings">Values; the fields that we do not keep get those of a common LFP pack.</param>
        /// <param name="counter">Counter byte.</param>
        /// <param name="b">At least 300 bytes.</param>
        public static int Settings(Jk02Settings settings, byte counter, byte[] b)
        {
            Jk02Frame.Open(b, Jk02Frame.Settings, counter);
            Put(b, 0x00, 3300);
            Put(b, 0x04, settings.CellUvpMv);
            Put(b, 0x08, settings.CellUvpMv + 100);
            Put(b, 0x0C, settings.CellOvpMv);
            Put(b, 0x10, settings.CellOvpMv - 100);
            Put(b, 0x14, 10);
            Put(b, 0x18, settings.CellOvpMv - 50);
            Put(b, 0x1C, settings.CellUvpMv);
            Put(b, 0x20, settings.RequestChargeMv);
            Put(b, 0x24, settings.RequestFloatMv);
            Put(b, 0x28, settings.CellUvpMv - 100);
            Put(b, 0x2C, settings.MaxChargeMa);
            Put(b, 0x30, 30);
            Put(b, 0x34, 60);
            Put(b, 0x38, settings.MaxDischargeMa);
            Put(b, 0x3C, 30);
            Put(b, 0x40, 60);
            Put(b, 0x44, 60);
            Put(b, 0x48, 2000);
            Put(b, 0x4C, 700);
            Put(b, 0x50, 600);
            Put(b, 0x54, 700);
            Put(b, 0x58, 600);
            Put(b, 0x5C, 0);
            Put(b, 0x60, 50);
            Put(b, 0x64, 900);
            Put(b, 0x68, 800);
            Put(b, 0x6C, settings.CellCount);
            Put(b, 0x70, settings.ChargeOn ? 1 : 0);
            Put(b, 0x74, settings.DischargeOn ? 1 : 0);
            Put(b, 0x78, settings.BalancerOn ? 1 : 0);
            Put(b, 0x7C, settings.CapacityMah);
            Put(b, 0x80, 1500);
            Put(b, 0x84, 3400);
            return Jk02Frame.Seal(b);
        }

        /// <summary>Device info.</summary>
        /// <param name="info">Texts.</param>
        /// <param name="counter">Counter byte.</param>
        /// <param name="b">At least 300 bytes.</param>
        public static int DeviceInfo(Jk02DeviceInfo info, byte counter, byte[] b)
        {
            Jk02Frame.Open(b, Jk02Frame.DeviceInfo, counter);
            Bytes.PutText(b, 6, 16, info.Model);
            Bytes.PutText(b, 22, 8, info.HardwareVersion);
            Bytes.PutText(b, Jk02DeviceInfo.SoftwareAt, 8, info.SoftwareVersion);
            Bytes.PutText(b, 46, 16, "JkFleet");
            Bytes.PutText(b, 78, 8, "260101");
            Bytes.PutText(b, 86, 11, "simulated");
            return Jk02Frame.Seal(b);
        }

        private static void PutState(BmsSnapshot pack, Jk02Layout layout, byte[] b)
        {
            uint errors = Jk02Alarms.ErrorsOf(pack.Alarms);
            if (layout == Jk02Layout.S32)
            {
                Bytes.PutU32Le(b, Jk02CellInfo.ErrorsAt(layout), errors);
                Bytes.PutU16Le(b, 254, RawTemp(pack.TempMosDeciC)); // as real units do
                Bytes.PutU16Le(b, 258, pack.TempCount > 2 ? RawTemp(TempOf(pack, 2)) : 0);
                Bytes.PutU16Le(b, 256, pack.TempCount > 3 ? RawTemp(TempOf(pack, 3)) : 0);
            }
            else
            {
                Bytes.PutU16Le(b, Jk02CellInfo.ErrorsAt(layout), (int)(errors & 0xFFFF));
            }

            b[At(Jk02CellInfo.BalanceActionAt, layout)] = (byte)(pack.Balancing ? 2 : 0);
            b[At(Jk02CellInfo.SocAt, layout)] = (byte)Clamp(pack.SocPermille / 10, 0, 100);
            Bytes.PutU32Le(b, At(Jk02CellInfo.RemainingAt, layout), Mah(pack.RemainingMah));
            Bytes.PutU32Le(b, At(Jk02CellInfo.CapacityAt, layout), Mah(pack.CapacityMah));
            Bytes.PutU32Le(b, At(Jk02CellInfo.CyclesAt, layout), (uint)pack.Cycles);
            b[At(Jk02CellInfo.SohAt, layout)] = (byte)(pack.SohPermille == BmsSnapshot.Unknown ? 0 : Clamp(pack.SohPermille / 10, 0, 100));
            b[At(Jk02CellInfo.ChargeMosAt, layout)] = (byte)(pack.ChargeMosOn ? 1 : 0);
            b[At(Jk02CellInfo.DischargeMosAt, layout)] = (byte)(pack.DischargeMosOn ? 1 : 0);
            Bytes.PutU16Le(b, At(182, layout), layout == Jk02Layout.S32 ? 0xFF : 7);
            Bytes.PutU16Le(b, At(202, layout), Clamp(pack.PackVoltageMv / 10, 0, 65535));
        }

        private static int At(int offset24, Jk02Layout layout)
        {
            return Jk02CellInfo.At(offset24, layout);
        }

        private static void Put(byte[] b, int field, int value)
        {
            Bytes.PutU32Le(b, Jk02Settings.FirstAt + field, (uint)value);
        }

        private static int TempOf(BmsSnapshot pack, int index)
        {
            return index < pack.TempCount ? pack.TempDeciC[index] : BmsSnapshot.Unknown;
        }

        private static int RawTemp(int deciC)
        {
            return deciC == BmsSnapshot.Unknown ? Jk02CellInfo.AbsentTemp : Clamp(deciC, short.MinValue, short.MaxValue);
        }

        private static uint Mah(int mah)
        {
            return mah < 0 ? 0 : (uint)mah;
        }

        private static int Clamp(int value, int lowest, int highest)
        {
            return value < lowest ? lowest : value > highest ? highest : value;
        }
    }
}
