using JkFleet.Agent.Tests.Host;

namespace JkFleet.EndToEnd;

/// <summary>The two cables of a device: a BMS at the end of one, an inverter behind a USB-CAN adapter at the end of the other.</summary>
public sealed class Cables : IDisposable
{
  private readonly PseudoTerminal _bms = new();
  private readonly PseudoTerminal _can = new();

  /// <param name="bms">What hangs at the BMS's cable.</param>
  public Cables(BmsOnWire bms)
  {
    Bms = bms;
    _bms.OnBytes = bytes => Bms.Hear(bytes, _bms);
    _can.OnBytes = bytes => Inverter.Hear(bytes, _can);
  }

  public BmsOnWire Bms { get; }

  public InverterOnWire Inverter { get; } = new();

  /// <summary>Where the BMS is plugged in.</summary>
  public string BmsPort => _bms.Path;

  /// <summary>Where the CAN adapter is plugged in.</summary>
  public string InverterPort => "slcan:" + _can.Path;

  public void Dispose()
  {
    _bms.Dispose();
    _can.Dispose();
  }
}
