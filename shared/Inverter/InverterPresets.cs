namespace JkFleet.Inverter
{
    /// <summary>
    /// Settings by the name of the inverter. Every preset keeps the promises of the codecs: an inverter that is not
    /// in the list is best served by <c>generic-lv</c>, which works wherever it was tested (protocols.md 2).
    /// </summary>
    public static class InverterPresets
    {
        private const LvFrame VictronExtras = LvFrame.PairedAlarms | LvFrame.Device | LvFrame.ForceFlag | LvFrame.Product
            | LvFrame.Modules | LvFrame.Extremes | LvFrame.ExtremeNames | LvFrame.Installed;

        /// <summary>Names of all presets, in the order in which a page shows them.</summary>
        public static string[] Names()
        {
            return new string[]
            {
                "generic-lv", "generic-lv-13", "generic-hv", "generic-hv-11bit",
                "victron", "sma", "byd", "pytes", "deye", "deye-hv", "growatt-sph", "solis", "solis-hv", "sofar", "sol-ark",
                "luxpower", "goodwe", "ingeteam", "sungrow-hv",
            };
        }

        /// <summary>A fresh copy of a preset, to be changed at will; null for an unknown name.</summary>
        /// <param name="name">One of <see cref="Names"/>, or <c>can-pylon-lv</c> and <c>can-pylon-hv</c> for the generic ones.</param>
        public static InverterDialect? Find(string name)
        {
            if (name == "can-pylon-lv") name = "generic-lv";
            if (name == "can-pylon-hv") name = "generic-hv";
            InverterDialect dialect = new InverterDialect();
            dialect.Name = name;
            return LowVoltage(name, dialect) || HighVoltage(name, dialect) ? dialect : null;
        }

        /// <summary>The protocol that a dialect belongs to.</summary>
        /// <param name="dialect">Kept by the protocol.</param>
        public static IInverterProtocol Protocol(InverterDialect dialect)
        {
            if (dialect.HighVoltage) return new PylonHv(dialect);
            return new PylonLv(dialect);
        }

        private static bool LowVoltage(string name, InverterDialect d)
        {
            if (name == "generic-lv")
            {
                d.Source = "Pylontech low-voltage CAN V1.2 (2018-04-08)";
                return true;
            }

            if (name == "generic-lv-13")
            {
                // 359 and 35C are gone in V1.3: here a direction is forbidden by its limit of 0 alone.
                d.Source = "US5000 with V1.3 firmware, capture of setfirelabs.com";
                d.Frames = LvFrame.Set13;
                d.FineSoc = true;
                return true;
            }

            if (name == "victron")
            {
                // Not PYLON: by that name a GX device treats any pack as one of 15 cells and caps the charge voltage.
                d.Source = "frames of BYD, Pytes and yambms on Venus OS; 305 and 307 come every second";
                d.Frames = LvFrame.Set12 | VictronExtras | LvFrame.Family;
                d.FineSoc = true;
                d.MakerText = "JkFleet";
                return true;
            }

            if (name == "sma")
            {
                // Keeps the last values for 60 s without 355; takes nothing faster than every 200 ms.
                d.Source = "SMA Sunny Island CAN description; yambms";
                d.Frames = LvFrame.Set12 | LvFrame.PairedAlarms | LvFrame.Events | LvFrame.Device;
                d.FineSoc = true;
                d.UnknownAsInvalid = true;
                d.MakerText = "SMA";
                return true;
            }

            if (name == "byd")
            {
                d.Source = "dfch/BydCanProtocol (BYD LVS on a Venus OS bus)";
                d.Frames = LvFrame.Set12 | VictronExtras | LvFrame.Serial;
                d.FullLength = true;
                d.FineSoc = true;
                d.MakerText = "BYD";
                return true;
            }

            if (name == "pytes")
            {
                d.Source = "AndreasBoehm/PytesCANProtocol (Pytes V5 on a Venus OS bus)";
                d.Frames = LvFrame.Set12 | LvFrame.PairedAlarms | LvFrame.Device | LvFrame.ForceFlag | LvFrame.Modules
                    | LvFrame.Extremes | LvFrame.ExtremeNames | LvFrame.Installed | LvFrame.Serial;
                d.MakerText = "PYTES";
                return true;
            }

            if (name == "deye")
            {
                // Knows the text PYLON and obeys 35C, not the current limit alone. It answers 305 to 356 only, and is
                // silent for more than 5 s at midnight.
                d.Source = "esphome-jk-bms-can #48, yambms #184, Battery-Emulator #1534";
                d.Frames = LvFrame.Set12 | LvFrame.DeyeExtremes;
                d.SilenceMs = 15000;
                return true;
            }

            if (name == "solis")
            {
                // Ignores a limit of 0 A and needs 35C, which every set of ours carries. Forced charge: the newer bit.
                d.Source = "Battery-Emulator #1534, DiyBatteryBMS #51";
                d.ForceChargeTwo = true;
                return true;
            }

            if (name == "sofar")
            {
                // Reads a limit of 0 as "no data".
                d.Source = "diyBMS #196";
                d.ZeroAsTenth = true;
                return true;
            }

            if (name == "sol-ark")
            {
                d.Source = "Sol-Ark integration notes: every frame has 8 bytes; yambms sends it 379";
                d.Frames = LvFrame.Set12 | LvFrame.Installed;
                d.FullLength = true;
                return true;
            }

            if (name == "luxpower")
            {
                d.Source = "yambms (LuxPower protocol), ArminJo #17";
                d.Frames = LvFrame.Set12 | LvFrame.Installed;
                d.LuxpowerFields = true;
                return true;
            }

            if (name == "goodwe")
            {
                // Lists Pylontech itself; some owners report that it also knows the text GOODWE.
                d.Source = "Pylontech low-voltage CAN V1.2; maker texts of yambms";
                return true;
            }

            return false;
        }

        private static bool HighVoltage(string name, InverterDialect d)
        {
            d.HighVoltage = true;
            d.MakerText = "PYLONTEC";
            if (name == "generic-hv")
            {
                d.Source = "Pylontech high-voltage CAN V1.18";
                return true;
            }

            if (name == "generic-hv-11bit")
            {
                d.Source = "Pylontech high-voltage CAN V1.17; botaneta/JKbms_Emu_Pylon";
                d.ShortIds = true;
                d.Address = 0;
                return true;
            }

            if (name == "growatt-sph")
            {
                // Sends 3010, 4200/2, 4200/0 and 8210 every second until something answers. Its low-voltage CAN
                // (311 to 321, high byte first) is another protocol and is not this one.
                d.Source = "ai-republic/bms-to-inverter #85 (log of a real battery)";
                return true;
            }

            if (name == "deye-hv")
            {
                d.Source = "Pylontech high-voltage CAN V1.17 for Deye";
                d.NameInEnsemble = true;
                return true;
            }

            if (name == "solis-hv")
            {
                d.Source = "ai-republic/bms-to-inverter #81 (a Solis that asks 4200/0)";
                return true;
            }

            if (name == "ingeteam")
            {
                // Checks the voltage of 7320 and 4220 against its own range (40 to 450 V).
                d.Source = "botaneta/JKbms_Emu_Pylon #1";
                return true;
            }

            if (name == "sungrow-hv")
            {
                // Wants to see modules; eight cells each divide 16S and 24S.
                d.Source = "Battery-Emulator #670";
                d.CellsPerModule = 8;
                return true;
            }

            return false;
        }
    }
}
