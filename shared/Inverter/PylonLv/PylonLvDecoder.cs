using JkFleet.Bms;

namespace JkFleet.Inverter
{
    /// <summary>
    /// Low-voltage frames as an inverter understands them (protocols.md 2). A field is taken when the frame is long
    /// enough for it, because real packs shorten and pad frames as they like.
    /// </summary>
    public static class PylonLvDecoder
    {
        // 359: place of each bit in the first byte of a pair (protection 0-1, alarm 2-3).
        private const int OverVoltageBit = 0x02;
        private const int UnderVoltageBit = 0x04;
        private const int OverTempBit = 0x08;
        private const int UnderTempBit = 0x10;
        private const int DischargeOverCurrentBit = 0x80;

        // 359: bits of the second byte of a pair.
        private const int ChargeOverCurrentBit = 0x01;
        private const int SystemBit = 0x08;

        /// <summary>Takes one frame into the state.</summary>
        /// <param name="frame">Any frame of the bus.</param>
        /// <param name="nowMs">Clock, ms.</param>
        /// <param name="state">Changed only by a frame that is understood.</param>
        /// <returns>False for a 29-bit id, an unknown id, or a frame too short to say anything.</returns>
        public static bool Decode(CanFrame frame, long nowMs, PylonLvState state)
        {
            if (frame.Extended || !Take(frame, state)) return false;
            state.LastFrameMs = nowMs;
            if (frame.Id == LvId.Limits) state.LastLimitsMs = nowMs;
            return true;
        }

        private static bool Take(CanFrame frame, PylonLvState state)
        {
            switch (frame.Id)
            {
                case LvId.Limits: return Limits(frame, state);
                case LvId.Capacity: return Capacity(frame, state);
                case LvId.Charge: return Charge(frame, state);
                case LvId.Measured: return Measured(frame, state);
                case LvId.Alarms: return Alarms(frame, state);
                case LvId.PairedAlarms: return Paired(frame, state);
                case LvId.Requests: return Requests(frame, state);
                case LvId.Maker: return Maker(frame, state);
                case LvId.Device: return Device(frame, state);
                case LvId.ForceFlag: return ForceFlag(frame, state);
                case LvId.Modules: return Modules(frame, state);
                case LvId.Extremes: return Extremes(frame, state);
                case LvId.Energy: return Energy(frame, state);
                case LvId.Installed: return Installed(frame, state);
                default: return false;
            }
        }

        private static bool Limits(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 2) return false;
            state.ChargeVoltageMv = Bytes.U16Le(frame.Data, 0) * 100;
            if (frame.Length >= 4) state.ChargeLimitMa = Bytes.I16Le(frame.Data, 2) * 100;
            if (frame.Length >= 6)
            {
                state.DischargeLimitMa = Bytes.I16Le(frame.Data, 4) * 100;
                state.Seen |= LvFrame.Limits;
            }

            if (frame.Length >= 8) state.DischargeCutoffMv = Bytes.U16Le(frame.Data, 6) * 100;
            return true;
        }

