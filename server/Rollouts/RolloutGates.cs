namespace JkFleet.Server.Rollouts;

/// <summary>What holds a device back although its turn has come, in the order in which it is asked.</summary>
public enum Gate
{
  NotConnected,
  Window,
  Bms,
  Soc,
  Current,
  Alarm,
  Inverter,

  /// <summary>As many devices of its site are under way as may be at once.</summary>
  Site,
}

/// <summary>Which gate of a policy is shut, and the words for it: for one device with its own value, for many with the bound.</summary>
public static class RolloutGates
{
  /// <summary>What holds a device back now; null = nothing. <see cref="Gate.Site"/> is not seen here: it needs the others.</summary>
  public static Gate? Shut(RolloutPolicy policy, RolloutFacts facts)
  {
    if (!facts.Online) return Gate.NotConnected;
    if (!InWindow(policy, facts.LocalMinute)) return Gate.Window;
    if (!facts.BmsHeard) return Gate.Bms;
    if (facts.SocPermille < policy.GateMinSocPermille) return Gate.Soc;
    if (policy.GateMaxCurrentMa > 0 && Math.Abs((long)facts.CurrentMa) > policy.GateMaxCurrentMa) return Gate.Current;
    if (policy.GateNoAlarm && facts.AlarmActive) return Gate.Alarm;
    if (policy.GateInverterHeard && !facts.InverterHeard) return Gate.Inverter;
    return null;
  }

  /// <summary>Why this device waits.</summary>
  public static string Why(Gate gate, RolloutPolicy policy, RolloutFacts facts) => gate switch
  {
    Gate.NotConnected => "not connected",
    Gate.Window => $"outside its maintenance window ({Window(policy)})",
    Gate.Bms => "its BMS is not heard",
    Gate.Soc => $"SOC {facts.SocPermille / 10} % is below {policy.GateMinSocPermille / 10} %",
    Gate.Current => $"current {Math.Abs((long)facts.CurrentMa) / 1000.0:F1} A is above {policy.GateMaxCurrentMa / 1000.0:F1} A",
    Gate.Alarm => "a BMS alarm is active",
    Gate.Inverter => "its inverter is silent",
    _ => "another device of its site is being updated",
  };

  /// <summary>Why several devices wait; fits behind their number.</summary>
  public static string WhyMany(Gate gate, RolloutPolicy policy) => gate switch
  {
    Gate.NotConnected => "not connected",
    Gate.Window => $"outside the maintenance window of {Window(policy)}",
    Gate.Bms => "without their BMS",
    Gate.Soc => $"charged below {policy.GateMinSocPermille / 10} %",
    Gate.Current => $"carrying more than {policy.GateMaxCurrentMa / 1000.0:0.#} A",
    Gate.Alarm => "with an active BMS alarm",
    Gate.Inverter => "without their inverter",
    _ => "behind another device of their site",
  };

  /// <summary>The maintenance window, in the time of each site.</summary>
  public static string Window(RolloutPolicy policy) => $"{Clock(policy.WindowFromMinute)} to {Clock(policy.WindowToMinute)} local time";

  private static bool InWindow(RolloutPolicy policy, int minute)
  {
    var (from, to) = (policy.WindowFromMinute, policy.WindowToMinute);
    if (from == to) return true;
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  }

  private static string Clock(int minute) => $"{minute / 60:D2}:{minute % 60:D2}";
}
