using JkFleet.Agent.Mail;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Judgement
{
    /// <summary>Turns changes of state into events, once per change.</summary>
    public sealed class Edges
    {
        private readonly EventQueue _events;
        private bool _started;
        private ReadingState _reading;
        private LinkState _inverter;
        private bool _busOff;
        private bool _transmitting;
        private uint _alarms;
        private bool _invalid;
        private bool _lowSoc;
        private bool _socStop;
        private bool _mvStop;
        private bool _maintenance;
        private bool _override;
        private bool _sleep;
        private ChargePhase _phase;
        private Doubt _doubt;
        private VerdictState _verdict;
        private long _verdictVersion;
        private int _badMessages;
        private Bms.BmsWriteState _write;

        /// <summary>Watches from the next step on.</summary>
        /// <param name="events">Receives what happened.</param>
        public Edges(EventQueue events)
        {
            _events = events;
        }

        /// <summary>A reading contradicts itself; told once per kind until a loss has ended, or a loose plug would fill the timeline.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="doubt">Why.</param>
        public void Doubted(long nowMs, Doubt doubt)
        {
            if (doubt == _doubt) return;
            _doubt = doubt;
            _events.Add(nowMs, EventKind.Implausible, (int)doubt);
        }

        /// <summary>Compares with the step before.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="a">The agent.</param>
        public void Step(long nowMs, Agent a)
        {
            if (!_started)
            {
                _started = true;
                _verdict = a.Slot.Verdict;
                _verdictVersion = a.Slot.VerdictVersion;
                _lowSoc = a.Memory.LowSoc;
                _socStop = a.Memory.ChargeSoc || a.Memory.DischargeSoc;
                _mvStop = a.Memory.ChargeMv || a.Memory.DischargeMv;
                _maintenance = a.Memory.Maintenance;
                _override = a.Memory.HasOverride;
                _phase = a.Memory.Phase;
                _events.Add(nowMs, EventKind.Started, 0);
            }

            Readings(nowMs, a);
            InverterLink(nowMs, a);
            if (a.Freshness.State == ReadingState.Good) Pack(nowMs, a);
            Memory(nowMs, a.Memory, a.Snapshot.SocPermille, a.Snapshot.PackVoltageMv);
            Server(nowMs, a);
        }

        private void Readings(long nowMs, Agent a)
        {
            ReadingState state = a.Freshness.State;
            if (state != _reading)
            {
                if (_reading == ReadingState.Never) _events.Add(nowMs, EventKind.BmsFirst, 0);
                else if (state == ReadingState.Good) _events.Add(nowMs, EventKind.BmsBack, 0);
                else if (state == ReadingState.Stale || state == ReadingState.Implausible || _reading == ReadingState.Good) _events.Add(nowMs, EventKind.BmsLost, a.Report.BmsAgeMs);
                if (state == ReadingState.Good) _doubt = Doubt.None;
                _reading = state;
            }

            if (a.Transmitting == _transmitting) return;
            _transmitting = a.Transmitting;
            _events.Add(nowMs, EventKind.Transmitting, _transmitting ? 1 : 0);
        }

        private void InverterLink(long nowMs, Agent a)
        {
            LinkState state = a.Report.Inverter;
            if (state != _inverter)
            {
                // An adapter that is pulled out of a bus that is off makes nothing work again.
                bool off = state == LinkState.BusOff || (_busOff && state == LinkState.NoPort);
                if (off != _busOff) _events.Add(nowMs, off ? EventKind.BusOff : EventKind.BusBack, 0);
                _busOff = off;
                if (state == LinkState.Silent) _events.Add(nowMs, EventKind.InverterSilent, a.Report.InverterAgeMs);
                else if (state == LinkState.Ok) _events.Add(nowMs, EventKind.InverterBack, 0);
                _inverter = state;
            }

            bool sleep = a.Inverter.SleepRequested;
            if (sleep == _sleep) return;
            _sleep = sleep;
            _events.Add(nowMs, EventKind.Sleep, sleep ? 1 : 0);
        }

        private void Pack(long nowMs, Agent a)
        {
            uint alarms = (uint)a.Snapshot.Alarms;
            uint changed = alarms ^ _alarms;
            _alarms = alarms;
            for (int bit = 0; changed != 0; bit++, changed >>= 1, alarms >>= 1)
                if ((changed & 1u) != 0) _events.Add(nowMs, (alarms & 1u) != 0 ? EventKind.AlarmOn : EventKind.AlarmOff, bit);
            bool invalid = a.Snapshot.InvalidCells > 0;
            if (invalid && !_invalid) _events.Add(nowMs, EventKind.CellInvalid, FirstInvalid(a));
            _invalid = invalid;
        }

        private static int FirstInvalid(Agent a)
        {
            for (int i = 0; i < a.Snapshot.CellCount; i++)
            {
                int mv = a.Snapshot.CellMv[i];
                if (mv <= 0 || mv > Bms.BmsSnapshot.HighestPlausibleCellMv) return i + 1;
            }

            return 0;
        }

        private void Memory(long nowMs, LimitMemory m, int soc, int packMv)
        {
            if (m.LowSoc && !_lowSoc) _events.Add(nowMs, EventKind.LowSoc, soc);
            _lowSoc = m.LowSoc;
            bool stopped = m.ChargeSoc || m.DischargeSoc;
            if (stopped && !_socStop) _events.Add(nowMs, EventKind.SocStop, soc);
            _socStop = stopped;
            stopped = m.ChargeMv || m.DischargeMv;
            if (stopped && !_mvStop) _events.Add(nowMs, EventKind.VoltageStop, packMv);
            _mvStop = stopped;
            if (m.Maintenance != _maintenance) _events.Add(nowMs, m.Maintenance ? EventKind.MaintenanceOn : EventKind.MaintenanceOff, 0);
            _maintenance = m.Maintenance;
            if (m.HasOverride != _override) _events.Add(nowMs, m.HasOverride ? EventKind.OverrideOn : EventKind.OverrideOff, m.OverrideHoldMs);
            _override = m.HasOverride;
            if (m.Phase != _phase) _events.Add(nowMs, EventKind.Phase, (int)m.Phase);
            _phase = m.Phase;
        }

        private void Server(long nowMs, Agent a)
        {
            if (a.Slot.Verdict != _verdict || a.Slot.VerdictVersion != _verdictVersion)
            {
                _verdict = a.Slot.Verdict;
                _verdictVersion = a.Slot.VerdictVersion;
                if (_verdict == VerdictState.Applied) _events.Add(nowMs, EventKind.ProfileApplied, a.Slot.Active.Revision);
                else if (_verdict == VerdictState.Refused) _events.Add(nowMs, EventKind.ProfileRefused, a.Slot.Active.Revision);
                else _events.Add(nowMs, EventKind.StoreFailed, 0);
            }

            int bad = a.Slot.BadMessages + a.Commands.BadMessages;
            if (bad != _badMessages) _events.Add(nowMs, EventKind.BadMessage, bad);
            _badMessages = bad;
            Bms.IBmsSwitches? switches = a.Bms as Bms.IBmsSwitches;
            if (switches == null) return;
            Bms.BmsWriteState write = switches.SwitchWrite.State;
            if (write != _write && write == Bms.BmsWriteState.Confirmed) _events.Add(nowMs, EventKind.SwitchConfirmed, (int)switches.SwitchWrite.Switch);
            if (write != _write && write == Bms.BmsWriteState.Failed) _events.Add(nowMs, EventKind.SwitchFailed, (int)switches.SwitchWrite.Switch);
            _write = write;
        }
    }
}
