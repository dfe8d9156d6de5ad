namespace JkFleet.Crypto
{
    /// <summary>Numbers modulo the group order L = 2^252 + 27742317777372353535851937790883648493, as bytes, for Ed25519.</summary>
    internal static class Scalar25519
    {
        /// <summary>Digits of a recoded scalar.</summary>
        public const int Digits = 256;

        /// <summary>L in 32 little-endian bytes.</summary>
        public static byte[] Order() => new byte[]
        {
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
        };

        /// <summary>True when the 32 little-endian bytes are below L.</summary>
        public static bool IsBelowOrder(byte[] bytes, int offset, byte[] order)
        {
            for (int i = 31; i >= 0; i--)
                if (bytes[offset + i] != order[i]) return bytes[offset + i] < order[i];
            return false;
        }

        /// <summary>Takes 64 little-endian bytes modulo L.</summary>
        /// <param name="wide">The number; its first 32 bytes receive the remainder.</param>
        /// <param name="order">L.</param>
        /// <param name="work">64 working digits.</param>
        public static void Reduce(byte[] wide, byte[] order, long[] work)
        {
            for (int i = 0; i < 64; i++) work[i] = wide[i];

            // From the top, byte 32 + n stands for itself times 2^(256 + 8n), and 2^256 = -16 (L - 2^252) modulo L:
            // take 16 L for each of its units off at the right place. Signed carries keep the digits small.
            for (int top = 63; top >= 32; top--)
            {
                long carry = 0;
                int place = top - 32;
                // Above digit 15 L has only its last byte, which is the digit being cleared.
                for (int i = 0; i < 20; i++)
                {
                    long low = i < 16 ? order[i] : 0;
                    work[place + i] += carry - (16 * work[top] * low);
                    carry = (work[place + i] + 128) >> 8;
                    work[place + i] -= carry << 8;
                }

                work[place + 20] += carry;
                work[top] = 0;
            }

            // Now below 2^256 or so, perhaps negative: the four bits above 2^252 go the same way, then the last borrow.
            long rest = 0;
            long over = work[31] >> 4;
            for (int i = 0; i < 32; i++)
            {
                work[i] += rest - (over * order[i]);
                rest = work[i] >> 8;
                work[i] &= 255;
            }

            for (int i = 0; i < 32; i++) work[i] -= rest * order[i];
            for (int i = 0; i < 32; i++)
            {
                if (i < 31) work[i + 1] += work[i] >> 8;
                wide[i] = (byte)work[i];
            }
        }

        /// <summary>
        /// Writes a scalar as digits 0, +-1, +-3 ... +-15 with at least four zeros after each that is not zero, so that a
        /// multiplication adds a ready multiple of the point about every sixth bit.
        /// </summary>
        /// <param name="bytes">The scalar, little-endian, below 2^253.</param>
        /// <param name="offset">Its first byte.</param>
        /// <param name="digits">Receives <see cref="Digits"/> digits, lowest first.</param>
        public static void Recode(byte[] bytes, int offset, sbyte[] digits)
        {
            for (int i = 0; i < Digits; i++) digits[i] = (sbyte)((bytes[offset + (i >> 3)] >> (i & 7)) & 1);

            for (int i = 0; i < Digits; i++)
            {
                if (digits[i] == 0) continue;
                int value = 0;
                for (int k = 4; k >= 0; k--)
                {
                    value <<= 1;
                    if (i + k < Digits) value += digits[i + k];
                }

                for (int k = 0; k < 5 && i + k < Digits; k++) digits[i + k] = 0;
                if (value >= 16)
                {
                    // 2^5 too much: take it off here and carry one into the sixth place.
                    value -= 32;
                    int at = i + 5;
                    while (digits[at] != 0) digits[at++] = 0;
                    digits[at] = 1;
                }

                digits[i] = (sbyte)value;
            }
        }
    }
}
