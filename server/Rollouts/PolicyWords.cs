using System.Globalization;
using JkFleet.Server.Ui;

namespace JkFleet.Server.Rollouts;

/// <summary>A policy in sentences: it is fixed from the start on, and those who come later ask what was chosen.</summary>
public static class PolicyWords
{
  /// <summary>Every part of it, in the order in which it matters.</summary>
  public static IReadOnlyList<(string Name, string Text)> Of(RolloutPolicy policy)
  {
    static string Span(int seconds) => Show.Span(TimeSpan.FromSeconds(seconds));
    List<string> gates = [];
    if (policy.GateMinSocPermille > 0) gates.Add($"SOC below {policy.GateMinSocPermille / 10} %");
    if (policy.GateMaxCurrentMa > 0) gates.Add($"more than {(policy.GateMaxCurrentMa / 1000m).ToString("0.#", CultureInfo.InvariantCulture)} A");
    if (policy.GateNoAlarm) gates.Add("a BMS alarm");
    if (policy.GateInverterHeard) gates.Add("a silent inverter");
    gates = gates.Count > 0 ? gates : ["who is not connected or does not hear its BMS"];
    return
    [
      ("Start", policy.StartAt is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "at once"),
      ("Window", policy.WindowFromMinute == policy.WindowToMinute ? "always open" : RolloutGates.Window(policy)),
      ("Waves", $"{(policy.Canary == 1 ? "1 canary" : $"{policy.Canary} canaries")}, then {(policy.Percents.Length == 0 ? "all" : $"up to {string.Join(", ", policy.Percents)} % of all")}; "
        + $"a wave passes with {policy.SuccessPercent} % confirmed{(policy.SoakSeconds > 0 ? $" and is watched for {Span(policy.SoakSeconds)}" : "")}"),
      ("Pace", $"at most {policy.MaxConcurrent} at once{(policy.MaxPerSite > 0 ? $" and {policy.MaxPerSite} per site" : "")}, {policy.PerMinute} a minute"
        + (policy.JitterSeconds > 0 ? $", each up to {Span(policy.JitterSeconds)} later" : "")),
      ("Held back", $"{string.Join(", ", gates)}; for up to {Span(policy.GateSeconds)}, then once more at the end"),
      ("Failed", $"no progress for {Span(policy.StepSeconds)}, not done after {Span(policy.TotalSeconds)}, or silent for {Span(policy.SilenceSeconds)}"),
      ("Halts", $"at {(policy.FailCap == 1 ? "1 failed device" : $"{policy.FailCap} failed devices")}, or at {policy.FailPercent} % of at least {policy.MinSample} decided ones"),
    ];
  }
}
