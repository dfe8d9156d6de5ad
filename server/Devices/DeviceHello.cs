using JkFleet.Limits;

namespace JkFleet.Server.Devices;

/// <summary>What a device last said of its board: what it may be asked for, and which profiles it would refuse. Kept while it is not heard.</summary>
public sealed class DeviceHello
{
  public required string DeviceId { get; set; }
  public DateTimeOffset At { get; set; }
  public long Boot { get; set; }
  public string BmsProtocol { get; set; } = "";
  public string InverterProtocol { get; set; } = "";

  /// <summary>Hard ceilings of the board, mA and mV.</summary>
  public int EnvelopeChargeMa { get; set; }

  public int EnvelopeDischargeMa { get; set; }
  public int EnvelopeChargeMv { get; set; }
  public int EnvelopeDischargeMv { get; set; }
  public int EnvelopeCellMaxMv { get; set; }
  public int EnvelopeCellMinMv { get; set; }

  /// <summary>Switching the BMS's MOS from afar is enabled there.</summary>
  public bool MaySwitch { get; set; }

  /// <summary>Overrides may exceed the profile there (never the envelope or the BMS).</summary>
  public bool MayRaise { get; set; }

  /// <summary>The same ceilings as the shared rules take them.</summary>
  public Envelope Envelope() => new()
  {
    MaxChargeMa = EnvelopeChargeMa,
    MaxDischargeMa = EnvelopeDischargeMa,
    MaxChargeMv = EnvelopeChargeMv,
    MinDischargeMv = EnvelopeDischargeMv,
    MaxCellMv = EnvelopeCellMaxMv,
    MinCellMv = EnvelopeCellMinMv,
  };
}
