using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Telemetry;

/// <summary>Section <c>Telemetry</c>: when a device counts as late or silent.</summary>
public sealed class TelemetryOptions
{
  public const string Section = "Telemetry";

  /// <summary>Added to three usual periods before a connected device counts as late.</summary>
  [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
  public TimeSpan LateGrace { get; set; } = TimeSpan.FromSeconds(5);

  /// <summary>A connected device that reports nothing for so long counts as silent.</summary>
  [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
  public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(5);

  /// <summary>A silent device raises an alarm after so long: a router that restarts is no alarm.</summary>
  [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
  public TimeSpan SilentAlarmAfter { get; set; } = TimeSpan.FromMinutes(2);

  /// <summary>How often the clock is asked.</summary>
  [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
  public TimeSpan JudgeEvery { get; set; } = TimeSpan.FromSeconds(1);
}
