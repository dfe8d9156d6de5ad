namespace JkFleet.Bms.Jk02
{
    /// <summary>
    /// Type 02: the live values. Offsets are those of the 24S layout; <see cref="At"/> moves them for 32S. Index fields of the
    /// highest and lowest cell can be older than the cells beside them, so we compute our own (protocols.md 1.5).
    /// </summary>
    public static class Jk02CellInfo
    {
        /// <summary>First cell, u16 mV each.</summary>
        public const int CellsAt = 6;

        /// <summary>Mask of enabled cells, u32.</summary>
        public const int MaskAt = 54;

        /// <summary>Pack voltage, u32 mV.</summary>
        public const int VoltageAt = 118;

        /// <summary>Power, u32 mW, unsigned.</summary>
        public const int PowerAt = 122;

        /// <summary>Current, i32 mA, + = charging.</summary>
        public const int CurrentAt = 126;

        /// <summary>First battery sensor, i16 0.1 degC.</summary>
        public const int Temp1At = 130;

        /// <summary>Second battery sensor, i16 0.1 degC.</summary>
        public const int Temp2At = 132;

        /// <summary>Balance current, i16 mA.</summary>
        public const int BalanceCurrentAt = 138;

        /// <summary>Balance action: 0 off, 1 charge, 2 discharge.</summary>
        public const int BalanceActionAt = 140;

        /// <summary>State of charge, percent.</summary>
        public const int SocAt = 141;

        /// <summary>Charge left, u32 mAh.</summary>
        public const int RemainingAt = 142;

        /// <summary>Full capacity as the BMS sees it now (aged), u32 mAh.</summary>
        public const int CapacityAt = 146;

        /// <summary>Cycles, u32.</summary>
        public const int CyclesAt = 150;

        /// <summary>State of health, percent.</summary>
        public const int SohAt = 158;

        /// <summary>Charge MOS on.</summary>
        public const int ChargeMosAt = 166;

        /// <summary>Discharge MOS on.</summary>
        public const int DischargeMosAt = 167;

        /// <summary>Raw value of an absent temperature sensor.</summary>
        public const int AbsentTemp = -2000;

        // 32S only. 254 is called T5 by peers, but in ten of eleven captures it repeats the MOS temperature: not used.
        private const int Temp4At = 256;
        private const int Temp3At = 258;
        private const int HighestMv = 1000000;

        /// <summary>Cell slots of a layout.</summary>
        /// <param name="layout">Layout.</param>
        public static int Slots(Jk02Layout layout)
        {
            return layout == Jk02Layout.S32 ? 32 : 24;
        }

        /// <summary>Moves a 24S offset (54 or later) to a layout.</summary>
        /// <param name="offset24">Offset in the 24S layout.</param>
        /// <param name="layout">Layout.</param>
        public static int At(int offset24, Jk02Layout layout)
        {
            if (layout == Jk02Layout.S24) return offset24;
            return offset24 + (offset24 < 112 ? 16 : 32);
        }

        /// <summary>Offset of the MOS temperature, the one field that does not follow the shift.</summary>
        /// <param name="layout">Layout.</param>
        public static int MosTempAt(Jk02Layout layout)
        {
            return layout == Jk02Layout.S32 ? 144 : 134;
        }

        /// <summary>Offset of the error word (32S: u32, 24S: u16).</summary>
        /// <param name="layout">Layout.</param>
        public static int ErrorsAt(Jk02Layout layout)
        {
            return layout == Jk02Layout.S32 ? 166 : 136;
        }

        /// <summary>Reads an intact cell-info frame.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte of the frame.</param>
        /// <param name="layout">Layout of this unit.</param>
        /// <param name="nowMs">Clock of its last byte.</param>
        /// <param name="into">Filled only when "" is returned; the ceilings of the settings frame stay unknown.</param>
        /// <returns>"" or why it is no reading: <c>incomplete bad_soc bad_voltage</c> (all typical of a wrong layout).</returns>
        public static string Fill(byte[] b, int offset, Jk02Layout layout, long nowMs, BmsSnapshot into)
        {
            uint mask = Bytes.U32Le(b, offset + At(MaskAt, layout));
            uint volts = Bytes.U32Le(b, offset + At(VoltageAt, layout));
            int soc = b[offset + At(SocAt, layout)];
            int slots = Slots(layout);
            if (mask == 0 || (slots < 32 && (mask >> slots) != 0)) return "incomplete";
            if (soc > 100) return "bad_soc";
            if (volts == 0 || volts > HighestMv) return "bad_voltage";

            into.Clear();
            into.TakenAtMs = nowMs;
            for (int i = 0; i < slots; i++)
            {
                if ((mask >> i & 1) != 0) into.CellMv[into.CellCount++] = Bytes.U16Le(b, offset + CellsAt + (2 * i));
            }

            into.PackVoltageMv = (int)volts;
            into.CurrentMa = Bytes.I32Le(b, offset + At(CurrentAt, layout));
            into.SocPermille = soc * 10;
            int soh = b[offset + At(SohAt, layout)];
            into.SohPermille = soh == 0 || soh > 100 ? BmsSnapshot.Unknown : soh * 10;
            into.RemainingMah = Known(Bytes.U32Le(b, offset + At(RemainingAt, layout)));
            into.CapacityMah = Known(Bytes.U32Le(b, offset + At(CapacityAt, layout)));
            uint cycles = Bytes.U32Le(b, offset + At(CyclesAt, layout));
            into.Cycles = cycles > int.MaxValue ? int.MaxValue : (int)cycles;
            into.Balancing = b[offset + At(BalanceActionAt, layout)] != 0;
            into.ChargeMosOn = b[offset + At(ChargeMosAt, layout)] != 0;
            into.DischargeMosOn = b[offset + At(DischargeMosAt, layout)] != 0;
            FillTemperatures(b, offset, layout, into);
            int errorsAt = offset + ErrorsAt(layout);
            into.AlarmsRaw = layout == Jk02Layout.S32 ? Bytes.U32Le(b, errorsAt) : (uint)Bytes.U16Le(b, errorsAt);
            into.Alarms = Jk02Alarms.Unify(into.AlarmsRaw);
            into.Summarise();
            return "";
        }

        /// <summary>A temperature field in 0.1 degC; <see cref="BmsSnapshot.Unknown"/> for an absent sensor.</summary>
        /// <param name="raw">Field.</param>
        public static int DeciC(int raw)
        {
            return raw == AbsentTemp ? BmsSnapshot.Unknown : raw;
        }

        private static void FillTemperatures(byte[] b, int offset, Jk02Layout layout, BmsSnapshot into)
        {
            into.TempMosDeciC = DeciC(Bytes.I16Le(b, offset + MosTempAt(layout)));
            into.TempDeciC[0] = DeciC(Bytes.I16Le(b, offset + At(Temp1At, layout)));
            into.TempDeciC[1] = DeciC(Bytes.I16Le(b, offset + At(Temp2At, layout)));
            into.TempCount = 2;
            if (layout == Jk02Layout.S24) return;
            AddIfFitted(Bytes.I16Le(b, offset + Temp3At), into);
            AddIfFitted(Bytes.I16Le(b, offset + Temp4At), into);
        }

        /// <summary>
        /// Adds the third or fourth sensor, which only some PB have. Units without them send exactly 0, and their presence mask
        /// claims them all the same (seen on software 11.48): read as 0.0 degC, that would stop charging for ever.
        /// </summary>
        /// <param name="raw">Field, 0.1 degC.</param>
        /// <param name="into">Gets one more temperature.</param>
        public static void AddIfFitted(int raw, BmsSnapshot into)
        {
            if (raw != 0 && raw != AbsentTemp) into.TempDeciC[into.TempCount++] = raw;
        }

        /// <summary>A charge in mAh, or <see cref="BmsSnapshot.Unknown"/> when it is 0 or absurd.</summary>
        /// <param name="mah">Field.</param>
        public static int Known(uint mah)
        {
            return mah == 0 || mah > 1000000000 ? BmsSnapshot.Unknown : (int)mah;
        }
    }
}
