namespace JkFleet.Limits
{
    /// <summary>
    /// How one site wants its pack to be used: ramps, plain numbers, time windows. It can only lower what the envelope and
    /// the BMS allow. A revision never changes once it was pushed. Plain data; <see cref="ProfileRules"/> judges it.
    /// </summary>
    public sealed class Profile
    {
        /// <summary>Longest name, UTF-8 bytes.</summary>
        public const int MaxName = 64;

        /// <summary>Most time windows per direction.</summary>
        public const int MaxWindows = 4;

        /// <summary>Sources a ramp can have.</summary>
        public const int Sources = 6;

        /// <summary>Revision, 1 and up; 0 = built into the agent.</summary>
        public int Revision;

        /// <summary>Name for people.</summary>
        public string Name = "";

        /// <summary>The plain numbers, by <see cref="ProfileField"/>.</summary>
        public readonly int[] Number = new int[ProfileField.Count];

        /// <summary>Charge ramps, by <see cref="RampSource"/>; Count 0 = not there. All apply, the lowest wins.</summary>
        public readonly RampRule[] ChargeRamp = Ramps();

        /// <summary>Discharge ramps, by <see cref="RampSource"/>.</summary>
        public readonly RampRule[] DischargeRamp = Ramps();

        /// <summary>When charging is forbidden.</summary>
        public readonly TimeWindows NoCharge = new TimeWindows();

        /// <summary>When discharging is forbidden.</summary>
        public readonly TimeWindows NoDischarge = new TimeWindows();

        /// <summary>A profile without ramps; every number at its default.</summary>
        public Profile()
        {
            Clear();
        }

        /// <summary>Back to no ramps, no windows, every number at its default.</summary>
        public void Clear()
        {
            Revision = 0;
            Name = "";
            for (int i = 0; i < Number.Length; i++) Number[i] = ProfileField.Default(i);
            for (int i = 0; i < Sources; i++)
            {
                ChargeRamp[i].Count = 0;
                DischargeRamp[i].Count = 0;
            }

            NoCharge.Count = 0;
            NoDischarge.Count = 0;
        }

        /// <summary>Copies everything.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(Profile into)
        {
            into.Revision = Revision;
            into.Name = Name;
            for (int i = 0; i < Number.Length; i++) into.Number[i] = Number[i];
            for (int i = 0; i < Sources; i++)
            {
                ChargeRamp[i].CopyTo(into.ChargeRamp[i]);
                DischargeRamp[i].CopyTo(into.DischargeRamp[i]);
            }

            NoCharge.CopyTo(into.NoCharge);
            NoDischarge.CopyTo(into.NoDischarge);
        }

        private static RampRule[] Ramps()
        {
            RampRule[] ramps = new RampRule[Sources];
            for (int i = 0; i < Sources; i++) ramps[i] = new RampRule((RampSource)i);
            return ramps;
        }
    }

    /// <summary>Daily windows in local minutes; from 22:00 to 06:00 wraps over midnight; equal ends mean the whole day.</summary>
    public sealed class TimeWindows
    {
        /// <summary>Windows in use.</summary>
        public int Count;

        /// <summary>First minute of each window, 0..1439.</summary>
        public readonly int[] FromMin = new int[Profile.MaxWindows];

        /// <summary>First minute after each window, 0..1439.</summary>
        public readonly int[] ToMin = new int[Profile.MaxWindows];

        /// <summary>True when a minute of the day lies in a window.</summary>
        /// <param name="minute">0..1439, local.</param>
        public bool Contains(int minute)
        {
            for (int i = 0; i < Count; i++)
            {
                int from = FromMin[i];
                int to = ToMin[i];
                if (from < to ? minute >= from && minute < to : minute >= from || minute < to) return true;
            }

            return false;
        }

        /// <summary>Copies the windows.</summary>
        /// <param name="into">Receives the copy.</param>
        public void CopyTo(TimeWindows into)
        {
            into.Count = Count;
            for (int i = 0; i < Count; i++)
            {
                into.FromMin[i] = FromMin[i];
                into.ToMin[i] = ToMin[i];
            }
        }
    }

    /// <summary>Profiles that are there without a server.</summary>
    public static class Profiles
    {
        /// <summary>The origin project's default tables (protocols.md 4, row 11), ramps by SOC: the built-in safe profile.</summary>
        public static Profile OriginDefaults()
        {
            Profile p = new Profile();
            p.Name = "origin defaults";
            RampRule charge = p.ChargeRamp[(int)RampSource.SocPermille];
            charge.Add(800, 70000);
            charge.Add(850, 70000);
            charge.Add(900, 70000);
            charge.Add(950, 20000);
            charge.Add(980, 5000);
            RampRule discharge = p.DischargeRamp[(int)RampSource.SocPermille];
            discharge.Add(20, 0);
            discharge.Add(50, 4000);
            discharge.Add(100, 10000);
            discharge.Add(150, 35000);
            discharge.Add(200, 70000);
            return p;
        }
    }
}
