using JkFleet.Agent.Judgement;
using JkFleet.Agent.Mail;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent
{
    /// <summary>
    /// The judgement of one device: bytes of the BMS and frames of the inverter in, limits and frames out. Pure on the clocks it
    /// is given; one thread owns it; nothing is allocated after construction. What it may never do stands as invariants in
    /// tests/Agent.Tests/Core/Model.
    /// </summary>
    public sealed class Agent
    {
        /// <summary>A step of the monotonic clock above this is told as a jump, ms.</summary>
        public const int JumpMs = 60000;

        private readonly AgentSettings _settings;
        private readonly IBmsProtocol _bms;
        private readonly IInverterProtocol _inverter;
        private readonly InverterDialect _dialect;
        private readonly Plausibility _plausibility = new Plausibility();
        private readonly RisePolicy _chargeRise = new RisePolicy();
        private readonly RisePolicy _dischargeRise = new RisePolicy();
        private readonly ChargePhases _phases = new ChargePhases();
        private readonly StartWatch _start = new StartWatch();
        private readonly SleepSwitch _sleep;
        private readonly LimitInputs _inputs = new LimitInputs();
        private readonly BmsSnapshot _incoming = new BmsSnapshot();
        private readonly SentLimits _sent = new SentLimits();
        private readonly Edges _edges;
        private bool _started;
        private bool _hasReading;
        private bool _doubting;
        private bool _newReading;
        private bool _starting;
        private long _lastMs;

        /// <summary>An agent that has heard nothing yet.</summary>
        /// <param name="settings">What the board's owner decided.</param>
        /// <param name="bms">Protocol towards the BMS.</param>
        /// <param name="inverter">Protocol towards the inverter.</param>
        public Agent(AgentSettings settings, IBmsProtocol bms, IInverterProtocol inverter)
            : this(settings, bms, inverter, inverter.Dialect)
        {
        }

        /// <summary>An agent for an inverter with ways of its own.</summary>
        /// <param name="settings">What the board's owner decided.</param>
        /// <param name="bms">Protocol towards the BMS.</param>
        /// <param name="inverter">Protocol towards the inverter.</param>
        /// <param name="dialect">The dialect that <paramref name="inverter"/> speaks: says what its silence means.</param>
        public Agent(AgentSettings settings, IBmsProtocol bms, IInverterProtocol inverter, InverterDialect dialect)
        {
            _settings = settings;
            _dialect = dialect;
            Bus = new BusHealth(dialect);
            _bms = bms;
            _inverter = inverter;
            IBmsSwitches? switches = bms as IBmsSwitches;
            Slot = new ProfileSlot(settings.Envelope);
            Commands = new Commands(settings, Memory, switches);
            _sleep = new SleepSwitch(switches);
            _edges = new Edges(Events);
            Report.Agent = settings.Version;
            Report.Board = settings.Board;
            Report.Limits.Forbid(LimitReason.NoReading);
        }

        /// <summary>What the board's owner decided.</summary>
        public AgentSettings Settings
        {
            get { return _settings; }
        }

        /// <summary>Protocol towards the BMS.</summary>
        public IBmsProtocol Bms
        {
            get { return _bms; }
        }

        /// <summary>Protocol towards the inverter.</summary>
        public IInverterProtocol Inverter
        {
            get { return _inverter; }
        }

        /// <summary>Last good reading, limits in force, link states and counters: what the next telemetry says.</summary>
        public readonly Telemetry Report = new Telemetry();

        /// <summary>Health of the bus to the inverter.</summary>
        public readonly BusHealth Bus;

        /// <summary>The controller should be asked to rejoin the bus; said once per try.</summary>
        public bool RecoverBus { get; private set; }

        /// <summary>What the last readings are worth.</summary>
        public readonly Freshness Freshness = new Freshness();

        /// <summary>What survives a restart.</summary>
        public readonly LimitMemory Memory = new LimitMemory();

        /// <summary>The profile in force and the way to another.</summary>
        public readonly ProfileSlot Slot;

        /// <summary>Wishes of the server.</summary>
        public readonly Commands Commands;

        /// <summary>What happened and was not told yet.</summary>
        public readonly EventQueue Events = new EventQueue();

        /// <summary>The last good reading.</summary>
        public BmsSnapshot Snapshot
        {
            get { return Report.Snapshot; }
        }

        /// <summary>The limits in force.</summary>
        public ChargeLimits Limits
        {
            get { return Report.Limits; }
        }

        /// <summary>Frames may go out: there was a good reading, and not too long ago.</summary>
        public bool Transmitting { get; private set; }

        /// <summary>A restart for an update is near: limits go to zero.</summary>
        public bool Handover { get; set; }

        /// <summary>The BMS port is there.</summary>
        public bool BmsPortThere { get; set; } = true;

        /// <summary>State of the CAN controller.</summary>
        public CanPortState CanState { get; set; }

        /// <summary>Takes bytes of the BMS as they arrived.</summary>
        /// <param name="buffer">Holds them.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">How many.</param>
        /// <param name="nowMs">Clock.</param>
        public void BmsBytes(byte[] buffer, int offset, int count, long nowMs)
        {
            _bms.Receive(buffer, offset, count, nowMs);
        }

        /// <summary>Takes one frame of the bus.</summary>
        /// <param name="frame">The frame; not kept.</param>
        /// <param name="nowMs">Clock.</param>
        public void InverterFrame(CanFrame frame, long nowMs)
        {
            Report.CanReceived++;
            _inverter.Receive(frame, nowMs);
        }

        /// <summary>Bytes that should go to the BMS now.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="buffer">Receives them; at least 32 bytes.</param>
        /// <returns>How many; 0 = nothing is due.</returns>
        public int NextRequest(long nowMs, byte[] buffer)
        {
            return _bms.NextRequest(nowMs, buffer);
        }

        /// <summary>Next frame that is due on the bus; call until false. Nothing while <see cref="Transmitting"/> is false.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="frame">Filled when true is returned.</param>
        public bool NextFrame(long nowMs, CanFrame frame)
        {
            if (!Transmitting || !Bus.MaySend(nowMs))
            {
                // Questions of the inverter are thrown away unanswered, or they would be answered in a burst later.
                for (int i = 0; i < 64 && _inverter.NextFrame(nowMs, frame); i++) { }
                return false;
            }

            return _inverter.NextFrame(nowMs, frame);
        }

        /// <summary>Decides: readings, freshness, links, limits. Call after what arrived was handed in.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="utcMs">Wall clock, ms since 1970; 0 = not known.</param>
        public void Step(long nowMs, long utcMs)
        {
            WatchClock(nowMs);
            TakeReading(nowMs);
            Freshness.Step(nowMs, Slot.Active.Number[ProfileField.StaleMs]);
            Links(nowMs);
            Commands.Step(nowMs);
            if (_hasReading) Decide(nowMs, utcMs);
            UpdateFrames(nowMs);
            _edges.Step(nowMs, this);
        }

        /// <summary>The clock did what a clock does not: ages measured over it mean nothing, trust starts anew.</summary>
        /// <param name="nowMs">Clock.</param>
        /// <param name="jumpMs">How far it jumped, ms.</param>
        public void ClockFault(long nowMs, long jumpMs)
        {
            Events.Add(nowMs, EventKind.ClockJump, Clamped(jumpMs));
            Freshness.Lose();
            Commands.Resume(nowMs);
            // A reading from what is now the future would look fresh again when the clock gets there.
            if (nowMs - Freshness.LastGoodMs < 0) Freshness.LastGoodMs = nowMs;
        }

        private void WatchClock(long nowMs)
        {
            long passed = nowMs - _lastMs;
            if (_started && (passed < 0 || passed > JumpMs)) ClockFault(nowMs, passed);
            // What arrives after a stall lay in a driver for nobody knows how long: it is no fresh reading.
            else if (passed > Slot.Active.Number[ProfileField.StaleMs]) Freshness.Lose();
            _started = true;
            _lastMs = nowMs;
        }

        private void TakeReading(long nowMs)
        {
            _newReading = false;
            if (!_bms.TryTake(_incoming)) return;
            _starting = _incoming.PacksTotal == 1 && _start.IsStarting(nowMs, _incoming);
            if (_starting)
            {
                Report.Limits.Forbid(LimitReason.BmsStarting);
                return;
            }

            Doubt doubt = _plausibility.Check(_incoming, Slot.Active);
            _doubting = doubt != Doubt.None;
            if (_doubting)
            {
                Freshness.Doubted();
                _edges.Doubted(nowMs, doubt);
                return;
            }

            long age = nowMs - _incoming.TakenAtMs;
            Freshness.Good(age < 0 ? nowMs : _incoming.TakenAtMs, Slot.Active.Number[ProfileField.GoodReadings]);
            _incoming.CopyTo(Report.Snapshot);
            _hasReading = true;
            _newReading = true;
        }

        private void Links(long nowMs)
        {
            int[] n = Slot.Active.Number;
            long age = nowMs - Freshness.LastGoodMs;
            Report.BmsAgeMs = _hasReading ? Clamped(age) : -1;
            Report.BmsFrames = _bms.Counters.Accepted;
            Report.BmsRefused = _bms.Counters.Refused;
            Report.Bms = BmsState();
            // A loss by a clock fault has no age, but is a loss: frames still say zero until the time is over.
            Transmitting = _hasReading && age <= n[ProfileField.StopMs];

            RecoverBus = Bus.Step(CanState, _inverter, nowMs);
            long silent = nowMs - _inverter.LastHeardMs;
            Report.InverterAgeMs = _inverter.Heard == 0 ? -1 : Clamped(silent < 0 ? 0 : silent);
            Report.Inverter = CanState == CanPortState.Absent ? LinkState.NoPort
                : CanState == CanPortState.BusOff ? LinkState.BusOff
                : _inverter.Heard == 0 ? LinkState.Never
                : _dialect.HearsInverter && !Bus.SilenceMasked && (silent > n[ProfileField.InverterSilentMs] || silent < 0) ? LinkState.Silent
                : LinkState.Ok;
            Report.ProfileRevision = Slot.Active.Revision;
        }

        private LinkState BmsState()
        {
            switch (Freshness.State)
            {
                case ReadingState.Good:
                case ReadingState.Recovering: return LinkState.Ok;
                case ReadingState.Implausible: return LinkState.Faulty;
                case ReadingState.Never: return BmsPortThere ? LinkState.Never : LinkState.NoPort;
                default: return BmsPortThere ? LinkState.Silent : LinkState.NoPort;
            }
        }

        private void Decide(long nowMs, long utcMs)
        {
            Profile p = Slot.Active;
            ChargeLimits l = Report.Limits;
            bool good = Freshness.State == ReadingState.Good;
            if (good && _newReading) Memory.Step(Report.Snapshot, p);
            if (good) _phases.Step(nowMs, Report.Snapshot, p, Memory);
            Gather(nowMs, utcMs, p, good);
            RampEngine.Decide(Report.Snapshot, p, _settings.Envelope, _inputs, l);
            if (!good)
            {
                l.Forbid(WhyNot());
                l.BmsLost = Freshness.State != ReadingState.Recovering;
            }

            Rise(nowMs, p, l);
        }

        private LimitReason WhyNot()
        {
            if (Freshness.State == ReadingState.Recovering) return LimitReason.Recovering;
            if (Freshness.State == ReadingState.Implausible) return LimitReason.Implausible;
            return _starting ? LimitReason.BmsStarting : LimitReason.Stale;
        }

        private void Gather(long nowMs, long utcMs, Profile p, bool good)
        {
            LimitInputs x = _inputs;
            int[] n = p.Number;
            x.ChargeSocStopped = Memory.ChargeSoc;
            x.DischargeSocStopped = Memory.DischargeSoc;
            x.ChargeMvStopped = Memory.ChargeMv;
            x.DischargeMvStopped = Memory.DischargeMv;
            x.ChargeOverrideMa = Memory.OverrideChargeMa;
            x.DischargeOverrideMa = Memory.OverrideDischargeMa;
            x.OverrideReplaces = Commands.OverrideRaises;
            ChargePhases.Ask(p, Memory, x);
            x.ChargeWindow = InWindow(p.NoCharge, utcMs, n);
            x.DischargeWindow = InWindow(p.NoDischarge, utcMs, n);
            bool sleep = _inverter.SleepRequested && n[ProfileField.SleepPolicy] >= 1;
            // An adapter that is gone hears nobody: what goes out first when it is back must not be yesterday's current.
            bool silent = n[ProfileField.InverterSilentZero] != 0 && _dialect.HearsInverter
                && (Report.Inverter == LinkState.Silent || Report.Inverter == LinkState.Never || Report.Inverter == LinkState.NoPort);
            x.Forbidden = Memory.Maintenance ? LimitReason.Maintenance
                : Handover ? LimitReason.Handover
                : CanState == CanPortState.BusOff ? LimitReason.BusOff
                : silent ? LimitReason.InverterSilent
                : sleep ? LimitReason.Sleep
                : LimitReason.None;
            if (good) _sleep.Step(nowMs, sleep && n[ProfileField.SleepPolicy] >= 2 && _settings.SwitchingAllowed, Report.Snapshot, Memory);
        }

        private static bool InWindow(TimeWindows windows, long utcMs, int[] n)
        {
            if (windows.Count == 0) return false;
            if (utcMs <= 0) return n[ProfileField.WindowsWithoutClock] != 0;
            long minute = ((utcMs / 60000) + n[ProfileField.UtcOffsetMin]) % 1440;
            return windows.Contains((int)(minute < 0 ? minute + 1440 : minute));
        }

        private void Rise(long nowMs, Profile p, ChargeLimits l)
        {
            int hold = p.Number[ProfileField.RiseHoldMs];
            int pace = p.Number[ProfileField.RiseMaPerS];
            // While the last reading is doubted nothing rises on the strength of the one before.
            int charge = _doubting && l.ChargeLimitMa > _chargeRise.OutMa ? _chargeRise.OutMa : l.ChargeLimitMa;
            int discharge = _doubting && l.DischargeLimitMa > _dischargeRise.OutMa ? _dischargeRise.OutMa : l.DischargeLimitMa;
            int chargeMa = _chargeRise.Step(nowMs, charge, hold, pace);
            int dischargeMa = _dischargeRise.Step(nowMs, discharge, hold, pace);
            if (chargeMa < l.ChargeLimitMa) l.ChargeChain.Add(LimitReason.Rising, chargeMa, 0, l.ChargeLimitMa);
            if (dischargeMa < l.DischargeLimitMa) l.DischargeChain.Add(LimitReason.Rising, dischargeMa, 0, l.DischargeLimitMa);
            RampEngine.Conclude(l);
        }

        private void UpdateFrames(long nowMs)
        {
            if (!_hasReading) return;
            if (!_newReading && !_sent.Differs(Report.Limits, nowMs)) return;
            _sent.Remember(Report.Limits, nowMs);
            _inverter.Update(Report.Snapshot, Report.Limits);
        }

        private static int Clamped(long value)
        {
            return value > int.MaxValue ? int.MaxValue : value < int.MinValue ? int.MinValue : (int)value;
        }
    }
}
