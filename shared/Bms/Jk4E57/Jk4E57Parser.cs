namespace JkFleet.Bms.Jk4E57
{
    /// <summary>
    /// What the registers of a 4E57 reply mean: turns one intact all-data frame into a <see cref="BmsSnapshot"/>.
    /// Nothing is written to the snapshot before the whole frame is known to be good. Source: protocols.md 1.2-1.4.
    /// </summary>
    public sealed class Jk4E57Parser
    {
        /// <summary>Highest raw temperature that means one; above it the sensor is absent or broken.</summary>
        public const int HighestRawTemp = 140;

        private const int ChargeMosBit = 1;
        private const int DischargeMosBit = 2;
        private const int BalancingBit = 4; // bit 3 "battery offline" is set on healthy units too: never acted upon

        private readonly Jk4E57Registers _registers = new Jk4E57Registers();

        /// <summary>Registers of the frame that was parsed last; valid while its buffer is unchanged.</summary>
        public Jk4E57Registers Registers
        {
            get { return _registers; }
        }

        /// <summary>Why the last frame gave no reading; "" = it did.</summary>
        public string Refusal { get; private set; } = "";

        /// <summary>True for a raw temperature of 0..140.</summary>
        /// <param name="raw">Register value.</param>
        public static bool IsTemperature(int raw)
        {
            return raw >= 0 && raw <= HighestRawTemp;
        }

        /// <summary>Vendor rule for 80, 81, 82: 0..100 = degC, 101..140 = -1..-40.</summary>
        /// <param name="raw">Register value.</param>
        /// <returns>degC; meaningless above 140.</returns>
        public static int TemperatureC(int raw)
        {
            return raw > 100 ? 100 - raw : raw;
        }

        /// <summary>Register 84 in mA, + = charging. The version stands in C0, behind 84; an absent C0 counts as 0.</summary>
        /// <param name="raw">Register value, 0..65535.</param>
        /// <param name="protocolVersion">Register C0.</param>
        public static int CurrentMa(int raw, int protocolVersion)
        {
            if (protocolVersion != 1) return (10000 - raw) * 10;
            int magnitude = (raw & 0x7FFF) * 10;
            return (raw & 0x8000) != 0 ? magnitude : -magnitude;
        }

        /// <summary>State of health that the cycles suggest (the BMS itself reports none): the origin's rule.</summary>
        /// <param name="cycles">Register 87.</param>
        /// <param name="chemistry">Register AF: 0 LFP, 1 ternary, 2 LTO.</param>
        /// <returns>Permille, or <see cref="BmsSnapshot.Unknown"/> for another chemistry.</returns>
        public static int SohPermille(int cycles, int chemistry)
        {
            int life = chemistry == 0 ? 3000 : chemistry == 1 ? 1500 : chemistry == 2 ? 10000 : 0;
            if (life == 0) return BmsSnapshot.Unknown;
            return cycles >= life ? 0 : 1000 - (cycles * 1000 / life);
        }

        /// <summary>Reads one frame that passed <see cref="Jk4E57Frame.Check"/> and is no request.</summary>
        /// <param name="frame">Buffer.</param>
        /// <param name="offset">First byte of the frame.</param>
        /// <param name="count">Bytes of the frame.</param>
        /// <param name="nowMs">Clock of its last byte.</param>
        /// <param name="into">Filled only when true is returned.</param>
        /// <returns>
        /// False when it is no reading; <see cref="Refusal"/> is then a reason of <see cref="Jk4E57Registers"/> or one of
        /// <c>incomplete too_many_cells bad_soc unknown_protocol_version</c>. The registers stay readable for the last four.
        /// </returns>
        public bool TryParse(byte[] frame, int offset, int count, long nowMs, BmsSnapshot into)
        {
            Refusal = _registers.Walk(frame, offset, count) ? WhyNoReading() : _registers.Refusal;
            if (Refusal.Length > 0) return false;
            into.Clear();
            into.TakenAtMs = nowMs;
            FillMeasured(into);
            FillSettings(into);
            into.SoftwareVersion = _registers.Has(0xB7) ? Bytes.Text(into.SoftwareVersion, frame, _registers.IndexOf(0xB7), 15) : "";
            into.Summarise();
            return true;
        }

        private string WhyNoReading()
        {
            Jk4E57Registers r = _registers;
            if (r.CellCount == 0 || !r.Has(0x83) || !r.Has(0x84) || !r.Has(0x85) || !r.Has(0x8B) || !r.Has(0x8C)) return "incomplete";
            if (r.CellCount > BmsSnapshot.MaxCells) return "too_many_cells";
            if (r.Value(0x85) > 100) return "bad_soc";
            // Two rules exist, and they disagree by up to hundreds of amps: a third version is not for us to guess.
            if (r.Value(0xC0) > 1) return "unknown_protocol_version";
            return "";
        }

        private void FillMeasured(BmsSnapshot into)
        {
            Jk4E57Registers r = _registers;
            into.CellCount = r.CellCount;
            for (int i = 0; i < into.CellCount; i++) into.CellMv[i] = r.CellMv(i);
            into.PackVoltageMv = (int)r.Value(0x83) * 10;
            into.CurrentMa = CurrentMa((int)r.Value(0x84), (int)r.Value(0xC0));
            into.SocPermille = (int)r.Value(0x85) * 10;
            into.Cycles = (int)r.Value(0x87);
            if (r.Has(0x87) && r.Has(0xAF)) into.SohPermille = SohPermille(into.Cycles, (int)r.Value(0xAF));
            into.TempMosDeciC = DeciC(0x80);
            into.TempCount = 2;
            into.TempDeciC[0] = DeciC(0x81);
            into.TempDeciC[1] = DeciC(0x82);
            into.AlarmsRaw = r.Value(0x8B);
            into.Alarms = (BmsAlarms)into.AlarmsRaw; // the unified bits 0..15 are those of 8B
            uint status = r.Value(0x8C);
            into.ChargeMosOn = (status & ChargeMosBit) != 0;
            into.DischargeMosOn = (status & DischargeMosBit) != 0;
            into.Balancing = (status & BalancingBit) != 0;
        }

        private void FillSettings(BmsSnapshot into)
        {
            Jk4E57Registers r = _registers;
            into.MaxDischargeMa = Scaled(0x97, 1000);
            into.MaxChargeMa = Scaled(0x99, 1000);
            into.PackOvpMv = Scaled(0x8E, 10);
            into.PackUvpMv = Scaled(0x8F, 10);
            into.CellOvpMv = Scaled(0x90, 1);
            into.CellUvpMv = Scaled(0x93, 1);
            into.CellCountSetting = Scaled(0xA9, 1);
            into.LowSocPercent = Scaled(0xB1, 1);
            // B9 is the measured capacity, 0 before firmware 10.10; AA the one that somebody typed in.
            uint ah = r.Value(0xB9) != 0 ? r.Value(0xB9) : r.Value(0xAA);
            if (ah == 0 || ah > 1000000) return;
            into.CapacityMah = (int)ah * 1000;
            into.RemainingMah = into.CapacityMah / 1000 * into.SocPermille;
        }

        private int DeciC(int id)
        {
            if (!_registers.Has(id)) return BmsSnapshot.Unknown;
            int raw = (int)_registers.Value(id);
            return IsTemperature(raw) ? TemperatureC(raw) * 10 : BmsSnapshot.Unknown;
        }

        private int Scaled(int id, int factor)
        {
            return _registers.Has(id) ? (int)_registers.Value(id) * factor : BmsSnapshot.Unknown;
        }
    }
}
