using JkFleet.Bms;

namespace JkFleet.Agent.Judgement
{
    /// <summary>
    /// Sets both MOS off while the inverter asks for sleep, and only those that it set off itself on again: opt-in twice, by the
    /// profile and by the board's owner. One write at a time, never repeated cyclically (the BMS stores them).
    /// </summary>
    public sealed class SleepSwitch
    {
        private const int Charge = 1;
        private const int Discharge = 2;

        private readonly IBmsSwitches? _switches;
        private int _open;
        private bool _openOn;
        private bool _gaveUp;
        private bool _asleep;

        /// <summary>A switch.</summary>
        /// <param name="switches">The BMS's switches; null = this protocol has none.</param>
        public SleepSwitch(IBmsSwitches? switches)
        {
            _switches = switches;
        }

        /// <summary>Bit of a switch in <see cref="LimitMemory.SleepSwitched"/>; 0 = none that sleep touches.</summary>
        /// <param name="which">The switch.</param>
        public static int BitOf(BmsSwitch which)
        {
            return which == BmsSwitch.Charge ? Charge : which == BmsSwitch.Discharge ? Discharge : 0;
        }

        /// <summary>Asks for the next write that is due.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="sleep">The inverter asks for sleep and the policy allows switching.</param>
        /// <param name="s">Last good reading.</param>
        /// <param name="m">Remembers what was switched off.</param>
        public void Step(long nowMs, bool sleep, BmsSnapshot s, LimitMemory m)
        {
            if (_switches == null) return;
            if (sleep != _asleep)
            {
                _asleep = sleep;
                _gaveUp = false;
            }

            if (_open != 0)
            {
                if (_switches.SwitchWrite.IsOpen) return;
                if (_switches.SwitchWrite.State != BmsWriteState.Confirmed) _gaveUp = true;
                else if (_openOn) m.SleepSwitched &= ~_open;
                _open = 0;
            }

            if (_gaveUp) return;
            if (sleep)
            {
                if (s.ChargeMosOn && (m.SleepSwitched & Charge) == 0) Start(_switches, nowMs, Charge, false, m);
                else if (s.DischargeMosOn && (m.SleepSwitched & Discharge) == 0) Start(_switches, nowMs, Discharge, false, m);
            }
            else if (m.Maintenance)
            {
                // Awake, but people work on the pack: it stays off until they are done.
            }
            else if ((m.SleepSwitched & Charge) != 0)
            {
                Start(_switches, nowMs, Charge, true, m);
            }
            else if ((m.SleepSwitched & Discharge) != 0)
            {
                Start(_switches, nowMs, Discharge, true, m);
            }
        }

        private void Start(IBmsSwitches switches, long nowMs, int which, bool on, LimitMemory m)
        {
            if (!switches.TrySwitch(which == Charge ? BmsSwitch.Charge : BmsSwitch.Discharge, on, nowMs)) return;
            _open = which;
            _openOn = on;
            // Remembered before it is confirmed: a power cut in between must not leave a MOS off that nobody sets on again.
            m.SleepSwitched |= which;
        }
    }
}
