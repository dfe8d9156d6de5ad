using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;

namespace JkFleet.Server.Devices;

/// <summary>Secrets of devices: 256 random bits as base64url text. A fast hash is enough, because there is nothing to guess.</summary>
public static class DeviceSecret
{
  public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

  public static byte[] Hash(string secret) => Hash(Encoding.UTF8.GetBytes(secret));

  public static byte[] Hash(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

  /// <summary>Secret of a seeded device: HMAC-SHA256 of its id under the seed's secret.</summary>
  public static string Seeded(string seedSecret, string deviceId) =>
    Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(seedSecret), Encoding.UTF8.GetBytes(deviceId)));
}
