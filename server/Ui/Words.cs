using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Ui;

/// <summary>The one place where names of the contract become words for people.</summary>
public static class Words
{
  /// <summary>Why a limit is what it is, in two or three words for a narrow column.</summary>
  public static string Short(LimitReason reason) => reason switch
  {
    LimitReason.None => "not decided yet",
    LimitReason.NoReading => "no reading yet",
    LimitReason.Stale => "reading too old",
    LimitReason.Recovering => "recovering",
    LimitReason.Implausible => "implausible reading",
    LimitReason.InvalidCell => "invalid cell",
    LimitReason.MosOff => "switched off in BMS",
    LimitReason.BmsAlarm => "BMS alarm",
    LimitReason.Bms => "BMS limit",
    LimitReason.Envelope => "board ceiling",
    LimitReason.ProfileMax => "profile maximum",
    LimitReason.SocRamp => "state of charge",
    LimitReason.CellMeanRamp => "mean cell voltage",
    LimitReason.CellMaxRamp => "highest cell",
    LimitReason.CellMinRamp => "lowest cell",
    LimitReason.CellTempRamp => "battery temperature",
    LimitReason.MosTempRamp => "MOS temperature",
    LimitReason.SocStop => "SOC stop",
    LimitReason.VoltageStop => "voltage stop",
    LimitReason.Rising => "rising slowly",
    LimitReason.InverterSilent => "inverter silent",
    LimitReason.BusOff => "CAN bus off",
    LimitReason.TimeWindow => "time window",
    LimitReason.Override => "override",
    LimitReason.Maintenance => "maintenance",
    LimitReason.Handover => "update handover",
    LimitReason.Sleep => "inverter sleeps",
    LimitReason.ChargePhase => "charge phase",
    LimitReason.PackOffline => "pack offline",
    LimitReason.NoProfile => "no valid profile",
    LimitReason.SourceMissing => "sensor missing",
    LimitReason.CellHeadroom => "cell at its bound",
    LimitReason.BmsStarting => "BMS is starting",
    _ => "unknown reason",
  };

  /// <summary>One link of a chain of ceilings as a sentence without its height: what was looked at and what it means.</summary>
  /// <param name="reason">The ceiling.</param>
  /// <param name="limitMa">Its height, mA.</param>
  /// <param name="number">Cell or sensor number, 0 = none.</param>
  /// <param name="value">Value looked at, 0 = none.</param>
  /// <param name="charging">Which direction.</param>
  public static string Because(LimitReason reason, int limitMa, int number, int value, bool charging)
  {
    var verb = charging ? "charging" : "discharging";
    var cell = number > 0 ? $" (cell {number})" : "";
    return reason switch
    {
      LimitReason.None => "The agent has not decided anything yet.",
      LimitReason.NoReading => $"The BMS has not been heard since the agent started, so {verb} waits.",
      LimitReason.Stale => "The last reading of the BMS is too old to be trusted.",
      LimitReason.Recovering => "The BMS is back; a few good readings in a row are awaited before current flows again.",
      LimitReason.Implausible => "The reading contradicts itself and is not trusted.",
      LimitReason.InvalidCell => number > 0
        ? $"Cell {number} reads {Show.CellVolts(value)}, which no cell can have. Check its sense wire."
        : "A cell reads an impossible voltage. Check the sense wires.",
      LimitReason.MosOff => $"The {(charging ? "charge" : "discharge")} switch is off in the BMS.",
      LimitReason.BmsAlarm => $"An alarm of the BMS forbids {verb}: {Alarm(BmsAlarmNames.Of(number)).ToLowerInvariant()}.",
      LimitReason.Bms => value > limitMa ? $"The BMS's own setting is {Show.Limit(value)}; the profile leaves a share of it as a margin." : "The BMS's own setting.",
      LimitReason.Envelope => "The hard ceiling of this board or site. No profile can exceed it.",
      LimitReason.ProfileMax => "The maximum of the charge profile.",
      LimitReason.SocRamp => value > 0 ? $"State of charge is {Show.PercentTenth(value)}; the profile's ramp." : "The profile's ramp over the state of charge.",
      LimitReason.CellMeanRamp => $"Mean cell voltage{At(value)}; the profile's ramp.",
      LimitReason.CellMaxRamp => $"Highest cell{cell}{At(value)}; the profile's ramp.",
      LimitReason.CellMinRamp => $"Lowest cell{cell}{At(value)}; the profile's ramp.",
      LimitReason.CellTempRamp => $"Battery temperature{(number > 0 ? $" (sensor {number})" : "")} is {Show.Celsius(value)}; the profile's ramp.",
      LimitReason.MosTempRamp => $"The BMS's power switches (MOS) are at {Show.Celsius(value)}; the profile's ramp.",
      LimitReason.SocStop => charging
        ? $"State of charge{(value > 0 ? " " + Show.PercentTenth(value) : "")} reached the stop level; charging restarts after it has fallen to the restart level."
        : $"State of charge{(value > 0 ? " " + Show.PercentTenth(value) : "")} reached the stop level; discharging restarts after it has risen to the restart level.",
      LimitReason.VoltageStop => $"The voltage stop was reached{cell}{At(value)}; {verb} restarts at the restart level.",
      LimitReason.Rising => "The limit is on its way up and rises slowly on purpose.",
      LimitReason.InverterSilent => "The inverter does not answer on the CAN bus. Check its cable, termination and protocol setting.",
      LimitReason.BusOff => "The CAN controller has switched itself off after too many errors. Check wiring and bit rate.",
      LimitReason.TimeWindow => $"A time window of the profile forbids {verb} now.",
      LimitReason.Override => "An operator's temporary override.",
      LimitReason.Maintenance => "The device is in maintenance mode.",
      LimitReason.Handover => "The agent is handing over before it restarts for an update.",
      LimitReason.Sleep => "The inverter asked the battery to sleep.",
      LimitReason.ChargePhase => "The charge phase (absorption, float or end of charge).",
      LimitReason.PackOffline => "A pack behind this agent is offline or switched off.",
      LimitReason.NoProfile => "There is no valid profile, so nothing is allowed.",
      LimitReason.SourceMissing => $"A value that the profile needs is not measured ({Source((RampSource)number)}).",
      LimitReason.CellHeadroom => charging
        ? $"A cell{cell} is at its highest allowed voltage{(value > 0 ? " with " + Show.CellVolts(value) : "")}; nothing more may go in."
        : $"A cell{cell} is at its lowest allowed voltage{(value > 0 ? " with " + Show.CellVolts(value) : "")}; nothing more may come out.",
      LimitReason.BmsStarting => "The BMS has just started and its first readings are not trusted yet.",
      _ => "A reason that this server does not know yet; update the server.",
    };

    static string At(int mv) => mv > 0 ? $" is at {Show.CellVolts(mv)}" : "";
  }

