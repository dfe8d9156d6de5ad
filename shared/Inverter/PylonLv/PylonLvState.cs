namespace JkFleet.Inverter
{
    /// <summary>
    /// What an inverter knows after hearing low-voltage frames. Reused in place; <see cref="Unknown"/> marks what no
    /// frame has said yet. The simulated inverter obeys <see cref="AllowedChargeMa"/> and <see cref="AllowedDischargeMa"/>.
    /// </summary>
    public sealed class PylonLvState
    {
        /// <summary>Value of an integer that no frame has carried.</summary>
        public const int Unknown = int.MinValue;

        /// <summary>Frames understood since <see cref="Clear"/>.</summary>
        public LvFrame Seen;

        /// <summary>Clock of the last frame understood, ms.</summary>
        public long LastFrameMs;

        /// <summary>Clock of the last 351, ms: limits older than an inverter's watchdog must not be used.</summary>
        public long LastLimitsMs;

        /// <summary>351: charge voltage, mV, steps of 100.</summary>
        public int ChargeVoltageMv;
        /// <summary>351: charge limit as sent, mA, steps of 100; negative on broken emulators.</summary>
        public int ChargeLimitMa;
        /// <summary>351: discharge limit as sent, mA, steps of 100; negative on broken emulators.</summary>
        public int DischargeLimitMa;
        /// <summary>351: discharge cut-off, mV; only in frames of 8 bytes.</summary>
        public int DischargeCutoffMv;

        /// <summary>355: state of charge, percent.</summary>
        public int SocPercent;
        /// <summary>355: state of health, percent.</summary>
        public int SohPercent;
        /// <summary>355: state of charge in 0.01 %, only in frames of 6 bytes or more.</summary>
        public int FineSocCentiPercent;

        /// <summary>356: voltage, mV, steps of 10, as an unsigned field (a real pack has no negative voltage).</summary>
        public int VoltageMv;
        /// <summary>356: current, mA, positive charges.</summary>
        public int CurrentMa;
        /// <summary>356: temperature, 0.1 degC.</summary>
        public int TempDeciC;

        /// <summary>359: what has been switched off for. Only the bits of that frame: no CommLost here.</summary>
        public InverterAlarms Protections;
        /// <summary>359: what is near its limit; CommLost is "internal communication fail".</summary>
        public InverterAlarms Alarms;
        /// <summary>359: modules in parallel.</summary>
        public int Modules;
        /// <summary>359: bytes 5 and 6 are 'P' 'N'.</summary>
        public bool Signed;

        /// <summary>35C bit 7.</summary>
        public bool ChargeEnabled;
        /// <summary>35C bit 6.</summary>
        public bool DischargeEnabled;
        /// <summary>35C bit 5.</summary>
        public bool ForceCharge1;
        /// <summary>35C bit 4.</summary>
        public bool ForceCharge2;
        /// <summary>35C bit 3.</summary>
        public bool FullChargeRequest;

        /// <summary>35E: maker text, <see cref="MakerLength"/> bytes of it.</summary>
        public readonly byte[] Maker = new byte[8];
        /// <summary>Bytes of <see cref="Maker"/> without padding.</summary>
        public int MakerLength;

        /// <summary>35A: alarms (bytes 0-3) in pairs of bits, as sent.</summary>
        public long PairedAlarms;
        /// <summary>35A: warnings (bytes 4-7) in pairs of bits, as sent.</summary>
        public long PairedWarnings;

        /// <summary>35F: capacity, Ah.</summary>
        public int CapacityAh;
        /// <summary>354: nominal capacity, raw unit of the maker (Ah).</summary>
        public int NominalAh;
        /// <summary>354: remaining capacity, raw unit of the maker (Ah).</summary>
        public int RemainingAh;
        /// <summary>360: a forced charge is wanted.</summary>
        public bool ForceFlag;

        /// <summary>372: modules that take part.</summary>
        public int ModulesOnline;
        /// <summary>372: modules that block charging.</summary>
        public int ModulesBlockCharge;
        /// <summary>372: modules that block discharging.</summary>
        public int ModulesBlockDischarge;
        /// <summary>372: modules that do not answer.</summary>
        public int ModulesOffline;

        /// <summary>373: lowest cell, mV.</summary>
        public int CellMinMv;
        /// <summary>373: highest cell, mV.</summary>
        public int CellMaxMv;
        /// <summary>373: coldest sensor, kelvin.</summary>
        public int TempMinK;
        /// <summary>373: hottest sensor, kelvin.</summary>
        public int TempMaxK;

        /// <summary>378: energy charged, steps of 0.1 kWh.</summary>
        public long ChargedHectoWh;
        /// <summary>378: energy discharged, steps of 0.1 kWh.</summary>
        public long DischargedHectoWh;
        /// <summary>379: installed capacity, Ah.</summary>
        public int InstalledAh;

        /// <summary>Nothing heard.</summary>
        public PylonLvState()
        {
            Clear();
        }

        /// <summary>Forgets everything.</summary>
        public void Clear()
        {
            Seen = LvFrame.None;
            LastFrameMs = 0;
            LastLimitsMs = 0;
            ChargeVoltageMv = Unknown;
            ChargeLimitMa = Unknown;
            DischargeLimitMa = Unknown;
            DischargeCutoffMv = Unknown;
            SocPercent = Unknown;
            SohPercent = Unknown;
            FineSocCentiPercent = Unknown;
            VoltageMv = Unknown;
            CurrentMa = Unknown;
            TempDeciC = Unknown;
            Protections = InverterAlarms.None;
            Alarms = InverterAlarms.None;
            Modules = Unknown;
            Signed = false;
            ChargeEnabled = false;
            DischargeEnabled = false;
            ForceCharge1 = false;
            ForceCharge2 = false;
            FullChargeRequest = false;
            MakerLength = 0;
            PairedAlarms = 0;
            PairedWarnings = 0;
            CapacityAh = Unknown;
            NominalAh = Unknown;
            RemainingAh = Unknown;
            ForceFlag = false;
            ModulesOnline = Unknown;
            ModulesBlockCharge = Unknown;
            ModulesBlockDischarge = Unknown;
            ModulesOffline = Unknown;
            CellMinMv = Unknown;
            CellMaxMv = Unknown;
            TempMinK = Unknown;
            TempMaxK = Unknown;
            ChargedHectoWh = Unknown;
            DischargedHectoWh = Unknown;
            InstalledAh = Unknown;
        }

        /// <summary>
        /// Charge current that a careful inverter uses, mA: 0 without 351, with a cleared enable bit of 35C, with a
        /// protection against charging, or with a negative limit.
        /// </summary>
        public int AllowedChargeMa()
        {
            if ((Seen & LvFrame.Limits) == 0 || ChargeLimitMa <= 0) return 0;
            if ((Seen & LvFrame.Requests) != 0 && !ChargeEnabled) return 0;
            return (Protections & ~(InverterAlarms.UnderVoltage | InverterAlarms.DischargeOverCurrent)) != 0 ? 0 : ChargeLimitMa;
        }

        /// <summary>Discharge current that a careful inverter uses, mA; the mirror of <see cref="AllowedChargeMa"/>.</summary>
        public int AllowedDischargeMa()
        {
            if ((Seen & LvFrame.Limits) == 0 || DischargeLimitMa <= 0) return 0;
            if ((Seen & LvFrame.Requests) != 0 && !DischargeEnabled) return 0;
            return (Protections & ~(InverterAlarms.OverVoltage | InverterAlarms.ChargeOverCurrent)) != 0 ? 0 : DischargeLimitMa;
        }

        /// <summary>Maker text as a string (allocates; for people).</summary>
        public string MakerText()
        {
            char[] text = new char[MakerLength];
            for (int i = 0; i < MakerLength; i++) text[i] = (char)Maker[i];
            return new string(text);
        }
    }
}
