using System;

namespace JkFleet.Crypto
{
    /// <summary>
    /// Verifies Ed25519 signatures (RFC 8032, 5.1.7) in plain integers, for a board whose library has no public-key
    /// cryptography. Verification handles no secrets, so it may take its time by the data, and it does so in slices:
    /// <see cref="Step"/> does a bounded number of field multiplications and returns, so that a loop which must send CAN
    /// frames every second keeps doing so. About 5 KB of buffers, made once.
    /// Stricter than the RFC where it leaves a choice: S below the order, canonical spelling of key and R, no points of
    /// small order, the equation without the cofactor.
    /// </summary>
    public sealed class Ed25519Verify
    {
        /// <summary>Bytes of a public key.</summary>
        public const int KeyBytes = 32;

        /// <summary>Bytes of a signature: R, then S.</summary>
        public const int SignatureBytes = 64;

        private const int TableSize = 8;

        private enum Phase
        {
            Idle, Root, KeyPoint, KeyTable, BaseTable, Ladder, Inverse,
        }

        private readonly EdwardsCurve _curve = new EdwardsCurve();
        private readonly FieldPower _power = new FieldPower();
        private readonly Sha512 _hash = new Sha512();
        private readonly byte[] _order = Scalar25519.Order();
        private readonly byte[] _key = new byte[KeyBytes];
        private readonly byte[] _signature = new byte[SignatureBytes];
        private readonly byte[] _bytes = new byte[64];
        private readonly long[] _wide = new long[64];
        private readonly sbyte[] _keyDigits = new sbyte[Scalar25519.Digits];
        private readonly sbyte[] _baseDigits = new sbyte[Scalar25519.Digits];
        private readonly ReadyPoint[] _keyTable = new ReadyPoint[TableSize];
        private readonly ReadyPoint[] _baseTable = new ReadyPoint[TableSize];
        private readonly ReadyPoint _twice = new ReadyPoint();
        private readonly EdwardsPoint _point = new EdwardsPoint();
        private readonly EdwardsPoint _sum = new EdwardsPoint();
        private readonly int[] _u = new int[Field25519.Limbs];
        private readonly int[] _v = new int[Field25519.Limbs];
        private readonly int[] _t = new int[Field25519.Limbs];
        private readonly int[] _d = { 56195235, 13857412, 51736253, 6949390, 114729, 24766616, 60832955, 30306712, 48412415, 21499315 };
        private readonly int[] _rootOfMinusOne = { 34513072, 25610706, 9377949, 3500415, 12389472, 33281959, 41962654, 31548777, 326685, 11406482 };
        private readonly int[] _baseX = { 52811034, 25909283, 16144682, 17082669, 27570973, 30858332, 40966398, 8378388, 20764389, 8758491 };
        private readonly int[] _baseY = { 40265304, 26843545, 13421772, 20132659, 26843545, 6710886, 53687091, 13421772, 40265318, 26843545 };

        private Phase _phase;
        private int _at;
        private bool _baseReady;

        /// <summary>Nothing begun: the verdict is <see cref="Ed25519Verdict.Running"/> and there is nothing to step.</summary>
        public Ed25519Verify()
        {
            for (int i = 0; i < TableSize; i++)
            {
                _keyTable[i] = new ReadyPoint();
                _baseTable[i] = new ReadyPoint();
            }
        }

        /// <summary>The verdict so far.</summary>
        public Ed25519Verdict Verdict { get; private set; }

        /// <summary>Field multiplications done since <see cref="Begin"/>: about 3,400 for a whole verification.</summary>
        public int Multiplications { get; private set; }

        /// <summary>Verifies in one go. On the board this takes seconds: use <see cref="Begin"/> and <see cref="Step"/> there.</summary>
        /// <param name="key">Public key, <see cref="KeyBytes"/> bytes.</param>
        /// <param name="message">Holds the message.</param>
        /// <param name="offset">Index of its first byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="signature">Holds the signature.</param>
        /// <param name="signatureOffset">Index of its first byte.</param>
        public Ed25519Verdict Verify(byte[] key, byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            Begin(key, message, offset, count, signature, signatureOffset);
            while (!Step(int.MaxValue))
            {
            }

            return Verdict;
        }

