using System.Globalization;
using JkFleet.Limits;

namespace JkFleet.Server.Profiles;

/// <summary>How a field of a profile is shown to a person: a label, and a unit in which people think.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Unit">Unit on the page.</param>
/// <param name="Scale">Stored integer divided by this = value on the page.</param>
public sealed record FieldWords(string Label, string Unit, decimal Scale)
{
  /// <summary>The groups of the editor, in order, with the fields of each.</summary>
  public static readonly IReadOnlyList<(string Title, string Hint, int[] Fields)> Groups =
  [
    ("Maxima", "Empty maximum: no own one, BMS and board decide.", [ProfileField.ChargeMaxMa, ProfileField.DischargeMaxMa, ProfileField.BmsSharePermille, ProfileField.ChargeMv, ProfileField.DischargeMv]),
    ("Stop and restart", "0 switches a stop off. The distance to the restart keeps it from chattering.",
      [ProfileField.StopChargeSocPermille, ProfileField.RestartChargeSocPermille, ProfileField.StopDischargeSocPermille, ProfileField.RestartDischargeSocPermille,
       ProfileField.StopChargeMv, ProfileField.RestartChargeMv, ProfileField.StopDischargeMv, ProfileField.RestartDischargeMv, ProfileField.LowSocPermille]),
    ("Rising again", "Limits fall at once and rise by this pace.", [ProfileField.RiseHoldMs, ProfileField.RiseMaPerS]),
    ("Charge phases", "Bulk, absorption and float, run by the agent.",
      [ProfileField.Phases, ProfileField.AbsorptionCellMv, ProfileField.FloatCellMv, ProfileField.AbsorptionMin, ProfileField.AbsorptionLimitMin, ProfileField.TogetherMv,
       ProfileField.FloatMaxMa, ProfileField.CellMicroOhm, ProfileField.RebulkSocPermille, ProfileField.RebulkCellMv, ProfileField.RebulkDays, ProfileField.ShownSocCapPermille]),
    ("Requests to the inverter", "", [ProfileField.ForceStartSocPermille, ProfileField.ForceStopSocPermille, ProfileField.FullChargeDays, ProfileField.SleepPolicy]),
    ("Doubt", "When a reading or the inverter is not trusted any more.",
      [ProfileField.StaleMs, ProfileField.StopMs, ProfileField.GoodReadings, ProfileField.InverterSilentMs, ProfileField.InverterSilentZero, ProfileField.SumPermille, ProfileField.JumpMv,
       ProfileField.JumpSocPermille, ProfileField.WindowsWithoutClock]),
  ];

  /// <summary>Words of a plain field.</summary>
  public static FieldWords Of(int field)
  {
    var name = ProfileField.Name(field);
    var (unit, scale, cut) =
      name.EndsWith("_ma_per_s", StringComparison.Ordinal) ? ("A/s", 1000m, 9)
      : name.EndsWith("_permille", StringComparison.Ordinal) ? ("%", 10m, 9)
      : name.EndsWith("_ma", StringComparison.Ordinal) ? ("A", 1000m, 3)
      : name is "jump_mv" or "together_mv" ? ("mV", 1m, 3)
      : name.EndsWith("_mv", StringComparison.Ordinal) ? ("V", 1000m, 3)
      : name.EndsWith("_ms", StringComparison.Ordinal) ? ("s", 1000m, 3)
      : name.EndsWith("_micro_ohm", StringComparison.Ordinal) ? ("µΩ", 1m, 10)
      : name.EndsWith("_days", StringComparison.Ordinal) ? ("days", 1m, 5)
      : name.EndsWith("_min", StringComparison.Ordinal) ? ("min", 1m, 4)
      : ("", 1m, 0);
    // These two say only whose voltage they are.
    if (name is "charge_mv" or "discharge_mv") return new(name == "charge_mv" ? "Charge voltage" : "Discharge voltage", unit, scale);
    var words = name[..^cut].Replace('_', ' ').Replace(" soc", " SOC").Replace("bms", "BMS").Replace("utc", "UTC");
    return new(Ui.Show.Capital(words), unit, scale);
  }

  /// <summary>Words of what a ramp looks at.</summary>
  public static FieldWords Of(RampSource source) => source switch
  {
    RampSource.SocPermille => new("State of charge", "%", 10m),
    RampSource.CellMeanMv => new("Mean cell", "V", 1000m),
    RampSource.CellMaxMv => new("Highest cell", "V", 1000m),
    RampSource.CellMinMv => new("Lowest cell", "V", 1000m),
    RampSource.CellTempDeciC => new("Battery temperature", "°C", 10m),
    _ => new("MOS temperature", "°C", 10m),
  };

  /// <summary>A fault in words, with its bound.</summary>
  public static string Of(ProfileFault fault) => $"{LabelOf(fault.Field)}: {fault.Text}{(fault.Bound is { } bound ? $" ({Value(fault.Field, $"{bound}")})" : "")}";

  /// <summary>A wire name of a fault or a difference in words.</summary>
  public static string LabelOf(string wireName)
  {
    for (var field = 0; field < ProfileField.Count; field++)
      if (ProfileField.Name(field) == wireName) return Of(field).Label;
    foreach (var charge in new[] { true, false })
      for (var source = 0; source < Profile.Sources; source++)
        if (wireName == ProfileRules.ScaleName(charge, (RampSource)source) || wireName == ProfileRules.CurrentName(charge, (RampSource)source))
          return $"{(charge ? "Charge" : "Discharge")} ramp: {Of((RampSource)source).Label.ToLowerInvariant()}";
    return wireName.Replace('_', ' ');
  }

  /// <summary>A stored value or a bound of a wire name, with the unit in which people think; other text stays as it is.</summary>
  public static string Value(string wireName, string? stored)
  {
    if (stored is null) return "none";
    var words = UnitOf(wireName);
    if (words is null) return stored;
    if (int.TryParse(stored, CultureInfo.InvariantCulture, out var number))
      return number == ProfileField.NoMaximumMa && words.Unit == "A" ? "none" : $"{words.Show(number)}\u00A0{words.Unit}".TrimEnd('\u00A0');
    // Points of a ramp: "800: 70 A, 950: 20 A".
    var points = stored.Split(", ").Select(point =>
    {
      var parts = point.Split(": ", 2);
      return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var scale) ? $"{words.Show(scale)}\u00A0{words.Unit}: {parts[1]}" : point;
    });
    return string.Join(", ", points);
  }

  private static FieldWords? UnitOf(string wireName)
  {
    for (var field = 0; field < ProfileField.Count; field++)
      if (ProfileField.Name(field) == wireName) return Of(field);
    foreach (var charge in new[] { true, false })
    {
      for (var source = 0; source < Profile.Sources; source++)
      {
        if (wireName == ProfileRules.ScaleName(charge, (RampSource)source)) return Of((RampSource)source);
        if (wireName == ProfileRules.CurrentName(charge, (RampSource)source)) return new("Current", "A", 1000m);
      }
    }

    return null;
  }

  /// <summary>Stored value as text.</summary>
  public string Show(int stored) => (stored / Scale).ToString("0.###", CultureInfo.InvariantCulture);

  /// <summary>Text as stored value; a comma is a point.</summary>
  public bool TryRead(string? text, out int stored)
  {
    stored = 0;
    if (!decimal.TryParse((text ?? "").Trim().Replace(',', '.'), NumberStyles.Number & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value)) return false;
    var exact = value * Scale;
    if (exact is < int.MinValue or > int.MaxValue || exact != decimal.Truncate(exact)) return false;
    stored = (int)exact;
    return true;
  }
}
