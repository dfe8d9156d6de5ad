using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Update
{
    /// <summary>
    /// The agent's side of an update: fetch into the slot that does not run, judge, wait for the handover, switch, and after the restart
    /// prove health or go back. Each <see cref="Step"/> does a bounded piece. It belongs to the connectivity thread: it writes flash,
    /// which may take long, and shares nothing with the control loop but <see cref="UpdateHealth"/>.
    /// Order of durable steps: the record disowns the slot -> the slot is written -> the record owns it -> the record puts it on trial.
    /// A power cut between any two of them leaves a board that starts what it trusts.
    /// </summary>
    public sealed class UpdatePlan
    {
        /// <summary>Usual <see cref="TrialMs"/>.</summary>
        public const int DefaultTrialMs = 60_000;

        /// <summary>A build on trial goes back when it was not healthy for so many <see cref="TrialMs"/>: the server may be away for a while.</summary>
        public const int PatienceTrials = 10;

        /// <summary>... and when it heard no BMS for so many: without one the inverter gets nothing, and the former build heard it.</summary>
        public const int DeafTrials = 3;

        /// <summary>A trusted build that runs so long has not crashed: its tries are given back, ms.</summary>
        public const int SettledAfterMs = 120_000;

        /// <summary>A transfer without a byte for so long is broken, ms.</summary>
        public const int StallMs = 30_000;

        /// <summary>Broken transfers in a row before the update is given up.</summary>
        public const int MostBreaks = 10;

        private const int FirstPauseMs = 2_000;
        private const int LongestPauseMs = 300_000;
        private const int VerifyBudget = 40;
        private const int ChunkBytes = 1024;

        private readonly IStore _store;
        private readonly IFirmwareSource _source;
        private readonly IFirmwareSlots _slots;
        private readonly FirmwareTarget _target;
        private readonly FirmwareIntake _intake;
        private readonly byte[] _record = new byte[BootRecord.Bytes];
        private readonly byte[] _chunk = new byte[ChunkBytes];
        private readonly FirmwareOffer _offer = new FirmwareOffer();
        private bool _offered;
        private readonly string _running;
        private string _done = "";
        private string _barred = "";
        private int _held;
        private int _used;
        private int _received;
        private int _slot;
        private bool _slotBegun;
        private int _breaks;
        private bool _transferring;
        private long _pauseUntilMs;
        private long _lastByteMs;
        private bool _started;
        private long _startMs;
        private long _healthySinceMs;
        private long _bmsSeenMs;
        private bool _healthy;

        /// <summary>Reads the launcher's record.</summary>
        /// <param name="store">Holds the record.</param>
        /// <param name="source">Where artifacts come from.</param>
        /// <param name="slots">Where they go.</param>
        /// <param name="target">What this device takes; floor, clock and size are kept up to date here.</param>
        /// <param name="publicKeys">Pinned release keys.</param>
        /// <param name="runningVersion">Version of this agent; an offer of the same changes nothing.</param>
        public UpdatePlan(IStore store, IFirmwareSource source, IFirmwareSlots slots, FirmwareTarget target, byte[][] publicKeys, string runningVersion)
        {
            _running = runningVersion;
            _store = store;
            _source = source;
            _slots = slots;
            _target = target;
            _intake = new FirmwareIntake(publicKeys);
            Record.TryRead(_record, store.Read(BootRecord.Name, _record));
            if (Record.Started == BootRecord.None) Record.Started = Record.Active;
            if (IsOnTrial) Show(UpdateState.Verifying, FirmwareVersion.Text(Record.Version[Record.Pending]), "");
            else if (Record.Outcome == BootOutcome.Confirmed) Show(UpdateState.Confirmed, FirmwareVersion.Text(Record.OutcomeVersion), "");
            else if (Record.Outcome != BootOutcome.None) Show(UpdateState.Reverted, FirmwareVersion.Text(Record.OutcomeVersion), BootOutcomeNames.Of(Record.Outcome));
            // The server goes on offering what just failed until it hears of it: not again, or it would be tried for ever.
            if (State == UpdateState.Reverted) _barred = Version;
        }

        /// <summary>A build on trial must be healthy for so long without a break, ms.</summary>
        public int TrialMs { get; set; } = DefaultTrialMs;

        /// <summary>The record as this agent sees it.</summary>
        public BootRecord Record { get; } = new BootRecord();

        /// <summary>Where the update stands, for <see cref="Reported"/>.</summary>
        public UpdateState State { get; private set; }

        /// <summary>Version that it is about; "" for none.</summary>
        public string Version { get; private set; } = "";

        /// <summary>Why it waits, failed, was refused or went back; "" otherwise.</summary>
        public string Reason { get; private set; } = "";

        /// <summary>Progress of the download.</summary>
        public int Permille { get; private set; }

        /// <summary>Grows with every change of <see cref="State"/>: the server should hear of it.</summary>
        public int Changes { get; private set; }

        /// <summary>The agent should take the limits down and say so in <see cref="UpdateHealth.HandedOver"/>.</summary>
        public bool HandoverWanted
        {
            get { return State == UpdateState.Waiting; }
        }

        /// <summary>Everything is stored: restart now.</summary>
        public bool RestartWanted { get; private set; }

        private bool IsOnTrial
        {
            get { return Record.Pending != BootRecord.None && Record.Pending == Record.Started; }
        }

        /// <summary>
        /// The server offers nothing now: what was not yet switched to is given up, and a version that failed here may be offered
        /// once more. A build on trial is not touched: its own health decides.
        /// </summary>
        public void Withdraw()
        {
            if (RestartWanted || IsOnTrial) return;
            _barred = "";
            _done = "";
            _offered = false;
            _offer.Clear();
            bool over = State == UpdateState.Idle || State == UpdateState.Confirmed;
            if (State == UpdateState.Downloading) _source.Close();
            _transferring = false;
            // An old failure must not be taken for the answer to the next offer.
            if (!over) Show(UpdateState.Idle, "", "");
        }

        /// <summary>Takes an offer of the server; the same one again changes nothing, nor does one that failed until <see cref="Withdraw"/>.</summary>
        /// <param name="offer">The offer; copied.</param>
        public void Take(FirmwareOffer offer)
        {
            if (RestartWanted || offer.Url.Length == 0 || offer.Sha256 == _done) return;
            if (offer.Version == _running || offer.Version == _barred) return;
            if (offer.Sha256 == _offer.Sha256 && State != UpdateState.Idle && State != UpdateState.Failed)
            {
                _offer.Url = offer.Url; // a fresh address for the same artifact
                return;
            }

            _offer.Name = offer.Name;
            _offer.Version = offer.Version;
            _offer.Url = offer.Url;
            _offer.Size = offer.Size;
            _offer.Sha256 = offer.Sha256;
            _offered = true;
        }

        /// <summary>Does the next piece of work.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="utcMs">Wall clock; 0 = unknown.</param>
        /// <param name="health">What the control loop says.</param>
        public void Step(long nowMs, long utcMs, UpdateHealth health)
        {
            if (!_started)
            {
                _started = true;
                _startMs = nowMs;
                _bmsSeenMs = nowMs;
            }

            if (RestartWanted) return;
            if (IsOnTrial)
            {
                Prove(nowMs, health);
                return;
            }

            if (Record.Tries < BootRecord.TrustedTries && nowMs - _startMs >= SettledAfterMs)
            {
                Record.Tries = BootRecord.TrustedTries;
                Save();
            }

            if (_offered) Begin(nowMs, utcMs);
            else if (State == UpdateState.Downloading) Fetch(nowMs);
            else if (State == UpdateState.Waiting && health.HandedOver) Switch();
        }

        private void Prove(long nowMs, UpdateHealth health)
        {
            bool healthy = health.BmsSeen && health.InverterAsBefore && health.ServerReached;
            if (healthy && !_healthy) _healthySinceMs = nowMs;
            _healthy = healthy;
            if (healthy && nowMs - _healthySinceMs >= TrialMs)
            {
                int slot = Record.Pending;
                Record.Active = slot;
                Record.Pending = BootRecord.None;
                Record.Tries = BootRecord.TrustedTries;
                if (Record.PendingFloor > Record.Floor) Record.Floor = Record.PendingFloor;
                Record.Outcome = BootOutcome.Confirmed;
                Record.OutcomeVersion = Record.Version[slot];
                if (Save()) Show(UpdateState.Confirmed, Version, "");
                else Record.TryRead(_record, _store.Read(BootRecord.Name, _record)); // still on trial; tried again at the next step
                return;
            }

            if (health.BmsSeen) _bmsSeenMs = nowMs;
            bool deaf = nowMs - _bmsSeenMs >= (long)TrialMs * DeafTrials;
            if (healthy || (!deaf && nowMs - _startMs < (long)TrialMs * PatienceTrials)) return;
            Record.Outcome = !health.BmsSeen ? BootOutcome.NoBms : !health.InverterAsBefore ? BootOutcome.InverterLost : BootOutcome.NoServer;
            Record.OutcomeVersion = Record.Version[Record.Pending];
            Record.Valid[Record.Pending] = false;
            Record.Pending = BootRecord.None;
            Record.Tries = BootRecord.TrustedTries;
            // Unsaved, the tries run out all the same: the launcher counted this start before it happened.
            Save();
            Show(UpdateState.Reverted, Version, BootOutcomeNames.Of(Record.Outcome));
            RestartWanted = true;
        }

        private void Begin(long nowMs, long utcMs)
        {
            _offered = false;
            _source.Close();
            _transferring = false;
            _slot = 1 - Record.Started;
            _target.Floor = Record.Floor;
            _target.UtcMs = utcMs;
            _target.MostPayloadBytes = _slots.MostBytes;
            _intake.Begin(_target);
            _received = 0;
            _held = 0;
            _used = 0;
            _slotBegun = false;
            _breaks = 0;
            _pauseUntilMs = nowMs;
            _lastByteMs = nowMs;
            Permille = 0;
            Show(UpdateState.Downloading, _offer.Version, "");

            // From here on the other slot is nobody's, whatever happens.
            Record.Valid[_slot] = false;
            Record.Pending = BootRecord.None;
            if (!Save()) Fail("store");
        }

        private void Fetch(long nowMs)
        {
            if (_intake.Verifying)
            {
                _lastByteMs = nowMs;
                if (_intake.Step(VerifyBudget)) Judge();
                return;
            }

            if (_used < _held)
            {
                Consume();
                return;
            }

            if (nowMs < _pauseUntilMs) return;
            if (!_transferring)
            {
                _source.Open(_offer.Url, _received);
                _transferring = true;
                _lastByteMs = nowMs;
                return;
            }

            int count = _source.Read(_chunk);
            if (count > 0)
            {
                _lastByteMs = nowMs;
                _breaks = 0;
                _held = count;
                _used = 0;
                Consume();
            }
            else if (count == -2)
            {
                Fail("address_refused");
            }
            else if (count == -3)
            {
                // The whole file is there and was not enough.
                Refuse(FirmwareRefusalNames.Of(_intake.End()));
            }
            else if (count == -1 || nowMs - _lastByteMs >= StallMs)
            {
                Break(nowMs);
            }
        }

        private void Break(long nowMs)
        {
            _source.Close();
            _transferring = false;
            if (++_breaks > MostBreaks)
            {
                Fail("download");
                return;
            }

            int pause = FirstPauseMs;
            for (int i = 1; i < _breaks && pause < LongestPauseMs; i++) pause *= 2;
            _pauseUntilMs = nowMs + (pause < LongestPauseMs ? pause : LongestPauseMs);
        }

        private void Consume()
        {
            int before = _intake.PayloadBytes;
            int taken = _intake.Feed(_chunk, _used, _held - _used);
            if (taken < 0)
            {
                Refuse(FirmwareRefusalNames.Of(_intake.Refusal));
                return;
            }

            int payload = _intake.PayloadBytes - before;
            _used += taken;
            _received += taken;
            if (payload > 0 && !Store(_used - payload, payload))
            {
                Fail("slot");
                return;
            }

            if (_intake.Trusted) Permille = (int)((long)_intake.PayloadBytes * 1000 / _intake.Manifest.Size);
            // Bytes behind the payload would be seen here, or never wanted: what was signed is complete.
            if (_intake.Complete && _used == _held) Own();
        }

        private void Judge()
        {
            if (_intake.Refusal != FirmwareRefusal.None) Refuse(FirmwareRefusalNames.Of(_intake.Refusal));
            else if (_offer.Version.Length > 0 && FirmwareVersion.Text(_intake.Manifest.Version) != _offer.Version) Refuse("other_version");
        }

        private bool Store(int offset, int count)
        {
            if (!_slotBegun && !_slots.Begin(_slot, _intake.Manifest.Size)) return false;
            _slotBegun = true;
            return _slots.Write(_chunk, offset, count);
        }

        private void Own()
        {
            _source.Close();
            _transferring = false;
            if (!_slots.Finish())
            {
                Fail("slot");
                return;
            }

            Record.Valid[_slot] = true;
            Record.Version[_slot] = _intake.Manifest.Version;
            Record.PendingFloor = _intake.Manifest.Floor;
            Record.Outcome = BootOutcome.None;
            if (!Save())
            {
                Fail("store");
                return;
            }

            Permille = 1000;
            Show(UpdateState.Waiting, FirmwareVersion.Text(_intake.Manifest.Version), "handover");
        }

        private void Switch()
        {
            Record.Pending = _slot;
            Record.Tries = BootRecord.TrialTries;
            if (!Save())
            {
                Record.Pending = BootRecord.None;
                Fail("store");
                return;
            }

            _done = _offer.Sha256;
            Show(UpdateState.Switching, Version, "");
            RestartWanted = true;
        }

        private void Refuse(string reason)
        {
            _source.Close();
            _transferring = false;
            _done = _offer.Sha256; // it will not become better
            Show(UpdateState.Refused, _offer.Version, reason);
        }

        private void Fail(string reason)
        {
            _source.Close();
            _transferring = false;
            Show(UpdateState.Failed, _offer.Version, reason);
        }

        private bool Save()
        {
            Record.Write(_record);
            return _store.Write(BootRecord.Name, _record, BootRecord.Bytes);
        }

        private void Show(UpdateState state, string version, string reason)
        {
            State = state;
            Version = version;
            Reason = reason;
            Changes++;
        }
    }

    /// <summary>What the control loop says about itself; single values, written by it and read by <see cref="UpdatePlan"/>.</summary>
    public sealed class UpdateHealth
    {
        /// <summary>Valid readings of the BMS come in.</summary>
        public bool BmsSeen;

        /// <summary>The inverter is heard, or was not heard before the update either.</summary>
        public bool InverterAsBefore;

        /// <summary>The server answers.</summary>
        public bool ServerReached;

        /// <summary>The limits are down and the current is low, or the time for that is over.</summary>
        public bool HandedOver;
    }
}
