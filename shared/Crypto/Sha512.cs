using System;

namespace JkFleet.Crypto
{
    /// <summary>
    /// SHA-512 (FIPS 180-4), the hash inside Ed25519; the twin of <see cref="Sha256"/> with 64-bit words.
    /// </summary>
    internal sealed class Sha512
    {
        /// <summary>Bytes of a digest.</summary>
        public const int DigestBytes = 64;

        private const int BlockBytes = 128;
        private const int Rounds = 80;

        // Instance fields: a loaded module on the board is safer without static constructors.
        private readonly ulong[] _k = Constants();
        private readonly ulong[] _w = new ulong[Rounds];
        private readonly ulong[] _state = new ulong[8];
        private readonly byte[] _block = new byte[BlockBytes];
        private int _held;
        private long _total;

        /// <summary>Ready for <see cref="Update"/>.</summary>
        public Sha512()
        {
            Reset();
        }

        /// <summary>Forgets everything fed so far.</summary>
        public void Reset()
        {
            _state[0] = 0x6a09e667f3bcc908;
            _state[1] = 0xbb67ae8584caa73b;
            _state[2] = 0x3c6ef372fe94f82b;
            _state[3] = 0xa54ff53a5f1d36f1;
            _state[4] = 0x510e527fade682d1;
            _state[5] = 0x9b05688c2b3e6c1f;
            _state[6] = 0x1f83d9abfb41bd6b;
            _state[7] = 0x5be0cd19137e2179;
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
            if (_held > BlockBytes - 16)
            {
                Array.Clear(_block, _held, BlockBytes - _held);
                Compress(_block, 0);
                _held = 0;
            }

            Array.Clear(_block, _held, BlockBytes - _held);
            for (int i = 0; i < 8; i++) _block[BlockBytes - 1 - i] = (byte)(bits >> (8 * i));
            Compress(_block, 0);
            for (int i = 0; i < DigestBytes; i++) digest[offset + i] = (byte)(_state[i >> 3] >> (56 - (8 * (i & 7))));
            Reset();
        }

        private void Compress(byte[] bytes, int at)
        {
            ulong[] w = _w;
            ulong[] k = _k;
            for (int i = 0; i < 16; i++)
            {
                ulong word = 0;
                for (int n = 0; n < 8; n++) word = (word << 8) | bytes[at++];
                w[i] = word;
            }

            for (int i = 16; i < Rounds; i++)
            {
                ulong x = w[i - 15];
                ulong y = w[i - 2];
                w[i] = w[i - 16] + w[i - 7]
                    + (((x >> 1) | (x << 63)) ^ ((x >> 8) | (x << 56)) ^ (x >> 7))
                    + (((y >> 19) | (y << 45)) ^ ((y >> 61) | (y << 3)) ^ (y >> 6));
            }

            ulong a = _state[0], b = _state[1], c = _state[2], d = _state[3];
            ulong e = _state[4], f = _state[5], g = _state[6], h = _state[7];
            for (int i = 0; i < Rounds; i++)
            {
                ulong one = h + (((e >> 14) | (e << 50)) ^ ((e >> 18) | (e << 46)) ^ ((e >> 41) | (e << 23))) + (g ^ (e & (f ^ g))) + k[i] + w[i];
                ulong two = (((a >> 28) | (a << 36)) ^ ((a >> 34) | (a << 30)) ^ ((a >> 39) | (a << 25))) + ((a & b) | (c & (a | b)));
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

        // Fractions of the cube roots of the first 80 primes (FIPS 180-4, 4.2.3).
        private static ulong[] Constants() => new ulong[]
        {
            0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
            0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
            0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
            0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
            0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
            0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
            0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
            0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
            0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
            0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
            0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
            0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
            0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
            0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
            0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
            0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
            0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
            0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
            0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
            0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
        };
    }
}
