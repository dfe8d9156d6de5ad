namespace JkFleet.Agent.Update
{
    /// <summary>
    /// The few facts that launcher and agent share about the two slots. One small record, replaced as a whole: after a power cut
    /// either the old or the new one is there (<see cref="JkFleet.Agent.Ports.IStore"/>), and its CRC says whether it is one at all.
    /// </summary>
    public sealed class BootRecord
    {
        /// <summary>Name in the store.</summary>
        public const string Name = "boot";

        /// <summary>Encoded length.</summary>
        public const int Bytes = 56;

        /// <summary>No slot.</summary>
        public const int None = -1;

        /// <summary>Slots.</summary>
        public const int Slots = 2;

        /// <summary>Starts that a build on trial gets to prove itself.</summary>
        public const int TrialTries = 3;

        /// <summary>Starts in quick succession after which even the trusted build is left for the other slot; mains flicker stays below.</summary>
        public const int TrustedTries = 10;

        private const int CrcAt = Bytes - 4;

        /// <summary>The slot that is trusted.</summary>
        public int Active;

        /// <summary>The slot that is on trial, or <see cref="None"/>.</summary>
        public int Pending = None;

        /// <summary>The slot that the launcher started last, or <see cref="None"/>.</summary>
        public int Started = None;

        /// <summary>Starts left before the launcher gives the started build up.</summary>
        public int Tries = TrustedTries;

        /// <summary>Which slots hold a whole, verified build.</summary>
        public readonly bool[] Valid = new bool[Slots];

        /// <summary>Versions in the slots (<see cref="JkFleet.Contracts.FirmwareVersion"/>); 0 = as flashed.</summary>
        public readonly long[] Version = new long[Slots];

        /// <summary>Lowest version that may be installed.</summary>
        public long Floor;

        /// <summary>The floor that the build on trial brings with its confirmation.</summary>
        public long PendingFloor;

        /// <summary>How the last update ended.</summary>
        public BootOutcome Outcome;

        /// <summary>Version that <see cref="Outcome"/> is about.</summary>
        public long OutcomeVersion;

        /// <summary>The record of a board that was just flashed: slot 0 holds the build it came with.</summary>
        public void Clear()
        {
            Active = 0;
            Pending = None;
            Started = None;
            Tries = TrustedTries;
            Valid[0] = true;
            Valid[1] = false;
            Version[0] = 0;
            Version[1] = 0;
            Floor = 0;
            PendingFloor = 0;
            Outcome = BootOutcome.None;
            OutcomeVersion = 0;
        }

        /// <summary>Writes the record.</summary>
        /// <param name="buffer">Receives <see cref="Bytes"/> bytes from index 0.</param>
        public void Write(byte[] buffer)
        {
            buffer[0] = (byte)'J';
            buffer[1] = (byte)'B';
            buffer[2] = 1;
            buffer[3] = (byte)Active;
            buffer[4] = (byte)Pending;
            buffer[5] = (byte)Started;
            buffer[6] = (byte)Tries;
            buffer[7] = (byte)((Valid[0] ? 1 : 0) | (Valid[1] ? 2 : 0));
            buffer[8] = (byte)Outcome;
            buffer[9] = 0;
            buffer[10] = 0;
            buffer[11] = 0;
            WriteLong(buffer, 12, Version[0]);
            WriteLong(buffer, 20, Version[1]);
            WriteLong(buffer, 28, Floor);
            WriteLong(buffer, 36, PendingFloor);
            WriteLong(buffer, 44, OutcomeVersion);
            int crc = Crc(buffer);
            for (int i = 0; i < 4; i++) buffer[CrcAt + i] = (byte)(crc >> (8 * i));
        }

        /// <summary>Reads a record; what is out of range is no record.</summary>
        /// <param name="buffer">Holds it from index 0.</param>
        /// <param name="count">Bytes there.</param>
        /// <returns>False leaves this cleared.</returns>
        public bool TryRead(byte[] buffer, int count)
        {
            Clear();
            if (count != Bytes || buffer[0] != (byte)'J' || buffer[1] != (byte)'B' || buffer[2] != 1) return false;
            int crc = Crc(buffer);
            for (int i = 0; i < 4; i++)
                if (buffer[CrcAt + i] != (byte)(crc >> (8 * i))) return false;
            if (buffer[3] >= Slots || !IsSlotOrNone(buffer[4]) || !IsSlotOrNone(buffer[5]) || buffer[6] > TrustedTries || buffer[8] > (byte)BootOutcome.SafeMode)
                return false;
            Active = buffer[3];
            Pending = (sbyte)buffer[4];
            Started = (sbyte)buffer[5];
            Tries = buffer[6];
            Valid[0] = (buffer[7] & 1) != 0;
            Valid[1] = (buffer[7] & 2) != 0;
            Outcome = (BootOutcome)buffer[8];
            Version[0] = ReadLong(buffer, 12);
            Version[1] = ReadLong(buffer, 20);
            Floor = ReadLong(buffer, 28);
            PendingFloor = ReadLong(buffer, 36);
            OutcomeVersion = ReadLong(buffer, 44);
            return true;
        }

        private static bool IsSlotOrNone(byte value)
        {
            return value < Slots || value == 0xFF;
        }

        // CRC-32 as Ethernet has it, bit by bit: the record is short and rarely written.
        private static int Crc(byte[] buffer)
        {
            uint crc = 0xFFFFFFFF;
            for (int i = 0; i < CrcAt; i++)
            {
                crc ^= buffer[i];
                for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }

            return (int)~crc;
        }

        private static void WriteLong(byte[] buffer, int at, long value)
        {
            for (int i = 0; i < 8; i++) buffer[at + i] = (byte)(value >> (8 * i));
        }

        private static long ReadLong(byte[] buffer, int at)
        {
            long value = 0;
            for (int i = 7; i >= 0; i--) value = (value << 8) | buffer[at + i];
            return value;
        }
    }

    /// <summary>How the last update ended. Numbers stand in stored records; only append.</summary>
    public enum BootOutcome
    {
        /// <summary>Nothing to tell.</summary>
        None = 0,
        /// <summary>Confirmed by a healthy agent.</summary>
        Confirmed = 1,
        /// <summary>Started too often without a confirmation.</summary>
        NeverConfirmed = 2,
        /// <summary>Could not be loaded.</summary>
        LoadFailed = 3,
        /// <summary>No valid reading of the BMS in time.</summary>
        NoBms = 4,
        /// <summary>The inverter was heard before the update and not after it.</summary>
        InverterLost = 5,
        /// <summary>The server was not reached in time.</summary>
        NoServer = 6,
        /// <summary>The trusted build itself failed again and again; the other slot took over.</summary>
        FellBack = 7,
        /// <summary>No slot can be started.</summary>
        SafeMode = 8,
    }

    /// <summary>Stable names of <see cref="BootOutcome"/>, reported as <c>update_reason</c>.</summary>
    public static class BootOutcomeNames
    {
        /// <summary>Name of an outcome.</summary>
        /// <param name="outcome">The outcome.</param>
        public static string Of(BootOutcome outcome)
        {
            switch (outcome)
            {
                case BootOutcome.None: return "none";
                case BootOutcome.Confirmed: return "confirmed";
                case BootOutcome.NeverConfirmed: return "never_confirmed";
                case BootOutcome.LoadFailed: return "load_failed";
                case BootOutcome.NoBms: return "no_bms";
                case BootOutcome.InverterLost: return "inverter_lost";
                case BootOutcome.NoServer: return "no_server";
                case BootOutcome.FellBack: return "fell_back";
                default: return "safe_mode";
            }
        }
    }
}
