using JkFleet.Bms;

namespace JkFleet.Server.Alarms;

/// <summary>
/// Kinds of alarms as bits of one word: 0..31 are the contract's alarm bits, above are what the server or the agent sees.
/// </summary>
public static class AlarmKinds
{
  public const int BmsLost = 32;
  public const int InverterLost = 33;
  public const int Silent = 34;
  public const int Count = 35;

  /// <summary>What only means something while the device reports.</summary>
  public const ulong Reported = (1UL << Silent) - 1;

  public static string NameOf(int kind) => kind switch
  {
    BmsLost => "bms_lost",
    InverterLost => "inverter_lost",
    Silent => "silent",
    _ => kind < BmsAlarmNames.Named ? BmsAlarmNames.Of(kind) : "unknown",
  };

  /// <summary>The bit of a stored name, or -1.</summary>
  public static int Find(string name)
  {
    for (var kind = 0; kind < Count; kind++)
      if (NameOf(kind) == name && (name != "unknown" || kind == 31)) return kind;
    return -1;
  }

  public static AlarmSeverity SeverityOf(int kind) => (BmsAlarms)(kind < 32 ? 1u << kind : 0) switch
  {
    BmsAlarms.LowCapacity or BmsAlarms.CellDiff or BmsAlarms.WireResistance or BmsAlarms.BatteryLowTemp or BmsAlarms.ChargeLowTemp => AlarmSeverity.Warning,
    _ => kind == Silent ? AlarmSeverity.Warning : AlarmSeverity.Critical,
  };

  /// <summary>Who says it and where to look, in a sentence below its name.</summary>
  public static string TextOf(int kind) => kind switch
  {
    BmsLost => "The limits are zero until the agent hears it again. Check the UART cable and that the BMS is awake.",
    InverterLost => "Nothing comes back on the CAN bus. Check cable, termination and the inverter's battery protocol.",
    Silent => "Nothing comes from it; its agent goes on by itself. Check power and network at the site.",
    _ => "Reported by the BMS.",
  };
}
