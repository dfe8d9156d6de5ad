using System.ComponentModel.DataAnnotations;
using JkFleet.Contracts;

namespace JkFleet.Server.Devices;

/// <summary>Section <c>Devices</c>.</summary>
public sealed class DevicesOptions : IValidatableObject
{
  public const string Section = "Devices";

  public SeedOptions Seed { get; set; } = new();

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    if (Seed.Count is < 0 or > 100_000) yield return new ValidationResult("Devices:Seed:Count is 0..100000.");
    if (Seed.Sites is < 1 or > 1000) yield return new ValidationResult("Devices:Seed:Sites is 1..1000.");
    if (Seed.Count == 0) yield break;
    if (!Topics.IsDeviceId(Seed.Prefix) || Seed.Prefix.Length > 40) yield return new ValidationResult("Devices:Seed:Prefix is 1..40 of a-z, 0-9, '-', '_'.");
    if (Seed.Secret.Length < 8) yield return new ValidationResult("Devices:Seed:Secret has at least 8 characters when Devices:Seed:Count is above 0.");
  }
}

/// <summary>Devices made at start for demonstrations and tests: ids PREFIX-0001 and so on, secrets derived from one.</summary>
public sealed class SeedOptions
{
  public int Count { get; set; }
  public string Prefix { get; set; } = "sim";
  public string Secret { get; set; } = "";

  /// <summary>Spread over so many sites.</summary>
  public int Sites { get; set; } = 1;
}
