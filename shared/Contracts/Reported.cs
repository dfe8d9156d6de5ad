namespace JkFleet.Contracts
{
    /// <summary>What is in force and what became of the last desired state; leaf <see cref="Topics.Reported"/>, after every connect and change.</summary>
    public sealed class Reported
    {
        /// <summary>Boot, sequence and clocks.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>The desired state that this answers; 0 = none seen yet.</summary>
        public long DesiredVersion;

        /// <summary>What became of it.</summary>
        public VerdictState Verdict;

        /// <summary>Refused: wire name of the field; "" = not about one field.</summary>
        public string Field = "";

        /// <summary>Refused: the bound that it breaks, in the field's unit.</summary>
        public int Bound;

        /// <summary>Refused or failed: for a person.</summary>
        public string Why = "";

        /// <summary>Revision in force; 0 = the built-in one.</summary>
        public int ProfileRevision;

        /// <summary>Version of the agent that runs.</summary>
        public string Agent = "";

        /// <summary>Where the firmware update stands.</summary>
        public UpdateState Update;

        /// <summary>Version that the update is about.</summary>
        public string UpdateVersion = "";

        /// <summary>Progress of the download.</summary>
        public int UpdatePermille;

        /// <summary>Why it waits, failed, was refused or went back.</summary>
        public string UpdateReason = "";
    }

    /// <summary>Reported as JSON, both ways. Unknown fields are skipped. One instance per thread.</summary>
    public sealed class ReportedCodec
    {
        /// <summary>A buffer of this size holds any message.</summary>
        public const int MaxBytes = 1024;

        private readonly MessageFields _fields;
        private readonly byte[][] _verdictNames;
        private readonly byte[][] _updateNames;

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>A codec with its tables.</summary>
        public ReportedCodec()
        {
            _fields = new MessageFields(new string[]
            {
                "desired_version", "verdict", "field", "bound", "why", "profile_revision", "agent", "update_state", "update_version", "update_permille", "update_reason",
            });
            string[] verdicts = new string[VerdictStateNames.Count];
            for (int i = 0; i < verdicts.Length; i++) verdicts[i] = VerdictStateNames.Of((VerdictState)i);
            _verdictNames = HeaderFields.KeysOf(verdicts);
            string[] updates = new string[UpdateStateNames.Count];
            for (int i = 0; i < updates.Length; i++) updates[i] = UpdateStateNames.Of((UpdateState)i);
            _updateNames = HeaderFields.KeysOf(updates);
        }

        /// <summary>Writes a message.</summary>
        /// <param name="m">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Reported m, MessageWriter w)
        {
            byte[][] k = _fields.Write(m.Header, w);
            w.Int(k[0], m.DesiredVersion);
            w.Text(k[1], VerdictStateNames.Of(m.Verdict));
            w.Text(k[2], m.Field);
            w.Int(k[3], m.Bound);
            w.Text(k[4], m.Why);
            w.Int(k[5], m.ProfileRevision);
            w.Text(k[6], m.Agent);
            w.Text(k[7], UpdateStateNames.Of(m.Update));
            w.Text(k[8], m.UpdateVersion);
            w.Int(k[9], m.UpdatePermille);
            w.Text(k[10], m.UpdateReason);
            return w.End();
        }

        /// <summary>Reads a message; half filled and not to be used when false is returned.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="m">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, Reported m)
        {
            Clear(m);
            _fields.Read(buffer, offset, count, m.Header);
            for (int key = _fields.Next(); key >= 0; key = _fields.Next()) Take(_fields.Reader, key, m);
            Refusal = _fields.Refusal(true);
            return Refusal.Length == 0;
        }

        private static void Clear(Reported m)
        {
            m.DesiredVersion = 0;
            m.Verdict = VerdictState.Refused;
            m.Field = "";
            m.Bound = 0;
            m.Why = "";
            m.ProfileRevision = 0;
            m.Agent = "";
            m.Update = UpdateState.Idle;
            m.UpdateVersion = "";
            m.UpdatePermille = 0;
            m.UpdateReason = "";
        }

        private void Take(MessageReader r, int key, Reported m)
        {
            int ignored;
            switch (key)
            {
                case 0: r.Int(out m.DesiredVersion); break;
                case 1:
                    int verdict = r.TaggedItem(_verdictNames, 0, null, out ignored);
                    m.Verdict = verdict < 0 ? VerdictState.Refused : (VerdictState)verdict;
                    break;
                case 2: r.Text(ref m.Field, 48); break;
                case 3: r.Int32(int.MinValue, int.MaxValue, ref m.Bound); break;
                case 4: r.Text(ref m.Why, 96); break;
                case 5: r.Int32(0, int.MaxValue, ref m.ProfileRevision); break;
                case 6: r.Text(ref m.Agent, 64); break;
                case 7:
                    int update = r.TaggedItem(_updateNames, 0, null, out ignored);
                    m.Update = update < 0 ? UpdateState.Idle : (UpdateState)update;
                    break;
                case 8: r.Text(ref m.UpdateVersion, 32); break;
                case 9: r.Int32(0, 1000, ref m.UpdatePermille); break;
                default: r.Text(ref m.UpdateReason, 96); break;
            }
        }
    }
}
