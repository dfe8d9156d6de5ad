using System.Security.Cryptography;
using System.Text;

namespace JkFleet.Server.Devices;

/// <summary>
/// The text of claim codes: 16 characters that nobody confuses when reading them aloud, in groups of four. 78 random
/// bits, so guessing is hopeless even without the rate limit.
/// </summary>
public static class ClaimText
{
  private const string Letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

  public static string Make()
  {
    Span<byte> random = stackalloc byte[16];
    RandomNumberGenerator.Fill(random);
    var text = new StringBuilder(19);
    for (var i = 0; i < random.Length; i++)
    {
      if (i > 0 && i % 4 == 0) text.Append('-');
      text.Append(Letters[random[i] % Letters.Length]);
    }

    return text.ToString();
  }

  /// <summary>Hash of a code as typed: case, spaces and dashes do not matter.</summary>
  public static byte[] Hash(string typed)
  {
    var clean = new string(typed.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant).Take(64).ToArray());
    return SHA256.HashData(Encoding.ASCII.GetBytes(clean));
  }
}
