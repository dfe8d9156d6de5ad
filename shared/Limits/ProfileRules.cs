namespace JkFleet.Limits
{
    /// <summary>
    /// Judges a profile before anybody uses it: the same code on the device (with its board's envelope), in the server's
    /// editor and on the command line, so that a preview and a device never disagree. Every defect is named at once.
    /// </summary>
    public static class ProfileRules
    {
        /// <summary>Lowest and highest scale value per <see cref="RampSource"/>.</summary>
        private static readonly int[] LowestScale = { 0, 500, 500, 500, -400, -400 };

        private static readonly int[] HighestScale = { 1000, 5000, 5000, 5000, 1400, 1500 };

        private static readonly string[] Words = { "soc_permille", "cell_mean_mv", "cell_max_mv", "cell_min_mv", "temp_dc", "mos_dc" };

        private static readonly string[] Currents = { "soc_ma", "cell_mean_ma", "cell_max_ma", "cell_min_ma", "temp_ma", "mos_ma" };

        /// <summary>Wire name of a ramp's scale array, e.g. <c>charge_soc_permille</c>.</summary>
        /// <param name="charge">Charge or discharge.</param>
        /// <param name="source">What the ramp looks at.</param>
        public static string ScaleName(bool charge, RampSource source)
        {
            return (charge ? "charge_" : "discharge_") + Words[(int)source];
        }

        /// <summary>Wire name of a ramp's current array, e.g. <c>charge_soc_ma</c>.</summary>
        /// <param name="charge">Charge or discharge.</param>
        /// <param name="source">What the ramp looks at.</param>
        public static string CurrentName(bool charge, RampSource source)
        {
            return (charge ? "charge_" : "discharge_") + Currents[(int)source];
        }

        /// <summary>Lowest scale value of a source.</summary>
        /// <param name="source">The source.</param>
        public static int MinScale(RampSource source)
        {
            return LowestScale[(int)source];
        }

        /// <summary>Highest scale value of a source.</summary>
        /// <param name="source">The source.</param>
        public static int MaxScale(RampSource source)
        {
            return HighestScale[(int)source];
        }

        /// <summary>Checks everything.</summary>
        /// <param name="p">The profile.</param>
        /// <param name="e">The board's hard ceilings; a profile that asks for more is refused, not clipped.</param>
        /// <param name="faults">Receives what is wrong; emptied first.</param>
        /// <returns>True when nothing is wrong.</returns>
        public static bool Check(Profile p, Envelope e, ProfileFaults faults)
        {
            faults.Count = 0;
            if (p.Revision < 0) faults.Add("revision", 0, "below 0");
            for (int i = 0; i < ProfileField.Count; i++) Range(p, i, faults);
            for (int i = 0; i < Profile.Sources; i++)
            {
                Ramp(p.ChargeRamp[i], true, e.MaxChargeMa, faults);
                Ramp(p.DischargeRamp[i], false, e.MaxDischargeMa, faults);
            }

            Windows(p.NoCharge, "no_charge_from_min", "no_charge_to_min", faults);
            Windows(p.NoDischarge, "no_discharge_from_min", "no_discharge_to_min", faults);
            Together(p, faults);
            WithinEnvelope(p, e, faults);
            return faults.Count == 0;
        }

        private static void Range(Profile p, int field, ProfileFaults faults)
        {
            int value = p.Number[field];
            if (value < ProfileField.Min(field)) faults.Add(ProfileField.Name(field), ProfileField.Min(field), "below the lowest allowed value");
            else if (value > ProfileField.Max(field)) faults.Add(ProfileField.Name(field), ProfileField.Max(field), "above the highest allowed value");
        }

        private static void Ramp(RampRule ramp, bool charge, int envelopeMa, ProfileFaults faults)
        {
            if (ramp.Count == 0) return;
            string scale = ScaleName(charge, ramp.Source);
            string current = CurrentName(charge, ramp.Source);
            if (ramp.Count < RampRule.MinPoints) faults.Add(scale, RampRule.MinPoints, "a ramp needs at least two points");
            if (ramp.Count > RampRule.MaxPoints)
            {
                faults.Add(scale, RampRule.MaxPoints, "too many points");
                return;
            }

            int lowest = LowestScale[(int)ramp.Source];
            int highest = HighestScale[(int)ramp.Source];
            for (int i = 0; i < ramp.Count; i++)
            {
                if (ramp.Scale[i] < lowest) faults.Add(scale, lowest, "a point lies below what can be measured");
                if (ramp.Scale[i] > highest) faults.Add(scale, highest, "a point lies above what can be measured");
                if (i > 0 && ramp.Scale[i] <= ramp.Scale[i - 1]) faults.Add(scale, ramp.Scale[i - 1], "points must strictly increase");
                if (ramp.LimitMa[i] < 0) faults.Add(current, 0, "a current is below 0");
                if (ramp.LimitMa[i] > envelopeMa) faults.Add(current, envelopeMa, "a current is above what this board allows");
            }
        }

        private static void Windows(TimeWindows windows, string from, string to, ProfileFaults faults)
        {
            for (int i = 0; i < windows.Count; i++)
            {
                if (windows.FromMin[i] < 0 || windows.FromMin[i] > 1439) faults.Add(from, 1439, "no minute of a day");
                if (windows.ToMin[i] < 0 || windows.ToMin[i] > 1439) faults.Add(to, 1439, "no minute of a day");
            }
        }

        private static void Together(Profile p, ProfileFaults faults)
        {
            int[] n = p.Number;
            Pair(n, ProfileField.StopChargeSocPermille, ProfileField.RestartChargeSocPermille, false, faults);
            Pair(n, ProfileField.StopDischargeSocPermille, ProfileField.RestartDischargeSocPermille, true, faults);
            Pair(n, ProfileField.StopChargeMv, ProfileField.RestartChargeMv, false, faults);
            Pair(n, ProfileField.StopDischargeMv, ProfileField.RestartDischargeMv, true, faults);
            Pair(n, ProfileField.ForceStartSocPermille, ProfileField.ForceStopSocPermille, true, faults);
            // "Below 0" and "above 100 %" never come: such a stop would hold for ever.
            if (n[ProfileField.StopChargeSocPermille] != 0 && n[ProfileField.RestartChargeSocPermille] < 1) Unreachable(ProfileField.RestartChargeSocPermille, 1, faults);
            if (n[ProfileField.StopChargeMv] != 0 && n[ProfileField.RestartChargeMv] < 1) Unreachable(ProfileField.RestartChargeMv, 1, faults);
            if (n[ProfileField.StopDischargeSocPermille] != 0 && n[ProfileField.RestartDischargeSocPermille] > 999) Unreachable(ProfileField.RestartDischargeSocPermille, 999, faults);
            int chargeMv = n[ProfileField.ChargeMv];
            if (chargeMv != 0 && n[ProfileField.DischargeMv] >= chargeMv)
                faults.Add(ProfileField.Name(ProfileField.DischargeMv), chargeMv, "must lie below charge_mv");
            if (n[ProfileField.FloatCellMv] > n[ProfileField.AbsorptionCellMv])
                faults.Add(ProfileField.Name(ProfileField.FloatCellMv), n[ProfileField.AbsorptionCellMv], "must not lie above absorption_cell_mv");
            if (n[ProfileField.AbsorptionLimitMin] < n[ProfileField.AbsorptionMin])
                faults.Add(ProfileField.Name(ProfileField.AbsorptionLimitMin), n[ProfileField.AbsorptionMin], "must not lie below absorption_min");
            if (n[ProfileField.RebulkCellMv] >= n[ProfileField.FloatCellMv])
                faults.Add(ProfileField.Name(ProfileField.RebulkCellMv), n[ProfileField.FloatCellMv], "must lie below float_cell_mv");
            if (n[ProfileField.ShownSocCapPermille] != 0 && n[ProfileField.Phases] == 0)
                faults.Add(ProfileField.Name(ProfileField.ShownSocCapPermille), 0, "needs phases: nothing else says when the pack is full");
            if (n[ProfileField.StopMs] <= n[ProfileField.StaleMs])
                faults.Add(ProfileField.Name(ProfileField.StopMs), n[ProfileField.StaleMs], "must lie above stale_ms");
        }

        /// <summary>A stop needs a restart on its other side, or it would chatter.</summary>
        private static void Pair(int[] n, int stop, int restart, bool restartAbove, ProfileFaults faults)
        {
            if (n[stop] == 0) return;
            if (restartAbove && n[restart] <= n[stop])
                faults.Add(ProfileField.Name(restart), n[stop], "must lie above " + ProfileField.Name(stop));
            if (!restartAbove && n[restart] >= n[stop])
                faults.Add(ProfileField.Name(restart), n[stop], "must lie below " + ProfileField.Name(stop));
        }

        private static void Unreachable(int restart, int bound, ProfileFaults faults)
        {
            faults.Add(ProfileField.Name(restart), bound, "is never reached: the stop would hold for ever");
        }

        private static void WithinEnvelope(Profile p, Envelope e, ProfileFaults faults)
        {
            int[] n = p.Number;
            Ceiling(n, ProfileField.ChargeMaxMa, e.MaxChargeMa, faults);
            Ceiling(n, ProfileField.DischargeMaxMa, e.MaxDischargeMa, faults);
            Ceiling(n, ProfileField.FloatMaxMa, e.MaxChargeMa, faults);
            if (n[ProfileField.ChargeMv] > e.MaxChargeMv)
                faults.Add(ProfileField.Name(ProfileField.ChargeMv), e.MaxChargeMv, "above what this board allows");
            if (n[ProfileField.DischargeMv] != 0 && n[ProfileField.DischargeMv] < e.MinDischargeMv)
                faults.Add(ProfileField.Name(ProfileField.DischargeMv), e.MinDischargeMv, "below what this board allows");
            if (n[ProfileField.Phases] != 0 && n[ProfileField.AbsorptionCellMv] > e.MaxCellMv)
                faults.Add(ProfileField.Name(ProfileField.AbsorptionCellMv), e.MaxCellMv, "above what this board allows");
        }

        private static void Ceiling(int[] n, int field, int envelopeMa, ProfileFaults faults)
        {
            if (n[field] != ProfileField.NoMaximumMa && n[field] > envelopeMa)
                faults.Add(ProfileField.Name(field), envelopeMa, "above what this board allows");
        }
    }

    /// <summary>What is wrong with a profile, in order of the fields; bounded, the first ones count.</summary>
    public sealed class ProfileFaults
    {
        /// <summary>Most faults kept.</summary>
        public const int Max = 32;

        /// <summary>Faults in use.</summary>
        public int Count;

        /// <summary>Wire name of the field.</summary>
        public readonly string[] Field = new string[Max];

        /// <summary>The bound that it breaks, in the field's unit.</summary>
        public readonly int[] Bound = new int[Max];

        /// <summary>What a person should know.</summary>
        public readonly string[] Text = new string[Max];

        /// <summary>Appends a fault; beyond <see cref="Max"/> it is dropped.</summary>
        /// <param name="field">Wire name.</param>
        /// <param name="bound">The bound.</param>
        /// <param name="text">For a person.</param>
        public void Add(string field, int bound, string text)
        {
            if (Count >= Max) return;
            Field[Count] = field;
            Bound[Count] = bound;
            Text[Count] = text;
            Count++;
        }

        /// <summary>One fault as a sentence.</summary>
        /// <param name="index">0..<see cref="Count"/>-1.</param>
        public string Sentence(int index)
        {
            return Field[index] + ": " + Text[index] + " (" + Bound[index].ToString() + ")";
        }
    }
}
