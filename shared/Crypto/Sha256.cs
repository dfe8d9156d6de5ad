using System;

namespace JkFleet.Crypto
{
    /// <summary>
    /// SHA-256 (FIPS 180-4), fed piece by piece, because the board's library has none and a firmware image never lies in
    /// memory as a whole. One instance may be used again and again; it allocates only when it is made.
    /// </summary>
    public sealed class Sha256
    {
        /// <summary>Bytes of a digest.</summary>
        public const int DigestBytes = 32;

        private const int BlockBytes = 64;
        private const int Rounds = 64;

        // Instance fields: a loaded module on the board is safer without static constructors.
        private readonly uint[] _k = Constants();
        private readonly uint[] _w = new uint[Rounds];
        private readonly uint[] _state = new uint[8];
        private readonly byte[] _block = new byte[BlockBytes];
        private int _held;
        private long _total;

        /// <summary>Ready for <see cref="Update"/>.</summary>
        public Sha256()
        {
            Reset();
        }

        /// <summary>Forgets everything fed so far.</summary>
        public void Reset()
        {
            _state[0] = 0x6a09e667;
            _state[1] = 0xbb67ae85;
            _state[2] = 0x3c6ef372;
            _state[3] = 0xa54ff53a;
            _state[4] = 0x510e527f;
            _state[5] = 0x9b05688c;
            _state[6] = 0x1f83d9ab;
            _state[7] = 0x5be0cd19;
            _held = 0;
            _total = 0;
        }

        /// <summary>Feeds the next bytes.</summary>
        /// <param name="buffer">Holds them.</param>
        /// <param name="offset">Index of the first.</param>
        /// <param name="count">How many, 0 or more.</param>
        public void Update(byte[] buffer, int offset, int count)
        {
            _total += count;
            while (count > 0)
            {
                if (_held == 0 && count >= BlockBytes)
                {
                    Compress(buffer, offset);
                    offset += BlockBytes;
                    count -= BlockBytes;
                    continue;
                }

                int take = BlockBytes - _held;
                if (take > count) take = count;
                Array.Copy(buffer, offset, _block, _held, take);
                _held += take;
                offset += take;
                count -= take;
                if (_held < BlockBytes) return;
                Compress(_block, 0);
                _held = 0;
            }
        }

        /// <summary>Writes the digest of all bytes since the last reset, and resets.</summary>
        /// <param name="digest">Receives <see cref="DigestBytes"/> bytes.</param>
        /// <param name="offset">Where from.</param>
        public void Finish(byte[] digest, int offset)
        {
            long bits = _total * 8;
            _block[_held++] = 0x80;
            if (_held > BlockBytes - 8)
            {
                Array.Clear(_block, _held, BlockBytes - _held);
                Compress(_block, 0);
                _held = 0;
            }

            Array.Clear(_block, _held, BlockBytes - _held);
            for (int i = 0; i < 8; i++) _block[BlockBytes - 1 - i] = (byte)(bits >> (8 * i));
            Compress(_block, 0);
            for (int i = 0; i < DigestBytes; i++) digest[offset + i] = (byte)(_state[i >> 2] >> (24 - (8 * (i & 3))));
            Reset();
        }

        private void Compress(byte[] bytes, int at)
        {
            uint[] w = _w;
            uint[] k = _k;
            for (int i = 0; i < 16; i++)
            {
                w[i] = ((uint)bytes[at] << 24) | ((uint)bytes[at + 1] << 16) | ((uint)bytes[at + 2] << 8) | bytes[at + 3];
                at += 4;
            }

            for (int i = 16; i < Rounds; i++)
            {
                uint x = w[i - 15];
                uint y = w[i - 2];
                w[i] = w[i - 16] + w[i - 7]
                    + (((x >> 7) | (x << 25)) ^ ((x >> 18) | (x << 14)) ^ (x >> 3))
                    + (((y >> 17) | (y << 15)) ^ ((y >> 19) | (y << 13)) ^ (y >> 10));
            }

            uint a = _state[0], b = _state[1], c = _state[2], d = _state[3];
            uint e = _state[4], f = _state[5], g = _state[6], h = _state[7];
            for (int i = 0; i < Rounds; i++)
            {
                uint one = h + (((e >> 6) | (e << 26)) ^ ((e >> 11) | (e << 21)) ^ ((e >> 25) | (e << 7))) + (g ^ (e & (f ^ g))) + k[i] + w[i];
                uint two = (((a >> 2) | (a << 30)) ^ ((a >> 13) | (a << 19)) ^ ((a >> 22) | (a << 10))) + ((a & b) | (c & (a | b)));
                h = g;
                g = f;
                f = e;
                e = d + one;
                d = c;
                c = b;
                b = a;
                a = one + two;
            }

            _state[0] += a;
            _state[1] += b;
            _state[2] += c;
            _state[3] += d;
            _state[4] += e;
            _state[5] += f;
            _state[6] += g;
            _state[7] += h;
        }

        // Fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
        private static uint[] Constants() => new uint[]
        {
            0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
            0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
            0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
            0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
            0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
            0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
            0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
            0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
        };
    }
}
