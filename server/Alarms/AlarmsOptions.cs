using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Alarms;

/// <summary>Section <c>Alarms</c>: how many of those that are over are kept. Open ones always are.</summary>
public sealed class AlarmsOptions
{
  public const string Section = "Alarms";

  /// <summary>Days after it was cleared, 1..3650.</summary>
  [Range(1, 3650)] public int KeepDays { get; set; } = 365;

  /// <summary>Newest cleared alarms of each device, 100..100000: one that flaps makes two a second.</summary>
  [Range(100, 100_000)] public int PerDevice { get; set; } = 2000;
}
