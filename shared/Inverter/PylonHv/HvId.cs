namespace JkFleet.Inverter
{
    /// <summary>
    /// Identifiers of Pylontech high voltage (protocols.md 3), in their 29-bit form without address. The 11-bit form
    /// drops the last digit, which is the address, and 8xx becomes 6xx because 11 bits end at 7FF.
    /// </summary>
    public static class HvId
    {
        /// <summary>Host asks: byte 0 = 0 ensemble, 1 cells, 2 equipment.</summary>
        public const int Ask = 0x4200;
        /// <summary>Voltage, current, temperature, SOC, SOH.</summary>
        public const int Measured = 0x4210;
        /// <summary>Cut-off voltages and current limits.</summary>
        public const int Limits = 0x4220;
        /// <summary>Highest and lowest cell.</summary>
        public const int CellVoltages = 0x4230;
        /// <summary>Hottest and coldest cell.</summary>
        public const int CellTemps = 0x4240;
        /// <summary>Status, cycles, faults, alarms, protections.</summary>
        public const int Status = 0x4250;
        /// <summary>Highest and lowest module.</summary>
        public const int ModuleVoltages = 0x4260;
        /// <summary>Hottest and coldest module.</summary>
        public const int ModuleTemps = 0x4270;
        /// <summary>Charge and discharge forbidden.</summary>
        public const int Forbidden = 0x4280;
        /// <summary>More faults.</summary>
        public const int MoreFaults = 0x4290;
        /// <summary>Terminal temperatures (Growatt and Ingeteam documents).</summary>
        public const int TerminalTemps = 0x42A0;
        /// <summary>Maker text (V1.17 for Deye); 42F0 is the second half.</summary>
        public const int Name = 0x42E0;
        /// <summary>
        /// First of the cell voltages (V1.26), four per frame. No public document or capture shows their layout;
        /// ours is 5000 + 10 * n, cells 4n+1.. in mV.
        /// </summary>
        public const int Cells = 0x5000;
        /// <summary>Versions.</summary>
        public const int Versions = 0x7310;
        /// <summary>Cells, modules, voltage level, Ah.</summary>
        public const int Make = 0x7320;
        /// <summary>Maker text, first half; 7340 is the second.</summary>
        public const int Maker = 0x7330;
        /// <summary>Second half of the maker text.</summary>
        public const int Series = 0x7340;
        /// <summary>Host: 55 sleep, AA leave sleep.</summary>
        public const int Sleep = 0x8200;
        /// <summary>Host: byte 0 AA charge, byte 1 AA discharge.</summary>
        public const int Command = 0x8210;
        /// <summary>Host: byte 0 AA mask "external comm error" for 5 minutes.</summary>
        public const int Mask = 0x8240;
        /// <summary>Battery: byte 0 AA mask accepted.</summary>
        public const int MaskAnswer = 0x8250;
        /// <summary>Heartbeat of some hosts (Growatt); ignored.</summary>
        public const int HostHeartbeat = 0x3010;

        /// <summary>Byte that says yes.</summary>
        public const byte Yes = 0xAA;

        /// <summary>Byte that says sleep.</summary>
        public const byte SleepByte = 0x55;

        /// <summary>Group of an id in either shape, e.g. 4210 for 4211 (29-bit) and for 421 (11-bit); -1 = not of this family.</summary>
        /// <param name="id">Identifier.</param>
        /// <param name="extended">29-bit.</param>
        public static int Group(int id, bool extended)
        {
            if (extended) return id > 0xFFFF ? -1 : id & 0xFFF0;
            int group = id << 4;
            return group >= 0x6200 && group < 0x6300 ? group + 0x2000 : group;
        }

        /// <summary>Address in a 29-bit id; 0 in an 11-bit one, which has none.</summary>
        /// <param name="id">Identifier.</param>
        /// <param name="extended">29-bit.</param>
        public static int Address(int id, bool extended)
        {
            return extended ? id & 0xF : 0;
        }

        /// <summary>Identifier of a group in one shape.</summary>
        /// <param name="group">29-bit id without address.</param>
        /// <param name="address">0..15, used by the 29-bit shape only.</param>
        /// <param name="extended">29-bit.</param>
        public static int Of(int group, int address, bool extended)
        {
            if (extended) return group | (address & 0xF);
            return (group >= 0x8000 ? group - 0x2000 : group) >> 4;
        }

        /// <summary>True for a group that only a battery sends.</summary>
        /// <param name="group">29-bit id without address.</param>
        public static bool IsBatterys(int group)
        {
            return (group > Ask && group <= 0x42F0) || (group >= Cells && group < 0x6000)
                || (group >= Versions && group <= Series) || group == MaskAnswer;
        }
    }
}
