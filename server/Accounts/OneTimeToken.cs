using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace JkFleet.Server.Accounts;

/// <summary>Tokens of links: 256 random bits, kept as their hash only.</summary>
public static class OneTimeToken
{
  public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

  public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

  public static bool Fits(string? token, byte[] hash) => token is not null && CryptographicOperations.FixedTimeEquals(Hash(token), hash);
}
