namespace JkFleet.Contracts
{
    /// <summary>The answer to one command; leaf <see cref="Topics.Verdict"/>.</summary>
    public sealed class Verdict
    {
        /// <summary>Boot, sequence and clocks.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>Id of the command.</summary>
        public string Id = "";

        /// <summary>What was asked.</summary>
        public CommandKind Command;

        /// <summary>What became of it; <c>accepted</c> is followed by a final one.</summary>
        public VerdictState State;

        /// <summary>Refused or failed: for a person.</summary>
        public string Why = "";
    }

    /// <summary>Verdict as JSON, both ways. Unknown fields are skipped. One instance per thread.</summary>
    public sealed class VerdictCodec
    {
        /// <summary>A buffer of this size holds any message.</summary>
        public const int MaxBytes = 512;

        private readonly MessageFields _fields;
        private readonly byte[][] _commandNames;
        private readonly byte[][] _verdictNames;

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>A codec with its tables.</summary>
        public VerdictCodec()
        {
            _fields = new MessageFields(new string[]
            {
                "id", "command", "verdict", "why",
            });
            string[] commands = new string[CommandKindNames.Count];
            for (int i = 0; i < commands.Length; i++) commands[i] = CommandKindNames.Of((CommandKind)i);
            _commandNames = HeaderFields.KeysOf(commands);
            string[] verdicts = new string[VerdictStateNames.Count];
            for (int i = 0; i < verdicts.Length; i++) verdicts[i] = VerdictStateNames.Of((VerdictState)i);
            _verdictNames = HeaderFields.KeysOf(verdicts);
        }

        /// <summary>Writes a message.</summary>
        /// <param name="m">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Verdict m, MessageWriter w)
        {
            byte[][] k = _fields.Write(m.Header, w);
            w.Text(k[0], m.Id);
            w.Text(k[1], CommandKindNames.Of(m.Command));
            w.Text(k[2], VerdictStateNames.Of(m.State));
            w.Text(k[3], m.Why);
            return w.End();
        }

        /// <summary>Reads a message; half filled and not to be used when false is returned.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="m">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, Verdict m)
        {
            Clear(m);
            _fields.Read(buffer, offset, count, m.Header);
            for (int key = _fields.Next(); key >= 0; key = _fields.Next()) Take(_fields.Reader, key, m);
            Refusal = _fields.Refusal(true);
            return Refusal.Length == 0;
        }

        private static void Clear(Verdict m)
        {
            m.Id = "";
            m.Command = CommandKind.Unknown;
            m.State = VerdictState.Refused;
            m.Why = "";
        }

        private void Take(MessageReader r, int key, Verdict m)
        {
            int ignored;
            switch (key)
            {
                case 0: r.Text(ref m.Id, 48); break;
                case 1:
                    int command = r.TaggedItem(_commandNames, 0, null, out ignored);
                    m.Command = command < 0 ? CommandKind.Unknown : (CommandKind)command;
                    break;
                case 2:
                    int verdict = r.TaggedItem(_verdictNames, 0, null, out ignored);
                    m.State = verdict < 0 ? VerdictState.Refused : (VerdictState)verdict;
                    break;
                default: r.Text(ref m.Why, 96); break;
            }
        }
    }

    /// <summary>What became of a wish of the server. Numbers and names are stable contract; only append.</summary>
    public enum VerdictState
    {
        /// <summary>Nothing was asked yet.</summary>
        None = 0,
        /// <summary>Done and in force.</summary>
        Applied = 1,
        /// <summary>Not done; nothing changed.</summary>
        Refused = 2,
        /// <summary>Tried and not achieved.</summary>
        Failed = 3,
        /// <summary>Under way; a final verdict follows.</summary>
        Accepted = 4,
    }

    /// <summary>Stable names of <see cref="VerdictState"/>.</summary>
    public static class VerdictStateNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 5;

        /// <summary>Name, part of the contract.</summary>
        /// <param name="kind">The value.</param>
        public static string Of(VerdictState kind)
        {
            switch (kind)
            {
                case VerdictState.None: return "none";
                case VerdictState.Applied: return "applied";
                case VerdictState.Failed: return "failed";
                case VerdictState.Accepted: return "accepted";
                default: return "refused";
            }
        }
    }
}
