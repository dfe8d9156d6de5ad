using System.ComponentModel.DataAnnotations;
using JkFleet.Contracts;

namespace JkFleet.Server.Devices;

/// <summary>Section <c>Devices</c>.</summary>
public sealed class DevicesOptions : IValidatableObject
{
  public const string Section = "Devices";

  public SeedOptions Seed { get; set; } = new();
  public TimelineOptions Timeline { get; set; } = new();

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    if (Seed.Count is < 0 or > 100_000) yield return new ValidationResult("Devices:Seed:Count is 0..100000.");
    if (Seed.Sites is < 1 or > 1000) yield return new ValidationResult("Devices:Seed:Sites is 1..1000.");
    if (Timeline.KeepDays is < 1 or > 3650) yield return new ValidationResult("Devices:Timeline:KeepDays is 1..3650.");
    if (Timeline.EventsPerDevice is < 100 or > 100_000) yield return new ValidationResult("Devices:Timeline:EventsPerDevice is 100..100000.");
    if (Timeline.CommandsPerDevice is < 10 or > 10_000) yield return new ValidationResult("Devices:Timeline:CommandsPerDevice is 10..10000.");
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

  /// <summary>Their names, as far as they go; the others are called after the prefix.</summary>
  public string[] SiteNames { get; set; } = [];
}

/// <summary>How much of what happened on a device is kept.</summary>
public sealed class TimelineOptions
{
  /// <summary>Days, 1..3650.</summary>
  public int KeepDays { get; set; } = 365;

  /// <summary>Newest events of each device, 100..100000.</summary>
  public int EventsPerDevice { get; set; } = 2000;

  /// <summary>Newest commands of each device, 10..10000.</summary>
  public int CommandsPerDevice { get; set; } = 500;
}
