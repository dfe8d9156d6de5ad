using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Agent.Judgement;

namespace JkFleet.Agent
{
    /// <summary>
    /// Wishes of the server that expire. Each is answered by a verdict; a repeated id is answered again and not done again. An
    /// override is a ceiling beside the others: by its nature it can only tighten, unless the board's owner enabled more.
    /// </summary>
    public sealed class Commands
    {
        /// <summary>An override without a time of its own ends after this, ms.</summary>
        public const int DefaultHoldMs = 600000;

        /// <summary>The light blinks for so long, ms.</summary>
        public const int IdentifyMs = 60000;

        private const int Remembered = 8;

        private readonly AgentSettings _settings;
        private readonly LimitMemory _memory;
        private readonly IBmsSwitches? _switches;
        private readonly CommandCodec _codec = new CommandCodec();
        private readonly Command _incoming = new Command();
        private readonly Verdict[] _answers = new Verdict[Remembered];
        private readonly bool[] _unsent = new bool[Remembered];
        private int _next;
        private int _switchAnswer = -1;
        private long _overrideMs;
        private long _maintenanceMs;
        private int _maintenanceHoldMs;
        private long _identifyMs;
        private bool _identify;
        private bool _raises;

        /// <summary>An office for commands.</summary>
        /// <param name="settings">What the owner allows.</param>
        /// <param name="memory">Holds override and maintenance over a restart.</param>
        /// <param name="switches">The BMS's switches; null = this protocol has none.</param>
        public Commands(AgentSettings settings, LimitMemory memory, IBmsSwitches? switches)
        {
            _settings = settings;
            _memory = memory;
            _switches = switches;
            for (int i = 0; i < Remembered; i++) _answers[i] = new Verdict();
        }

        /// <summary>The server wants a restart; the owner of the loop does it after the verdict went out.</summary>
        public bool RestartWanted { get; private set; }

        /// <summary>Hello, reported and telemetry should go out now; whoever does it clears it.</summary>
        public bool ReReadWanted { get; set; }

        /// <summary>
        /// The override may stand in for profile ceilings: the owner enabled it, and its time was measured without a gap. One that
        /// comes out of a restart or over a clock fault goes on as a ceiling only, or restarts would keep it for ever.
        /// </summary>
        public bool OverrideRaises
        {
            get { return _settings.OverridesMayRaise && _raises; }
        }

        /// <summary>Messages that were no command at all.</summary>
        public int BadMessages { get; private set; }

        /// <summary>The light should show where the board is.</summary>
        public bool Identifying
        {
            get { return _identify; }
        }

        /// <summary>
        /// After a start or a clock fault: nobody knows how much of their time has passed, so override and maintenance begin anew.
        /// Longer, never shorter: somebody may still have his hands in there.
        /// </summary>
        /// <param name="nowMs">Clock.</param>
        public void Resume(long nowMs)
        {
            _overrideMs = nowMs;
            _maintenanceMs = nowMs;
            _identifyMs = nowMs;
            _raises = false;
        }

        /// <summary>Takes one command.</summary>
        /// <param name="buffer">Holds the message from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <param name="nowMs">Clock.</param>
        /// <param name="utcMs">Wall clock; 0 = not known, then the command's end is not looked at.</param>
        public void Take(byte[] buffer, int count, long nowMs, long utcMs)
        {
            Command c = _incoming;
            if (!_codec.TryRead(buffer, 0, count, c) || c.Id.Length == 0)
            {
                BadMessages++;
                return;
            }

            for (int i = 0; i < Remembered; i++)
            {
                if (_answers[i].Id != c.Id) continue;
                _unsent[i] = true;
                return;
            }

            int slot = _next;
            _next = (_next + 1) % Remembered;
            if (_switchAnswer == slot) _switchAnswer = -1;
            Verdict v = _answers[slot];
            v.Id = c.Id;
            v.Command = c.Kind;
            v.State = VerdictState.Applied;
            v.Why = "";
            _unsent[slot] = true;
            if (c.UntilUtcMs > 0 && utcMs > c.UntilUtcMs) Refuse(v, "came too late");
            else Do(c, v, slot, nowMs);
        }

