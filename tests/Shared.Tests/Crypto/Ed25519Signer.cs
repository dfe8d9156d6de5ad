using System.Numerics;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace JkFleet.Shared.Tests.Crypto;

/// <summary>The other side of the cross-check: BouncyCastle signs, and numbers are built that no honest signer makes.</summary>
internal sealed class Ed25519Signer
{
    public static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    public static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    private readonly Ed25519PrivateKeyParameters _key;

    public Ed25519Signer(byte[] seed)
    {
        _key = new Ed25519PrivateKeyParameters(seed);
        Public = _key.GeneratePublicKey().GetEncoded();
        // The secret scalar of RFC 8032, 5.1.5.
        var hash = SHA512.HashData(seed)[..32];
        hash[0] &= 248;
        hash[31] = (byte)((hash[31] & 127) | 64);
        Scalar = new BigInteger(hash, isUnsigned: true);
    }

    public byte[] Public { get; }

    public BigInteger Scalar { get; }

    public static Ed25519Signer Seeded(int seed) => new(SHA256.HashData(BitConverter.GetBytes(seed)));

    public byte[] Sign(byte[] message)
    {
        var signer = new Org.BouncyCastle.Crypto.Signers.Ed25519Signer();
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(message, 0, message.Length);
        return signer.GenerateSignature();
    }

    public static bool Verify(byte[] key, byte[] message, byte[] signature)
    {
        try
        {
            var verifier = new Org.BouncyCastle.Crypto.Signers.Ed25519Signer();
            verifier.Init(forSigning: false, new Ed25519PublicKeyParameters(key));
            verifier.BlockUpdate(message, 0, message.Length);
            return verifier.VerifySignature(signature);
        }
        catch (ArgumentException)
        {
            return false; // its way to refuse a key that is no point
        }
    }

    /// <summary>The signature that satisfies the equation with R the neutral point: what a strict verifier must not accept.</summary>
    public byte[] SignWithNeutralR(byte[] message)
    {
        var r = Bytes(1);
        var hash = new BigInteger(SHA512.HashData([.. r, .. Public, .. message]), isUnsigned: true) % Order;
        return [.. r, .. Bytes(hash * Scalar % Order)];
    }

    public static byte[] Bytes(BigInteger value)
    {
        var bytes = new byte[32];
        value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }
}
