using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Contracts
{
    /// <summary>
    /// Telemetry as JSON, both ways, without garbage in steady state. Every field is optional for the reader except
    /// <c>v boot seq up_ms</c>; a newer sender's unknown fields are skipped.
    /// One instance per thread: it keeps its scratch.
    /// </summary>
    /// <remarks>
    /// Wire form (units end the names; positive current charges the pack; absent = not reported):
    /// <c>v boot seq up_ms utc_ms replay</c>, <c>bms bms_age_ms bms_frames bms_refused</c>, <c>pack_mv current_ma
    /// soc_permille soh_permille capacity_mah remaining_mah cycles</c>, <c>cells_mv[] temps_dc[] mos_dc</c> (-9999 = sensor absent),
    /// <c>charge_mos discharge_mos balancing alarms[]</c>, <c>packs packs_online</c>, <c>charge_limit_ma charge_reason charge_mv charge_ok charge_why[]</c>
    /// and the same for discharge, <c>force_charge full_charge shown_soc_permille</c>, <c>inverter inverter_age_ms can_sent can_received
    /// can_errors</c>, <c>rssi_dbm agent board bms_version profile_revision dropped</c>.
    /// An item of <c>..._why</c> reads <c>reason:limit_ma:number:value</c> (cell or sensor number, value looked at).
    /// </remarks>
    public sealed class TelemetryCodec
    {
        /// <summary>A buffer of this size holds any telemetry message.</summary>
        public const int MaxBytes = 3584;

        private const int AbsentDeciC = -9999;

        private readonly byte[][] _keys;
        private readonly byte[][] _alarmNames;
        private readonly byte[][] _reasonNames;
        private readonly byte[][] _linkNames;
        private readonly MessageReader _reader = new MessageReader();
        private readonly int[] _numbers = new int[3];

        /// <summary>A codec with its tables.</summary>
        public TelemetryCodec()
        {
            string[] names = new string[]
            {
                "v", "boot", "seq", "up_ms", "utc_ms", "replay",
                "bms", "bms_age_ms", "bms_frames", "bms_refused",
                "pack_mv", "current_ma", "soc_permille", "soh_permille", "capacity_mah", "remaining_mah", "cycles",
                "cells_mv", "temps_dc", "mos_dc", "charge_mos", "discharge_mos", "balancing", "alarms", "packs", "packs_online",
                "charge_limit_ma", "charge_reason", "charge_mv", "charge_ok", "charge_why",
                "discharge_limit_ma", "discharge_reason", "discharge_mv", "discharge_ok", "discharge_why",
                "force_charge", "full_charge", "shown_soc_permille",
                "inverter", "inverter_age_ms", "can_sent", "can_received", "can_errors",
                "rssi_dbm", "agent", "board", "bms_version", "profile_revision", "dropped",
            };
            _keys = KeysOf(names);
            string[] alarms = new string[BmsAlarmNames.Bits];
            for (int i = 0; i < alarms.Length; i++) alarms[i] = BmsAlarmNames.Of(i);
            _alarmNames = KeysOf(alarms);
            string[] reasons = new string[LimitReasonNames.Count];
            for (int i = 0; i < reasons.Length; i++) reasons[i] = LimitReasonNames.Of((LimitReason)i);
            _reasonNames = KeysOf(reasons);
            string[] links = new string[LinkStateNames.Count];
            for (int i = 0; i < links.Length; i++) links[i] = LinkStateNames.Of((LinkState)i);
            _linkNames = KeysOf(links);
        }

        /// <summary>What was wrong with the last message that <see cref="TryRead"/> refused.</summary>
        public string Refusal = "";

        /// <summary>Writes a message.</summary>
        /// <param name="t">The content.</param>
        /// <param name="w">Receives it; give it a buffer of <see cref="MaxBytes"/>.</param>
        /// <returns>False when the buffer is too small.</returns>
        public bool Write(Telemetry t, MessageWriter w)
        {
            byte[][] k = _keys;
            BmsSnapshot s = t.Snapshot;
            ChargeLimits l = t.Limits;
            int i = 0;
            w.Begin();
            w.Int(k[i++], Topics.Version);
            w.Int(k[i++], t.Header.Boot);
            w.Int(k[i++], t.Header.Seq);
            w.Int(k[i++], t.Header.UpMs);
            w.Int(k[i++], t.Header.UtcMs);
            w.Bool(k[i++], t.Header.Replay);
            w.Text(k[i++], LinkStateNames.Of(t.Bms));
            w.Int(k[i++], t.BmsAgeMs);
            w.Int(k[i++], t.BmsFrames);
            w.Int(k[i++], t.BmsRefused);
            if (t.Bms == LinkState.Never)
            {
                i += 16;
            }
            else
            {
                w.Int(k[i++], s.PackVoltageMv);
                w.Int(k[i++], s.CurrentMa);
                w.Int(k[i++], s.SocPermille);
                OptionalInt(w, k[i++], s.SohPermille);
                OptionalInt(w, k[i++], s.CapacityMah);
                OptionalInt(w, k[i++], s.RemainingMah);
                w.Int(k[i++], s.Cycles);
                w.Ints(k[i++], s.CellMv, s.CellCount);
                for (int n = 0; n < s.TempCount; n++) _temps[n] = s.TempDeciC[n] == BmsSnapshot.Unknown ? AbsentDeciC : s.TempDeciC[n];
                w.Ints(k[i++], _temps, s.TempCount);
                OptionalInt(w, k[i++], s.TempMosDeciC);
                w.Bool(k[i++], s.ChargeMosOn);
                w.Bool(k[i++], s.DischargeMosOn);
                w.Bool(k[i++], s.Balancing);
                w.BeginArray(k[i++]);
                for (int bit = 0; bit < BmsAlarmNames.Bits; bit++)
                    if (((uint)s.Alarms >> bit & 1u) != 0) w.Item(BmsAlarmNames.Of(bit));
                w.EndArray();
                w.Int(k[i++], s.PacksTotal);
                w.Int(k[i++], s.PacksOnline);
            }

            w.Int(k[i++], l.ChargeLimitMa);
            w.Text(k[i++], LimitReasonNames.Of(l.ChargeReason));
            w.Int(k[i++], l.ChargeVoltageMv);
            w.Bool(k[i++], l.ChargeAllowed);
            Chain(w, k[i++], l.ChargeChain);
            w.Int(k[i++], l.DischargeLimitMa);
            w.Text(k[i++], LimitReasonNames.Of(l.DischargeReason));
            w.Int(k[i++], l.DischargeVoltageMv);
            w.Bool(k[i++], l.DischargeAllowed);
            Chain(w, k[i++], l.DischargeChain);
            w.Bool(k[i++], l.ForceCharge);
            w.Bool(k[i++], l.FullChargeRequest);
            w.Int(k[i++], l.ShownSocPermille);
            w.Text(k[i++], LinkStateNames.Of(t.Inverter));
            w.Int(k[i++], t.InverterAgeMs);
            w.Int(k[i++], t.CanSent);
            w.Int(k[i++], t.CanReceived);
            w.Int(k[i++], t.CanErrors);
            w.Int(k[i++], t.RssiDbm);
            w.Text(k[i++], t.Agent);
            w.Text(k[i++], t.Board);
            w.Text(k[i++], s.SoftwareVersion);
            w.Int(k[i++], t.ProfileRevision);
            w.Int(k[i++], t.Dropped);
            return w.End();
        }

        private readonly int[] _temps = new int[BmsSnapshot.MaxTemps];

        /// <summary>Reads a message; on a defect the target is half filled and must not be used.</summary>
        /// <param name="buffer">Holds the message.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Length.</param>
        /// <param name="t">Filled in place.</param>
        /// <returns>False with <see cref="Refusal"/> set when the message is refused.</returns>
        public bool TryRead(byte[] buffer, int offset, int count, Telemetry t)
        {
            MessageReader r = _reader;
            t.Snapshot.Clear();
            ClearRest(t);
            int version = 0;
            bool boot = false, seq = false, up = false;
            int last = -1;
            if (r.Open(buffer, offset, count))
            {
                while (r.Next())
                {
                    int key = r.Match(_keys, last + 1);
                    if (key < 0)
                    {
                        if (!r.Skip()) break;
                        continue;
                    }

                    last = key;
                    switch (key)
                    {
                        case 0: r.Int32(1, int.MaxValue, ref version); break;
                        case 1: boot = Long(r, ref t.Header.Boot); break;
                        case 2: seq = Long(r, ref t.Header.Seq); break;
                        case 3: up = Long(r, ref t.Header.UpMs); break;
                        case 4: Long(r, ref t.Header.UtcMs); break;
                        case 5: r.Bool(ref t.Header.Replay); break;
                        case 6: t.Bms = Link(r); break;
                        case 7: r.Int32(-1, int.MaxValue, ref t.BmsAgeMs); break;
                        case 8: r.Int32(int.MinValue, int.MaxValue, ref t.BmsFrames); break;
                        case 9: r.Int32(int.MinValue, int.MaxValue, ref t.BmsRefused); break;
                        case 39: t.Inverter = Link(r); break;
                        case 40: r.Int32(-1, int.MaxValue, ref t.InverterAgeMs); break;
                        case 41: r.Int32(int.MinValue, int.MaxValue, ref t.CanSent); break;
                        case 42: r.Int32(int.MinValue, int.MaxValue, ref t.CanReceived); break;
                        case 43: r.Int32(int.MinValue, int.MaxValue, ref t.CanErrors); break;
                        case 44: r.Int32(-200, 100, ref t.RssiDbm); break;
                        case 45: r.Text(ref t.Agent, 64); break;
                        case 46: r.Text(ref t.Board, 32); break;
                        case 48: r.Int32(0, int.MaxValue, ref t.ProfileRevision); break;
                        case 49: r.Int32(int.MinValue, int.MaxValue, ref t.Dropped); break;
                        default:
                            if (key < 26 || key == 47) ReadSnapshot(r, key, t.Snapshot);
                            else ReadLimits(r, key, t.Limits);
                            break;
                    }

                    if (r.Error != null) break;
                }
            }

            if (r.Error != null) return Refuse(r.Error + (last >= 0 ? " at or after " + r.KeyText() : ""));
            if (version == 0) return Refuse("v is missing");
            if (version != Topics.Version) return Refuse("contract version is not known");
            if (!boot || !seq || !up) return Refuse("boot, seq or up_ms is missing");
            t.Snapshot.Summarise();
            return true;
        }

        private void ReadSnapshot(MessageReader r, int key, BmsSnapshot s)
        {
            int count;
            switch (key)
            {
                case 10: r.Int32(0, 2000000, ref s.PackVoltageMv); break;
                case 11: r.Int32(-10000000, 10000000, ref s.CurrentMa); break;
                case 12: r.Int32(0, 1000, ref s.SocPermille); break;
                case 13: r.Int32(0, 1000, ref s.SohPermille); break;
                case 14: r.Int32(0, int.MaxValue, ref s.CapacityMah); break;
                case 15: r.Int32(0, int.MaxValue, ref s.RemainingMah); break;
                case 16: r.Int32(0, int.MaxValue, ref s.Cycles); break;
                case 17:
                    r.Ints(s.CellMv, 0, 65535, out count);
                    s.CellCount = count;
                    break;
                case 18:
                    r.Ints(s.TempDeciC, AbsentDeciC, 10000, out count);
                    s.TempCount = count;
                    for (int i = 0; i < count; i++)
                        if (s.TempDeciC[i] == AbsentDeciC) s.TempDeciC[i] = BmsSnapshot.Unknown;
                    break;
                case 19: r.Int32(-1000, 10000, ref s.TempMosDeciC); break;
                case 20: r.Bool(ref s.ChargeMosOn); break;
                case 21: r.Bool(ref s.DischargeMosOn); break;
                case 22: r.Bool(ref s.Balancing); break;
                case 23: s.Alarms = Alarms(r); break;
                case 24: r.Int32(0, 64, ref s.PacksTotal); break;
                case 25: r.Int32(0, 64, ref s.PacksOnline); break;
                default: r.Text(ref s.SoftwareVersion, 64); break;
            }
        }

        private void ReadLimits(MessageReader r, int key, ChargeLimits l)
        {
            switch (key)
            {
                case 26: r.Int32(0, 10000000, ref l.ChargeLimitMa); break;
                case 27: l.ChargeReason = Reason(r); break;
                case 28: r.Int32(0, 2000000, ref l.ChargeVoltageMv); break;
                case 29: r.Bool(ref l.ChargeAllowed); break;
                case 30: ReadChain(r, l.ChargeChain); break;
                case 31: r.Int32(0, 10000000, ref l.DischargeLimitMa); break;
                case 32: l.DischargeReason = Reason(r); break;
                case 33: r.Int32(0, 2000000, ref l.DischargeVoltageMv); break;
                case 34: r.Bool(ref l.DischargeAllowed); break;
                case 35: ReadChain(r, l.DischargeChain); break;
                case 36: r.Bool(ref l.ForceCharge); break;
                case 37: r.Bool(ref l.FullChargeRequest); break;
                default: r.Int32(0, 1000, ref l.ShownSocPermille); break;
            }
        }

        private static void ClearRest(Telemetry t)
        {
            t.Header.Boot = 0;
            t.Header.Seq = 0;
            t.Header.UpMs = 0;
            t.Header.UtcMs = 0;
            t.Header.Replay = false;
            t.Bms = LinkState.Never;
            t.BmsAgeMs = -1;
            t.BmsFrames = 0;
            t.BmsRefused = 0;
            t.Inverter = LinkState.Never;
            t.InverterAgeMs = -1;
            t.CanSent = 0;
            t.CanReceived = 0;
            t.CanErrors = 0;
            t.RssiDbm = 0;
            t.ProfileRevision = 0;
            t.Dropped = 0;
            t.Limits.Forbid(LimitReason.None);
            t.Limits.ChargeVoltageMv = 0;
            t.Limits.DischargeVoltageMv = 0;
            t.Limits.ShownSocPermille = 0;
            t.Limits.ChargeChain.Clear();
            t.Limits.DischargeChain.Clear();
        }

        private static void OptionalInt(MessageWriter w, byte[] key, int value)
        {
            if (value != BmsSnapshot.Unknown) w.Int(key, value);
        }

        private static void Chain(MessageWriter w, byte[] key, LimitChain chain)
        {
            w.BeginArray(key);
            for (int i = 0; i < chain.Count; i++)
            {
                w.BeginItem();
                w.Piece(LimitReasonNames.Of(chain.Reason[i]));
                w.Piece(chain.LimitMa[i]);
                w.Piece(chain.Number[i]);
                w.Piece(chain.Value[i]);
                w.EndItem();
            }

            w.EndArray();
        }

        private void ReadChain(MessageReader r, LimitChain chain)
        {
            chain.Clear();
            if (!r.OpenArray()) return;
            bool first = true;
            while (r.NextItem(first))
            {
                first = false;
                int count;
                for (int i = 0; i < 3; i++) _numbers[i] = 0;
                int reason = r.TaggedItem(_reasonNames, (int)LimitReason.Bms, _numbers, out count);
                if (reason == -2) return;
                chain.Add(reason < 0 ? LimitReason.None : (LimitReason)reason, _numbers[0], _numbers[1], _numbers[2]);
            }
        }

        private BmsAlarms Alarms(MessageReader r)
        {
            uint alarms = 0;
            if (!r.OpenArray()) return BmsAlarms.None;
            bool first = true;
            while (r.NextItem(first))
            {
                first = false;
                int ignored;
                int bit = r.TaggedItem(_alarmNames, 0, null, out ignored);
                if (bit == -2) break;
                // An alarm that only a newer agent knows is an alarm all the same.
                alarms |= bit < 0 || bit >= BmsAlarmNames.Named ? (uint)BmsAlarms.Unknown : 1u << bit;
            }

            return (BmsAlarms)alarms;
        }

        private LinkState Link(MessageReader r)
        {
            int ignored;
            int state = r.TaggedItem(_linkNames, (int)LinkState.Ok, null, out ignored);
            return state < 0 ? LinkState.Faulty : (LinkState)state;
        }

        private LimitReason Reason(MessageReader r)
        {
            int ignored;
            int reason = r.TaggedItem(_reasonNames, (int)LimitReason.Bms, null, out ignored);
            return reason < 0 ? LimitReason.None : (LimitReason)reason;
        }

        private static bool Long(MessageReader r, ref long value)
        {
            long wide;
            if (!r.Int(out wide)) return false;
            value = wide;
            return true;
        }

        private bool Refuse(string why)
        {
            Refusal = why;
            return false;
        }

        private static byte[][] KeysOf(string[] names)
        {
            byte[][] keys = new byte[names.Length][];
            for (int i = 0; i < names.Length; i++) keys[i] = MessageWriter.KeyOf(names[i]);
            return keys;
        }
    }
}
