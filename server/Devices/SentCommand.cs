using JkFleet.Bms;
using JkFleet.Contracts;

namespace JkFleet.Server.Devices;

/// <summary>One wish of a person that expires, and what the device answered. Asked by <see cref="SendCommand"/>, handed over by <see cref="CommandOutbox"/>.</summary>
public sealed class SentCommand
{
  /// <summary>As on the wire: a device answers a repeated id again and does not do it again.</summary>
  public required string Id { get; set; }

  public required string DeviceId { get; set; }
  public CommandKind Kind { get; set; }

  /// <summary>Override: charge ceiling, mA; -1 = leave alone.</summary>
  public int ChargeMa { get; set; } = -1;

  /// <summary>Override: discharge ceiling, mA; -1 = leave alone.</summary>
  public int DischargeMa { get; set; } = -1;

  /// <summary>How long an override or maintenance holds, ms; 0 = maintenance until ended.</summary>
  public int HoldMs { get; set; }

  public BmsSwitch Switch { get; set; }

  /// <summary>Wanted position of a switch or of maintenance.</summary>
  public bool On { get; set; }

  public DateTimeOffset At { get; set; }
  public required string By { get; set; }
  public string Reason { get; set; } = "";

  /// <summary>Not done after this time.</summary>
  public DateTimeOffset Until { get; set; }

  /// <summary>When it was handed to the device's session; null = the device was not there yet.</summary>
  public DateTimeOffset? HandedAt { get; set; }

  /// <summary>The device's answer; <see cref="VerdictState.None"/> = none yet.</summary>
  public VerdictState State { get; set; }

  /// <summary>The device's reason.</summary>
  public string Why { get; set; } = "";

  public DateTimeOffset? AnsweredAt { get; set; }
}
