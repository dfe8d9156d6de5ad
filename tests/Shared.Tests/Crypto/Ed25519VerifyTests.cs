using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using JkFleet.Crypto;
using Xunit;

namespace JkFleet.Shared.Tests.Crypto;

public sealed class Ed25519VerifyTests
{
    private readonly Ed25519Verify _verify = new();

    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Vectors_of_rfc_8032_verify(string seed, string key, string message, string signature)
    {
        var text = Convert.FromHexString(message);
        var signed = Convert.FromHexString(signature);
        var signer = new Ed25519Signer(Convert.FromHexString(seed));
        Assert.Equal(Convert.FromHexString(key), signer.Public);
        Assert.Equal(signed, signer.Sign(text));
        Assert.Equal(Ed25519Verdict.Valid, Verify(signer.Public, text, signed));
    }

    [Fact]
    public void What_the_library_signs_verifies_here()
    {
        Gen.Select(Gen.Int, Gen.Byte.Array[0, 1100]).Sample(
            (seed, message) =>
            {
                var signer = Ed25519Signer.Seeded(seed);
                return new Ed25519Verify().Verify(signer.Public, message, 0, message.Length, signer.Sign(message), 0) == Ed25519Verdict.Valid;
            },
            iter: 300);
    }

    [Fact]
    public void Both_sides_agree_on_damaged_signatures_keys_and_messages()
    {
        Gen.Select(Gen.Int, Gen.Byte.Array[1, 200], Gen.Int[0, 2], Gen.Int[0, 100_000], Gen.Byte).Sample(
            (seed, message, what, where, with) =>
            {
                var signer = Ed25519Signer.Seeded(seed);
                var signature = signer.Sign(message);
                var key = signer.Public;
                var target = what == 0 ? signature : what == 1 ? key : message;
                target[where % target.Length] ^= with;
                var ours = new Ed25519Verify().Verify(key, message, 0, message.Length, signature, 0) == Ed25519Verdict.Valid;
                return ours == Ed25519Signer.Verify(key, message, signature) && ours == (with == 0);
            },
            iter: 500);
    }

    [Fact]
    public void No_single_bit_can_be_flipped()
    {
        var signer = Ed25519Signer.Seeded(1);
        var message = "name: jkagent, version: 1.2.3"u8.ToArray();
        var signature = signer.Sign(message);
        foreach (var target in new[] { signature, signer.Public, message })
        {
            for (var bit = 0; bit < target.Length * 8; bit++)
            {
                target[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(Ed25519Verdict.Valid, Verify(signer.Public, message, signature));
                target[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.Equal(Ed25519Verdict.Valid, Verify(signer.Public, message, signature));
    }

    [Fact]
    public void A_second_spelling_of_s_is_refused()
    {
        var signer = Ed25519Signer.Seeded(2);
        var message = new byte[] { 1, 2, 3 };
        var signature = signer.Sign(message);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        foreach (var other in new[] { s + Ed25519Signer.Order, s + (7 * Ed25519Signer.Order), Ed25519Signer.Order })
            Assert.Equal(Ed25519Verdict.MalleableS, Verify(signer.Public, message, [.. signature[..32], .. Ed25519Signer.Bytes(other)]));
    }

    // y of the points whose order divides 8; the two of order 8 come with both signs.
    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", Ed25519Verdict.KeySmallOrder)]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", Ed25519Verdict.KeySmallOrder)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", Ed25519Verdict.KeySmallOrder)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080", Ed25519Verdict.KeySmallOrder)]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", Ed25519Verdict.KeySmallOrder)]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", Ed25519Verdict.KeySmallOrder)]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", Ed25519Verdict.KeySmallOrder)]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", Ed25519Verdict.KeySmallOrder)]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", Ed25519Verdict.KeyNotCanonical)]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", Ed25519Verdict.KeyNotOnCurve)]
    public void Weak_and_misspelt_keys_are_refused(string key, Ed25519Verdict expected)
    {
        // Under a key of small order S = 0 with R neutral satisfies the plain equation for one message in eight at least.
        var forged = new byte[64];
        forged[0] = 1;
        for (var i = 0; i < 16; i++)
            Assert.Equal(expected, Verify(Convert.FromHexString(key), [(byte)i], forged));
    }

    [Fact]
    public void A_neutral_r_is_refused_although_the_equation_holds()
    {
        var signer = Ed25519Signer.Seeded(3);
        var message = new byte[] { 9 };
        Assert.Equal(Ed25519Verdict.RSmallOrder, Verify(signer.Public, message, signer.SignWithNeutralR(message)));
    }

    [Fact]
    public void A_misspelt_r_is_refused()
    {
        var signer = Ed25519Signer.Seeded(4);
        var signature = signer.Sign([5]);
        foreach (var y in new[] { Ed25519Signer.Prime, Ed25519Signer.Prime + 1, BigInteger.Pow(2, 255) - 1 })
            Assert.Equal(Ed25519Verdict.RNotCanonical, Verify(signer.Public, [5], [.. Ed25519Signer.Bytes(y), .. signature[32..]]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(777)]
    public void In_slices_the_verdict_is_the_same_and_no_slice_is_much_over_its_budget(int budget)
    {
        var signer = Ed25519Signer.Seeded(5);
        var message = RandomNumberGenerator.GetBytes(321);
        var signature = signer.Sign(message);
        foreach (var expected in new[] { Ed25519Verdict.Valid, Ed25519Verdict.Mismatch })
        {
            if (expected == Ed25519Verdict.Mismatch) message[0]++;
            _verify.Begin(signer.Public, message, 0, message.Length, signature, 0);
            var longest = 0;
            bool done;
            do
            {
                Assert.Equal(Ed25519Verdict.Running, _verify.Verdict);
                var before = _verify.Multiplications;
                done = _verify.Step(budget);
                longest = Math.Max(longest, _verify.Multiplications - before);
            }
            while (!done);

            Assert.Equal(expected, _verify.Verdict);
            Assert.True(longest < budget + 48, $"a slice of {longest} with a budget of {budget}");
        }
    }

    [Fact]
    public void Verifying_allocates_nothing_once_made()
    {
        var signer = Ed25519Signer.Seeded(6);
        var message = new byte[300];
        var signature = signer.Sign(message);
        Verify(signer.Public, message, signature);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _verify.Verify(signer.Public, message, 0, message.Length, signature, 0);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private Ed25519Verdict Verify(byte[] key, byte[] message, byte[] signature) =>
        _verify.Verify(key, message, 0, message.Length, signature, 0);
}
