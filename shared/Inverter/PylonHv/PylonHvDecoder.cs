namespace JkFleet.Inverter
{
    /// <summary>
    /// High-voltage answers as an inverter understands them (protocols.md 3), both id shapes, fields taken as far as
    /// the frame reaches.
    /// </summary>
    public static class PylonHvDecoder
    {
        private const int CurrentOffset = 30000;
        private const int TempOffset = 1000;

        /// <summary>Takes one answer into the state.</summary>
        /// <param name="frame">Any frame of the bus.</param>
        /// <param name="highFirst">Byte order of the dialect.</param>
        /// <param name="nowMs">Clock, ms.</param>
        /// <param name="state">Changed only by a frame that is understood.</param>
        /// <returns>False for a frame that no battery of this family sends, or one too short to say anything.</returns>
        public static bool Decode(CanFrame frame, bool highFirst, long nowMs, PylonHvState state)
        {
            int group = HvId.Group(frame.Id, frame.Extended);
            if (!HvId.IsBatterys(group) || frame.Length < 1 || !Take(group, frame, highFirst, state)) return false;
            state.LastFrameMs = nowMs;
            state.Address = HvId.Address(frame.Id, frame.Extended);
            if (group == HvId.Limits) state.LastLimitsMs = nowMs;
            return true;
        }

        private static bool Take(int group, CanFrame frame, bool high, PylonHvState s)
        {
            switch (group)
            {
                case HvId.Measured: Measured(frame, high, s); return true;
                case HvId.Limits: Limits(frame, high, s); return true;
                case HvId.CellVoltages:
                    if (frame.Length >= 2) s.CellMaxMv = CanBytes.Word(frame.Data, 0, high);
                    if (frame.Length >= 4) s.CellMinMv = CanBytes.Word(frame.Data, 2, high);
                    if (frame.Length >= 6) s.CellMaxNo = CanBytes.Word(frame.Data, 4, high);
                    if (frame.Length >= 8) s.CellMinNo = CanBytes.Word(frame.Data, 6, high);
                    return true;
                case HvId.CellTemps:
                    if (frame.Length >= 2) s.CellMaxTempDeciC = Temp(frame, 0, high);
                    if (frame.Length >= 4) s.CellMinTempDeciC = Temp(frame, 2, high);
                    if (frame.Length >= 6) s.CellMaxTempNo = CanBytes.Word(frame.Data, 4, high);
                    if (frame.Length >= 8) s.CellMinTempNo = CanBytes.Word(frame.Data, 6, high);
                    return true;
                case HvId.Status: Status(frame, high, s); return true;
                case HvId.ModuleVoltages:
                    if (frame.Length >= 2) s.ModuleMaxMv = CanBytes.Word(frame.Data, 0, high);
                    if (frame.Length >= 4) s.ModuleMinMv = CanBytes.Word(frame.Data, 2, high);
                    if (frame.Length >= 6) s.ModuleMaxNo = CanBytes.Word(frame.Data, 4, high);
                    if (frame.Length >= 8) s.ModuleMinNo = CanBytes.Word(frame.Data, 6, high);
                    return true;
                case HvId.ModuleTemps:
                    if (frame.Length >= 2) s.ModuleMaxTempDeciC = Temp(frame, 0, high);
                    if (frame.Length >= 4) s.ModuleMinTempDeciC = Temp(frame, 2, high);
                    if (frame.Length >= 6) s.ModuleMaxTempNo = CanBytes.Word(frame.Data, 4, high);
                    if (frame.Length >= 8) s.ModuleMinTempNo = CanBytes.Word(frame.Data, 6, high);
                    return true;
                case HvId.Forbidden:
                    s.ForbiddenHeard = true;
                    s.ChargeForbidden = frame.Data[0] == HvId.Yes;
                    if (frame.Length >= 2) s.DischargeForbidden = frame.Data[1] == HvId.Yes;
                    return true;
                case HvId.MoreFaults: s.MoreFaults = frame.Data[0]; return true;
                case HvId.TerminalTemps:
                    if (frame.Length >= 2) s.TerminalMaxTempDeciC = Temp(frame, 0, high);
                    if (frame.Length >= 4) s.TerminalMinTempDeciC = Temp(frame, 2, high);
                    return true;
                case HvId.Versions: s.HardwareLetter = frame.Data[0]; return true;
                case HvId.Make: Make(frame, high, s); return true;
                case HvId.Maker: Text(frame, s.Maker, 0); return true;
                case HvId.Series: Text(frame, s.Maker, 8); return true;
                case HvId.MaskAnswer: s.MaskAccepted = frame.Data[0] == HvId.Yes; return true;
                default: return group >= HvId.Cells && group < 0x6000 && Cells(group, frame, high, s);
            }
        }

        private static void Measured(CanFrame frame, bool high, PylonHvState s)
        {
            if (frame.Length >= 2) s.VoltageMv = CanBytes.Word(frame.Data, 0, high) * 100;
            if (frame.Length >= 4) s.CurrentMa = (CanBytes.Word(frame.Data, 2, high) - CurrentOffset) * 100;
            if (frame.Length >= 6) s.TempDeciC = Temp(frame, 4, high);
            if (frame.Length >= 7) s.SocPercent = frame.Data[6];
            if (frame.Length >= 8) s.SohPercent = frame.Data[7];
        }

        private static void Limits(CanFrame frame, bool high, PylonHvState s)
        {
            if (frame.Length >= 2) s.ChargeCutoffMv = CanBytes.Word(frame.Data, 0, high) * 100;
            if (frame.Length >= 4) s.DischargeCutoffMv = CanBytes.Word(frame.Data, 2, high) * 100;
            if (frame.Length >= 6)
            {
                int charge = CanBytes.Word(frame.Data, 4, high) - CurrentOffset;
                s.ChargeLimitMa = Magnitude(charge) * 100;
                s.ChargeSign = Sign(charge);
            }

            if (frame.Length >= 8)
            {
                int discharge = CanBytes.Word(frame.Data, 6, high) - CurrentOffset;
                s.DischargeLimitMa = Magnitude(discharge) * 100;
                s.DischargeSign = Sign(discharge);
            }
        }

        private static void Status(CanFrame frame, bool high, PylonHvState s)
        {
            int status = frame.Data[0];
            s.Status = status & 7;
            s.ForceCharge = (status & 0x08) != 0;
            s.BalanceCharge = (status & 0x10) != 0;
            if (frame.Length >= 3) s.Cycles = CanBytes.Word(frame.Data, 1, high);
            if (frame.Length >= 4) s.Faults = (HvFaults)frame.Data[3];
            if (frame.Length >= 6) s.Alarms = (HvAlarms)CanBytes.Word(frame.Data, 4, high);
            if (frame.Length >= 8) s.Protections = (HvAlarms)CanBytes.Word(frame.Data, 6, high);
        }

        private static void Make(CanFrame frame, bool high, PylonHvState s)
        {
            if (frame.Length >= 2) s.Cells = CanBytes.Word(frame.Data, 0, high);
            if (frame.Length >= 3) s.Modules = frame.Data[2];
            if (frame.Length >= 4) s.CellsPerModule = frame.Data[3];
            if (frame.Length >= 6) s.VoltageLevelV = CanBytes.Word(frame.Data, 4, high);
            if (frame.Length >= 8) s.CapacityAh = CanBytes.Word(frame.Data, 6, high);
        }

        private static bool Cells(int group, CanFrame frame, bool high, PylonHvState s)
        {
            int first = (group - HvId.Cells) / 0x10 * 4;
            if (first + 4 > PylonHvState.MaxCells) return false;
            for (int i = 0; i < 4; i++)
                s.CellMv[first + i] = frame.Length >= (2 * i) + 2 ? CanBytes.Word(frame.Data, 2 * i, high) : 0;
            if (first + 4 > s.CellsHeard) s.CellsHeard = first + 4;
            return true;
        }

        private static void Text(CanFrame frame, byte[] into, int offset)
        {
            for (int i = 0; i < 8; i++) into[offset + i] = i < frame.Length ? frame.Data[i] : (byte)0;
        }

        private static int Temp(CanFrame frame, int offset, bool high)
        {
            return CanBytes.Word(frame.Data, offset, high) - TempOffset;
        }

        private static int Magnitude(int value)
        {
            return value < 0 ? -value : value;
        }

        private static int Sign(int value)
        {
            return value > 0 ? 1 : value < 0 ? -1 : 0;
        }
    }
}
