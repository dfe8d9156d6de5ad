using System.Globalization;

namespace JkFleet.Server.Sites;

/// <summary>Local time of a site.</summary>
public static class LocalClock
{
  /// <summary>The zone; UTC for a name that this machine's tables no longer know.</summary>
  /// <param name="timeZone">IANA name.</param>
  public static TimeZoneInfo Zone(string timeZone) => TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;

  /// <summary>Where local time stands at an instant, summer time included, minutes from UTC.</summary>
  public static int OffsetMin(string timeZone, DateTimeOffset at) => (int)Zone(timeZone).GetUtcOffset(at).TotalMinutes;

  /// <summary>An instant as a person at the site reads it, with the zone's name.</summary>
  public static string Text(string timeZone, DateTimeOffset at) =>
    TimeZoneInfo.ConvertTime(at, Zone(timeZone)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " " + (timeZone is "Etc/UTC" or "" ? "UTC" : timeZone);
}
