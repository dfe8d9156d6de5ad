using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Rollouts;

/// <summary>Download links: good for one device, one file and a short time; whoever finds one in a log gets a signed public build and no more.</summary>
public sealed class FirmwareLinks(IDataProtectionProvider protection, IOptions<FirmwareOptions> options, WebAddresses addresses)
{
  private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("firmware-link").ToTimeLimitedDataProtector();

  /// <summary>A fresh link.</summary>
  /// <param name="deviceId">Who may fetch.</param>
  /// <param name="sha256">What, lower-case hex.</param>
  public string For(string deviceId, string sha256)
  {
    var payload = Convert.FromHexString(sha256).Concat(Encoding.UTF8.GetBytes(deviceId)).ToArray();
    var token = WebEncoders.Base64UrlEncode(_protector.Protect(payload, TimeSpan.FromMinutes(options.Value.LinkMinutes)));
    var root = options.Value.PublicUrl.Length > 0 ? options.Value.PublicUrl.TrimEnd('/') : addresses.Web[0].GetLeftPart(UriPartial.Authority);
    return $"{root}/api/v1/firmware/{token}";
  }

  /// <summary>What a link is for; null = forged or expired.</summary>
  public (string DeviceId, string Sha256)? Read(string token)
  {
    try
    {
      var payload = _protector.Unprotect(WebEncoders.Base64UrlDecode(token));
      return payload.Length <= 32 ? null : (Encoding.UTF8.GetString(payload.AsSpan(32)), Convert.ToHexStringLower(payload.AsSpan(0, 32)));
    }
    catch (Exception broken) when (broken is FormatException or System.Security.Cryptography.CryptographicException)
    {
      return null;
    }
  }
}
