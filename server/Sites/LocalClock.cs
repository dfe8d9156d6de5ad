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

  /// <summary>The instant that a clock at the site shows so; of a time that comes twice the first, null for one that never comes.</summary>
  /// <param name="timeZone">IANA name.</param>
  /// <param name="local">As a browser's date and time field says it, e.g. <c>2027-03-28T02:30</c>.</param>
  public static DateTimeOffset? Instant(string timeZone, string local)
  {
    if (!DateTime.TryParse(local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return null;
    var zone = Zone(timeZone);
    time = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
    if (zone.IsInvalidTime(time)) return null;
    var offset = zone.IsAmbiguousTime(time) ? zone.GetAmbiguousTimeOffsets(time).Max() : zone.GetUtcOffset(time);
    return new DateTimeOffset(time, offset).ToUniversalTime();
  }
}