        private static bool Charge(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 2) return false;
            state.Seen |= LvFrame.Charge;
            state.SocPercent = Bytes.U16Le(frame.Data, 0);
            if (frame.Length >= 4) state.SohPercent = Bytes.U16Le(frame.Data, 2);
            if (frame.Length >= 6) state.FineSocCentiPercent = Bytes.U16Le(frame.Data, 4);
            return true;
        }

        private static bool Measured(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 2) return false;
            state.Seen |= LvFrame.Measured;

            // The document says signed. Read unsigned: it is the same up to 327.67 V and right above.
            state.VoltageMv = Bytes.U16Le(frame.Data, 0) * 10;
            if (frame.Length >= 4) state.CurrentMa = Bytes.I16Le(frame.Data, 2) * 100;
            if (frame.Length >= 6) state.TempDeciC = Bytes.I16Le(frame.Data, 4);
            return true;
        }

        private static bool Alarms(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 2) return false;
            state.Seen |= LvFrame.Alarms;
            state.Protections = Flags(frame.Data, 0, InverterAlarms.SystemError);
            if (frame.Length >= 4) state.Alarms = Flags(frame.Data, 2, InverterAlarms.CommLost);
            if (frame.Length >= 5) state.Modules = frame.Data[4];
            state.Signed = frame.Length >= 7 && frame.Data[5] == 'P' && frame.Data[6] == 'N';
            return true;
        }

        private static InverterAlarms Flags(byte[] data, int offset, InverterAlarms systemMeans)
        {
            InverterAlarms found = InverterAlarms.None;
            int first = data[offset];
            int second = data[offset + 1];
            if ((first & OverVoltageBit) != 0) found |= InverterAlarms.OverVoltage;
            if ((first & UnderVoltageBit) != 0) found |= InverterAlarms.UnderVoltage;
            if ((first & OverTempBit) != 0) found |= InverterAlarms.OverTemp;
            if ((first & UnderTempBit) != 0) found |= InverterAlarms.UnderTemp;
            if ((first & DischargeOverCurrentBit) != 0) found |= InverterAlarms.DischargeOverCurrent;
            if ((second & ChargeOverCurrentBit) != 0) found |= InverterAlarms.ChargeOverCurrent;
            if ((second & SystemBit) != 0) found |= systemMeans;
            return found;
        }

        /// <summary>The two bytes of 359 for a set of alarms; the inverse of what <see cref="Decode"/> reads.</summary>
        /// <param name="data">Payload.</param>
        /// <param name="offset">0 for protections, 2 for alarms.</param>
        /// <param name="alarms">What is active.</param>
        /// <param name="systemMeans">What bit 3 of the second byte stands for in this half.</param>
        public static void PutFlags(byte[] data, int offset, InverterAlarms alarms, InverterAlarms systemMeans)
        {
            int first = 0;
            int second = 0;
            if ((alarms & InverterAlarms.OverVoltage) != 0) first |= OverVoltageBit;
            if ((alarms & InverterAlarms.UnderVoltage) != 0) first |= UnderVoltageBit;
            if ((alarms & InverterAlarms.OverTemp) != 0) first |= OverTempBit;
            if ((alarms & InverterAlarms.UnderTemp) != 0) first |= UnderTempBit;
            if ((alarms & InverterAlarms.DischargeOverCurrent) != 0) first |= DischargeOverCurrentBit;
            if ((alarms & InverterAlarms.ChargeOverCurrent) != 0) second |= ChargeOverCurrentBit;
            if ((alarms & systemMeans) != 0) second |= SystemBit;
            data[offset] = (byte)first;
            data[offset + 1] = (byte)second;
        }

        private static bool Requests(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 1) return false;
            int bits = frame.Data[0];
            state.Seen |= LvFrame.Requests;
            state.ChargeEnabled = (bits & 0x80) != 0;
            state.DischargeEnabled = (bits & 0x40) != 0;
            state.ForceCharge1 = (bits & 0x20) != 0;
            state.ForceCharge2 = (bits & 0x10) != 0;
            state.FullChargeRequest = (bits & 0x08) != 0;
            return true;
        }

        private static bool Maker(CanFrame frame, PylonLvState state)
        {
            int length = 0;
            while (length < frame.Length && frame.Data[length] != 0) length++;
            while (length > 0 && frame.Data[length - 1] == 0x20) length--;
            for (int i = 0; i < length; i++) state.Maker[i] = frame.Data[i];
            state.MakerLength = length;
            state.Seen |= LvFrame.Maker;
            return true;
        }

        private static bool Paired(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 4) return false;
            state.Seen |= LvFrame.PairedAlarms;
            state.PairedAlarms = Bytes.U32Le(frame.Data, 0);
            state.PairedWarnings = frame.Length >= 8 ? Bytes.U32Le(frame.Data, 4) : 0;
            return true;
        }

        private static bool Device(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 6) return false;
            state.Seen |= LvFrame.Device;
            state.CapacityAh = Bytes.U16Le(frame.Data, 4);
            return true;
        }

        private static bool Capacity(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 4) return false;
            state.Seen |= LvFrame.Capacity;
            state.NominalAh = Bytes.U16Le(frame.Data, 0);
            state.RemainingAh = Bytes.U16Le(frame.Data, 2);
            return true;
        }

        private static bool ForceFlag(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 1) return false;
            state.Seen |= LvFrame.ForceFlag;
            state.ForceFlag = frame.Data[0] == 0xFF;
            return true;
        }

        private static bool Modules(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 8) return false;
            state.Seen |= LvFrame.Modules;
            state.ModulesOnline = Bytes.U16Le(frame.Data, 0);
            state.ModulesBlockCharge = Bytes.U16Le(frame.Data, 2);
            state.ModulesBlockDischarge = Bytes.U16Le(frame.Data, 4);
            state.ModulesOffline = Bytes.U16Le(frame.Data, 6);
            return true;
        }

        private static bool Extremes(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 8) return false;
            state.Seen |= LvFrame.Extremes;
            state.CellMinMv = Bytes.U16Le(frame.Data, 0);
            state.CellMaxMv = Bytes.U16Le(frame.Data, 2);
            state.TempMinK = Bytes.U16Le(frame.Data, 4);
            state.TempMaxK = Bytes.U16Le(frame.Data, 6);
            return true;
        }

        private static bool Energy(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 8) return false;
            state.Seen |= LvFrame.Energy;
            state.ChargedHectoWh = Bytes.U32Le(frame.Data, 0);
            state.DischargedHectoWh = Bytes.U32Le(frame.Data, 4);
            return true;
        }

        private static bool Installed(CanFrame frame, PylonLvState state)
        {
            if (frame.Length < 2) return false;
            state.Seen |= LvFrame.Installed;
            state.InstalledAh = Bytes.U16Le(frame.Data, 0);
            return true;
        }
    }
}
