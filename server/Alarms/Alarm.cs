namespace JkFleet.Server.Alarms;

public enum AlarmSeverity
{
  Info = 0,
  Warning = 1,
  Critical = 2,
}

/// <summary>Something wrong with one device: open until cleared. At most one open row per <see cref="DedupKey"/>, which the database enforces.</summary>
public sealed class Alarm
{
  public long Id { get; set; }
  public required string DeviceId { get; set; }

  /// <summary>snake_case: a name of the contract's alarm bits, or <c>silent</c>, <c>bms_lost</c>, <c>inverter_lost</c>.</summary>
  public required string Kind { get; set; }

  /// <summary>Device and kind.</summary>
  public required string DedupKey { get; set; }

  public AlarmSeverity Severity { get; set; }
  public required string Text { get; set; }
  public DateTimeOffset OpenedAt { get; set; }
  public DateTimeOffset? ClearedAt { get; set; }
  public DateTimeOffset? AcknowledgedAt { get; set; }
  public string? AcknowledgedBy { get; set; }
}