  /// <summary>What a ramp looks at.</summary>
  public static string Source(RampSource source) => source switch
  {
    RampSource.SocPermille => "state of charge",
    RampSource.CellMeanMv => "mean cell voltage",
    RampSource.CellMaxMv => "highest cell",
    RampSource.CellMinMv => "lowest cell",
    RampSource.CellTempDeciC => "battery temperature",
    RampSource.MosTempDeciC => "MOS temperature",
    _ => "unknown",
  };

  /// <summary>True when something holds the current below what BMS, board and profile would plainly allow.</summary>
  public static bool IsHoldingBack(LimitReason reason) =>
    reason is not (LimitReason.None or LimitReason.Bms or LimitReason.Envelope or LimitReason.ProfileMax);

  /// <summary>True when the reason is a fault and not the battery's daily life.</summary>
  public static bool IsFault(LimitReason reason) => reason is LimitReason.Stale or LimitReason.Implausible or LimitReason.InvalidCell
    or LimitReason.BmsAlarm or LimitReason.BusOff or LimitReason.InverterSilent or LimitReason.NoProfile or LimitReason.SourceMissing or LimitReason.PackOffline
    or LimitReason.NoReading;

  /// <summary>An alarm's wire name as words; names of newer agents are shown as they are.</summary>
  public static string Alarm(string kind) => kind switch
  {
    "low_capacity" => "Low state of charge",
    "mos_over_temp" => "Power switches (MOS) too hot",
    "charge_over_voltage" => "Pack voltage too high",
    "discharge_under_voltage" => "Pack voltage too low",
    "battery_over_temp" => "Battery too hot",
    "charge_over_current" => "Charge current too high",
    "discharge_over_current" => "Discharge current too high",
    "cell_diff" => "Cells too far apart",
    "box_over_temp" => "Battery box too hot",
    "battery_low_temp" => "Battery too cold",
    "cell_over_voltage" => "A cell's voltage is too high",
    "cell_under_voltage" => "A cell's voltage is too low",
    "prot_309a" => "Protection 309_A",
    "prot_309b" => "Protection 309_B",
    "wire_resistance" => "Balance wire resistance too high",
    "cell_count_wrong" => "Cell count differs from the setting",
    "current_sensor" => "Current sensor fault",
    "short_circuit" => "Short circuit",
    "coprocessor_comm" => "The BMS's coprocessor does not answer",
    "mos_fault" => "A power switch (MOS) does not switch",
    "temp_sensor" => "Temperature sensor fault",
    "parallel_module" => "Parallel module fault",
    "charge_low_temp" => "Too cold to charge",
    "charge_high_temp" => "Too hot to charge",
    "discharge_high_temp" => "Too hot to discharge",
    "silent" => "Device is silent",
    "bms_lost" => "BMS is not heard",
    "inverter_lost" => "Inverter is not heard",
    "unknown" or "reserved14" or "reserved15" => "An alarm bit that no table names",
    _ => kind.Replace('_', ' '),
  };

