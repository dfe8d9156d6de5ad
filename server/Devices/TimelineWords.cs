using System.Globalization;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Ui;

namespace JkFleet.Server.Devices;

/// <summary>Events and commands in words for people.</summary>
public static class TimelineWords
{
  /// <summary>Kind of an event, with how good or bad it is.</summary>
  public static Said Of(StoredEvent e) => e.Kind switch
  {
    EventKind.Started => new("Restart", Tone.Info),
    EventKind.BmsFirst or EventKind.BmsBack or EventKind.BmsLost => new("BMS", e.Kind == EventKind.BmsLost ? Tone.Bad : Tone.Ok),
    EventKind.Implausible or EventKind.CellInvalid => new("Reading", Tone.Bad),
    EventKind.AlarmOn => new("Alarm", Tone.Bad),
    EventKind.AlarmOff => new("Alarm", Tone.Ok),
    EventKind.InverterSilent or EventKind.BusOff => new("Inverter", Tone.Bad),
    EventKind.InverterBack or EventKind.BusBack => new("Inverter", Tone.Ok),
    EventKind.Transmitting => new("Inverter", Tone.Info),
    EventKind.ClockJump => new("Clock", Tone.Warn),
    EventKind.ProfileApplied => new("Profile", Tone.Ok),
    EventKind.ProfileRefused => new("Profile", Tone.Bad),
    EventKind.OverrideOn or EventKind.OverrideOff => new("Limit", Tone.Info),
    EventKind.MaintenanceOn or EventKind.MaintenanceOff => new("Maintenance", Tone.Info),
    EventKind.SwitchConfirmed => new("Switch", Tone.Ok),
    EventKind.SwitchFailed => new("Switch", Tone.Bad),
    EventKind.LowSoc => new("Battery", Tone.Warn),
    EventKind.SocStop or EventKind.VoltageStop or EventKind.Phase or EventKind.Sleep => new("Battery", Tone.Info),
    EventKind.StoreFailed or EventKind.BadMessage => new("Agent", Tone.Warn),
    EventKind.UpdateStep => new("Update", (UpdateState)e.Value switch
    {
      UpdateState.Confirmed => Tone.Ok,
      UpdateState.Reverted or UpdateState.Failed or UpdateState.Refused => Tone.Bad,
      UpdateState.Waiting => Tone.Warn,
      _ => Tone.Info,
    }),
    EventKind.ForeignBattery => new("Inverter", Tone.Warn),
    EventKind.HandoverGap => new("Inverter", e.Value <= 2000 ? Tone.Ok : Tone.Warn),
    EventKind.AgentFault => new("Agent", Tone.Warn),
    _ => new("Event", Tone.Quiet),
  };

  /// <summary>What happened, in a sentence.</summary>
  public static string Text(StoredEvent e) => e.Kind switch
  {
    EventKind.Started => "The agent started.",
    EventKind.BmsFirst => "The first valid reading of the BMS came.",
    EventKind.BmsLost => $"The BMS is no longer heard; its last reading was {Seconds(e.Value)} old.",
    EventKind.BmsBack => "Several good readings came in a row: the BMS is trusted again.",
    EventKind.Implausible => $"A reading contradicted itself and was not used ({Doubted((Doubt)e.Value)}).",
    EventKind.CellInvalid => $"Cell {e.Value} read a voltage that no cell can have.",
    EventKind.AlarmOn => $"The BMS raised an alarm: {Words.Alarm(BmsAlarmNames.Of(e.Value)).ToLowerInvariant()}.",
    EventKind.AlarmOff => $"The BMS cleared its alarm: {Words.Alarm(BmsAlarmNames.Of(e.Value)).ToLowerInvariant()}.",
    EventKind.InverterSilent => $"The inverter is no longer heard; its last frame was {Seconds(e.Value)} old.",
    EventKind.InverterBack => "The inverter is heard.",
    EventKind.BusOff => "The CAN controller switched itself off after too many errors.",
    EventKind.BusBack => "The CAN bus works again.",
    EventKind.Transmitting => e.Value == 0 ? "The agent stopped sending to the inverter." : "The agent began to send to the inverter.",
    EventKind.ClockJump => $"The clock of the board jumped by {Seconds(e.Value)}.",
    EventKind.ProfileApplied => e.Value == 0 ? "The built-in profile is in force." : $"Profile revision {e.Value} is in force.",
    EventKind.ProfileRefused => $"A profile was refused; {(e.Value == 0 ? "the built-in one" : $"revision {e.Value}")} stays in force.",
    EventKind.OverrideOn => $"A temporary limit holds for {Seconds(e.Value)}.",
    EventKind.OverrideOff => "The temporary limit ended.",
    EventKind.MaintenanceOn => "Maintenance began: limits are zero.",
    EventKind.MaintenanceOff => "Maintenance ended.",
    EventKind.SwitchConfirmed => $"The BMS confirmed: {SwitchName((BmsSwitch)e.Value)} is in the wanted position.",
    EventKind.SwitchFailed => $"The BMS did not confirm the {SwitchName((BmsSwitch)e.Value)}.",
    EventKind.LowSoc => $"State of charge fell to {Show.PercentTenth(e.Value)}, below the warning level.",
    EventKind.SocStop => $"A stop by state of charge began at {Show.PercentTenth(e.Value)}.",
    EventKind.VoltageStop => $"A stop by voltage began at {Show.Volts(e.Value)}.",
    EventKind.Phase => $"The charge phase is now {PhaseName(e.Value)}.",
    EventKind.Sleep => e.Value == 0 ? "The inverter took back its request for sleep." : "The inverter asked the battery to sleep.",
    EventKind.StoreFailed => "The agent could not save a record on its board.",
    EventKind.UpdateStep => Update((UpdateState)e.Value, e.Text),
    EventKind.BadMessage => "A message of the server could not be read there.",
    EventKind.ForeignBattery => "Somebody else on the CAN bus speaks as a battery. Two masters make the inverter's limits unsafe: look for a second gateway.",
    EventKind.HandoverGap => $"The planned restart left the inverter without frames for {Seconds(e.Value)}.",
    EventKind.AgentFault => $"The agent caught faults of its own and went on ({e.Value} since its start). Report them with the version.",
    _ => $"Something that this server does not know (value {e.Value}); update the server.",
  };

