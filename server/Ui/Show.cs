using JkFleet.Bms;

namespace JkFleet.Server.Ui;

/// <summary>Numbers of the contract as people read them; the unit never parts from its number.</summary>
public static class Show
{
  private const char Space = '\u00A0';

  /// <summary>What stands where nothing is known.</summary>
  public const string Nothing = "–";

  /// <summary>Current, one decimal below 100 A.</summary>
  public static string Amps(int ma) => Math.Abs(ma) < 100_000 ? $"{ma / 1000.0:0.0}{Space}A" : $"{ma / 1000.0:0}{Space}A";

  /// <summary>A limit: whole amperes stay whole.</summary>
  public static string Limit(int ma) => ma % 1000 == 0 ? $"{ma / 1000}{Space}A" : $"{ma / 1000.0:0.0}{Space}A";

  /// <summary>Pack voltage.</summary>
  public static string Volts(int mv) => $"{mv / 1000.0:0.00}{Space}V";

  /// <summary>Cell voltage.</summary>
  public static string CellVolts(int mv) => $"{mv / 1000.0:0.000}{Space}V";

  /// <summary>A small difference of voltages.</summary>
  public static string Millivolts(int mv) => $"{mv}{Space}mV";

  /// <summary>Power as a magnitude.</summary>
  public static string Watts(double watts)
  {
    var (value, unit) = WattParts(watts);
    return $"{value}{Space}{unit}";
  }

  /// <summary>Power as a magnitude, number and unit apart.</summary>
  public static (string Value, string Unit) WattParts(double watts)
  {
    var size = Math.Abs(watts);
    return size < 1000 ? ($"{size:0}", "W") : size < 100_000 ? ($"{size / 1000:0.00}", "kW") : ($"{size / 1000:0}", "kW");
  }

  /// <summary>Energy.</summary>
  public static string KilowattHours(double wattHours) =>
    wattHours < 100_000 ? $"{wattHours / 1000:0.0}{Space}kWh" : $"{wattHours / 1000:0}{Space}kWh";

  /// <summary>Permille as percent, whole.</summary>
  public static string Percent(int permille) => $"{permille / 10}{Space}%";

  /// <summary>Permille as percent with its tenth, where it has one.</summary>
  public static string PercentTenth(int permille) => permille % 10 == 0 ? Percent(permille) : $"{permille / 10.0:0.0}{Space}%";

  /// <summary>Temperature, or nothing when there is no sensor.</summary>
  public static string Celsius(int deciC) => deciC == BmsSnapshot.Unknown ? Nothing : $"{deciC / 10.0:0.0}{Space}°C";

  /// <summary>Charge, or nothing when not reported.</summary>
  public static string AmpHours(int mah) => mah == BmsSnapshot.Unknown ? Nothing : $"{mah / 1000.0:0}{Space}Ah";

  /// <summary>Power of a pack, W; positive charges.</summary>
  public static double PowerOf(BmsSnapshot s) => s.PackVoltageMv / 1000.0 * (s.CurrentMa / 1000.0);

  /// <summary>Direction of a current in a word.</summary>
  public static string Direction(int currentMa) => currentMa >= 100 ? "charging" : currentMa <= -100 ? "discharging" : "idle";

  /// <summary>With a capital first letter, as a text begins.</summary>
  public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

  /// <summary>A number of devices with its noun.</summary>
  public static string Devices(int count) => count == 1 ? "1 device" : Count(count) + " devices";

  /// <summary>A length of time, rounded down to its largest unit, as the ages of the pages are.</summary>
  public static string Span(TimeSpan span) => span switch
  {
    { TotalMinutes: < 1 } => $"{Math.Max(0, (int)span.TotalSeconds)}{Space}s",
    { TotalHours: < 1 } => $"{(int)span.TotalMinutes}{Space}min",
    { TotalHours: < 48 } => $"{(int)span.TotalHours}{Space}h",
    _ => $"{(int)span.TotalDays}{Space}d",
  };

  /// <summary>A moment on the clock of a place, with its day when that is another than today's there.</summary>
  /// <param name="at">The moment.</param>
  /// <param name="zone">IANA name; an unknown one is shown as UTC and says so.</param>
  /// <param name="now">The present.</param>
  public static string Clock(DateTimeOffset at, string zone, DateTimeOffset now)
  {
    var known = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found);
    var place = known ? found! : TimeZoneInfo.Utc;
    var (local, today) = (TimeZoneInfo.ConvertTime(at, place), TimeZoneInfo.ConvertTime(now, place));
    var pattern = local.Date == today.Date ? "HH:mm" : local.Year == today.Year ? "d MMM HH:mm" : "d MMM yyyy HH:mm";
    return local.ToString(pattern, System.Globalization.CultureInfo.InvariantCulture) + (known ? "" : " UTC");
  }

  /// <summary>A whole number with thousands apart.</summary>
  public static string Count(long number) => number.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', '\u202F');
}
