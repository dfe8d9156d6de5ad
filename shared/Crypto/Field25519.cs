using System;

namespace JkFleet.Crypto
{
    /// <summary>
    /// Numbers modulo p = 2^255 - 19 for a runtime without big integers and without a fast loop: ten signed limbs of
    /// 26 and 25 bits in turn (value = sum of limb[i] * 2^ceil(25.5 i)). Written out without loops, because on an
    /// interpreter the loop would cost more than the arithmetic.
    /// Bounds: results of <see cref="Mul"/> and <see cref="Square"/> fit their limbs ("one unit", 2^26 or 2^25);
    /// sums and differences are not carried, so each adds up the units of its inputs; a product may have inputs of at most
    /// 4 and 3 units (its largest column then stays below 2^62.6).
    /// </summary>
    internal static class Field25519
    {
        /// <summary>Limbs of a number.</summary>
        public const int Limbs = 10;

        private const long Low26 = (1L << 26) - 1;
        private const long Low25 = (1L << 25) - 1;

        /// <summary>into = f * g. <paramref name="into"/> may be one of the inputs.</summary>
        public static void Mul(int[] into, int[] f, int[] g)
        {
            long f0 = f[0]; long g0 = g[0];
            long f1 = f[1]; long g1 = g[1];
            long f2 = f[2]; long g2 = g[2];
            long f3 = f[3]; long g3 = g[3];
            long f4 = f[4]; long g4 = g[4];
            long f5 = f[5]; long g5 = g[5];
            long f6 = f[6]; long g6 = g[6];
            long f7 = f[7]; long g7 = g[7];
            long f8 = f[8]; long g8 = g[8];
            long f9 = f[9]; long g9 = g[9];

            // A limb beyond the top wraps with factor 19, since 2^255 = 19 modulo p.
            long g1_19 = 19 * g1;
            long g2_19 = 19 * g2;
            long g3_19 = 19 * g3;
            long g4_19 = 19 * g4;
            long g5_19 = 19 * g5;
            long g6_19 = 19 * g6;
            long g7_19 = 19 * g7;
            long g8_19 = 19 * g8;
            long g9_19 = 19 * g9;

            // Two odd limbs are each half a bit short of their place: their product counts twice.
            long f1_2 = 2 * f1;
            long f3_2 = 2 * f3;
            long f5_2 = 2 * f5;
            long f7_2 = 2 * f7;
            long f9_2 = 2 * f9;

            long h0 = (f0 * g0) + (f1_2 * g9_19) + (f2 * g8_19) + (f3_2 * g7_19) + (f4 * g6_19)
                + (f5_2 * g5_19) + (f6 * g4_19) + (f7_2 * g3_19) + (f8 * g2_19) + (f9_2 * g1_19);
            long h1 = (f0 * g1) + (f1 * g0) + (f2 * g9_19) + (f3 * g8_19) + (f4 * g7_19)
                + (f5 * g6_19) + (f6 * g5_19) + (f7 * g4_19) + (f8 * g3_19) + (f9 * g2_19);
            long h2 = (f0 * g2) + (f1_2 * g1) + (f2 * g0) + (f3_2 * g9_19) + (f4 * g8_19)
                + (f5_2 * g7_19) + (f6 * g6_19) + (f7_2 * g5_19) + (f8 * g4_19) + (f9_2 * g3_19);
            long h3 = (f0 * g3) + (f1 * g2) + (f2 * g1) + (f3 * g0) + (f4 * g9_19)
                + (f5 * g8_19) + (f6 * g7_19) + (f7 * g6_19) + (f8 * g5_19) + (f9 * g4_19);
            long h4 = (f0 * g4) + (f1_2 * g3) + (f2 * g2) + (f3_2 * g1) + (f4 * g0)
                + (f5_2 * g9_19) + (f6 * g8_19) + (f7_2 * g7_19) + (f8 * g6_19) + (f9_2 * g5_19);
            long h5 = (f0 * g5) + (f1 * g4) + (f2 * g3) + (f3 * g2) + (f4 * g1)
                + (f5 * g0) + (f6 * g9_19) + (f7 * g8_19) + (f8 * g7_19) + (f9 * g6_19);
            long h6 = (f0 * g6) + (f1_2 * g5) + (f2 * g4) + (f3_2 * g3) + (f4 * g2)
                + (f5_2 * g1) + (f6 * g0) + (f7_2 * g9_19) + (f8 * g8_19) + (f9_2 * g7_19);
            long h7 = (f0 * g7) + (f1 * g6) + (f2 * g5) + (f3 * g4) + (f4 * g3)
                + (f5 * g2) + (f6 * g1) + (f7 * g0) + (f8 * g9_19) + (f9 * g8_19);
            long h8 = (f0 * g8) + (f1_2 * g7) + (f2 * g6) + (f3_2 * g5) + (f4 * g4)
                + (f5_2 * g3) + (f6 * g2) + (f7_2 * g1) + (f8 * g0) + (f9_2 * g9_19);
            long h9 = (f0 * g9) + (f1 * g8) + (f2 * g7) + (f3 * g6) + (f4 * g5)
                + (f5 * g4) + (f6 * g3) + (f7 * g2) + (f8 * g1) + (f9 * g0);

            h1 += h0 >> 26; h0 &= Low26;
            h2 += h1 >> 25; h1 &= Low25;
            h3 += h2 >> 26; h2 &= Low26;
            h4 += h3 >> 25; h3 &= Low25;
            h5 += h4 >> 26; h4 &= Low26;
            h6 += h5 >> 25; h5 &= Low25;
            h7 += h6 >> 26; h6 &= Low26;
            h8 += h7 >> 25; h7 &= Low25;
            h9 += h8 >> 26; h8 &= Low26;
            h0 += 19 * (h9 >> 25); h9 &= Low25;
            h1 += h0 >> 26; h0 &= Low26;

            into[0] = (int)h0;
            into[1] = (int)h1;
            into[2] = (int)h2;
            into[3] = (int)h3;
            into[4] = (int)h4;
            into[5] = (int)h5;
            into[6] = (int)h6;
            into[7] = (int)h7;
            into[8] = (int)h8;
            into[9] = (int)h9;
        }