  /// <summary>What a command asks for.</summary>
  public static string What(SentCommand c) => c.Kind switch
  {
    CommandKind.Override => "Limit " + string.Join(" and ", Limits(c)) + " for " + Seconds(c.HoldMs),
    CommandKind.ClearOverride => "End the temporary limit",
    CommandKind.Maintenance => c.On ? "Begin maintenance" + (c.HoldMs == 0 ? ", until ended" : " for " + Seconds(c.HoldMs)) : "End maintenance",
    CommandKind.Switch => $"Switch the {SwitchName(c.Switch)} {(c.On ? "on" : "off")}",
    CommandKind.Identify => "Blink the light",
    CommandKind.Reboot => "Restart the agent",
    CommandKind.ReRead => "Report anew",
    CommandKind.FullCharge => "Charge to full once",
    _ => "Unknown command",
  };

  /// <summary>Where a command stands.</summary>
  /// <param name="c">The command.</param>
  /// <param name="now">Server clock: silence is an answer too, after its time.</param>
  public static Said Standing(SentCommand c, DateTimeOffset now) => c.State switch
  {
    VerdictState.Applied => new("Done", Tone.Ok),
    VerdictState.Refused => new("Refused", Tone.Bad),
    VerdictState.Failed => new("Failed", Tone.Bad),
    VerdictState.Accepted => now > c.Until ? new("No final answer", Tone.Warn) : new("Under way", Tone.Info),
    _ when c.HandedAt is null => now > c.Until ? new("Not delivered", Tone.Warn) : new("Waits for the device", Tone.Info),
    _ => now > c.Until ? new("No answer", Tone.Warn) : new("Sent", Tone.Info),
  };

  /// <summary>What a standing means where it is not plain.</summary>
  public static string Meaning(SentCommand c, DateTimeOffset now) => c switch
  {
    { Why.Length: > 0 } => Sentence(c.Why),
    { State: VerdictState.None, HandedAt: null } when now > c.Until => "The device did not connect in time. Nothing was done.",
    { State: VerdictState.None, HandedAt: null } => "It is handed over as soon as the device connects, for two minutes.",
    { State: VerdictState.None } when now > c.Until => "It was handed over, and no answer came. Look at the device before you ask again.",
    { State: VerdictState.Accepted } when now > c.Until => "The device took it on and never said how it ended.",
    _ => "",
  };

  /// <summary>A switch of the BMS.</summary>
  public static string SwitchName(BmsSwitch which) => which switch
  {
    BmsSwitch.Charge => "charge switch (MOS)",
    BmsSwitch.Discharge => "discharge switch (MOS)",
    _ => "balancer",
  };

  /// <summary>A time as people say it.</summary>
  public static string Seconds(int ms) => Math.Abs((long)ms) switch
  {
    < 1000 => $"{ms}\u00A0ms",
    < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.#}\u00A0s"),
    < 120_000 => $"{ms / 1000}\u00A0s",
    < 7_200_000 => $"{ms / 60_000}\u00A0min",
    _ => $"{ms / 3_600_000}\u00A0h",
  };

  private static IEnumerable<string> Limits(SentCommand c)
  {
    if (c.ChargeMa >= 0) yield return $"charging to {Show.Limit(c.ChargeMa)}";
    if (c.DischargeMa >= 0) yield return $"discharging to {Show.Limit(c.DischargeMa)}";
  }

  private static string Update(UpdateState state, string text)
  {
    var (version, reason) = text.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? (text[..at], text[(at + 1)..]) : (text, "");
    var build = version.Length > 0 ? "build " + version : "the build";
    var said = state switch
    {
      UpdateState.Idle => "No update is under way.",
      UpdateState.Downloading => $"Downloading {build}.",
      UpdateState.Downloaded => $"Fetched and verified {build}.",
      UpdateState.Waiting => $"Holds {build} back.",
      UpdateState.Switching => $"Restarting into {build}.",
      UpdateState.Verifying => $"Runs {build} and proves its health.",
      UpdateState.Confirmed => $"Runs {build} and is healthy.",
      UpdateState.Reverted => $"Went back from {build} to the former one.",
      UpdateState.Failed => $"Could not take {build}; the former one runs.",
      _ => $"Refused {build}.",
    };
    return reason.Length > 0 ? said + " " + Sentence(Words.UpdateReason(reason)) : said;
  }

  private static string Doubted(Doubt doubt) => doubt switch
  {
    Doubt.CellCount => "the number of cells changed",
    Doubt.Sum => "the cells do not add up to the pack's voltage",
    Doubt.Current => "the current is impossible",
    Doubt.Soc => "the state of charge is impossible",
    Doubt.Temperature => "a temperature is impossible",
    Doubt.CellJump => "a cell jumped",
    Doubt.SocJump => "the state of charge jumped",
    Doubt.Voltage => "the pack's voltage is impossible",
    _ => "unknown doubt",
  };

  private static string PhaseName(int phase) => phase switch { 0 => "bulk", 1 => "absorption", 2 => "float", _ => $"number {phase}" };

  private static string Sentence(string text) => Show.Capital(text) + (text[^1] is '.' or '!' ? "" : ".");
}