        /// <summary>Lets time pass: ends what has expired, concludes a switch write.</summary>
        /// <param name="nowMs">Clock.</param>
        public void Step(long nowMs)
        {
            if (Expired(nowMs, _overrideMs, _memory.OverrideHoldMs)) ClearOverride();
            if (_maintenanceHoldMs > 0 && Expired(nowMs, _maintenanceMs, _maintenanceHoldMs)) _memory.Maintenance = false;

            if (Expired(nowMs, _identifyMs, IdentifyMs)) _identify = false;
            if (_switchAnswer < 0 || _switches == null || _switches.SwitchWrite.IsOpen) return;
            Verdict v = _answers[_switchAnswer];
            bool confirmed = _switches.SwitchWrite.State == BmsWriteState.Confirmed;
            v.State = confirmed ? VerdictState.Applied : VerdictState.Failed;
            v.Why = confirmed ? "" : "the BMS did not confirm it";
            _unsent[_switchAnswer] = true;
            _switchAnswer = -1;
        }

        /// <summary>The next answer that was not sent; it stays until <see cref="Sent"/>.</summary>
        public Verdict? Unsent()
        {
            for (int i = 0; i < Remembered; i++)
                if (_unsent[i]) return _answers[i];
            return null;
        }

        /// <summary>An answer went out.</summary>
        /// <param name="verdict">The one of <see cref="Unsent"/>.</param>
        public void Sent(Verdict verdict)
        {
            for (int i = 0; i < Remembered; i++)
                if (_answers[i] == verdict) _unsent[i] = false;
        }

        /// <summary>Somebody at the board sets maintenance; it holds until somebody ends it.</summary>
        /// <param name="on">People work on the pack.</param>
        public void SetMaintenance(bool on)
        {
            _memory.Maintenance = on;
            _maintenanceHoldMs = 0;
        }

        /// <summary>Somebody at the board wants a restart.</summary>
        public void Restart()
        {
            RestartWanted = true;
        }

        private static bool Expired(long nowMs, long sinceMs, int holdMs)
        {
            return nowMs - sinceMs >= holdMs;
        }

        private void Do(Command c, Verdict v, int slot, long nowMs)
        {
            switch (c.Kind)
            {
                case CommandKind.Override:
                    if (c.ChargeMa < 0 && c.DischargeMa < 0)
                    {
                        Refuse(v, "names neither charge_ma nor discharge_ma");
                        return;
                    }

                    _memory.OverrideChargeMa = c.ChargeMa < 0 ? LimitInputs.NoOverride : c.ChargeMa;
                    _memory.OverrideDischargeMa = c.DischargeMa < 0 ? LimitInputs.NoOverride : c.DischargeMa;
                    _memory.OverrideHoldMs = c.HoldMs == 0 ? DefaultHoldMs : c.HoldMs;
                    _overrideMs = nowMs;
                    _raises = true;
                    return;
                case CommandKind.ClearOverride:
                    ClearOverride();
                    return;
                case CommandKind.Maintenance:
                    _memory.Maintenance = c.On;
                    _maintenanceHoldMs = c.HoldMs;
                    _maintenanceMs = nowMs;
                    return;
                case CommandKind.Switch:
                    Switch(c, v, slot, nowMs);
                    return;
                case CommandKind.Identify:
                    _identify = true;
                    _identifyMs = nowMs;
                    return;
                case CommandKind.Reboot:
                    if (_settings.RebootAllowed) RestartWanted = true;
                    else Refuse(v, "restarting is not enabled on this device");
                    return;
                case CommandKind.ReRead:
                    ReReadWanted = true;
                    return;
                case CommandKind.FullCharge:
                    _memory.FullWanted = true;
                    return;
                default:
                    Refuse(v, "is not known to this agent");
                    return;
            }
        }

        private void Switch(Command c, Verdict v, int slot, long nowMs)
        {
            if (!_settings.SwitchingAllowed) Refuse(v, "switching is not enabled on this device");
            else if (_switches == null) Refuse(v, "this BMS protocol has no switches");
            else if (c.On && _memory.Maintenance) Refuse(v, "maintenance is on: nothing is switched on");
            else if (!_switches.TrySwitch((BmsSwitch)c.Switch, c.On, nowMs)) Refuse(v, "another switch is under way");
            else
            {
                v.State = VerdictState.Accepted;
                _switchAnswer = slot;
                // What a person switches off is no longer the sleep's to switch on again.
                if (!c.On) _memory.SleepSwitched &= ~SleepSwitch.BitOf((BmsSwitch)c.Switch);
            }
        }

        private void ClearOverride()
        {
            _memory.OverrideChargeMa = LimitInputs.NoOverride;
            _memory.OverrideDischargeMa = LimitInputs.NoOverride;
            _memory.OverrideHoldMs = 0;
        }

        private static void Refuse(Verdict v, string why)
        {
            v.State = VerdictState.Refused;
            v.Why = why;
        }
    }
}
