using JkFleet.Bms.Jk02;

namespace JkFleet.Bms.JkPb
{
    /// <summary>
    /// The PB's register blocks as byte images. Addresses are byte addresses; the status block is the JK02 32S cell info from
    /// its byte 6 on, but big-endian. Source: protocols.md 1.7 A.
    /// </summary>
    public static class JkPbRegisters
    {
        /// <summary>First address of the settings.</summary>
        public const int SettingsBase = 0x1000;

        /// <summary>First address of the live values.</summary>
        public const int StatusBase = 0x1200;

        /// <summary>Bytes of the part of the settings that we read.</summary>
        public const int SettingsBytes = 0x88;

        /// <summary>Bytes of the status block.</summary>
        public const int StatusBytes = 0x100;

        /// <summary>Trigger register of the settings payload.</summary>
        public const int SettingsTrigger = 0x161E;

        /// <summary>Trigger register of the status payload.</summary>
        public const int StatusTrigger = 0x1620;

        /// <summary>Trigger register of the device-info payload.</summary>
        public const int DeviceTrigger = 0x161C;

        private const int HighestMv = 1000000;

        /// <summary>Reads a complete status image.</summary>
        /// <param name="b">Image from 0x1200.</param>
        /// <param name="nowMs">Clock of its last part.</param>
        /// <param name="into">Filled only when "" is returned.</param>
        /// <returns>"" or <c>incomplete bad_soc bad_voltage</c>.</returns>
        public static string FillStatus(byte[] b, long nowMs, BmsSnapshot into)
        {
            uint mask = Bytes.U32Be(b, 0x40);
            uint volts = Bytes.U32Be(b, 0x90);
            int soc = b[0xA7];
            if (mask == 0) return "incomplete";
            if (soc > 100) return "bad_soc";
            if (volts == 0 || volts > HighestMv) return "bad_voltage";
            into.Clear();
            into.TakenAtMs = nowMs;
            for (int i = 0; i < BmsSnapshot.MaxCells; i++)
                if ((mask >> i & 1) != 0) into.CellMv[into.CellCount++] = Bytes.U16Be(b, 2 * i);
            into.PackVoltageMv = (int)volts;
            into.CurrentMa = (int)Bytes.U32Be(b, 0x98);
            into.TempMosDeciC = Jk02CellInfo.DeciC(Bytes.I16Be(b, 0x8A));
            into.TempDeciC[0] = Jk02CellInfo.DeciC(Bytes.I16Be(b, 0x9C));
            into.TempDeciC[1] = Jk02CellInfo.DeciC(Bytes.I16Be(b, 0x9E));
            into.TempCount = 2;
            Jk02CellInfo.AddIfFitted(Bytes.I16Be(b, 0xFC), into);
            Jk02CellInfo.AddIfFitted(Bytes.I16Be(b, 0xFA), into);
            into.AlarmsRaw = Bytes.U32Be(b, 0xA0);
            into.Alarms = Jk02Alarms.Unify(into.AlarmsRaw);
            into.Balancing = b[0xA6] != 0;
            into.SocPermille = soc * 10;
            into.RemainingMah = Jk02CellInfo.Known(Bytes.U32Be(b, 0xA8));
            into.CapacityMah = Jk02CellInfo.Known(Bytes.U32Be(b, 0xAC));
            uint cycles = Bytes.U32Be(b, 0xB0);
            into.Cycles = cycles > int.MaxValue ? int.MaxValue : (int)cycles;
            into.SohPermille = b[0xB8] == 0 || b[0xB8] > 100 ? BmsSnapshot.Unknown : b[0xB8] * 10;
            into.ChargeMosOn = b[0xC0] != 0;
            into.DischargeMosOn = b[0xC1] != 0;
            into.Summarise();
            return "";
        }

        /// <summary>
        /// Turns a JK02 32S payload into the register image behind it (what a simulated unit answers to a read): same places,
        /// 16- and 32-bit fields turned round, pairs of bytes as they stand.
        /// </summary>
        /// <param name="payload">300-byte frame of type 02.</param>
        /// <param name="image">Gets 256 bytes.</param>
        public static void StatusImage(byte[] payload, byte[] image)
        {
            for (int i = 0; i < StatusBytes; i += 2) Turn16(payload, image, i);
            for (int i = 0x90; i <= 0x98; i += 4) Turn32(payload, image, i);
            Turn32(payload, image, 0x40);
            Turn32(payload, image, 0x8C);
            Turn32(payload, image, 0xA0);
            for (int i = 0xA8; i <= 0xB4; i += 4) Turn32(payload, image, i);
            Turn32(payload, image, 0xBC);
            Keep(payload, image, 0x48);
            Keep(payload, image, 0xA6);
            Keep(payload, image, 0xB8);
            Keep(payload, image, 0xC0);
            Keep(payload, image, 0xD0);
        }

        /// <summary>Turns a JK02 settings payload into the register image behind it: every field has 32 bits.</summary>
        /// <param name="payload">300-byte frame of type 01.</param>
        /// <param name="image">Gets <see cref="SettingsBytes"/> bytes.</param>
        public static void SettingsImage(byte[] payload, byte[] image)
        {
            for (int i = 0; i < SettingsBytes; i += 4) Turn32(payload, image, i);
        }

        private static void Turn16(byte[] payload, byte[] image, int at)
        {
            image[at] = payload[at + 7];
            image[at + 1] = payload[at + 6];
        }

        private static void Turn32(byte[] payload, byte[] image, int at)
        {
            Bytes.PutU32Be(image, at, Bytes.U32Le(payload, at + 6));
        }

        private static void Keep(byte[] payload, byte[] image, int at)
        {
            image[at] = payload[at + 6];
            image[at + 1] = payload[at + 7];
        }
    }
}
