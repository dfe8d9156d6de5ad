using System;
using JkFleet.Crypto;

namespace JkFleet.Contracts
{
    /// <summary>
    /// Takes an artifact in as it arrives, piece by piece, and refuses it at the first byte that is wrong: form, key,
    /// signature, target, then the payload's hash. The same judge on the board, on a PC and at the server's upload.
    /// One instance may be used again; it allocates only when it is made, but for the manifest's few names.
    /// </summary>
    public sealed class FirmwareIntake
    {
        private readonly byte[][] _keys;
        private readonly byte[] _header = new byte[FirmwareManifest.MostHeaderBytes];
        private readonly byte[] _digest = new byte[Sha256.DigestBytes];
        private readonly Sha256 _hash = new Sha256();
        private readonly Ed25519Verify _verify = new Ed25519Verify();
        private FirmwareTarget? _target;
        private int _held;
        private int _wanted;
        private bool _verifying;

        /// <summary>An intake that trusts these keys.</summary>
        /// <param name="publicKeys">Ed25519 public keys, 32 bytes each.</param>
        public FirmwareIntake(byte[][] publicKeys)
        {
            _keys = publicKeys;
            Begin(null);
        }

        /// <summary>What the artifact says of itself; of worth once <see cref="Trusted"/>.</summary>
        public FirmwareManifest Manifest { get; } = new FirmwareManifest();

        /// <summary>Why it was refused; None so far.</summary>
        public FirmwareRefusal Refusal { get; private set; }

        /// <summary>The manifest is signed by a pinned key and may go to the target: payload may be fed.</summary>
        public bool Trusted { get; private set; }

        /// <summary>Payload bytes taken.</summary>
        public int PayloadBytes { get; private set; }

        /// <summary>Everything is here and right.</summary>
        public bool Complete { get; private set; }

        /// <summary>The signature is being verified: <see cref="Step"/> must be called before more is taken.</summary>
        public bool Verifying
        {
            get { return _verifying; }
        }

        /// <summary>Starts with an empty artifact.</summary>
        /// <param name="target">Where it should go; null = only whether it is genuine.</param>
        public void Begin(FirmwareTarget? target)
        {
            _target = target;
            _held = 0;
            _wanted = FirmwareManifest.HeadBytes;
            _verifying = false;
            _hash.Reset();
            Refusal = FirmwareRefusal.None;
            Trusted = false;
            Complete = false;
            PayloadBytes = 0;
        }

        /// <summary>Takes the next bytes.</summary>
        /// <param name="buffer">Holds them.</param>
        /// <param name="offset">Index of the first.</param>
        /// <param name="count">How many.</param>
        /// <returns>Bytes taken; fewer than given while <see cref="Verifying"/>; -1 = refused.</returns>
        public int Feed(byte[] buffer, int offset, int count)
        {
            if (Refusal != FirmwareRefusal.None) return -1;
            int taken = 0;
            while (!Trusted && !_verifying && taken < count)
            {
                int take = _wanted - _held;
                if (take > count - taken) take = count - taken;
                Array.Copy(buffer, offset + taken, _header, _held, take);
                _held += take;
                taken += take;
                FirmwareRefusal refusal;
                int length = FirmwareManifest.Length(_header, _held, out refusal);
                if (length < 0) return Refuse(refusal);
                _wanted = length;
                if (_held < _wanted || _held <= FirmwareManifest.HeadBytes) continue;
                if (!BeginVerify()) return -1;
            }

            if (_verifying || taken == count) return taken;

            int payload = count - taken;
            if (payload > Manifest.Size - PayloadBytes) return Refuse(FirmwareRefusal.TrailingBytes);
            _hash.Update(buffer, offset + taken, payload);
            PayloadBytes += payload;
            if (PayloadBytes == Manifest.Size)
            {
                _hash.Finish(_digest, 0);
                for (int i = 0; i < _digest.Length; i++)
                    if (_digest[i] != Manifest.Hash[i]) return Refuse(FirmwareRefusal.WrongHash);
                Complete = true;
            }

            return count;
        }

        /// <summary>Goes on verifying the signature.</summary>
        /// <param name="budget">Field multiplications to do now (<see cref="Ed25519Verify.Step"/>).</param>
        /// <returns>True when nothing is left to verify.</returns>
        public bool Step(int budget)
        {
            if (!_verifying) return true;
            if (!_verify.Step(budget)) return false;
            _verifying = false;
            if (_verify.Verdict != Ed25519Verdict.Valid)
            {
                Refuse(FirmwareRefusal.BadSignature);
                return true;
            }

            FirmwareRefusal refusal = _target == null ? FirmwareRefusal.None : _target.Judge(Manifest);
            if (refusal != FirmwareRefusal.None) Refuse(refusal);
            else Trusted = true;
            return true;
        }

        /// <summary>No more bytes will come.</summary>
        /// <returns>None when the artifact is complete, else why not.</returns>
        public FirmwareRefusal End()
        {
            if (Refusal == FirmwareRefusal.None && !Complete) Refuse(FirmwareRefusal.Truncated);
            return Refusal;
        }

        /// <summary>Judges a whole artifact in one go (PC and server; a board feeds and steps instead).</summary>
        /// <param name="artifact">The artifact from index 0.</param>
        /// <param name="count">Its length.</param>
        /// <param name="target">Where it should go; null = only whether it is genuine.</param>
        public FirmwareRefusal Judge(byte[] artifact, int count, FirmwareTarget? target)
        {
            Begin(target);
            int at = 0;
            while (at < count)
            {
                int taken = Feed(artifact, at, count - at);
                if (taken < 0) return Refusal;
                at += taken;
                Step(int.MaxValue);
            }

            return End();
        }

        private bool BeginVerify()
        {
            FirmwareRefusal refusal = Manifest.TryParse(_header, _held);
            if (refusal != FirmwareRefusal.None)
            {
                Refuse(refusal);
                return false;
            }

            for (int k = 0; k < _keys.Length; k++)
            {
                bool same = true;
                for (int i = 0; i < FirmwareManifest.KeyIdBytes; i++) same &= _keys[k][i] == Manifest.KeyId[i];
                if (!same) continue;
                int signed = _held - Ed25519Verify.SignatureBytes;
                _verify.Begin(_keys[k], _header, 0, signed, _header, signed);
                _verifying = true;
                return true;
            }

            Refuse(FirmwareRefusal.WrongKey);
            return false;
        }

        private int Refuse(FirmwareRefusal refusal)
        {
            Refusal = refusal;
            Trusted = false;
            _verifying = false;
            return -1;
        }
    }
}
