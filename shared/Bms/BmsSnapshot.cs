namespace JkFleet.Bms
{
    /// <summary>
    /// One decoded reading of one pack: what every JK protocol is turned into and all that the limits may look at.
    /// It exists so that judgement never sees a byte. Reused: one instance per source, filled in place.
    /// Fields, not properties: the interpreter on the board pays for every call.
    /// </summary>
    public sealed class BmsSnapshot
    {
        /// <summary>Most cells any supported BMS reports.</summary>
        public const int MaxCells = 32;

        /// <summary>Most battery temperature sensors (the MOS sensor is apart).</summary>
        public const int MaxTemps = 5;

        /// <summary>Value of an integer that this protocol or unit does not report.</summary>
        public const int Unknown = int.MinValue;

        /// <summary>A cell above this voltage is a measuring fault, not a cell (protocols.md 7.6).</summary>
        public const int HighestPlausibleCellMv = 5000;

        /// <summary>Agent clock (ms, monotonic) when the frame was complete.</summary>
        public long TakenAtMs;

        /// <summary>Number of cells in <see cref="CellMv"/>, 0..<see cref="MaxCells"/>.</summary>
        public int CellCount;

        /// <summary>Cell voltages, mV; index 0 is cell 1. 0 = not wired or not measured.</summary>
        public readonly int[] CellMv = new int[MaxCells];

        /// <summary>Cell count set in the BMS (register A9), or <see cref="Unknown"/>.</summary>
        public int CellCountSetting;

        /// <summary>Pack voltage, mV.</summary>
        public int PackVoltageMv;

        /// <summary>Pack current, mA; positive charges the pack.</summary>
        public int CurrentMa;

        /// <summary>State of charge, 0..1000 permille.</summary>
        public int SocPermille;

        /// <summary>State of health, permille, or <see cref="Unknown"/>.</summary>
        public int SohPermille;

        /// <summary>Full capacity, mAh, or <see cref="Unknown"/>.</summary>
        public int CapacityMah;

        /// <summary>Charge left, mAh, or <see cref="Unknown"/>.</summary>
        public int RemainingMah;

        /// <summary>Charge cycles.</summary>
        public int Cycles;

        /// <summary>MOS (power tube) temperature, 0.1 degC, or <see cref="Unknown"/>.</summary>
        public int TempMosDeciC;

        /// <summary>Number of entries of <see cref="TempDeciC"/> that are in use.</summary>
        public int TempCount;

        /// <summary>Battery temperatures, 0.1 degC; <see cref="Unknown"/> = sensor absent or faulty.</summary>
        public readonly int[] TempDeciC = new int[MaxTemps];

        /// <summary>Active alarms of the BMS, unified over all protocols.</summary>
        public BmsAlarms Alarms;

        /// <summary>The alarm word as the BMS sent it (for people, not for rules).</summary>
        public uint AlarmsRaw;

        /// <summary>Charge MOS conducts now.</summary>
        public bool ChargeMosOn;

        /// <summary>Discharge MOS conducts now.</summary>
        public bool DischargeMosOn;

        /// <summary>The balancer works now.</summary>
        public bool Balancing;

        /// <summary>Charge current ceiling set in the BMS, mA, or <see cref="Unknown"/>.</summary>
        public int MaxChargeMa;

        /// <summary>Discharge current ceiling set in the BMS, mA, or <see cref="Unknown"/>.</summary>
        public int MaxDischargeMa;

        /// <summary>Pack over-voltage protection, mV, or <see cref="Unknown"/>.</summary>
        public int PackOvpMv;

        /// <summary>Pack under-voltage protection, mV, or <see cref="Unknown"/>.</summary>
        public int PackUvpMv;

        /// <summary>Cell over-voltage protection, mV, or <see cref="Unknown"/>.</summary>
        public int CellOvpMv;

        /// <summary>Cell under-voltage protection, mV, or <see cref="Unknown"/>.</summary>
        public int CellUvpMv;

        /// <summary>Low-capacity alarm level of the BMS, percent, or <see cref="Unknown"/>.</summary>
        public int LowSocPercent;

        /// <summary>Software version text of the BMS; "" when not reported. Replaced only when it changes.</summary>
        public string SoftwareVersion = "";

        /// <summary>Packs behind this snapshot (1, or more after aggregation).</summary>
        public int PacksTotal = 1;

        /// <summary>Packs that answered and take part.</summary>
        public int PacksOnline = 1;

        /// <summary>Highest cell, mV; 0 without cells. Set by <see cref="Summarise"/>.</summary>
        public int CellMaxMv;

        /// <summary>Lowest cell, mV. Set by <see cref="Summarise"/>.</summary>
        public int CellMinMv;

        /// <summary>Number (1-based) of the highest cell.</summary>
        public int CellMaxNo;

        /// <summary>Number (1-based) of the lowest cell.</summary>
        public int CellMinNo;

        /// <summary>Mean cell voltage, mV, rounded half up.</summary>
        public int CellMeanMv;

        /// <summary>Sum of the cells, mV.</summary>
        public int CellSumMv;

        /// <summary>Cells that read 0 mV or more than <see cref="HighestPlausibleCellMv"/>.</summary>
        public int InvalidCells;

        /// <summary>
        /// Lowest cell that is one, mV, or <see cref="Unknown"/>: a cell that cannot be a cell must not hide an empty one beside it, nor
        /// one of another pack at the same place. Set by <see cref="Summarise"/>.
        /// </summary>
        public int RealMinMv;

        /// <summary>Number (1-based) of that cell.</summary>
        public int RealMinNo;

        /// <summary>An empty reading: everything unknown, switches off.</summary>
        public BmsSnapshot()
        {
            Clear();
        }

        /// <summary>Forgets everything; called by a parser before it fills the snapshot.</summary>
        public void Clear()
        {
            TakenAtMs = 0;
            CellCount = 0;
            CellCountSetting = Unknown;
            PackVoltageMv = 0;
            CurrentMa = 0;
            SocPermille = 0;
            SohPermille = Unknown;
            CapacityMah = Unknown;
            RemainingMah = Unknown;
            Cycles = 0;
            TempMosDeciC = Unknown;
            TempCount = 0;
            for (int i = 0; i < MaxTemps; i++) TempDeciC[i] = Unknown;
            Alarms = BmsAlarms.None;
            AlarmsRaw = 0;
            ChargeMosOn = false;
            DischargeMosOn = false;
            Balancing = false;
            MaxChargeMa = Unknown;
            MaxDischargeMa = Unknown;
            PackOvpMv = Unknown;
            PackUvpMv = Unknown;
            CellOvpMv = Unknown;
            CellUvpMv = Unknown;
            LowSocPercent = Unknown;
            PacksTotal = 1;
            PacksOnline = 1;
            Summarise();
        }

        /// <summary>Derives maximum, minimum, mean, sum and the count of invalid cells from <see cref="CellMv"/>.</summary>
        public void Summarise()
        {
            CellMaxMv = 0;
            CellMinMv = 0;
            CellMaxNo = 0;
            CellMinNo = 0;
            CellSumMv = 0;
            InvalidCells = 0;
            RealMinMv = Unknown;
            RealMinNo = 0;
            for (int i = 0; i < CellCount; i++)
            {
                int mv = CellMv[i];
                CellSumMv += mv;
                if (mv <= 0 || mv > HighestPlausibleCellMv) InvalidCells++;
                else if (RealMinMv == Unknown || mv < RealMinMv) { RealMinMv = mv; RealMinNo = i + 1; }
                if (i == 0 || mv > CellMaxMv) { CellMaxMv = mv; CellMaxNo = i + 1; }
                if (i == 0 || mv < CellMinMv) { CellMinMv = mv; CellMinNo = i + 1; }
            }

            CellMeanMv = CellCount == 0 ? 0 : ((2 * CellSumMv) + CellCount) / (2 * CellCount);
        }

        /// <summary>Highest battery temperature, 0.1 degC, or <see cref="Unknown"/>.</summary>
        public int HighestTempDeciC()
        {
            int highest = Unknown;
            for (int i = 0; i < TempCount; i++)
                if (TempDeciC[i] != Unknown && (highest == Unknown || TempDeciC[i] > highest)) highest = TempDeciC[i];
            return highest;
        }

        /// <summary>Lowest battery temperature, 0.1 degC, or <see cref="Unknown"/>.</summary>
        public int LowestTempDeciC()
        {
            int lowest = Unknown;
            for (int i = 0; i < TempCount; i++)
                if (TempDeciC[i] != Unknown && (lowest == Unknown || TempDeciC[i] < lowest)) lowest = TempDeciC[i];
            return lowest;
        }

        /// <summary>Copies every field to another snapshot, so that a reader keeps a whole reading.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(BmsSnapshot into)
        {
            into.TakenAtMs = TakenAtMs;
            into.CellCount = CellCount;
            for (int i = 0; i < CellCount; i++) into.CellMv[i] = CellMv[i];
            into.CellCountSetting = CellCountSetting;
            into.PackVoltageMv = PackVoltageMv;
            into.CurrentMa = CurrentMa;
            into.SocPermille = SocPermille;
            into.SohPermille = SohPermille;
            into.CapacityMah = CapacityMah;
            into.RemainingMah = RemainingMah;
            into.Cycles = Cycles;
            into.TempMosDeciC = TempMosDeciC;
            into.TempCount = TempCount;
            for (int i = 0; i < MaxTemps; i++) into.TempDeciC[i] = TempDeciC[i];
            into.Alarms = Alarms;
            into.AlarmsRaw = AlarmsRaw;
            into.ChargeMosOn = ChargeMosOn;
            into.DischargeMosOn = DischargeMosOn;
            into.Balancing = Balancing;
            into.MaxChargeMa = MaxChargeMa;
            into.MaxDischargeMa = MaxDischargeMa;
            into.PackOvpMv = PackOvpMv;
            into.PackUvpMv = PackUvpMv;
            into.CellOvpMv = CellOvpMv;
            into.CellUvpMv = CellUvpMv;
            into.LowSocPercent = LowSocPercent;
            into.SoftwareVersion = SoftwareVersion;
            into.PacksTotal = PacksTotal;
            into.PacksOnline = PacksOnline;
            into.CellMaxMv = CellMaxMv;
            into.CellMinMv = CellMinMv;
            into.CellMaxNo = CellMaxNo;
            into.CellMinNo = CellMinNo;
            into.CellMeanMv = CellMeanMv;
            into.CellSumMv = CellSumMv;
            into.InvalidCells = InvalidCells;
            into.RealMinMv = RealMinMv;
            into.RealMinNo = RealMinNo;
        }
    }
}
