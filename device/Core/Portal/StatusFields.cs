using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// The values of the status page, one by one and as text: the page and its poll write the very same, so a value can never
    /// look different after the first refresh.
    /// </summary>
    internal static class StatusFields
    {
        public const int Soc = 0;
        public const int Volts = 1;
        public const int Amps = 2;
        public const int Power = 3;
        public const int Flow = 4;
        public const int Alarms = 5;
        public const int Cells = 6;
        public const int Temps = 7;
        public const int Health = 8;
        public const int Capacity = 9;
        public const int ChargeMos = 10;
        public const int DischargeMos = 11;
        public const int Balancer = 12;
        public const int BmsVersion = 13;
        public const int CellProtection = 14;
        public const int PackProtection = 15;
        public const int CurrentProtection = 16;
        public const int AskVolts = 17;

        // Up to here a field says nothing before the first reading.
        public const int Charge = 18;
        public const int ChargeWhy = 19;
        public const int Discharge = 20;
        public const int DischargeWhy = 21;
        public const int BmsLink = 22;
        public const int InverterLink = 23;
        public const int ServerLink = 24;
        public const int Signal = 25;
        public const int BmsFrames = 26;
        public const int CanFrames = 27;
        public const int ProfileInForce = 28;
        public const int Update = 29;
        public const int Version = 30;
        public const int Uptime = 31;
        public const int Cell1 = 32;

        private const string Nothing = "\u2013";
        // It stays with what stands before it: no line begins with a dot.
        private const string Dot = "\u00a0\u00b7 ";
        private const string To = " \u2026 ";

        /// <summary>Cells to show.</summary>
        public static int CellsOf(PortalView v)
        {
            return v.Report.BmsAgeMs >= 0 ? v.Report.Snapshot.CellCount : 0;
        }

        /// <summary>The reading is no longer the battery's state.</summary>
        public static bool IsOld(PortalView v)
        {
            return v.Report.BmsAgeMs >= 0 && v.Report.Bms != LinkState.Ok;
        }

        /// <summary>The value calls for somebody.</summary>
        public static bool IsBad(int field, PortalView v)
        {
            switch (field)
            {
                case Alarms: return v.Report.BmsAgeMs >= 0 && v.Report.Snapshot.Alarms != BmsAlarms.None;
                case BmsLink: return v.Report.Bms != LinkState.Ok;
                case InverterLink: return v.Report.Inverter != LinkState.Ok;
                case Update: return v.Update >= UpdateState.Reverted;
                default: return false;
            }
        }

        /// <summary>How old the reading is.</summary>
        public static void Age(PortalView v, long nowMs, PortalText t, PageWriter w)
        {
            if (v.Report.BmsAgeMs < 0)
            {
                w.Text(t.Of("No reading yet", "Aún sin lectura"));
                return;
            }

            w.Text(IsOld(v) ? t.Of("Old values, read ", "Valores antiguos, leídos hace ") : t.Of("Read ", "Leído hace "));
            With((nowMs - v.AtMs + v.Report.BmsAgeMs) / 100, 1, t.Of(" s ago", " s"), w);
        }

        /// <summary>Writes a value with its unit.</summary>
        public static void Write(int field, PortalView v, PortalText t, PageWriter w)
        {
            if (field >= Charge && field < Cell1) Own(field, v, t, w);
            else if (v.Report.BmsAgeMs < 0) w.Text(Nothing);
            else if (field >= Cell1) Cell(field - Cell1, v.Report.Snapshot, w);
            else Read(field, v.Report.Snapshot, v.Report.Limits, t, w);
        }

        // What the BMS says, and what follows from it alone.
        private static void Read(int field, BmsSnapshot s, ChargeLimits limits, PortalText t, PageWriter w)
        {
            switch (field)
            {
                case Soc: With(s.SocPermille, 1, " %", w); break;
                case Volts: With(s.PackVoltageMv / 10, 2, " V", w); break;
                case Amps: With(s.CurrentMa / 100, 1, " A", w); break;
                case Power: With((long)s.PackVoltageMv * s.CurrentMa / 1000000, 0, " W", w); break;
                case Flow: w.Text(s.CurrentMa > 0 ? t.Of("charging", "cargando") : s.CurrentMa < 0 ? t.Of("discharging", "descargando") : t.Of("resting", "en reposo")); break;
                case Alarms: AlarmList((uint)s.Alarms, t, w); break;
                case Cells: CellSpread(s, t, w); break;
                case Temps: Temperatures(s, w); break;
                case Health:
                    if (s.SohPermille != BmsSnapshot.Unknown) With(s.SohPermille, 1, " %" + Dot, w);
                    With(s.Cycles, 0, t.Of(" cycles", " ciclos"), w);
                    break;
                case Capacity:
                    Known(s.RemainingMah, 100, 1, w);
                    w.Text(" / ");
                    Known(s.CapacityMah, 100, 1, w);
                    w.Text(" Ah");
                    break;
                case ChargeMos: w.Text(OnOff(s.ChargeMosOn, t)); break;
                case DischargeMos: w.Text(OnOff(s.DischargeMosOn, t)); break;
                case Balancer: w.Text(OnOff(s.Balancing, t)); break;
                case BmsVersion: w.Text(s.SoftwareVersion.Length == 0 ? Nothing : s.SoftwareVersion); break;
                case CellProtection: Range(s.CellUvpMv, s.CellOvpMv, 1, 3, w); break;
                case PackProtection: Range(s.PackUvpMv, s.PackOvpMv, 10, 2, w); break;
                case CurrentProtection:
                    w.Text(t.Of("charge ", "carga "));
                    Known(s.MaxChargeMa, 100, 1, w);
                    w.Text(t.Of(" A" + Dot + "discharge ", " A" + Dot + "descarga "));
                    Known(s.MaxDischargeMa, 100, 1, w);
                    w.Text(" A");
                    break;
                default: Range(limits.DischargeVoltageMv, limits.ChargeVoltageMv, 100, 1, w); break;
            }
        }

        // What the agent says of itself; there is always something to say.
        private static void Own(int field, PortalView v, PortalText t, PageWriter w)
        {
            Telemetry r = v.Report;
            switch (field)
            {
                case Charge: With(r.Limits.ChargeLimitMa / 100, 1, " A", w); break;
                case ChargeWhy: Chain(r.Limits.ChargeReason, r.Limits.ChargeChain, t, w); break;
                case Discharge: With(r.Limits.DischargeLimitMa / 100, 1, " A", w); break;
                case DischargeWhy: Chain(r.Limits.DischargeReason, r.Limits.DischargeChain, t, w); break;
                case BmsLink: Link(r.Bms, r.BmsAgeMs, t, w); break;
                case InverterLink:
                    Link(r.Inverter, r.InverterAgeMs, t, w);
                    if (!v.Transmitting) w.Text(Dot + t.Of("nothing is sent", "no se envía nada"));
                    break;
                case ServerLink: w.Text(v.Connected ? t.Of("connected", "conectado") : t.Of("not connected; the battery works without it", "sin conexión; la batería funciona sin él")); break;
                case Signal:
                    if (r.RssiDbm == 0) w.Text(Nothing);
                    else With(r.RssiDbm, 0, " dBm", w);
                    break;
                case BmsFrames:
                    With(r.BmsFrames, 0, t.Of(" good" + Dot, " buenas" + Dot), w);
                    With(r.BmsRefused, 0, t.Of(" refused", " rechazadas"), w);
                    break;
                case CanFrames:
                    With(r.CanSent, 0, t.Of(" sent" + Dot, " enviadas" + Dot), w);
                    With(r.CanReceived, 0, t.Of(" heard" + Dot, " oídas" + Dot), w);
                    With(r.CanErrors, 0, t.Of(" failed", " fallidas"), w);
                    break;
                case ProfileInForce:
                    if (v.Profile.Revision == 0) w.Text(t.Of("built in", "incorporado"));
                    else With(v.Profile.Revision, 0, "", w);
                    if (v.Profile.Name.Length > 0) w.Text(Dot + v.Profile.Name);
                    break;
                case Update: UpdateOf(v, t, w); break;
                case Version: w.Text(r.Agent + " (" + r.Board + ")"); break;
                default: Duration(v.UpMs, w); break;
            }
        }

        private static string OnOff(bool on, PortalText t)
        {
            return on ? t.Of("on", "sí") : t.Of("off", "no");
        }

        private static void With(long value, int decimals, string unit, PageWriter w)
        {
            w.Number(value, decimals);
            w.Text(unit);
        }

        private static void Known(int value, int divisor, int decimals, PageWriter w)
        {
            if (value == BmsSnapshot.Unknown) w.Text(Nothing);
            else w.Number(value / divisor, decimals);
        }

        private static void Range(int lowMv, int highMv, int divisor, int decimals, PageWriter w)
        {
            Known(lowMv, divisor, decimals, w);
            w.Text(To);
            Known(highMv, divisor, decimals, w);
            w.Text(" V");
        }

        private static void Chain(LimitReason reason, LimitChain chain, PortalText t, PageWriter w)
        {
            w.Text(ReasonWords.Of(reason, t));
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
                w.Text(t.Of("none", "ninguna"));
                return;
            }

            bool first = true;
            for (int bit = 0; alarms != 0; bit++, alarms >>= 1)
            {
                if ((alarms & 1u) == 0) continue;
                if (!first) w.Text(", ");
                first = false;
                w.Text(AlarmWords.Of(bit, t));
            }
        }

        private static void Link(LinkState state, int ageMs, PortalText t, PageWriter w)
        {
            w.Text(LinkWords.Of(state, t));
            if (ageMs < 0) return;
            w.Text(Dot + t.Of("heard ", "oído hace "));
            With(ageMs / 100, 1, t.Of(" s ago", " s"), w);
        }

        private static void CellSpread(BmsSnapshot s, PortalText t, PageWriter w)
        {
            With(s.CellMinMv, 3, " V (#", w);
            With(s.CellMinNo, 0, ")" + To, w);
            With(s.CellMaxMv, 3, " V (#", w);
            With(s.CellMaxNo, 0, ")" + Dot + t.Of("mean ", "media "), w);
            With(s.CellMeanMv, 3, " V" + Dot + "\u0394 ", w);
            With(s.CellMaxMv - s.CellMinMv, 0, " mV", w);
        }

        private static void Temperatures(BmsSnapshot s, PageWriter w)
        {
            for (int i = 0; i < s.TempCount; i++)
            {
                w.Text("T");
                With(i + 1, 0, " ", w);
                Known(s.TempDeciC[i], 1, 1, w);
                w.Text(" \u00b0C" + Dot);
            }

            w.Text("MOS ");
            Known(s.TempMosDeciC, 1, 1, w);
            w.Text(" \u00b0C");
        }

        private static void UpdateOf(PortalView v, PortalText t, PageWriter w)
        {
            w.Text(UpdateWords.Of(v.Update, t));
            if (v.Update == UpdateState.Idle) return;
            w.Text(Dot + v.UpdateVersion);
            if (v.Update == UpdateState.Downloading)
            {
                w.Text(Dot);
                With(v.UpdatePermille / 10, 0, " %", w);
            }

            if (v.UpdateReason.Length > 0) w.Text(Dot + UpdateWords.Why(v.UpdateReason, t));
        }

        private static void Duration(long ms, PageWriter w)
        {
            long min = ms / 60000;
            if (min == 0)
            {
                With(ms / 1000, 0, " s", w);
                return;
            }

            if (min >= 1440) With(min / 1440, 0, " d ", w);
            if (min >= 60) With(min / 60 % 24, 0, " h ", w);
            With(min % 60, 0, " min", w);
        }

        private static void Cell(int index, BmsSnapshot s, PageWriter w)
        {
            if (index >= s.CellCount) return;
            With(s.CellMv[index], 3, " V", w);
            if (index + 1 == s.CellMaxNo) w.Text(" \u25b2");
            else if (index + 1 == s.CellMinNo) w.Text(" \u25bc");
        }
    }
}
