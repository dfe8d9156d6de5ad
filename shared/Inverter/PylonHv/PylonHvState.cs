namespace JkFleet.Inverter
{
    /// <summary>
    /// What an inverter knows after hearing high-voltage answers. Reused in place; <see cref="Unknown"/> marks what no
    /// frame has said yet. The simulated inverter obeys <see cref="AllowedChargeMa"/> and <see cref="AllowedDischargeMa"/>.
    /// </summary>
    public sealed class PylonHvState
    {
        /// <summary>Value of an integer that no frame has carried.</summary>
        public const int Unknown = int.MinValue;

        /// <summary>Most cells that the cell answer can carry in ids 5000 to 5FF0.</summary>
        public const int MaxCells = 256;

        /// <summary>Clock of the last frame understood, ms.</summary>
        public long LastFrameMs;
        /// <summary>Clock of the last 4220, ms.</summary>
        public long LastLimitsMs;
        /// <summary>Address in the last 29-bit answer; 0 for 11-bit ones.</summary>
        public int Address;

        /// <summary>4210: voltage, mV, steps of 100.</summary>
        public int VoltageMv;
        /// <summary>4210: current, mA, positive charges.</summary>
        public int CurrentMa;
        /// <summary>4210: temperature of the BMS, 0.1 degC.</summary>
        public int TempDeciC;
        /// <summary>4210: state of charge, percent.</summary>
        public int SocPercent;
        /// <summary>4210: state of health, percent.</summary>
        public int SohPercent;

        /// <summary>4220: charge cut-off, mV.</summary>
        public int ChargeCutoffMv;
        /// <summary>4220: discharge cut-off, mV.</summary>
        public int DischargeCutoffMv;
        /// <summary>4220: charge limit as a magnitude, mA.</summary>
        public int ChargeLimitMa;
        /// <summary>4220: discharge limit as a magnitude, mA.</summary>
        public int DischargeLimitMa;
        /// <summary>4220: -1, 0 or 1 as the raw charge limit stood to 30000.</summary>
        public int ChargeSign;
        /// <summary>4220: -1, 0 or 1 as the raw discharge limit stood to 30000.</summary>
        public int DischargeSign;

        /// <summary>4230: highest cell, mV.</summary>
        public int CellMaxMv;
        /// <summary>4230: lowest cell, mV.</summary>
        public int CellMinMv;
        /// <summary>4230: its number.</summary>
        public int CellMaxNo;
        /// <summary>4230: its number.</summary>
        public int CellMinNo;

        /// <summary>4240: hottest cell, 0.1 degC.</summary>
        public int CellMaxTempDeciC;
        /// <summary>4240: coldest cell, 0.1 degC.</summary>
        public int CellMinTempDeciC;
        /// <summary>4240: its number.</summary>
        public int CellMaxTempNo;
        /// <summary>4240: its number.</summary>
        public int CellMinTempNo;

        /// <summary>4250: 0 sleep, 1 charge, 2 discharge, 3 idle, higher reserved.</summary>
        public int Status;
        /// <summary>4250: wants a forced charge.</summary>
        public bool ForceCharge;
        /// <summary>4250: wants a balancing charge.</summary>
        public bool BalanceCharge;
        /// <summary>4250: cycles.</summary>
        public int Cycles;
        /// <summary>4250: faults.</summary>
        public HvFaults Faults;
        /// <summary>4250: alarms.</summary>
        public HvAlarms Alarms;
        /// <summary>4250: protections.</summary>
        public HvAlarms Protections;

        /// <summary>4260: highest module, mV.</summary>
        public int ModuleMaxMv;
        /// <summary>4260: lowest module, mV.</summary>
        public int ModuleMinMv;
        /// <summary>4260: its number.</summary>
        public int ModuleMaxNo;
        /// <summary>4260: its number.</summary>
        public int ModuleMinNo;
        /// <summary>4270: hottest module, 0.1 degC.</summary>
        public int ModuleMaxTempDeciC;
        /// <summary>4270: coldest module, 0.1 degC.</summary>
        public int ModuleMinTempDeciC;
        /// <summary>4270: its number.</summary>
        public int ModuleMaxTempNo;
        /// <summary>4270: its number.</summary>
        public int ModuleMinTempNo;

        /// <summary>4280 was heard.</summary>
        public bool ForbiddenHeard;
        /// <summary>4280: charging is forbidden.</summary>
        public bool ChargeForbidden;
        /// <summary>4280: discharging is forbidden.</summary>
        public bool DischargeForbidden;
        /// <summary>4290: bits 0 shutdown circuit, 1 BMIC, 2 internal bus, 3 self test, 4 safety function.</summary>
        public int MoreFaults;
        /// <summary>42A0: hottest terminal, 0.1 degC.</summary>
        public int TerminalMaxTempDeciC;
        /// <summary>42A0: coldest terminal, 0.1 degC.</summary>
        public int TerminalMinTempDeciC;

        /// <summary>7320: cells in series.</summary>
        public int Cells;
        /// <summary>7320: modules in series.</summary>
        public int Modules;
        /// <summary>7320: cells of one module.</summary>
        public int CellsPerModule;
        /// <summary>7320: nominal voltage, V.</summary>
        public int VoltageLevelV;
        /// <summary>7320: capacity, Ah.</summary>
        public int CapacityAh;
        /// <summary>7310: first byte, 1 = A.</summary>
        public int HardwareLetter;

        /// <summary>7330 and 7340: maker text, two halves of 8, NUL padded.</summary>
        public readonly byte[] Maker = new byte[16];

        /// <summary>Cell answer: mV by cell, as far as <see cref="CellsHeard"/>.</summary>
        public readonly int[] CellMv = new int[MaxCells];
        /// <summary>Cells covered by the cell answers so far (a multiple of 4).</summary>
        public int CellsHeard;
        /// <summary>8250: our mask request was accepted.</summary>
        public bool MaskAccepted;

        /// <summary>Nothing heard.</summary>
        public PylonHvState()
        {
            Clear();
        }

        /// <summary>Forgets everything.</summary>
        public void Clear()
        {
            LastFrameMs = 0;
            LastLimitsMs = 0;
            Address = 0;
            VoltageMv = Unknown;
            CurrentMa = Unknown;
            TempDeciC = Unknown;
            SocPercent = Unknown;
            SohPercent = Unknown;
            ChargeCutoffMv = Unknown;
            DischargeCutoffMv = Unknown;
            ChargeLimitMa = Unknown;
            DischargeLimitMa = Unknown;
            ChargeSign = 0;
            DischargeSign = 0;
            CellMaxMv = Unknown;
            CellMinMv = Unknown;
            CellMaxNo = Unknown;
            CellMinNo = Unknown;
            CellMaxTempDeciC = Unknown;
            CellMinTempDeciC = Unknown;
            CellMaxTempNo = Unknown;
            CellMinTempNo = Unknown;
            Status = Unknown;
            ForceCharge = false;
            BalanceCharge = false;
            Cycles = Unknown;
            Faults = HvFaults.None;
            Alarms = HvAlarms.None;
            Protections = HvAlarms.None;
            ModuleMaxMv = Unknown;
            ModuleMinMv = Unknown;
            ModuleMaxNo = Unknown;
            ModuleMinNo = Unknown;
            ModuleMaxTempDeciC = Unknown;
            ModuleMinTempDeciC = Unknown;
            ModuleMaxTempNo = Unknown;
            ModuleMinTempNo = Unknown;
            ForbiddenHeard = false;
            ChargeForbidden = false;
            DischargeForbidden = false;
            MoreFaults = 0;
            TerminalMaxTempDeciC = Unknown;
            TerminalMinTempDeciC = Unknown;
            Cells = Unknown;
            Modules = Unknown;
            CellsPerModule = Unknown;
            VoltageLevelV = Unknown;
            CapacityAh = Unknown;
            HardwareLetter = Unknown;
            for (int i = 0; i < Maker.Length; i++) Maker[i] = 0;
            for (int i = 0; i < MaxCells; i++) CellMv[i] = 0;
            CellsHeard = 0;
            MaskAccepted = false;
        }

        /// <summary>Charge current a careful inverter uses, mA: 0 without 4220, when 4280 forbids, on a fault, or asleep.</summary>
        public int AllowedChargeMa()
        {
            return ChargeLimitMa == Unknown || ChargeForbidden || Faults != HvFaults.None || Status == 0 ? 0 : ChargeLimitMa;
        }

        /// <summary>Discharge current a careful inverter uses, mA; the mirror of <see cref="AllowedChargeMa"/>.</summary>
        public int AllowedDischargeMa()
        {
            return DischargeLimitMa == Unknown || DischargeForbidden || Faults != HvFaults.None || Status == 0 ? 0 : DischargeLimitMa;
        }
    }
}