        /// <summary>into = f * f, with 55 products instead of 100. <paramref name="into"/> may be the input.</summary>
        public static void Square(int[] into, int[] f)
        {
            long f0 = f[0];
            long f1 = f[1];
            long f2 = f[2];
            long f3 = f[3];
            long f4 = f[4];
            long f5 = f[5];
            long f6 = f[6];
            long f7 = f[7];
            long f8 = f[8];
            long f9 = f[9];

            long f0_2 = 2 * f0;
            long f1_2 = 2 * f1;
            long f2_2 = 2 * f2;
            long f3_2 = 2 * f3;
            long f4_2 = 2 * f4;
            long f5_2 = 2 * f5;
            long f6_2 = 2 * f6;
            long f7_2 = 2 * f7;
            long f5_38 = 38 * f5;
            long f6_19 = 19 * f6;
            long f7_38 = 38 * f7;
            long f8_19 = 19 * f8;
            long f9_38 = 38 * f9;

            long h0 = (f0 * f0) + (f1_2 * f9_38) + (f2_2 * f8_19) + (f3_2 * f7_38) + (f4_2 * f6_19) + (f5 * f5_38);
            long h1 = (f0_2 * f1) + (f2 * f9_38) + (f3_2 * f8_19) + (f4 * f7_38) + (f5_2 * f6_19);
            long h2 = (f0_2 * f2) + (f1_2 * f1) + (f3_2 * f9_38) + (f4_2 * f8_19) + (f5_2 * f7_38) + (f6 * f6_19);
            long h3 = (f0_2 * f3) + (f1_2 * f2) + (f4 * f9_38) + (f5_2 * f8_19) + (f6 * f7_38);
            long h4 = (f0_2 * f4) + (f1_2 * f3_2) + (f2 * f2) + (f5_2 * f9_38) + (f6_2 * f8_19) + (f7 * f7_38);
            long h5 = (f0_2 * f5) + (f1_2 * f4) + (f2_2 * f3) + (f6 * f9_38) + (f7_2 * f8_19);
            long h6 = (f0_2 * f6) + (f1_2 * f5_2) + (f2_2 * f4) + (f3_2 * f3) + (f7_2 * f9_38) + (f8 * f8_19);
            long h7 = (f0_2 * f7) + (f1_2 * f6) + (f2_2 * f5) + (f3_2 * f4) + (f8 * f9_38);
            long h8 = (f0_2 * f8) + (f1_2 * f7_2) + (f2_2 * f6) + (f3_2 * f5_2) + (f4 * f4) + (f9 * f9_38);
            long h9 = (f0_2 * f9) + (f1_2 * f8) + (f2_2 * f7) + (f3_2 * f6) + (f4_2 * f5);

            h1 += h0 >> 26; h0 &= Low26;
            h2 += h1 >> 25; h1 &= Low25;
            h3 += h2 >> 26; h2 &= Low26;
            h4 += h3 >> 25; h3 &= Low25;
            h5 += h4 >> 26; h4 &= Low26;
            h6 += h5 >> 25; h5 &= Low25;
            h7 += h6 >> 26; h6 &= Low26;
            h8 += h7 >> 25; h7 &= Low25;
            h9 += h8 >> 26; h8 &= Low26;
            h0 += 19 * (h9 >> 25); h9 &= Low25;
            h1 += h0 >> 26; h0 &= Low26;

            into[0] = (int)h0;
            into[1] = (int)h1;
            into[2] = (int)h2;
            into[3] = (int)h3;
            into[4] = (int)h4;
            into[5] = (int)h5;
            into[6] = (int)h6;
            into[7] = (int)h7;
            into[8] = (int)h8;
            into[9] = (int)h9;
        }