        /// <summary>
        /// Starts: copies key and signature, hashes the message (a few blocks: what is signed is a short manifest) and
        /// checks what needs no curve.
        /// </summary>
        /// <param name="key">Public key, <see cref="KeyBytes"/> bytes.</param>
        /// <param name="message">Holds the message; not needed after return.</param>
        /// <param name="offset">Index of its first byte.</param>
        /// <param name="count">Its length.</param>
        /// <param name="signature">Holds the signature.</param>
        /// <param name="signatureOffset">Index of its first byte.</param>
        public void Begin(byte[] key, byte[] message, int offset, int count, byte[] signature, int signatureOffset)
        {
            Array.Copy(key, 0, _key, 0, KeyBytes);
            Array.Copy(signature, signatureOffset, _signature, 0, SignatureBytes);
            Verdict = Ed25519Verdict.Running;
            Multiplications = 0;

            if (!Scalar25519.IsBelowOrder(_signature, 32, _order))
            {
                Decide(Ed25519Verdict.MalleableS);
                return;
            }

            if (!IsBelowPrime(_key, 0))
            {
                Decide(Ed25519Verdict.KeyNotCanonical);
                return;
            }

            if (!IsBelowPrime(_signature, 0))
            {
                Decide(Ed25519Verdict.RNotCanonical);
                return;
            }

            _hash.Reset();
            _hash.Update(_signature, 0, 32);
            _hash.Update(_key, 0, KeyBytes);
            _hash.Update(message, offset, count);
            _hash.Finish(_bytes, 0);
            Scalar25519.Reduce(_bytes, _order, _wide);
            Scalar25519.Recode(_bytes, 0, _keyDigits);
            Scalar25519.Recode(_signature, 32, _baseDigits);
            BeginKeyPoint();
        }

        /// <summary>Goes on.</summary>
        /// <param name="budget">Field multiplications after which to return; overshoots by less than 48.</param>
        /// <returns>True when <see cref="Verdict"/> is final.</returns>
        public bool Step(int budget)
        {
            int until = budget > int.MaxValue - Multiplications ? int.MaxValue : Multiplications + budget;
            while (_phase != Phase.Idle && Multiplications < until)
            {
                switch (_phase)
                {
                    case Phase.Root: StepRoot(); break;
                    case Phase.KeyPoint: FinishKeyPoint(); break;
                    case Phase.KeyTable: StepTable(_keyTable); break;
                    case Phase.BaseTable: StepTable(_baseTable); break;
                    case Phase.Ladder: StepLadder(); break;
                    default: StepInverse(); break;
                }
            }

            return _phase == Phase.Idle;
        }

        // x^2 = u/v with u = y^2 - 1, v = d y^2 + 1; the candidate is u v^3 (u v^7)^((p-5)/8).
        private void BeginKeyPoint()
        {
            Field25519.FromBytes(_point.Y, _key, 0);
            Field25519.Square(_t, _point.Y);
            Field25519.SetSmall(_point.Z, 1);
            Field25519.Sub(_u, _t, _point.Z);
            Field25519.Mul(_v, _t, _d);
            Field25519.Add(_v, _v, _point.Z);
            Field25519.Square(_t, _v);
            Field25519.Mul(_t, _t, _v);                 // v^3
            Field25519.Mul(_point.X, _u, _t);           // u v^3
            Field25519.Square(_t, _t);
            Field25519.Mul(_t, _t, _v);
            Field25519.Mul(_t, _t, _u);                 // u v^7
            Multiplications += 8;
            _power.Begin(_t, false);
            _phase = Phase.Root;
        }

        private void StepRoot()
        {
            Multiplications++;
            if (_power.Step()) _phase = Phase.KeyPoint;
        }

        private void FinishKeyPoint()
        {
            Field25519.Mul(_point.X, _point.X, _power.Result);
            Field25519.Square(_t, _point.X);
            Field25519.Mul(_t, _t, _v);                 // v x^2: u, or -u, or the key is no point
            Multiplications += 4;
            Field25519.Sub(_v, _t, _u);
            if (!IsZero(_v))
            {
                Field25519.Add(_v, _t, _u);
                if (!IsZero(_v))
                {
                    Decide(Ed25519Verdict.KeyNotOnCurve);
                    return;
                }

                Field25519.Mul(_point.X, _point.X, _rootOfMinusOne);
            }

            int sign = _key[31] >> 7;
            if (IsZero(_point.X))
            {
                // x = 0 is y = 1 or -1: small order, and with a sign a second spelling of it.
                Decide(sign != 0 ? Ed25519Verdict.KeyNotCanonical : Ed25519Verdict.KeySmallOrder);
                return;
            }

            // The equation wants -A: take the root whose sign is not the key's.
            if (IsOdd(_point.X) == (sign != 0)) Negate(_point.X);
            Field25519.Mul(_point.T, _point.X, _point.Y);
            Multiplications++;
            if (IsSmallOrder(_point))
            {
                Decide(Ed25519Verdict.KeySmallOrder);
                return;
            }

            BeginTable(_keyTable, Phase.KeyTable);
        }

