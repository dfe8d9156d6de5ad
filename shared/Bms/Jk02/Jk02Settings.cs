namespace JkFleet.Bms.Jk02
{
    /// <summary>
    /// Type 01: what is set in the BMS. Of its many fields we keep those that are ceilings for us or confirm a write. Kept by
    /// a link, because cell info does not carry them.
    /// </summary>
    public sealed class Jk02Settings
    {
        /// <summary>Offset of the first field; every field has four bytes.</summary>
        public const int FirstAt = 6;

        // A JK carries up to 600 A; what lies far beyond is no setting but damage.
        private const int HighestMa = 2000000;
        private const int HighestCellMv = 10000;

        /// <summary>Cell under-voltage protection, mV.</summary>
        public int CellUvpMv = 2800;

        /// <summary>Cell over-voltage protection, mV.</summary>
        public int CellOvpMv = 3650;

        /// <summary>Cell voltage that the BMS asks for while charging, mV; 0 on older units.</summary>
        public int RequestChargeMv;

        /// <summary>Cell voltage that the BMS asks for in float, mV; 0 on older units.</summary>
        public int RequestFloatMv;

        /// <summary>Charge current ceiling, mA.</summary>
        public int MaxChargeMa = 100000;

        /// <summary>Discharge current ceiling, mA.</summary>
        public int MaxDischargeMa = 100000;

        /// <summary>Cell count.</summary>
        public int CellCount = 16;

        /// <summary>Charge switch.</summary>
        public bool ChargeOn = true;

        /// <summary>Discharge switch.</summary>
        public bool DischargeOn = true;

        /// <summary>Balancer switch.</summary>
        public bool BalancerOn = true;

        /// <summary>Capacity typed in, mAh.</summary>
        public int CapacityMah = 280000;

        /// <summary>Reads an intact settings frame.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte of the frame.</param>
        /// <returns>"" or <c>bad_settings</c>; then nothing was changed.</returns>
        public string Load(byte[] b, int offset)
        {
            int first = offset + FirstAt;
            return Take(
                Bytes.I32Le(b, first + 0x04), Bytes.I32Le(b, first + 0x0C), Bytes.I32Le(b, first + 0x20), Bytes.I32Le(b, first + 0x24),
                Bytes.I32Le(b, first + 0x2C), Bytes.I32Le(b, first + 0x38), Bytes.I32Le(b, first + 0x6C), Bytes.I32Le(b, first + 0x7C),
                b[first + 0x70], b[first + 0x74], b[first + 0x78]);
        }

        /// <summary>Reads the same fields from the PB's register image (big-endian, from 0x1000).</summary>
        /// <param name="b">Image, at least 0x84 bytes.</param>
        /// <returns>"" or <c>bad_settings</c>; then nothing was changed.</returns>
        public string LoadRegisters(byte[] b)
        {
            return Take(
                (int)Bytes.U32Be(b, 0x04), (int)Bytes.U32Be(b, 0x0C), (int)Bytes.U32Be(b, 0x20), (int)Bytes.U32Be(b, 0x24),
                (int)Bytes.U32Be(b, 0x2C), (int)Bytes.U32Be(b, 0x38), (int)Bytes.U32Be(b, 0x6C), (int)Bytes.U32Be(b, 0x7C),
                b[0x73], b[0x77], b[0x7B]);
        }

        /// <summary>Position of a switch.</summary>
        /// <param name="which">Switch.</param>
        public bool IsOn(BmsSwitch which)
        {
            return which == BmsSwitch.Charge ? ChargeOn : which == BmsSwitch.Discharge ? DischargeOn : BalancerOn;
        }

        /// <summary>Sets a switch (a simulated unit was told to).</summary>
        /// <param name="which">Switch.</param>
        /// <param name="on">Position.</param>
        public void Switch(BmsSwitch which, bool on)
        {
            if (which == BmsSwitch.Charge) ChargeOn = on;
            else if (which == BmsSwitch.Discharge) DischargeOn = on;
            else BalancerOn = on;
        }

        /// <summary>Adds the ceilings to a reading. Pack limits are cells x cell limit, as the BMS itself computes them.</summary>
        /// <param name="into">A reading from cell info.</param>
        public void AddTo(BmsSnapshot into)
        {
            into.MaxChargeMa = MaxChargeMa;
            into.MaxDischargeMa = MaxDischargeMa;
            into.CellOvpMv = CellOvpMv;
            into.CellUvpMv = CellUvpMv;
            into.CellCountSetting = CellCount;
            into.PackOvpMv = CellCount * CellOvpMv;
            into.PackUvpMv = CellCount * CellUvpMv;
        }

        private string Take(int uvp, int ovp, int charge, int floating, int maxCharge, int maxDischarge, int cells, int capacity,
            byte chargeOn, byte dischargeOn, byte balancerOn)
        {
            if (uvp < 0 || uvp > HighestCellMv || ovp <= uvp || ovp > HighestCellMv || cells < 1 || cells > BmsSnapshot.MaxCells
                || maxCharge < 0 || maxCharge > HighestMa || maxDischarge < 0 || maxDischarge > HighestMa) return "bad_settings";
            CellUvpMv = uvp;
            CellOvpMv = ovp;
            RequestChargeMv = charge;
            RequestFloatMv = floating;
            MaxChargeMa = maxCharge;
            MaxDischargeMa = maxDischarge;
            CellCount = cells;
            CapacityMah = capacity;
            ChargeOn = chargeOn != 0;
            DischargeOn = dischargeOn != 0;
            BalancerOn = balancerOn != 0;
            return "";
        }
    }
}
