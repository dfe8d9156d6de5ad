using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace JkFleet.Agent.Host.Release;

/// <summary>
/// The key that signs agent builds. It lives in one file of the person who releases and nowhere else: the server and the
/// devices hold the public half. With a passphrase the secret is sealed by AES-256-GCM under a scrypt key.
/// </summary>
internal sealed class ReleaseKey
{
    public const int PublicBytes = 32;
    private const int SecretBytes = 32;

    private const string FileType = "jkfleet-release-key";
    private const int ScryptCost = 1 << 16; // 64 MiB and a quarter of a second: felt by whoever tries passphrases
    private const int ScryptBlock = 8;
    private const int SaltBytes = 16;

    private readonly Ed25519PrivateKeyParameters _secret;

    private ReleaseKey(Ed25519PrivateKeyParameters secret)
    {
        _secret = secret;
        Public = secret.GeneratePublicKey().GetEncoded();
    }

    public byte[] Public { get; }

    public static ReleaseKey Create() => new(new Ed25519PrivateKeyParameters(RandomNumberGenerator.GetBytes(SecretBytes)));

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, _secret);
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    /// <summary>Writes <c>release.key</c> (readable by its owner alone) and <c>release.pub</c>; never over an existing key.</summary>
    public void Save(string folder, string? passphrase)
    {
        Directory.CreateDirectory(folder);
        var file = passphrase is null
            ? new KeyFile(FileType, 1, Hex(Public), Hex(_secret.GetEncoded()), null)
            : Seal(passphrase);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(Path.Combine(folder, "release.key"), options))
        {
            JsonSerializer.Serialize(stream, file, ReleaseJson.Default.KeyFile);
        }

        File.WriteAllText(Path.Combine(folder, "release.pub"), $"# JkFleet release key, public half (Ed25519)\n{Hex(Public)}\n");
    }

    /// <summary>Reads <c>release.key</c>.</summary>
    /// <exception cref="ReleaseException">Not such a file, or the passphrase is missing or wrong.</exception>
    public static ReleaseKey Load(string path, string? passphrase)
    {
        var file = Read(path);
        var secret = file.Seal is null
            ? Convert.FromHexString(file.Secret)
            : Open(file, passphrase ?? throw new ReleaseException("this key is sealed: give --passphrase-file"));
        var key = new ReleaseKey(new Ed25519PrivateKeyParameters(secret));
        if (!key.Public.AsSpan().SequenceEqual(Convert.FromHexString(file.Public))) throw new ReleaseException("the key file is damaged: its halves do not belong together");
        return key;
    }

    /// <summary>Reads <c>release.pub</c>: a line of 64 hex digits; lines beginning with # are for people.</summary>
    public static byte[] LoadPublic(string path)
    {
        var lines = File.ReadLines(path).Take(20).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').ToList();
        if (lines is [{ Length: 2 * PublicBytes } hex] && hex.All(char.IsAsciiHexDigit)) return Convert.FromHexString(hex);
        throw new ReleaseException($"{path} is no public release key");
    }

    private KeyFile Seal(string passphrase)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var secret = _secret.GetEncoded();
        var sealedSecret = new byte[secret.Length];
        using var aes = new AesGcm(Stretch(passphrase, salt, ScryptCost), tag.Length);
        aes.Encrypt(nonce, secret, sealedSecret, tag, Public);
        return new KeyFile(FileType, 1, Hex(Public), Hex(sealedSecret), new KeySeal("scrypt", ScryptCost, Hex(salt), "aes-256-gcm", Hex(nonce), Hex(tag)));
    }

    private static byte[] Open(KeyFile file, string passphrase)
    {
        var seal = file.Seal!;
        // The cost is bounded both ways: a file must not make us take gigabytes, nor an attacker weaken his own copy into ours.
        if (seal.Kdf != "scrypt" || seal.Cipher != "aes-256-gcm" || seal.Cost is < (1 << 14) or > (1 << 20) || (seal.Cost & (seal.Cost - 1)) != 0)
            throw new ReleaseException("the key file is sealed in a way this build does not know");
        try
        {
            var tag = Convert.FromHexString(seal.Tag);
            using var aes = new AesGcm(Stretch(passphrase, Convert.FromHexString(seal.Salt), seal.Cost), AesGcm.TagByteSizes.MaxSize);
            var secret = new byte[SecretBytes];
            aes.Decrypt(Convert.FromHexString(seal.Nonce), Convert.FromHexString(file.Secret), tag, secret, Convert.FromHexString(file.Public));
            return secret;
        }
        catch (CryptographicException)
        {
            throw new ReleaseException("the passphrase is wrong, or the key file is damaged");
        }
    }

    private static byte[] Stretch(string passphrase, byte[] salt, int cost) =>
        SCrypt.Generate(Encoding.UTF8.GetBytes(passphrase), salt, cost, ScryptBlock, 1, 32);

    private static KeyFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var file = JsonSerializer.Deserialize(stream, ReleaseJson.Default.KeyFile);
            if (file is { Type: FileType, Version: 1, Public.Length: 2 * PublicBytes, Secret.Length: 2 * SecretBytes }) return file;
        }
        catch (JsonException)
        {
            // answered below: whatever it is, it is no key of ours
        }

        throw new ReleaseException($"{path} is no release key");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>The form of <c>release.key</c>.</summary>
internal sealed record KeyFile(string Type, int Version, string Public, string Secret, KeySeal? Seal);

/// <summary>How the secret is sealed.</summary>
internal sealed record KeySeal(string Kdf, int Cost, string Salt, string Cipher, string Nonce, string Tag);

/// <summary>A mistake of the person at the keyboard: its message is for them.</summary>
internal sealed class ReleaseException(string message) : Exception(message);
