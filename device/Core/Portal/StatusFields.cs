using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// The values of the status page, one by one and as text: the page and its poll write the very same, so a value can never
    /// look different after the first refresh.
    /// </summary>
    public static class StatusFields
    {
        /// <summary>State of charge.</summary>
        public const int Soc = 0;
        /// <summary>Pack voltage.</summary>
        public const int Volts = 1;
        /// <summary>Current.</summary>
        public const int Amps = 2;
        /// <summary>Power.</summary>
        public const int Power = 3;
        /// <summary>Charge limit.</summary>
        public const int Charge = 4;
        /// <summary>Its reason.</summary>
        public const int ChargeWhy = 5;
        /// <summary>Discharge limit.</summary>
        public const int Discharge = 6;
        /// <summary>Its reason.</summary>
        public const int DischargeWhy = 7;
        /// <summary>Voltages asked from the inverter.</summary>
        public const int AskVolts = 8;
        /// <summary>Alarms.</summary>
        public const int Alarms = 9;
        /// <summary>Link to the BMS.</summary>
        public const int BmsLink = 10;
        /// <summary>Link to the inverter.</summary>
        public const int InverterLink = 11;
        /// <summary>Link to the server.</summary>
        public const int ServerLink = 12;
        /// <summary>Lowest, highest, spread of the cells.</summary>
        public const int Cells = 13;
        /// <summary>Temperatures.</summary>
        public const int Temps = 14;
        /// <summary>State of health and cycles.</summary>
        public const int Health = 15;
        /// <summary>Charge left and capacity.</summary>
        public const int Capacity = 16;
        /// <summary>MOS and balancer.</summary>
        public const int Switches = 17;
        /// <summary>Version of the agent.</summary>
        public const int Version = 18;
        /// <summary>Version of the BMS.</summary>
        public const int BmsVersion = 19;
        /// <summary>Up since.</summary>
        public const int Uptime = 20;
        /// <summary>First cell.</summary>
        public const int Cell1 = 21;
        /// <summary>One more than the last field.</summary>
        public const int Count = Cell1 + BmsSnapshot.MaxCells;

        private const string Nothing = "\u2013";

        /// <summary>Writes a value.</summary>
        /// <param name="field">Which.</param>
        /// <param name="v">The view.</param>
        /// <param name="t">Words.</param>
        /// <param name="w">Receives it.</param>
        public static void Write(int field, PortalView v, PortalText t, PageWriter w)
        {
            BmsSnapshot s = v.Report.Snapshot;
            bool has = v.Report.BmsAgeMs >= 0;
            if (!has && field != Charge && field != ChargeWhy && field != Discharge && field != DischargeWhy
                && field != BmsLink && field != InverterLink && field != ServerLink && field != Version && field != Uptime)
            {
                w.Text(Nothing);
                return;
            }

            switch (field)
            {
                case Soc: With(s.SocPermille, 1, " %", w); break;
                case Volts: With(s.PackVoltageMv / 10, 2, " V", w); break;
                case Amps: With(s.CurrentMa / 100, 1, " A", w); break;
                case Power: With((long)s.PackVoltageMv * s.CurrentMa / 1000000, 0, " W", w); break;
                case Charge: With(v.Report.Limits.ChargeLimitMa / 100, 1, " A", w); break;
                case ChargeWhy: Chain(v.Report.Limits.ChargeReason, v.Report.Limits.ChargeChain, t, w); break;
                case Discharge: With(v.Report.Limits.DischargeLimitMa / 100, 1, " A", w); break;
                case DischargeWhy: Chain(v.Report.Limits.DischargeReason, v.Report.Limits.DischargeChain, t, w); break;
                case AskVolts:
                    With(v.Report.Limits.DischargeVoltageMv / 100, 1, " \u2026 ", w);
                    With(v.Report.Limits.ChargeVoltageMv / 100, 1, " V", w);
                    break;
                case Alarms: AlarmList((uint)s.Alarms, t, w); break;
                case BmsLink: Link(v.Report.Bms, v.Report.BmsAgeMs, t, w); break;
                case InverterLink:
                    Link(v.Report.Inverter, v.Report.InverterAgeMs, t, w);
                    w.Text(v.Transmitting ? "" : " \u00b7 " + t.Of(PortalText.NothingSent));
                    break;
                case ServerLink: w.Text(t.Of(v.Connected ? PortalText.Connected : PortalText.NotConnected)); break;
                case Cells:
                    With(s.CellMinMv, 3, " \u2026 ", w);
                    With(s.CellMaxMv, 3, " V \u00b7 \u0394 ", w);
                    With(s.CellMaxMv - s.CellMinMv, 0, " mV", w);
                    break;
                case Temps: Temperatures(s, w); break;
                case Health:
                    if (s.SohPermille != BmsSnapshot.Unknown) With(s.SohPermille, 1, " % \u00b7 ", w);
                    With(s.Cycles, 0, " ", w);
                    w.Text(t.Of(PortalText.Cycles));
                    break;
                case Capacity:
                    if (s.RemainingMah == BmsSnapshot.Unknown) w.Text(Nothing);
                    else With(s.RemainingMah / 100, 1, "", w);
                    w.Text(" / ");
                    if (s.CapacityMah == BmsSnapshot.Unknown) w.Text(Nothing);
                    else With(s.CapacityMah / 100, 1, " Ah", w);
                    break;
                case Switches:
                    w.Text(t.Of(PortalText.ChargeShort) + " " + t.OnOff(s.ChargeMosOn) + " \u00b7 " + t.Of(PortalText.DischargeShort) + " " + t.OnOff(s.DischargeMosOn)
                        + " \u00b7 " + t.Of(PortalText.Balancer) + " " + t.OnOff(s.Balancing));
                    break;
                case Version: w.Text(v.Report.Agent + " (" + v.Report.Board + ")"); break;
                case BmsVersion: w.Text(s.SoftwareVersion.Length == 0 ? Nothing : s.SoftwareVersion); break;
                case Uptime: Duration(v.UpMs, w); break;
                default: Cell(field - Cell1, s, w); break;
            }
        }

        /// <summary>Cells to show.</summary>
        /// <param name="v">The view.</param>
        public static int CellsOf(PortalView v)
        {
            return v.Report.BmsAgeMs >= 0 ? v.Report.Snapshot.CellCount : 0;
        }

        private static void With(long value, int decimals, string unit, PageWriter w)
        {
            w.Number(value, decimals);
            w.Text(unit);
        }

        private static void Chain(LimitReason reason, LimitChain chain, PortalText t, PageWriter w)
        {
            w.Text(t.Reason(reason));
            for (int i = 0; i < chain.Count; i++)
            {
                if (chain.Reason[i] != reason || chain.Number[i] == 0 || reason == LimitReason.BmsAlarm) continue;
                w.Text(" #");
                w.Number(chain.Number[i], 0);
                break;
            }
        }

        private static void AlarmList(uint alarms, PortalText t, PageWriter w)
        {
            if (alarms == 0)
            {
                w.Text(t.Of(PortalText.NoAlarms));
                return;
            }

            bool first = true;
            for (int bit = 0; alarms != 0; bit++, alarms >>= 1)
            {
                if ((alarms & 1u) == 0) continue;
                if (!first) w.Text(", ");
                first = false;
                w.Text(t.Alarm(bit));
            }
        }

        private static void Link(LinkState state, int ageMs, PortalText t, PageWriter w)
        {
            w.Text(t.Link(state));
            if (ageMs < 0) return;
            w.Text(" \u00b7 ");
            With(ageMs / 100, 1, " s", w);
        }

        private static void Temperatures(BmsSnapshot s, PageWriter w)
        {
            for (int i = 0; i < s.TempCount; i++)
            {
                if (i > 0) w.Text(" \u00b7 ");
                if (s.TempDeciC[i] == BmsSnapshot.Unknown) w.Text(Nothing);
                else With(s.TempDeciC[i], 1, " \u00b0C", w);
            }

            if (s.TempMosDeciC == BmsSnapshot.Unknown) return;
            w.Text(s.TempCount > 0 ? " \u00b7 MOS " : "MOS ");
            With(s.TempMosDeciC, 1, " \u00b0C", w);
        }

        private static void Duration(long ms, PageWriter w)
        {
            long min = ms / 60000;
            if (min >= 1440) With(min / 1440, 0, " d ", w);
            if (min >= 60) With(min / 60 % 24, 0, " h ", w);
            With(min % 60, 0, " min", w);
        }

        private static void Cell(int index, BmsSnapshot s, PageWriter w)
        {
            if (index >= s.CellCount) return;
            With(s.CellMv[index], 3, "", w);
            if (index + 1 == s.CellMaxNo) w.Text(" \u25b2");
            else if (index + 1 == s.CellMinNo) w.Text(" \u25bc");
        }
    }
}
