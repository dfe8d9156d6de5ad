namespace JkFleet.Inverter
{
    /// <summary>
    /// What differs from inverter to inverter, as data: the codecs read it, <c>InverterPresets</c> fills it, a user
    /// may change any of it. No setting here can raise a limit; the nearest is <see cref="ZeroAsTenth"/>.
    /// </summary>
    public sealed class InverterDialect
    {
        /// <summary>Lowest period that is kept: SMA takes nothing faster, and no inverter needs it.</summary>
        public const int ShortestPeriodMs = 200;

        /// <summary>Name on command lines, e.g. <c>victron</c>.</summary>
        public string Name = "generic-lv";

        /// <summary>Where the settings come from.</summary>
        public string Source = "Pylontech low-voltage CAN V1.2";

        /// <summary>True: asked and answered (high voltage). False: sent once per period (low voltage).</summary>
        public bool HighVoltage;

        // --- low voltage -----------------------------------------------------------------------------

        /// <summary>Frames of one set, in the order of <see cref="LvFrame"/>.</summary>
        public LvFrame Frames = LvFrame.Set12;

        /// <summary>Period of the set, ms; at least <see cref="ShortestPeriodMs"/>.</summary>
        public int PeriodMs = 1000;

        /// <summary>Pause between two frames, ms: a burst overruns small receive buffers.</summary>
        public int SpacingMs = 20;

        /// <summary>Maker text of 35E (7330 in high voltage), 8 characters; Deye looks for <c>PYLON</c>.</summary>
        public string MakerText = "PYLON";

        /// <summary>Product text of 370/371 and 382, up to 16 characters.</summary>
        public string ProductText = "JkFleet";

        /// <summary>Serial text of 380/381, up to 16 characters.</summary>
        public string SerialText = "";

        /// <summary>Every frame is padded with 0 to 8 bytes (Sol-Ark), else each has its length of the document.</summary>
        public bool FullLength;

        /// <summary>355 carries the SOC in 0.01 % in bytes 4-5 (V1.3, SMA).</summary>
        public bool FineSoc;

        /// <summary>
        /// A limit of 0 is sent as 0.1 A (Sofar reads 0 as "no data"). Only while the BMS is heard; the enable bit
        /// of 35C stays cleared. The pack can creep by 0.1 A, hence off by default.
        /// </summary>
        public bool ZeroAsTenth;

        /// <summary>A forced charge sets 35C bit 4 (newer Pylontech, preferred) instead of bit 5.</summary>
        public bool ForceChargeTwo;

        /// <summary>Unknown values are sent as 0x8000 / 0xFFFF (SMA), else as the tamest number.</summary>
        public bool UnknownAsInvalid;

        /// <summary>Luxpower's own use of the free bytes: cells in 355, temperatures in 356, Ah in 359, cycles in 35C.</summary>
        public bool LuxpowerFields;

        // --- high voltage ----------------------------------------------------------------------------

        /// <summary>Pile address 0..15 added to the ids; Pylontech starts at 1, some inverters look at 0.</summary>
        public int Address = 1;

        /// <summary>
        /// The inverter asks with 11-bit ids (420, answered by 421..; V1.17 only). The battery answers in the shape in
        /// which it was asked, whatever stands here; a simulated inverter asks by it.
        /// </summary>
        public bool ShortIds;

        /// <summary>42E0 and 42F0 (maker text, V1.17 for Deye) are part of the ensemble answer.</summary>
        public bool NameInEnsemble;

        /// <summary>Series text of 7340, 8 characters.</summary>
        public string SeriesText = "H";

        /// <summary>Discharge limit as 30000 + I, as real batteries were seen to do, instead of 30000 - I.</summary>
        public bool DischargeSignPositive;

        /// <summary>16-bit fields with the high byte first.</summary>
        public bool HighByteFirst;

        /// <summary>Pause between two answers, ms; ten answers must fit into 500 ms.</summary>
        public int AnswerSpacingMs = 15;

        /// <summary>Cells per module that the equipment answer claims; 0 = all cells are one module.</summary>
        public int CellsPerModule;

        // --- keep-alive ------------------------------------------------------------------------------

        /// <summary>The inverter is known to send something regularly; false = its silence says nothing.</summary>
        public bool HearsInverter = true;

        /// <summary>Silence of the inverter after which an alarm is raised, ms.</summary>
        public int SilenceMs = 10000;

        /// <summary>Stop sending when the inverter is silent; default is to alarm and go on.</summary>
        public bool StopWhenSilent;
    }
}
