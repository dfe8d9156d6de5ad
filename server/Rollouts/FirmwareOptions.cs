using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Rollouts;

/// <summary>Section <c>Firmware</c>: whose signatures count, and how devices reach the files.</summary>
public sealed class FirmwareOptions : IValidatableObject
{
  public const string Section = "Firmware";

  /// <summary>Pinned public release keys: 64 hex digits each, or the path of a <c>release.pub</c>. Without one no upload is accepted.</summary>
  public string[] Keys { get; set; } = [];

  /// <summary>Address by which devices reach this server's pages, e.g. <c>https://fleet.example</c>; empty = its first own address.</summary>
  public string PublicUrl { get; set; } = "";

  /// <summary>How long a download link is good.</summary>
  [Range(1, 10_080)]
  public int LinkMinutes { get; set; } = 240;

  /// <summary>The pinned keys, 32 bytes each.</summary>
  public byte[][] PublicKeys() => [.. Keys.Select(Read)];

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    foreach (var key in Keys)
    {
      string? wrong = null;
      try
      {
        if (Read(key).Length != 32) wrong = "is not 32 bytes";
      }
      catch (Exception broken) when (broken is FormatException or IOException or UnauthorizedAccessException)
      {
        wrong = broken.Message;
      }

      if (wrong is not null) yield return new ValidationResult($"Firmware:Keys: '{key}' is neither 64 hex digits nor a readable release.pub ({wrong}).");
    }

    if (PublicUrl.Length > 0 && (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
      yield return new ValidationResult("Firmware:PublicUrl is an http or https address.");
    if (PublicUrl.Length > 100) yield return new ValidationResult("Firmware:PublicUrl has at most 100 characters.");
  }

  private static byte[] Read(string key)
  {
    if (key.Length == 64 && key.All(char.IsAsciiHexDigit)) return Convert.FromHexString(key);
    var line = File.ReadLines(key).Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0 && !l.StartsWith('#'));
    return Convert.FromHexString(line ?? "");
  }
}
