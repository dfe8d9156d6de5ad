namespace JkFleet.Server.Sites;

/// <summary>A place with batteries: what people's rights, profiles and time zones hang on.</summary>
public sealed class Site
{
  public int Id { get; set; }
  public required string Name { get; set; }

  /// <summary>IANA name, e.g. <c>Europe/Berlin</c>; times are stored in UTC and shown in this zone.</summary>
  public string TimeZone { get; set; } = "Etc/UTC";

  public double? Latitude { get; set; }
  public double? Longitude { get; set; }
  public string Notes { get; set; } = "";

  /// <summary>Tags, lower case, separated by one space, with a space before and after: found by <c>Contains(" tag ")</c>.</summary>
  public string Tags { get; set; } = "";

  public DateTimeOffset CreatedAt { get; set; }

  /// <summary>Optimistic concurrency: grows with every change.</summary>
  public int Version { get; set; }
}
