namespace JkFleet.Contracts
{
    /// <summary>One wish of the server that expires; leaf <see cref="Topics.Command"/>. Answered by a <see cref="Verdict"/> with the same id.</summary>
    public sealed class Command
    {
        /// <summary>Only the contract version counts in a message of the server.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>Chosen by the server; a repeated id is answered again and not done again.</summary>
        public string Id = "";

        /// <summary>What is wanted.</summary>
        public CommandKind Kind;

        /// <summary>Too late after this wall clock, ms since 1970; 0 = no such limit.</summary>
        public long UntilUtcMs;

        /// <summary>How long an override or maintenance holds, ms; 0 = 10 minutes for an override, until revoked for maintenance.</summary>
        public int HoldMs;

        /// <summary>Override: charge ceiling, mA; -1 = leave alone.</summary>
        public int ChargeMa = -1;

        /// <summary>Override: discharge ceiling, mA; -1 = leave alone.</summary>
        public int DischargeMa = -1;

        /// <summary>0 = charge MOS, 1 = discharge MOS, 2 = balancer.</summary>
        public int Switch;

        /// <summary>Wanted position of a switch, maintenance or light.</summary>
        public bool On;
    }

    /// <summary>Command as JSON, both ways. Unknown fields are skipped. One instance per thread.</summary>
    public sealed class CommandCodec
    {
        /// <summary>A buffer of this size holds any message.</summary>
        public const int MaxBytes = 512;

        private readonly MessageFields _fields;
        private readonly byte[][] _commandNames;

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>A codec with its tables.</summary>
        public CommandCodec()
        {
            _fields = new MessageFields(new string[]
            {
                "id", "command", "until_utc_ms", "hold_ms", "charge_ma", "discharge_ma", "switch", "on",
            });
            string[] commands = new string[CommandKindNames.Count];
            for (int i = 0; i < commands.Length; i++) commands[i] = CommandKindNames.Of((CommandKind)i);
            _commandNames = HeaderFields.KeysOf(commands);
        }

        /// <summary>Writes a message.</summary>
        /// <param name="m">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Command m, MessageWriter w)
        {
            byte[][] k = _fields.Write(m.Header, w);
            w.Text(k[0], m.Id);
            w.Text(k[1], CommandKindNames.Of(m.Kind));
            w.Int(k[2], m.UntilUtcMs);
            w.Int(k[3], m.HoldMs);
            w.Int(k[4], m.ChargeMa);
            w.Int(k[5], m.DischargeMa);
            w.Int(k[6], m.Switch);
            w.Bool(k[7], m.On);
            return w.End();
        }

        /// <summary>Reads a message; half filled and not to be used when false is returned.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="m">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, Command m)
        {
            Clear(m);
            _fields.Read(buffer, offset, count, m.Header);
            for (int key = _fields.Next(); key >= 0; key = _fields.Next()) Take(_fields.Reader, key, m);
            Refusal = _fields.Refusal(false);
            return Refusal.Length == 0;
        }

        private static void Clear(Command m)
        {
            m.Id = "";
            m.Kind = CommandKind.Unknown;
            m.UntilUtcMs = 0;
            m.HoldMs = 0;
            m.ChargeMa = -1;
            m.DischargeMa = -1;
            m.Switch = 0;
            m.On = false;
        }

        private void Take(MessageReader r, int key, Command m)
        {
            int ignored;
            switch (key)
            {
                case 0: r.Text(ref m.Id, 48); break;
                case 1:
                    int command = r.TaggedItem(_commandNames, 0, null, out ignored);
                    m.Kind = command < 0 ? CommandKind.Unknown : (CommandKind)command;
                    break;
                case 2: r.Int(out m.UntilUtcMs); break;
                case 3: r.Int32(0, 86400000, ref m.HoldMs); break;
                case 4: r.Int32(-1, 1000000, ref m.ChargeMa); break;
                case 5: r.Int32(-1, 1000000, ref m.DischargeMa); break;
                case 6: r.Int32(0, 2, ref m.Switch); break;
                default: r.Bool(ref m.On); break;
            }
        }
    }

    /// <summary>What the server may ask for. Numbers and names are stable contract; only append.</summary>
    public enum CommandKind
    {
        /// <summary>A kind that only a newer server knows; refused.</summary>
        Unknown = 0,
        /// <summary>Expiring ceilings.</summary>
        Override = 1,
        /// <summary>Ends the override.</summary>
        ClearOverride = 2,
        /// <summary>Limits to zero while people work on the pack.</summary>
        Maintenance = 3,
        /// <summary>Sets a MOS or the balancer in the BMS, confirmed by reading again.</summary>
        Switch = 4,
        /// <summary>Blinks the light.</summary>
        Identify = 5,
        /// <summary>Restarts the agent.</summary>
        Reboot = 6,
        /// <summary>Sends hello, reported and telemetry now.</summary>
        ReRead = 7,
        /// <summary>Back to bulk and ask for a full charge once.</summary>
        FullCharge = 8,
    }

    /// <summary>Stable names of <see cref="CommandKind"/>.</summary>
    public static class CommandKindNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 9;

        /// <summary>Name, part of the contract.</summary>
        /// <param name="kind">The value.</param>
        public static string Of(CommandKind kind)
        {
            switch (kind)
            {
                case CommandKind.Override: return "override";
                case CommandKind.ClearOverride: return "clear_override";
                case CommandKind.Maintenance: return "maintenance";
                case CommandKind.Switch: return "switch";
                case CommandKind.Identify: return "identify";
                case CommandKind.Reboot: return "reboot";
                case CommandKind.ReRead: return "re_read";
                case CommandKind.FullCharge: return "full_charge";
                default: return "unknown";
            }
        }
    }
}
