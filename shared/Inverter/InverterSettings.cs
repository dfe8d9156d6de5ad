namespace JkFleet.Inverter
{
    /// <summary>
    /// One setting of a dialect by its name, as it stands in a file or on a command line. Exists because a board has
    /// no reflection, and because a wrong number must be refused with its range and not clamped in silence.
    /// </summary>
    public static class InverterSettings
    {
        /// <summary>Names of all settings.</summary>
        public static string[] Names()
        {
            return new string[]
            {
                "period_ms", "spacing_ms", "maker", "product", "serial", "full_length", "fine_soc", "zero_as_tenth",
                "force_charge_two", "unknown_as_invalid", "luxpower_fields", "frames", "address", "short_ids",
                "name_in_ensemble", "series", "discharge_sign_positive", "high_byte_first", "answer_spacing_ms",
                "cells_per_module", "hears_inverter", "silence_ms", "stop_when_silent",
            };
        }

        /// <summary>Changes one setting.</summary>
        /// <param name="d">Changed when "" is returned.</param>
        /// <param name="name">One of <see cref="Names"/>.</param>
        /// <param name="value">Whole number, <c>true</c> or <c>false</c>, or text of 7-bit characters.</param>
        /// <returns>"" or what is wrong, for a person.</returns>
        public static string Set(InverterDialect d, string name, string value)
        {
            switch (name)
            {
                case "period_ms": return Number(value, InverterDialect.ShortestPeriodMs, 5000, ref d.PeriodMs);
                case "spacing_ms": return Number(value, 0, 100, ref d.SpacingMs);
                case "maker": return Text(value, 8, ref d.MakerText);
                case "product": return Text(value, 16, ref d.ProductText);
                case "serial": return Text(value, 16, ref d.SerialText);
                case "series": return Text(value, 8, ref d.SeriesText);
                case "full_length": return Switch(value, ref d.FullLength);
                case "fine_soc": return Switch(value, ref d.FineSoc);
                case "zero_as_tenth": return Switch(value, ref d.ZeroAsTenth);
                case "force_charge_two": return Switch(value, ref d.ForceChargeTwo);
                case "unknown_as_invalid": return Switch(value, ref d.UnknownAsInvalid);
                case "luxpower_fields": return Switch(value, ref d.LuxpowerFields);
                case "frames": return Frames(value, d);
                case "address": return Number(value, 0, 15, ref d.Address);
                case "short_ids": return Switch(value, ref d.ShortIds);
                case "name_in_ensemble": return Switch(value, ref d.NameInEnsemble);
                case "discharge_sign_positive": return Switch(value, ref d.DischargeSignPositive);
                case "high_byte_first": return Switch(value, ref d.HighByteFirst);
                case "answer_spacing_ms": return Number(value, 0, 37, ref d.AnswerSpacingMs);
                case "cells_per_module": return Number(value, 0, 255, ref d.CellsPerModule);
                case "hears_inverter": return Switch(value, ref d.HearsInverter);
                case "silence_ms": return Number(value, 2000, 600000, ref d.SilenceMs);
                case "stop_when_silent": return Switch(value, ref d.StopWhenSilent);
                default: return "no setting of that name";
            }
        }

        private static string Number(string value, int lowest, int highest, ref int field)
        {
            int number = 0;
            if (value.Length == 0 || value.Length > 7) return "a whole number from " + lowest.ToString() + " to " + highest.ToString();
            for (int i = 0; i < value.Length; i++)
            {
                if (value[i] < '0' || value[i] > '9') return "a whole number from " + lowest.ToString() + " to " + highest.ToString();
                number = (number * 10) + (value[i] - '0');
            }

            if (number < lowest || number > highest) return "must be " + lowest.ToString() + " to " + highest.ToString();
            field = number;
            return "";
        }

        private static string Switch(string value, ref bool field)
        {
            if (value != "true" && value != "false") return "true or false";
            field = value == "true";
            return "";
        }

        private static string Text(string value, int longest, ref string field)
        {
            if (value.Length > longest) return "at most " + longest.ToString() + " characters";
            for (int i = 0; i < value.Length; i++)
                if (value[i] < ' ' || value[i] > '~') return "plain characters only";
            field = value;
            return "";
        }

        // The set as a number of LvFrame bits; without 351 an inverter would run on whatever it remembers.
        private static string Frames(string value, InverterDialect d)
        {
            int bits = 0;
            string wrong = Number(value, 1, 0xFFFFF, ref bits);
            if (wrong.Length > 0) return wrong;
            const LvFrame needed = LvFrame.Limits | LvFrame.Charge | LvFrame.Measured;
            if (((LvFrame)bits & needed) != needed) return "351, 355 and 356 (bits 2, 4 and 8) cannot be left out";
            d.Frames = (LvFrame)bits;
            return "";
        }
    }
}
