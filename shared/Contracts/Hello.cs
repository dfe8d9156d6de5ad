namespace JkFleet.Contracts
{
    /// <summary>Who and what runs on a device; leaf <see cref="Topics.Hello"/>, after every connect.</summary>
    public sealed class Hello
    {
        /// <summary>Boot, sequence and clocks.</summary>
        public readonly MessageHeader Header = new MessageHeader();

        /// <summary>Version of the agent.</summary>
        public string Agent = "";

        /// <summary>Board variant, e.g. <c>esp32</c>, <c>pc</c>, <c>sim</c>.</summary>
        public string Board = "";

        /// <summary>Protocol towards the BMS, e.g. <c>jk-4e57</c>.</summary>
        public string BmsProtocol = "";

        /// <summary>Protocol towards the inverter, e.g. <c>can-pylon-lv</c>.</summary>
        public string InverterProtocol = "";

        /// <summary>Version of the desired state that was taken last; 0 = none.</summary>
        public long DesiredVersion;

        /// <summary>Revision in force; 0 = the built-in one.</summary>
        public int ProfileRevision;

        /// <summary>Hard ceiling of the board, mA: lets the server judge a profile before it pushes.</summary>
        public int EnvelopeChargeMa;

        /// <summary>Hard ceiling, mA.</summary>
        public int EnvelopeDischargeMa;

        /// <summary>Hard ceiling of the charge voltage, mV.</summary>
        public int EnvelopeChargeMv;

        /// <summary>Hard floor of the discharge voltage, mV.</summary>
        public int EnvelopeDischargeMv;

        /// <summary>Hard ceiling of a cell, mV.</summary>
        public int EnvelopeCellMaxMv;

        /// <summary>Hard floor of a cell, mV.</summary>
        public int EnvelopeCellMinMv;

        /// <summary>BMS MOS switching from the server is enabled on the device.</summary>
        public bool MaySwitch;

        /// <summary>Overrides may exceed the profile (never the envelope or the BMS).</summary>
        public bool MayRaise;

        /// <summary>Messages that wait in the backlog.</summary>
        public int Backlog;

        /// <summary>Messages that the backlog had to drop since start.</summary>
        public int Dropped;
    }

    /// <summary>Hello as JSON, both ways. Unknown fields are skipped. One instance per thread.</summary>
    public sealed class HelloCodec
    {
        /// <summary>A buffer of this size holds any message.</summary>
        public const int MaxBytes = 1024;

        private readonly MessageFields _fields;

        /// <summary>Why the last message was refused; "" = it was not.</summary>
        public string Refusal = "";

        /// <summary>A codec with its tables.</summary>
        public HelloCodec()
        {
            _fields = new MessageFields(new string[]
            {
                "agent", "board", "bms_protocol", "inverter_protocol", "desired_version", "profile_revision", "envelope_charge_ma", "envelope_discharge_ma", "envelope_charge_mv", "envelope_discharge_mv", "envelope_cell_max_mv", "envelope_cell_min_mv", "may_switch", "may_raise", "backlog", "dropped",
            });
        }

        /// <summary>Writes a message.</summary>
        /// <param name="m">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Hello m, MessageWriter w)
        {
            byte[][] k = _fields.Write(m.Header, w);
            w.Text(k[0], m.Agent);
            w.Text(k[1], m.Board);
            w.Text(k[2], m.BmsProtocol);
            w.Text(k[3], m.InverterProtocol);
            w.Int(k[4], m.DesiredVersion);
            w.Int(k[5], m.ProfileRevision);
            w.Int(k[6], m.EnvelopeChargeMa);
            w.Int(k[7], m.EnvelopeDischargeMa);
            w.Int(k[8], m.EnvelopeChargeMv);
            w.Int(k[9], m.EnvelopeDischargeMv);
            w.Int(k[10], m.EnvelopeCellMaxMv);
            w.Int(k[11], m.EnvelopeCellMinMv);
            w.Bool(k[12], m.MaySwitch);
            w.Bool(k[13], m.MayRaise);
            w.Int(k[14], m.Backlog);
            w.Int(k[15], m.Dropped);
            return w.End();
        }

        /// <summary>Reads a message; half filled and not to be used when false is returned.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="m">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, Hello m)
        {
            Clear(m);
            _fields.Read(buffer, offset, count, m.Header);
            for (int key = _fields.Next(); key >= 0; key = _fields.Next()) Take(_fields.Reader, key, m);
            Refusal = _fields.Refusal(true);
            return Refusal.Length == 0;
        }

        private static void Clear(Hello m)
        {
            m.Agent = "";
            m.Board = "";
            m.BmsProtocol = "";
            m.InverterProtocol = "";
            m.DesiredVersion = 0;
            m.ProfileRevision = 0;
            m.EnvelopeChargeMa = 0;
            m.EnvelopeDischargeMa = 0;
            m.EnvelopeChargeMv = 0;
            m.EnvelopeDischargeMv = 0;
            m.EnvelopeCellMaxMv = 0;
            m.EnvelopeCellMinMv = 0;
            m.MaySwitch = false;
            m.MayRaise = false;
            m.Backlog = 0;
            m.Dropped = 0;
        }

        private static void Take(MessageReader r, int key, Hello m)
        {
            switch (key)
            {
                case 0: r.Text(ref m.Agent, 64); break;
                case 1: r.Text(ref m.Board, 32); break;
                case 2: r.Text(ref m.BmsProtocol, 32); break;
                case 3: r.Text(ref m.InverterProtocol, 32); break;
                case 4: r.Int(out m.DesiredVersion); break;
                case 5: r.Int32(0, int.MaxValue, ref m.ProfileRevision); break;
                case 6: r.Int32(0, 1000000000, ref m.EnvelopeChargeMa); break;
                case 7: r.Int32(0, 1000000000, ref m.EnvelopeDischargeMa); break;
                case 8: r.Int32(0, 1000000000, ref m.EnvelopeChargeMv); break;
                case 9: r.Int32(0, 1000000000, ref m.EnvelopeDischargeMv); break;
                case 10: r.Int32(0, 1000000000, ref m.EnvelopeCellMaxMv); break;
                case 11: r.Int32(0, 1000000000, ref m.EnvelopeCellMinMv); break;
                case 12: r.Bool(ref m.MaySwitch); break;
                case 13: r.Bool(ref m.MayRaise); break;
                case 14: r.Int32(0, int.MaxValue, ref m.Backlog); break;
                default: r.Int32(0, int.MaxValue, ref m.Dropped); break;
            }
        }
    }
}