        // Odd multiples 1, 3, ... 15 of _point: each is the one before plus twice the point.
        private void BeginTable(ReadyPoint[] table, Phase phase)
        {
            _curve.Ready(table[0], _point);
            _sum.CopyFrom(_point);
            _curve.Double(_point, true);
            _curve.Ready(_twice, _point);
            Multiplications += EdwardsCurve.DoubleCost + 2;
            _at = 0;
            _phase = phase;
        }

        private void StepTable(ReadyPoint[] table)
        {
            _curve.Add(_sum, _twice, false, true);
            _at++;
            _curve.Ready(table[_at], _sum);
            Multiplications += EdwardsCurve.AddCost + 1;
            if (_at < TableSize - 1) return;

            if (_baseReady)
            {
                BeginLadder();
                return;
            }

            // The base point's multiples are made once per instance: cheaper than carrying them as constants.
            _baseReady = true;
            Field25519.Copy(_point.X, _baseX);
            Field25519.Copy(_point.Y, _baseY);
            Field25519.SetSmall(_point.Z, 1);
            Field25519.Mul(_point.T, _baseX, _baseY);
            Multiplications++;
            BeginTable(_baseTable, Phase.BaseTable);
        }

        // [S]B - [h]A from the top bit down, both scalars at once.
        private void BeginLadder()
        {
            _sum.SetNeutral();
            _at = Scalar25519.Digits - 1;
            while (_at > 0 && _keyDigits[_at] == 0 && _baseDigits[_at] == 0) _at--;
            _phase = Phase.Ladder;
        }

        private void StepLadder()
        {
            int key = _keyDigits[_at];
            int fromBase = _baseDigits[_at];
            // T costs a multiplication and only an addition needs it.
            _curve.Double(_sum, key != 0 || fromBase != 0);
            Multiplications += EdwardsCurve.DoubleCost;
            if (key != 0) AddMultiple(_keyTable, key, fromBase != 0);
            if (fromBase != 0) AddMultiple(_baseTable, fromBase, false);
            if (--_at >= 0) return;

            _power.Begin(_sum.Z, true);
            _phase = Phase.Inverse;
        }

        private void AddMultiple(ReadyPoint[] table, int digit, bool withT)
        {
            _curve.Add(_sum, table[(digit < 0 ? -digit : digit) >> 1], digit < 0, withT);
            Multiplications += EdwardsCurve.AddCost;
        }

        private void StepInverse()
        {
            Multiplications++;
            if (!_power.Step()) return;

            Field25519.Mul(_u, _sum.X, _power.Result);
            Field25519.Mul(_v, _sum.Y, _power.Result);
            Multiplications += 2;
            int sign = IsOdd(_u) ? 0x80 : 0;
            Field25519.ToBytes(_v, _bytes, _wide);
            _bytes[31] |= (byte)sign;
            for (int i = 0; i < 32; i++)
            {
                if (_bytes[i] == _signature[i]) continue;
                Decide(Ed25519Verdict.Mismatch);
                return;
            }

            Decide(IsSmallOrder(_sum) ? Ed25519Verdict.RSmallOrder : Ed25519Verdict.Valid);
        }

        // Eight times such a point is the neutral one, and no other multiple of eight has x = 0.
        private bool IsSmallOrder(EdwardsPoint p)
        {
            EdwardsPoint eight = p == _sum ? _point : _sum;
            eight.CopyFrom(p);
            for (int i = 0; i < 3; i++) _curve.Double(eight, false);
            Multiplications += 3 * EdwardsCurve.DoubleCost;
            return IsZero(eight.X);
        }

        private bool IsZero(int[] f)
        {
            Field25519.ToBytes(f, _bytes, _wide);
            for (int i = 0; i < 32; i++)
                if (_bytes[i] != 0) return false;
            return true;
        }

        private bool IsOdd(int[] f)
        {
            Field25519.ToBytes(f, _bytes, _wide);
            return (_bytes[0] & 1) != 0;
        }

        private void Negate(int[] f)
        {
            Field25519.SetSmall(_t, 0);
            Field25519.Sub(f, _t, f);
        }

        // p = 2^255 - 19 without its sign bit is ed ff .. ff 7f.
        private static bool IsBelowPrime(byte[] bytes, int offset)
        {
            if ((bytes[offset + 31] & 0x7f) != 0x7f || bytes[offset] < 0xed) return true;
            for (int i = 1; i < 31; i++)
                if (bytes[offset + i] != 0xff) return true;
            return false;
        }

        private void Decide(Ed25519Verdict verdict)
        {
            Verdict = verdict;
            _phase = Phase.Idle;
        }
    }
}
