using System;

namespace JkFleet.Inverter
{
    /// <summary>
    /// The frames of the low-voltage family by name; a dialect is a set of them. The order of the bits is the order
    /// on the bus: alarms first, then limits, so that an inverter never learns a limit without knowing of an alarm.
    /// </summary>
    [Flags]
    public enum LvFrame
    {
        /// <summary>None.</summary>
        None = 0,
        /// <summary>359: protection and alarm bits.</summary>
        Alarms = 1 << 0,
        /// <summary>351: voltages and current limits.</summary>
        Limits = 1 << 1,
        /// <summary>355: SOC, SOH.</summary>
        Charge = 1 << 2,
        /// <summary>356: voltage, current, temperature.</summary>
        Measured = 1 << 3,
        /// <summary>35C: enable bits and requests.</summary>
        Requests = 1 << 4,
        /// <summary>35E: maker text.</summary>
        Maker = 1 << 5,
        /// <summary>35A: alarms and warnings as pairs of bits (V1.3, Victron, BYD, SMA).</summary>
        PairedAlarms = 1 << 6,
        /// <summary>35B: events (SMA), always 0.</summary>
        Events = 1 << 7,
        /// <summary>35F: chemistry, firmware, capacity.</summary>
        Device = 1 << 8,
        /// <summary>354: nominal and remaining Ah (Discover).</summary>
        Capacity = 1 << 9,
        /// <summary>360: forced charge wanted (Victron, Pytes).</summary>
        ForceFlag = 1 << 10,
        /// <summary>370 and 371: product text, two halves.</summary>
        Product = 1 << 11,
        /// <summary>372: modules online, blocking, offline.</summary>
        Modules = 1 << 12,
        /// <summary>373: lowest and highest cell and temperature.</summary>
        Extremes = 1 << 13,
        /// <summary>374 to 377: names of the extreme cells and sensors.</summary>
        ExtremeNames = 1 << 14,
        /// <summary>378: energy counters. Decoded only: a JK BMS counts Ah, and we invent no kWh.</summary>
        Energy = 1 << 15,
        /// <summary>379: installed Ah.</summary>
        Installed = 1 << 16,
        /// <summary>380 and 381: serial text, two halves.</summary>
        Serial = 1 << 17,
        /// <summary>382: product family text.</summary>
        Family = 1 << 18,
        /// <summary>361: extreme cells and temperatures (Deye).</summary>
        DeyeExtremes = 1 << 19,

        /// <summary>What a V1.2 battery sends.</summary>
        Set12 = Alarms | Limits | Charge | Measured | Requests | Maker,
        /// <summary>What a V1.3 battery sends: 359 and 35C are gone, 35A and 35F new.</summary>
        Set13 = Limits | Charge | Measured | Maker | PairedAlarms | Device,
    }

    /// <summary>Identifiers of the low-voltage family, 11 bits (protocols.md 2).</summary>
    public static class LvId
    {
        /// <summary>Charge voltage, limits, cut-off.</summary>
        public const int Limits = 0x351;
        /// <summary>Nominal and remaining Ah (Discover).</summary>
        public const int Capacity = 0x354;
        /// <summary>SOC, SOH.</summary>
        public const int Charge = 0x355;
        /// <summary>Voltage, current, temperature.</summary>
        public const int Measured = 0x356;
        /// <summary>Protection and alarm bits.</summary>
        public const int Alarms = 0x359;
        /// <summary>Alarm pairs.</summary>
        public const int PairedAlarms = 0x35A;
        /// <summary>Events.</summary>
        public const int Events = 0x35B;
        /// <summary>Enable bits and requests.</summary>
        public const int Requests = 0x35C;
        /// <summary>Maker text.</summary>
        public const int Maker = 0x35E;
        /// <summary>Chemistry, firmware, capacity.</summary>
        public const int Device = 0x35F;
        /// <summary>Forced charge flag.</summary>
        public const int ForceFlag = 0x360;
        /// <summary>Extreme cells and temperatures (Deye).</summary>
        public const int DeyeExtremes = 0x361;
        /// <summary>Product text, first half; 371 is the second.</summary>
        public const int Product = 0x370;
        /// <summary>Modules online, blocking, offline.</summary>
        public const int Modules = 0x372;
        /// <summary>Extreme cells and temperatures.</summary>
        public const int Extremes = 0x373;
        /// <summary>Name of the lowest cell; 375 highest cell, 376 coldest, 377 hottest sensor.</summary>
        public const int ExtremeNames = 0x374;
        /// <summary>Energy counters.</summary>
        public const int Energy = 0x378;
        /// <summary>Installed Ah.</summary>
        public const int Installed = 0x379;
        /// <summary>Serial text, first half; 381 is the second.</summary>
        public const int Serial = 0x380;
        /// <summary>Product family text.</summary>
        public const int Family = 0x382;
        /// <summary>Inverter to battery, once a second, all 0.</summary>
        public const int Heartbeat = 0x305;
        /// <summary>Second frame of Victron.</summary>
        public const int VictronSecond = 0x306;
        /// <summary>Who is there: Victron says 12 34 56 78 'V' 'I' 'C' 00.</summary>
        public const int InverterName = 0x307;

        /// <summary>True for an id that only a battery sends: heard from outside it means a second battery on our bus.</summary>
        /// <param name="id">11-bit id.</param>
        public static bool IsBatterys(int id)
        {
            return (id >= Limits && id <= 0x364) || (id >= Product && id <= Family);
        }
    }
}
