using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Signals
{
    /// <summary>
    /// What a 128x64 display (SSD1306, font 6x8) shows: eight lines of 21 characters as bytes that any driver can draw. Pure
    /// output of the state; filled in place.
    /// </summary>
    public sealed class DisplayLines
    {
        /// <summary>Lines.</summary>
        public const int Lines = 8;

        /// <summary>Characters per line.</summary>
        public const int Columns = 21;

        private readonly byte[][] _lines = new byte[Lines][];
        private byte[] _line;
        private int _column;

        /// <summary>An empty screen.</summary>
        public DisplayLines()
        {
            for (int i = 0; i < Lines; i++) _lines[i] = new byte[Columns];
            _line = _lines[0];
        }

        /// <summary>One line, ASCII, padded with blanks.</summary>
        /// <param name="index">0..7.</param>
        public byte[] Line(int index)
        {
            return _lines[index];
        }

        /// <summary>Fills the screen.</summary>
        /// <param name="agent">The agent.</param>
        /// <param name="connected">The server is there.</param>
        public void Fill(Agent agent, bool connected)
        {
            BmsSnapshot s = agent.Snapshot;
            bool has = agent.Report.BmsAgeMs >= 0;
            Begin(0);
            Text("JkFleet ");
            Text(agent.Settings.Version);
            Begin(1);
            if (has)
            {
                Number(s.SocPermille / 10, 0);
                Text("% ");
                Number(s.PackVoltageMv / 10, 2);
                Text("V ");
                Number(s.CurrentMa / 100, 1);
                Text("A");
            }
            else
            {
                Text("no reading yet");
            }

            Limit(2, "Chg ", agent.Limits.ChargeLimitMa, agent.Limits.ChargeReason);
            Limit(3, "Dis ", agent.Limits.DischargeLimitMa, agent.Limits.DischargeReason);
            Begin(4);
            if (has && s.CellCount > 0)
            {
                Text("Cell ");
                Number(s.CellMinMv, 0);
                Text("..");
                Number(s.CellMaxMv, 0);
                Text(" #");
                Number(s.CellMaxNo, 0);
            }

            Begin(5);
            int hottest = s.HighestTempDeciC();
            if (has && hottest != BmsSnapshot.Unknown)
            {
                Text("Temp ");
                Number(hottest, 1);
                if (s.TempMosDeciC != BmsSnapshot.Unknown)
                {
                    Text(" MOS ");
                    Number(s.TempMosDeciC, 1);
                }
            }

            Begin(6);
            Text("BMS ");
            Text(LinkStateNames.Of(agent.Report.Bms));
            Text(" Inv ");
            Text(LinkStateNames.Of(agent.Report.Inverter));
            Begin(7);
            int alarm = FirstAlarm((uint)s.Alarms);
            if (agent.Memory.Maintenance) Text("MAINTENANCE");
            else if (alarm >= 0)
            {
                Text("! ");
                Text(BmsAlarmNames.Of(alarm));
            }
            else
            {
                Text(connected ? "server ok" : "no server");
            }
        }

        private static int FirstAlarm(uint alarms)
        {
            for (int bit = 0; alarms != 0; bit++, alarms >>= 1)
                if ((alarms & 1u) != 0) return bit;
            return -1;
        }

        private void Limit(int line, string what, int ma, LimitReason reason)
        {
            Begin(line);
            Text(what);
            Number(ma / 100, 1);
            Text("A ");
            Text(LimitReasonNames.Of(reason));
        }

        private void Begin(int index)
        {
            _line = _lines[index];
            _column = 0;
            for (int i = 0; i < Columns; i++) _line[i] = (byte)' ';
        }

        private void Text(string text)
        {
            for (int i = 0; i < text.Length; i++) Put(text[i] < 128 ? (byte)text[i] : (byte)'?');
        }

        /// <summary>A number with a point before its last digits.</summary>
        private void Number(int value, int decimals)
        {
            if (value < 0)
            {
                Put((byte)'-');
                value = -value;
            }

            int divisor = 1;
            int digits = 1;
            while (value / divisor >= 10 || digits <= decimals)
            {
                divisor *= 10;
                digits++;
            }

            for (; digits > 0; digits--, divisor /= 10)
            {
                Put((byte)('0' + (value / divisor % 10)));
                if (digits == decimals + 1 && decimals > 0) Put((byte)'.');
            }
        }

        private void Put(byte c)
        {
            if (_column < Columns) _line[_column++] = c;
        }
    }
}