  /// <summary>Why an update waits, failed or went back: the device's stable name in words; what is a sentence already stays one.</summary>
  public static string UpdateReason(string name) => name switch
  {
    "no_bms" => "the new build did not hear the BMS in time",
    "inverter_lost" => "the inverter was heard before the update and not after it",
    "no_server" => "the new build did not reach the server in time",
    "never_confirmed" => "it was started again and again and never proved its health",
    "load_failed" => "it could not be started",
    "fell_back" => "the build failed again and again; the other one took over",
    "safe_mode" => "no build can be started there",
    "confirmed" => "it proved its health",
    "handover" => "the inverter is being told first",
    "download" => "the download failed again and again",
    "address_refused" => "the address of the download was not accepted",
    "slot" => "it could not be written to its place",
    "store" => "the device could not save a record",
    "other_version" => "the file holds another version than was offered",
    "not_firmware" => "the file is no signed build",
    "unknown_format" => "its format is newer than the agent there",
    "truncated" => "the file ended too early",
    "oversized" => "it is larger than its place",
    "bad_manifest" => "its manifest is damaged",
    "trailing_bytes" => "something follows after its end",
    "wrong_key" => "it is signed with a key that the device does not know",
    "bad_signature" => "its signature does not fit",
    "wrong_board" => "it is made for another board",
    "wrong_contract" => "it speaks another version of the contract",
    "expired" => "its time has passed",
    "clock_unknown" => "it expires, and the device does not know the time",
    "older" => "it is older than what may run there",
    "wrong_hash" => "its content is not what was signed",
    "wrong_clr" => "it needs another runtime than the board has",
    "missing_assembly" => "it needs an assembly that the board does not have",
    "bad_image" => "its content is damaged",
    _ => name,
  };

  /// <summary>Every alarm of a reading in words.</summary>
  public static IEnumerable<string> Alarms(BmsAlarms alarms)
  {
    for (var bit = 0; bit < BmsAlarmNames.Bits; bit++)
      if (((uint)alarms >> bit & 1u) != 0) yield return Alarm(BmsAlarmNames.Of(bit));
  }

  /// <summary>How bad an alarm is.</summary>
  public static Said Of(AlarmSeverity severity) => severity switch
  {
    AlarmSeverity.Critical => new("Critical", Tone.Bad),
    AlarmSeverity.Warning => new("Warning", Tone.Warn),
    _ => new("Note", Tone.Info),
  };

  /// <summary>How well the server hears the device.</summary>
  public static Said Of(Connection connection) => connection switch
  {
    Connection.Online => new("Online", Tone.Ok),
    Connection.Late => new("Late", Tone.Warn),
    Connection.Silent => new("Silent", Tone.Bad),
    _ => new("Never seen", Tone.Quiet),
  };

  /// <summary>How well the agent hears its BMS or inverter.</summary>
  public static Said Of(LinkState link) => link switch
  {
    LinkState.Ok => new("OK", Tone.Ok),
    LinkState.Silent => new("Silent", Tone.Bad),
    LinkState.Faulty => new("Faulty", Tone.Warn),
    LinkState.BusOff => new("Bus off", Tone.Bad),
    LinkState.NoPort => new("No adapter", Tone.Bad),
    _ => new("Not heard", Tone.Quiet),
  };

  /// <summary>How desired and reported stand.</summary>
  public static Said Of(SyncState sync) => sync switch
  {
    SyncState.InSync => new("In sync", Tone.Ok),
    SyncState.Pending => new("Pending", Tone.Info),
    SyncState.Refused => new("Refused", Tone.Bad),
    SyncState.Drifted => new("Drifted", Tone.Warn),
    _ => new("None yet", Tone.Quiet),
  };

  /// <summary>What the state of the configuration means and what to do.</summary>
  public static string Meaning(SyncState sync) => sync switch
  {
    SyncState.InSync => "The device runs what it is meant to run.",
    SyncState.Pending => "A change is on its way; the device has not answered yet.",
    SyncState.Refused => "The device refused the change and keeps what it had. The reason stands below.",
    SyncState.Drifted => "The device runs something else than it was given: changed locally, replaced or reset. Push again or accept it.",
    _ => "No profile was assigned yet; the agent uses its built-in safe one.",
  };
}
