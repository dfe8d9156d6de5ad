using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Judgement
{
    /// <summary>
    /// What must survive a power cut because the next reading alone cannot tell it: latched stops, charge phase, time since the
    /// last full charge, maintenance, an override that still holds. Saved on every change, at a bounded rate.
    /// </summary>
    public sealed class LimitMemory
    {
        /// <summary>Length of the record, bytes.</summary>
        public const int RecordBytes = 24;

        private const byte Format = 1;

        /// <summary>Charging is stopped by SOC.</summary>
        public bool ChargeSoc;

        /// <summary>Discharging is stopped by SOC.</summary>
        public bool DischargeSoc;

        /// <summary>Charging is stopped by pack voltage.</summary>
        public bool ChargeMv;

        /// <summary>Discharging is stopped by pack voltage.</summary>
        public bool DischargeMv;

        /// <summary>The inverter is asked to charge from any source.</summary>
        public bool Forcing;

        /// <summary>The inverter is asked for a full charge.</summary>
        public bool FullWanted;

        /// <summary>SOC is below the warning level.</summary>
        public bool LowSoc;

        /// <summary>People work on the pack.</summary>
        public bool Maintenance;

        /// <summary>Switches that we set off because the inverter sleeps: 1 = charge MOS, 2 = discharge MOS.</summary>
        public int SleepSwitched;

        /// <summary>Charge phase.</summary>
        public ChargePhase Phase;

        /// <summary>Minutes since the pack was full.</summary>
        public int SinceFullMin;

        /// <summary>Ceiling of the override for charging, mA, or <see cref="LimitInputs.NoOverride"/>.</summary>
        public int OverrideChargeMa = LimitInputs.NoOverride;

        /// <summary>Ceiling of the override for discharging, mA.</summary>
        public int OverrideDischargeMa = LimitInputs.NoOverride;

        /// <summary>Full time of the override, ms; after a restart it begins anew: longer, never shorter.</summary>
        public int OverrideHoldMs;

        /// <summary>An override holds.</summary>
        public bool HasOverride
        {
            get { return OverrideChargeMa != LimitInputs.NoOverride || OverrideDischargeMa != LimitInputs.NoOverride; }
        }

        /// <summary>Moves the latches on a good reading.</summary>
        /// <param name="s">The reading.</param>
        /// <param name="p">The profile.</param>
        public void Step(BmsSnapshot s, Profile p)
        {
            int[] n = p.Number;
            ChargeSoc = Above(ChargeSoc, s.SocPermille, n[ProfileField.StopChargeSocPermille], n[ProfileField.RestartChargeSocPermille]);
            ChargeMv = Above(ChargeMv, s.PackVoltageMv, n[ProfileField.StopChargeMv], n[ProfileField.RestartChargeMv]);
            DischargeSoc = Below(DischargeSoc, s.SocPermille, n[ProfileField.StopDischargeSocPermille], n[ProfileField.RestartDischargeSocPermille]);
            DischargeMv = Below(DischargeMv, s.PackVoltageMv, n[ProfileField.StopDischargeMv], n[ProfileField.RestartDischargeMv]);
            int low = n[ProfileField.LowSocPermille];
            LowSoc = low > 0 && s.SocPermille < (LowSoc ? low + 20 : low);
            // The request ends at its stop level, not above it.
            int force = n[ProfileField.ForceStartSocPermille];
            Forcing = Below(Forcing, s.SocPermille, force, n[ProfileField.ForceStopSocPermille] - 1);
        }

        /// <summary>A stop at or above a level that ends below another.</summary>
        /// <param name="stopped">State now.</param>
        /// <param name="value">What is measured.</param>
        /// <param name="stop">Level of the stop; 0 = off.</param>
        /// <param name="restart">Level below which it ends.</param>
        public static bool Above(bool stopped, int value, int stop, int restart)
        {
            if (stop == 0) return false;
            if (value >= stop) return true;
            return stopped && value >= restart;
        }

        /// <summary>A stop at or below a level that ends above another.</summary>
        /// <param name="stopped">State now.</param>
        /// <param name="value">What is measured.</param>
        /// <param name="stop">Level of the stop; 0 = off.</param>
        /// <param name="restart">Level above which it ends.</param>
        public static bool Below(bool stopped, int value, int stop, int restart)
        {
            if (stop == 0) return false;
            if (value <= stop) return true;
            return stopped && value <= restart;
        }

        /// <summary>Writes the record.</summary>
        /// <param name="b">At least <see cref="RecordBytes"/>.</param>
        public void Encode(byte[] b)
        {
            b[0] = Format;
            b[1] = (byte)((ChargeSoc ? 1 : 0) | (DischargeSoc ? 2 : 0) | (ChargeMv ? 4 : 0) | (DischargeMv ? 8 : 0)
                | (Forcing ? 16 : 0) | (FullWanted ? 32 : 0) | (LowSoc ? 64 : 0) | (Maintenance ? 128 : 0));
            b[2] = (byte)Phase;
            b[3] = (byte)SleepSwitched;
            Put(b, 4, SinceFullMin);
            Put(b, 8, OverrideChargeMa);
            Put(b, 12, OverrideDischargeMa);
            Put(b, 16, OverrideHoldMs);
            Put(b, 20, 0);
        }

        /// <summary>Reads the record.</summary>
        /// <param name="b">Holds it from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <returns>False when it is none of ours; nothing was changed then.</returns>
        public bool TryDecode(byte[] b, int count)
        {
            if (count != RecordBytes || b[0] != Format || b[2] > (byte)ChargePhase.Float) return false;
            ChargeSoc = (b[1] & 1) != 0;
            DischargeSoc = (b[1] & 2) != 0;
            ChargeMv = (b[1] & 4) != 0;
            DischargeMv = (b[1] & 8) != 0;
            Forcing = (b[1] & 16) != 0;
            FullWanted = (b[1] & 32) != 0;
            LowSoc = (b[1] & 64) != 0;
            Maintenance = (b[1] & 128) != 0;
            Phase = (ChargePhase)b[2];
            SleepSwitched = b[3] & 3;
            SinceFullMin = Get(b, 4);
            OverrideChargeMa = Get(b, 8);
            OverrideDischargeMa = Get(b, 12);
            OverrideHoldMs = Get(b, 16);
            return true;
        }

        private static void Put(byte[] b, int at, int value)
        {
            b[at] = (byte)value;
            b[at + 1] = (byte)(value >> 8);
            b[at + 2] = (byte)(value >> 16);
            b[at + 3] = (byte)(value >> 24);
        }

        private static int Get(byte[] b, int at)
        {
            return b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24);
        }
    }
}
