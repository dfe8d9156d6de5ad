using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Network
{
    /// <summary>What the radio of a board does.</summary>
    public enum NetMode
    {
        /// <summary>Nothing: no network is known and there is no password for an access point of its own.</summary>
        Silent = 0,
        /// <summary>It is in the owner's network, or on its way there.</summary>
        Station = 1,
        /// <summary>It is an access point; a known network is tried beside that now and then.</summary>
        AccessPoint = 2,
    }

    /// <summary>
    /// Which Wi-Fi mode now, and when to restart for another one: the radio takes a mode only at a start. A restart costs the battery
    /// its inverter for seconds, so there is at most one for a network that is not found, none for one that was joined in this run and
    /// is lost, and none for the way back. Ports do what this says.
    /// </summary>
    public sealed class NetPlan
    {
        /// <summary>Record in the store.</summary>
        public const string Record = "net";

        /// <summary>A network that was never joined is given up after so long, ms.</summary>
        public const int NewNetworkMs = 180000;

        /// <summary>A network that was joined before is given up after so long, ms: its router may need that after a power cut.</summary>
        public const int KnownNetworkMs = 600000;

        /// <summary>First pause between two attempts to join, ms; it doubles up to <see cref="LongestPauseMs"/>.</summary>
        public const int FirstPauseMs = 5000;

        /// <summary>Longest pause, ms.</summary>
        public const int LongestPauseMs = 120000;

        /// <summary>As an access point the first pause is longer, ms: joining takes the radio to another channel and phones lose us.</summary>
        public const int ApPauseMs = 60000;

        /// <summary>The runtime joins again by itself; after so long it is done anew from the start, ms.</summary>
        public const int LostMs = 300000;

        private const byte Format = 1;
        private const int RecordBytes = 4;

        private readonly IStore _store;
        private readonly bool _mayOpen;
        private readonly byte[] _record = new byte[RecordBytes];
        private bool _apNext;
        private bool _joinedBefore;
        private bool _applied;
        private bool _hasNetwork;
        private bool _started;
        private bool _joined;
        private bool _joinedInThisRun;
        private long _awaySinceMs;
        private long _pauseUntilMs;
        private int _pauseMs;

        /// <summary>A plan; reads what the last run left.</summary>
        /// <param name="store">Holds the record.</param>
        /// <param name="mayOpen">There is a password for an access point; without one it is never opened.</param>
        public NetPlan(IStore store, bool mayOpen)
        {
            _store = store;
            _mayOpen = mayOpen;
            if (store.Read(Record, _record) != RecordBytes || _record[0] != Format) return;
            _apNext = _record[1] == 1;
            _joinedBefore = _record[2] == 1;
            _applied = _record[3] == 1;
        }

        /// <summary>Mode of this run.</summary>
        public NetMode Mode { get; private set; }

        /// <summary>The board is to start anew, the battery handed over first.</summary>
        public bool RestartWanted { get; private set; }

        /// <summary>Once at the start, before anything else runs: decides the mode.</summary>
        /// <param name="hasNetwork">A network to join is known.</param>
        /// <param name="apOn">The radio was started with its access point.</param>
        /// <returns>True: the radio's configuration must be set for <see cref="Mode"/> and the board started again at once.</returns>
        public bool Begin(bool hasNetwork, bool apOn)
        {
            _hasNetwork = hasNetwork;
            Mode = _mayOpen && (!hasNetwork || _apNext) ? NetMode.AccessPoint : hasNetwork ? NetMode.Station : NetMode.Silent;
            if ((Mode == NetMode.AccessPoint) == apOn)
            {
                if (_applied) Save(false);
                return false;
            }

            if (!_applied && Save(true)) return true;
            // Tried already and the radio is not as it should be: a board that goes round in restarts is worse than the wrong mode.
            // The next start may try again.
            Save(false);
            if (Mode == NetMode.AccessPoint) Mode = hasNetwork ? NetMode.Station : NetMode.Silent;
            return false;
        }

        /// <summary>A network was chosen and joined at the portal.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        public void NetworkChosen(long nowMs)
        {
            _hasNetwork = true;
            _joinedBefore = false;
            Step(nowMs, true);
        }

        /// <summary>Call often: looks where joining stands.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="joined">The station has an address.</param>
        public void Step(long nowMs, bool joined)
        {
            if (!_started || (_joined && !joined)) _awaySinceMs = nowMs;
            if (!_started) _pauseUntilMs = nowMs + (Mode == NetMode.AccessPoint ? ApPauseMs : 0);
            _started = true;
            _joined = joined;
            if (joined)
            {
                _joinedInThisRun = true;
                _pauseMs = 0;
                // The access point stays open until the next start: closing it now would cost the battery a restart.
                if (!_apNext && _joinedBefore) return;
                _apNext = false;
                _joinedBefore = true;
                Save(_applied);
                return;
            }

            if (Mode != NetMode.Station || !_mayOpen || _joinedInThisRun || RestartWanted) return;
            if (nowMs - _awaySinceMs < (_joinedBefore ? KnownNetworkMs : NewNetworkMs)) return;
            _apNext = true;
            if (Save(_applied)) RestartWanted = true;
            else _awaySinceMs = nowMs; // an access point that nobody will remember is no reason to restart
        }

        /// <summary>Is it time for an attempt to join? After it call <see cref="Tried"/>.</summary>
        /// <param name="nowMs">Monotonic clock.</param>
        /// <param name="guests">Phones at our access point: somebody sets the board up and is not thrown out.</param>
        public bool JoinDue(long nowMs, int guests)
        {
            if (!_hasNetwork || _joined || !_started || Mode == NetMode.Silent) return false;
            if (Mode == NetMode.AccessPoint && guests > 0) return false;
            if (_joinedInThisRun && nowMs - _awaySinceMs < LostMs) return false;
            return nowMs - _pauseUntilMs >= 0;
        }

        /// <summary>An attempt was made.</summary>
        /// <param name="nowMs">Monotonic clock, after it.</param>
        public void Tried(long nowMs)
        {
            int first = Mode == NetMode.AccessPoint ? ApPauseMs : FirstPauseMs;
            _pauseMs = _pauseMs == 0 ? first : _pauseMs * 2 > LongestPauseMs ? LongestPauseMs : _pauseMs * 2;
            _pauseUntilMs = nowMs + _pauseMs;
        }

        private bool Save(bool applied)
        {
            _applied = applied;
            _record[0] = Format;
            _record[1] = (byte)(_apNext ? 1 : 0);
            _record[2] = (byte)(_joinedBefore ? 1 : 0);
            _record[3] = (byte)(applied ? 1 : 0);
            return _store.Write(Record, _record, RecordBytes);
        }
    }
}
