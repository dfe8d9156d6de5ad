using System.Numerics;
using JkFleet.Crypto;
using Xunit;

namespace JkFleet.Shared.Tests.Crypto;

/// <summary>The unwritten danger of limb arithmetic is a carry at the edge, so the edges are what is tried here.</summary>
public sealed class Field25519Tests
{
    private static readonly BigInteger P = Ed25519Signer.Prime;

    [Fact]
    public void Products_at_the_stated_bounds_are_exact()
    {
        var random = new Random(25519);
        var product = new int[Field25519.Limbs];
        for (var i = 0; i < 20_000; i++)
        {
            var f = Limbs(random, 4);
            var g = Limbs(random, 3);
            Field25519.Mul(product, f, g);
            Assert.Equal(Mod(Value(f) * Value(g)), Mod(Value(product)));
            AssertOneUnit(product);

            Field25519.Square(product, g);
            Assert.Equal(Mod(Value(g) * Value(g)), Mod(Value(product)));
            AssertOneUnit(product);
        }
    }

    [Fact]
    public void Every_value_has_one_spelling_in_bytes()
    {
        var random = new Random(7);
        var bytes = new byte[32];
        var scratch = new long[2 * Field25519.Limbs];
        var back = new int[Field25519.Limbs];
        for (var i = 0; i < 20_000; i++)
        {
            var f = Limbs(random, 4);
            Field25519.ToBytes(f, bytes, scratch);
            Assert.Equal(Mod(Value(f)), new BigInteger(bytes, isUnsigned: true));
            Field25519.FromBytes(back, bytes, 0);
            Assert.Equal(Mod(Value(f)), Value(back));
        }

        foreach (var value in new[] { 0, 1, P - 1, P, P + 1, P + 18, BigInteger.Pow(2, 255) - 1 })
        {
            Field25519.FromBytes(back, Ed25519Signer.Bytes(value), 0);
            Field25519.ToBytes(back, bytes, scratch);
            Assert.Equal(Mod(value), new BigInteger(bytes, isUnsigned: true));
        }
    }

    [Fact]
    public void Scalars_are_reduced_exactly_and_recoded_without_loss()
    {
        var random = new Random(11);
        var order = Scalar25519.Order();
        var work = new long[64];
        var digits = new sbyte[Scalar25519.Digits];
        for (var i = 0; i < 20_000; i++)
        {
            var wide = new byte[64];
            if (i % 3 == 0) Array.Fill(wide, (byte)255);
            if (i % 3 == 1) random.NextBytes(wide);
            // Near multiples of the order, where the last borrow decides.
            if (i % 3 == 2) (Ed25519Signer.Order * random.NextInt64(1L << 62) + random.Next(-2, 3) + 2).ToByteArray(isUnsigned: true).CopyTo(wide, 0);
            var expected = new BigInteger(wide, isUnsigned: true) % Ed25519Signer.Order;
            Scalar25519.Reduce(wide, order, work);
            Assert.Equal(expected, new BigInteger(wide.AsSpan(0, 32), isUnsigned: true));

            Scalar25519.Recode(wide, 0, digits);
            var sum = BigInteger.Zero;
            for (var d = digits.Length - 1; d >= 0; d--)
            {
                Assert.True(digits[d] == 0 || (digits[d] % 2 != 0 && Math.Abs((int)digits[d]) <= 15));
                sum = (2 * sum) + digits[d];
            }

            Assert.Equal(expected, sum);
        }
    }

    private static int[] Limbs(Random random, int units)
    {
        var limbs = new int[Field25519.Limbs];
        var edge = random.Next(4);
        for (var i = 0; i < limbs.Length; i++)
        {
            var most = units << (26 - (i & 1));
            limbs[i] = edge switch
            {
                0 => most,
                1 => -most,
                2 => random.Next(2) == 0 ? most : -most,
                _ => (int)random.NextInt64(-(long)most, (long)most + 1),
            };
        }

        return limbs;
    }

    private static void AssertOneUnit(int[] limbs)
    {
        for (var i = 0; i < limbs.Length; i++)
            Assert.InRange(limbs[i], -(1 << 18), (1 << (26 - (i & 1))) + (1 << 18));
    }

    private static BigInteger Value(int[] limbs)
    {
        var value = BigInteger.Zero;
        var bit = 0;
        for (var i = 0; i < limbs.Length; i++)
        {
            value += (BigInteger)limbs[i] << bit;
            bit += 26 - (i & 1);
        }

        return value;
    }

    private static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;
}
