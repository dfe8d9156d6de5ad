namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// All registers of one BMS as plain values: what a simulated unit "has", ready to be encoded. Starts as a 16-cell LFP
    /// pack with the settings of a factory-fresh unit; every register can be set or taken out.
    /// </summary>
    public sealed class Jk4E57Image
    {
        private readonly byte[] _raw = new byte[(Jk4E57Registers.Last - Jk4E57Registers.First + 1) * Jk4E57Registers.MaxWidth];
        private readonly bool[] _has = new bool[Jk4E57Registers.Last - Jk4E57Registers.First + 1];

        /// <summary>Cells in the list, 0..32.</summary>
        public int CellCount = 16;

        /// <summary>Cell voltages, 0..65535 mV.</summary>
        public readonly int[] CellMv = new int[BmsSnapshot.MaxCells];

        /// <summary>A healthy 16-cell LFP pack of 280 Ah at rest, protocol version 1.</summary>
        public Jk4E57Image()
        {
            for (int i = 0; i < CellMv.Length; i++) CellMv[i] = 3300;
            for (int id = Jk4E57Registers.First; id <= Jk4E57Registers.Last; id++)
            {
                // Real answers carry neither the write-only BB..BF nor the undefined 88 and 8D.
                if (Jk4E57Registers.Width(id) > 0 && (id < 0xBB || id > 0xBF)) Set(id, DefaultOf(id));
            }

            SetText(0xB2, "123456");
            SetText(0xB4, "JkFleet");
            SetText(0xB5, "2601");
            SetText(0xB7, "11.XW_S11.26___");
            SetText(0xBA, "JkFleet simulated BMS");
        }

        /// <summary>The frame will carry this register.</summary>
        /// <param name="id">80..C0.</param>
        public bool Has(int id)
        {
            return _has[id - Jk4E57Registers.First];
        }

        /// <summary>Takes a register out of the frame.</summary>
        /// <param name="id">80..C0.</param>
        public void Remove(int id)
        {
            _has[id - Jk4E57Registers.First] = false;
        }

        /// <summary>Sets a register; higher bits than it is wide are cut off. Ids that are not defined are left alone.</summary>
        /// <param name="id">80..C0.</param>
        /// <param name="value">Raw value.</param>
        public void Set(int id, uint value)
        {
            int width = Jk4E57Registers.Width(id);
            int at = At(id);
            _has[id - Jk4E57Registers.First] = width > 0;
            for (int i = width - 1; i >= 0; i--)
            {
                _raw[at + i] = (byte)value;
                value >>= 8;
            }
        }

        /// <summary>Sets a text register, NUL padded; what does not fit is cut.</summary>
        /// <param name="id">B2, B4, B5, B7 or BA.</param>
        /// <param name="text">Latin-1 text.</param>
        public void SetText(int id, string text)
        {
            _has[id - Jk4E57Registers.First] = true;
            Bytes.PutText(_raw, At(id), Jk4E57Registers.Width(id), text);
        }

        /// <summary>Raw value of a register (its last four bytes); 0 when absent.</summary>
        /// <param name="id">80..C0.</param>
        public uint Value(int id)
        {
            if (!Has(id)) return 0;
            int width = Jk4E57Registers.Width(id);
            uint value = 0;
            for (int i = 0; i < width; i++) value = (value << 8) | _raw[At(id) + i];
            return value;
        }

        /// <summary>Writes a register's bytes to a frame.</summary>
        /// <param name="id">80..C0, present.</param>
        /// <param name="buffer">Frame.</param>
        /// <param name="offset">Where.</param>
        /// <returns>Bytes written.</returns>
        public int Put(int id, byte[] buffer, int offset)
        {
            int width = Jk4E57Registers.Width(id);
            int at = At(id);
            for (int i = 0; i < width; i++) buffer[offset + i] = _raw[at + i];
            return width;
        }

        /// <summary>Takes over every register of a decoded frame and forgets all others.</summary>
        /// <param name="registers">Walked registers with at most 32 cells.</param>
        /// <param name="frame">Their buffer.</param>
        public void Load(Jk4E57Registers registers, byte[] frame)
        {
            CellCount = registers.CellCount;
            for (int i = 0; i < CellCount; i++) CellMv[i] = registers.CellMv(i);
            for (int id = Jk4E57Registers.First; id <= Jk4E57Registers.Last; id++)
            {
                bool has = registers.Has(id);
                _has[id - Jk4E57Registers.First] = has;
                if (!has) continue;
                int from = registers.IndexOf(id);
                for (int i = 0; i < Jk4E57Registers.Width(id); i++) _raw[At(id) + i] = frame[from + i];
            }
        }

        /// <summary>
        /// Takes over a pack's state. Clamped to what the registers can say: current to +-327.67 A and 10 mA steps
        /// (truncated), voltage to 655.35 V in 10 mV steps, temperatures to -40..100 degC in whole degrees (truncated),
        /// SOC to whole percent (truncated), capacity to whole Ah. Settings that the snapshot does not know stay as they are.
        /// </summary>
        /// <param name="pack">The state.</param>
        public void Fill(BmsSnapshot pack)
        {
            CellCount = pack.CellCount;
            for (int i = 0; i < CellCount; i++) CellMv[i] = Clamp(pack.CellMv[i], 0, 65535);
            Set(0x80, RawTemp(pack.TempMosDeciC));
            Set(0x81, RawTemp(pack.TempCount > 0 ? pack.TempDeciC[0] : BmsSnapshot.Unknown));
            Set(0x82, RawTemp(pack.TempCount > 1 ? pack.TempDeciC[1] : BmsSnapshot.Unknown));
            Set(0x83, (uint)Clamp(pack.PackVoltageMv / 10, 0, 65535));
            Set(0x84, RawCurrent(pack.CurrentMa, (int)Value(0xC0)));
            Set(0x85, (uint)Clamp(pack.SocPermille / 10, 0, 100));
            Set(0x87, (uint)Clamp(pack.Cycles, 0, 65535));
            Set(0x8A, (uint)CellCount);
            Set(0xA9, (uint)CellCount);
            Set(0x8B, (uint)pack.Alarms & 0xFFFF);
            Set(0x8C, (pack.ChargeMosOn ? 1u : 0u) | (pack.DischargeMosOn ? 2u : 0u) | (pack.Balancing ? 4u : 0u));
            SetKnown(0x8E, pack.PackOvpMv, 10, 65535);
            SetKnown(0x8F, pack.PackUvpMv, 10, 65535);
            SetKnown(0x90, pack.CellOvpMv, 1, 65535);
            SetKnown(0x93, pack.CellUvpMv, 1, 65535);
            SetKnown(0x97, pack.MaxDischargeMa, 1000, 65535);
            SetKnown(0x99, pack.MaxChargeMa, 1000, 65535);
            SetKnown(0xB1, pack.LowSocPercent, 1, 255);
            SetKnown(0xAA, pack.CapacityMah, 1000, int.MaxValue);
            SetKnown(0xB9, pack.CapacityMah, 1000, int.MaxValue);
        }

        /// <summary>Raw temperature: 0..100, or 101..140 for -1..-40 degC; 141 for an unknown one.</summary>
        /// <param name="deciC">0.1 degC or <see cref="BmsSnapshot.Unknown"/>.</param>
        public static uint RawTemp(int deciC)
        {
            if (deciC == BmsSnapshot.Unknown) return Jk4E57Parser.HighestRawTemp + 1;
            int c = Clamp(deciC / 10, -40, 100);
            return (uint)(c < 0 ? 100 - c : c);
        }

        /// <summary>Raw register 84, clamped to what its rule can say.</summary>
        /// <param name="ma">mA, + = charging.</param>
        /// <param name="protocolVersion">Register C0.</param>
        public static uint RawCurrent(int ma, int protocolVersion)
        {
            int centi = ma / 10;
            if (protocolVersion != 1) return (uint)Clamp(10000 - centi, 0, 65535);
            return centi >= 0 ? 0x8000u | (uint)Clamp(centi, 0, 0x7FFF) : (uint)Clamp(-centi, 0, 0x7FFF);
        }

        private static int Clamp(int value, int lowest, int highest)
        {
            return value < lowest ? lowest : value > highest ? highest : value;
        }

        private static uint DefaultOf(int id)
        {
            switch (id)
            {
                case 0x80: case 0x81: case 0x82: return 25;
                case 0x83: return 5280;
                case 0x84: return 0x8000;
                case 0x85: return 50;
                case 0x86: return 3;
                case 0x8A: case 0xA9: return 16;
                case 0x8C: return 3;
                case 0x8E: return 5840;
                case 0x8F: return 4480;
                case 0x90: return 3650;
                case 0x91: return 3550;
                case 0x92: case 0x95: return 5;
                case 0x93: return 2800;
                case 0x94: return 2900;
                case 0x96: return 300;
                case 0x97: return 100;
                case 0x98: case 0x9A: return 30;
                case 0x99: return 100;
                case 0x9B: return 3400;
                case 0x9C: return 10;
                case 0x9D: case 0xAB: case 0xAC: case 0xAE: case 0xC0: return 1;
                case 0x9E: return 90;
                case 0x9F: case 0xA0: case 0xA3: case 0xA4: return 70;
                case 0xA1: return 60;
                case 0xA2: return 20;
                case 0xA5: return 0;
                case 0xA6: return 5;
                case 0xA7: return 0xFFEC; // -20 degC
                case 0xA8: return 0xFFF6; // -10 degC
                case 0xAA: case 0xB9: return 280;
                case 0xAD: return 1000;
                case 0xB0: return 10;
                case 0xB1: return 20;
                default: return 0;
            }
        }

        private static int At(int id)
        {
            return (id - Jk4E57Registers.First) * Jk4E57Registers.MaxWidth;
        }

        private void SetKnown(int id, int value, int unit, int highest)
        {
            if (value != BmsSnapshot.Unknown) Set(id, (uint)Clamp(value / unit, 0, highest));
        }
    }
}
