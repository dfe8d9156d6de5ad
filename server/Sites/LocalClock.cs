namespace JkFleet.Server.Sites;

/// <summary>Local time of a site.</summary>
public static class LocalClock
{
  /// <summary>The zone; UTC for a name that this machine's tables no longer know.</summary>
  /// <param name="timeZone">IANA name.</param>
  public static TimeZoneInfo Zone(string timeZone) => TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;

  /// <summary>Where local time stands at an instant, summer time included, minutes from UTC.</summary>
  public static int OffsetMin(string timeZone, DateTimeOffset at) => (int)Zone(timeZone).GetUtcOffset(at).TotalMinutes;
}