        /// <summary>into = f + g, not carried.</summary>
        public static void Add(int[] into, int[] f, int[] g)
        {
            into[0] = f[0] + g[0];
            into[1] = f[1] + g[1];
            into[2] = f[2] + g[2];
            into[3] = f[3] + g[3];
            into[4] = f[4] + g[4];
            into[5] = f[5] + g[5];
            into[6] = f[6] + g[6];
            into[7] = f[7] + g[7];
            into[8] = f[8] + g[8];
            into[9] = f[9] + g[9];
        }

        /// <summary>into = f - g, not carried.</summary>
        public static void Sub(int[] into, int[] f, int[] g)
        {
            into[0] = f[0] - g[0];
            into[1] = f[1] - g[1];
            into[2] = f[2] - g[2];
            into[3] = f[3] - g[3];
            into[4] = f[4] - g[4];
            into[5] = f[5] - g[5];
            into[6] = f[6] - g[6];
            into[7] = f[7] - g[7];
            into[8] = f[8] - g[8];
            into[9] = f[9] - g[9];
        }

        /// <summary>Copies a number.</summary>
        public static void Copy(int[] into, int[] f)
        {
            Array.Copy(f, 0, into, 0, Limbs);
        }

        /// <summary>Sets a small number.</summary>
        /// <param name="into">Receives it.</param>
        /// <param name="value">0..2^25.</param>
        public static void SetSmall(int[] into, int value)
        {
            Array.Clear(into, 0, Limbs);
            into[0] = value;
        }

        /// <summary>Reads 32 little-endian bytes; the top bit (the sign of x) is left out.</summary>
        public static void FromBytes(int[] into, byte[] bytes, int offset)
        {
            int bit = 0;
            for (int i = 0; i < Limbs; i++)
            {
                int width = 26 - (i & 1);
                int at = offset + (bit >> 3);
                // Up to 7 + 26 bits: five bytes hold every limb; the last limb ends within its 32nd byte.
                long window = 0;
                for (int k = 4; k >= 0; k--)
                    window = (window << 8) | (at + k < offset + 32 ? bytes[at + k] : (byte)0);
                into[i] = (int)((window >> (bit & 7)) & ((1L << width) - 1));
                bit += width;
            }
        }

        /// <summary>Writes the one value in 0..p-1 as 32 little-endian bytes.</summary>
        /// <param name="f">The number; not changed.</param>
        /// <param name="bytes">Receives from index 0.</param>
        /// <param name="scratch">Two working places of ten limbs, one after the other.</param>
        public static void ToBytes(int[] f, byte[] bytes, long[] scratch)
        {
            for (int i = 0; i < Limbs; i++) scratch[i] = f[i];
            CarryWhole(scratch, 0);
            CarryWhole(scratch, 0);
            CarryWhole(scratch, 0);

            // The value v lies in 0..2^255-1 now. v >= p exactly when v + 19 reaches 2^255, and then v - p is v + 19 - 2^255.
            for (int i = 0; i < Limbs; i++) scratch[Limbs + i] = scratch[i];
            scratch[Limbs] += 19;
            for (int i = 0; i < Limbs - 1; i++)
            {
                int width = 26 - (i & 1);
                scratch[Limbs + i + 1] += scratch[Limbs + i] >> width;
                scratch[Limbs + i] &= (1L << width) - 1;
            }

            int from = scratch[Limbs + 9] >> 25 != 0 ? Limbs : 0;
            scratch[Limbs + 9] &= Low25;

            long window = 0;
            int bits = 0;
            int at = 0;
            for (int i = 0; i < Limbs; i++)
            {
                window |= scratch[from + i] << bits;
                bits += 26 - (i & 1);
                while (bits >= 8)
                {
                    bytes[at++] = (byte)window;
                    window >>= 8;
                    bits -= 8;
                }
            }

            bytes[at] = (byte)window;
        }

        private static void CarryWhole(long[] h, int at)
        {
            for (int i = 0; i < Limbs - 1; i++)
            {
                int width = 26 - (i & 1);
                h[at + i + 1] += h[at + i] >> width;
                h[at + i] &= (1L << width) - 1;
            }

            h[at] += 19 * (h[at + 9] >> 25);
            h[at + 9] &= Low25;
        }
    }
}
