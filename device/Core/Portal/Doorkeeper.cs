using JkFleet.Agent.Ports;
using JkFleet.Crypto;

namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// Who may in: one local password, kept as a salted and iterated SHA-256, few sessions, and a pause after wrong guesses that
    /// grows. Every comparison of secrets takes the same time whatever they hold.
    /// </summary>
    public sealed class Doorkeeper
    {
        /// <summary>Record of the password.</summary>
        public const string Record = "portal-key";

        /// <summary>Shortest password.</summary>
        public const int MinPassword = 8;

        /// <summary>Longest password.</summary>
        public const int MaxPassword = 64;

        /// <summary>Sessions at a time; the oldest goes.</summary>
        public const int MaxSessions = 4;

        /// <summary>Wrong guesses before the first pause.</summary>
        public const int FreeGuesses = 5;

        /// <summary>First pause, ms; doubles up to <see cref="LongestPauseMs"/>.</summary>
        public const int FirstPauseMs = 30000;

        /// <summary>Longest pause, ms.</summary>
        public const int LongestPauseMs = 900000;

        /// <summary>A session not used for so long has ended, ms.</summary>
        public const int IdleMs = 3600000;

        private const int SaltBytes = 16;
        private const int RecordBytes = 5 + SaltBytes + Sha256.DigestBytes;
        private const int TokenBytes = 16;
        private const int TokenLength = 2 * TokenBytes;

        private readonly IStore _store;
        private readonly IRandomPort _random;
        private readonly int _rounds;
        private readonly Sha256 _sha = new Sha256();
        private readonly byte[] _record = new byte[RecordBytes];
        private readonly byte[] _digest = new byte[Sha256.DigestBytes];
        private readonly byte[] _fresh = new byte[TokenBytes];
        private readonly string[] _token = new string[MaxSessions];
        private readonly string[] _form = new string[MaxSessions];
        private readonly long[] _usedMs = new long[MaxSessions];
        private readonly string _doorForm;
        private int _wrong;
        private bool _pausing;
        private long _pauseFromMs;
        private int _pauseMs;

        /// <summary>A doorkeeper.</summary>
        /// <param name="store">Keeps the password.</param>
        /// <param name="random">Salt and tokens.</param>
        /// <param name="rounds">Iterations for a new password, 1 or more: what this machine does in a moment.</param>
        public Doorkeeper(IStore store, IRandomPort random, int rounds)
        {
            _store = store;
            _random = random;
            _rounds = rounds;
            HasPassword = store.Read(Record, _record) == RecordBytes && _record[0] == 1;
            for (int i = 0; i < MaxSessions; i++) _token[i] = _form[i] = "";
            _doorForm = Token();
        }

        /// <summary>A password was set.</summary>
        public bool HasPassword { get; private set; }

        /// <summary>Token that the forms before a login carry.</summary>
        public string DoorForm
        {
            get { return _doorForm; }
        }

        /// <summary>Token of the session opened last.</summary>
        public string Opened { get; private set; } = "";

        /// <summary>Sets the password and ends every session.</summary>
        /// <param name="password"><see cref="MinPassword"/> to <see cref="MaxPassword"/> characters.</param>
        /// <returns>False when it could not be stored.</returns>
        public bool Set(string password)
        {
            _random.Fill(_fresh);
            byte[] record = new byte[RecordBytes];
            record[0] = 1;
            for (int i = 0; i < 4; i++) record[1 + i] = (byte)(_rounds >> (8 * i));
            for (int i = 0; i < SaltBytes; i++) record[5 + i] = _fresh[i];
            Hash(password, record);
            for (int i = 0; i < Sha256.DigestBytes; i++) record[5 + SaltBytes + i] = _digest[i];
            if (!_store.Write(Record, record, RecordBytes)) return false;
            for (int i = 0; i < RecordBytes; i++) _record[i] = record[i];
            HasPassword = true;
            for (int i = 0; i < MaxSessions; i++) _token[i] = "";
            return true;
        }

        /// <summary>Is this the password? Says nothing about sessions or pauses.</summary>
        /// <param name="password">The guess.</param>
        /// <param name="nowMs">Clock.</param>
        /// <returns>False also during a pause, whatever the guess.</returns>
        public bool Check(string password, long nowMs)
        {
            if (!HasPassword || PauseMs(nowMs) > 0) return false;
            Hash(password, _record);
            int different = 0;
            for (int i = 0; i < Sha256.DigestBytes; i++) different |= _digest[i] ^ _record[5 + SaltBytes + i];
            if (different == 0)
            {
                _wrong = 0;
                _pauseMs = 0;
                return true;
            }

            if (++_wrong < FreeGuesses) return false;
            _wrong = FreeGuesses - 1; // one guess after each pause
            _pauseMs = _pauseMs == 0 ? FirstPauseMs : _pauseMs * 2 > LongestPauseMs ? LongestPauseMs : _pauseMs * 2;
            _pausing = true;
            _pauseFromMs = nowMs;
            return false;
        }

        /// <summary>What is left of the pause, ms; 0 = guesses are taken.</summary>
        /// <param name="nowMs">Clock.</param>
        public int PauseMs(long nowMs)
        {
            if (!_pausing) return 0;
            long passed = nowMs - _pauseFromMs;
            if (passed >= 0 && passed < _pauseMs) return (int)(_pauseMs - passed);
            _pausing = false;
            return 0;
        }

        /// <summary>Opens a session; its token is in <see cref="Opened"/>.</summary>
        /// <param name="nowMs">Clock.</param>
        public void Open(long nowMs)
        {
            int oldest = 0;
            for (int i = 0; i < MaxSessions; i++)
            {
                if (_token[i].Length == 0)
                {
                    oldest = i;
                    break;
                }

                if (_usedMs[i] - _usedMs[oldest] < 0) oldest = i;
            }

            _token[oldest] = Token();
            _form[oldest] = Token();
            _usedMs[oldest] = nowMs;
            Opened = _token[oldest];
        }

        /// <summary>The session of a cookie.</summary>
        /// <param name="token">From the cookie, or null.</param>
        /// <param name="nowMs">Clock.</param>
        /// <returns>-1 = none.</returns>
        public int Session(string? token, long nowMs)
        {
            if (token == null || token.Length != TokenLength) return -1;
            int found = -1;
            for (int i = 0; i < MaxSessions; i++)
                if (Same(_token[i], token)) found = i;
            if (found < 0) return -1;
            long idle = nowMs - _usedMs[found];
            if (idle > IdleMs || idle < 0)
            {
                _token[found] = "";
                return -1;
            }

            _usedMs[found] = nowMs;
            return found;
        }

        /// <summary>Token that the forms of a session carry.</summary>
        /// <param name="session">From <see cref="Session"/>.</param>
        public string FormOf(int session)
        {
            return session < 0 ? _doorForm : _form[session];
        }

        /// <summary>Ends a session.</summary>
        /// <param name="session">From <see cref="Session"/>.</param>
        public void Close(int session)
        {
            _token[session] = "";
        }

        /// <summary>Compares two secrets in a time that depends on their length alone.</summary>
        /// <param name="a">One.</param>
        /// <param name="b">The other.</param>
        public static bool Same(string a, string? b)
        {
            if (b == null || a.Length != b.Length || a.Length == 0) return false;
            int different = 0;
            for (int i = 0; i < a.Length; i++) different |= a[i] ^ b[i];
            return different == 0;
        }

        private void Hash(string password, byte[] record)
        {
            int rounds = record[1] | (record[2] << 8) | (record[3] << 16) | (record[4] << 24);
            byte[] two = new byte[2];
            _sha.Reset();
            _sha.Update(record, 5, SaltBytes);
            for (int i = 0; i < password.Length; i++)
            {
                two[0] = (byte)password[i];
                two[1] = (byte)(password[i] >> 8);
                _sha.Update(two, 0, 2);
            }

            _sha.Finish(_digest, 0);
            for (int i = 1; i < rounds; i++)
            {
                _sha.Update(_digest, 0, Sha256.DigestBytes);
                _sha.Update(record, 5, SaltBytes);
                _sha.Finish(_digest, 0);
            }
        }

        private string Token()
        {
            _random.Fill(_fresh);
            char[] text = new char[TokenLength];
            for (int i = 0; i < TokenBytes; i++)
            {
                text[2 * i] = Digit(_fresh[i] >> 4);
                text[(2 * i) + 1] = Digit(_fresh[i] & 15);
            }

            return new string(text);
        }

        private static char Digit(int value)
        {
            return (char)(value < 10 ? '0' + value : 'a' + value - 10);
        }
    }
}
