// What a rollout does, why, and what it waits for, in sentences. The judge makes them together with its decision and they
// are kept as Rollout.StateReason, so that list, page, log and API say the same thing.
using JkFleet.Server.Ui;

namespace JkFleet.Server.Rollouts;

/// <summary>How the devices of one wave stand; those left out or current before count nowhere.</summary>
/// <param name="Name">As in "wave 2 of 4".</param>
/// <param name="IsTail">Who is not ready there has no further wave to go to.</param>
/// <param name="Since">When it came into the state that it has after this tick.</param>
public sealed record WaveFigures(string Name, bool IsTail, DateTimeOffset Since)
{
  public int Confirmed { get; set; }
  public int UnderWay { get; set; }
  public int Failed { get; set; }

  /// <summary>Nothing holds them but pace and order.</summary>
  public int Waiting { get; set; }

  /// <summary>Devices behind each gate.</summary>
  public SortedDictionary<Gate, int> Held { get; } = [];

  public int HeldBack => Held.Values.Sum();
  public int Eligible => Confirmed + UnderWay + Failed + Waiting + HeldBack;
}

/// <summary>The sentences.</summary>
public static class RolloutNews
{
  /// <summary>Before its start.</summary>
  public static string Scheduled(RolloutPolicy policy, DateTimeOffset now) =>
    policy.StartAt is { } start && start > now ? $"Waits for its start at {At(start, now)}." : "Starts now.";

  /// <summary>A wave whose devices are offered the build.</summary>
  public static string Open(WaveFigures wave, RolloutPolicy policy, DateTimeOffset now)
  {
    var stand = new List<string> { $"{wave.Confirmed} of {Show.Devices(wave.Eligible)} confirmed" };
    if (wave.UnderWay > 0) stand.Add($"{wave.UnderWay} under way");
    if (wave.Failed > 0) stand.Add($"{wave.Failed} failed");
    if (wave.Waiting > 0) stand.Add($"{wave.Waiting} waiting for {(wave.Waiting == 1 ? "its" : "their")} turn (at most {policy.MaxConcurrent} at once, {policy.PerMinute} a minute)");
    if (wave.HeldBack == 0) return $"{Show.Capital(wave.Name)} is open: {string.Join(", ", stand)}.";

    // Nobody moves: the wave itself waits, and the reader wants to know for what.
    var waits = wave.UnderWay + wave.Waiting == 0;
    string head;
    if (waits && wave.Held.Count == 1 && wave.Held.ContainsKey(Gate.Window))
    {
      head = $"waits for the maintenance window, {RolloutGates.Window(policy)}";
      stand.Add($"{wave.HeldBack} to go");
    }
    else
    {
      head = waits ? "waits for devices that are held back" : "is open";
      stand.Add($"{wave.HeldBack} held back ({string.Join(", ", wave.Held.Select(h => (wave.Held.Count == 1 ? "" : h.Value + " ") + RolloutGates.WhyMany(h.Key, policy)))})");
    }

    var until = At(wave.Since.AddSeconds(policy.GateSeconds), now);
    return $"{Show.Capital(wave.Name)} {head}: {string.Join(", ", stand)}. Who is still held back at {until} {(wave.IsTail ? "is left out" : "moves to the tail")}.";
  }

  /// <summary>A wave that is good enough and watched.</summary>
  /// <param name="wave">It.</param>
  /// <param name="next">What opens afterwards; null = nothing is left.</param>
  /// <param name="policy">How long.</param>
  /// <param name="now">The moment, UTC.</param>
  public static string Soaking(WaveFigures wave, WaveFigures? next, RolloutPolicy policy, DateTimeOffset now)
  {
    var until = At(wave.Since.AddSeconds(policy.SoakSeconds), now);
    var then = next is null ? "then the rollout is complete" : $"then {next.Name} opens with {Show.Devices(next.Eligible)}";
    var failed = wave.Failed > 0 ? $", {wave.Failed} failed" : "";
    return $"{Show.Capital(wave.Name)} is soaking: {wave.Confirmed} of {Show.Devices(wave.Eligible)} confirmed{failed}. It is watched until {until}; {then}.";
  }

  /// <summary>So many failures that the cap is reached.</summary>
  public static string HaltedByCap(int bad, string reasons, int cap) => $"Halted by itself: {Show.Devices(bad)} failed{reasons}; it halts at {cap}.";

  /// <summary>So large a share of failures.</summary>
  public static string HaltedByShare(int bad, int decided, string reasons, int percent) =>
    $"Halted by itself: {bad} of {Show.Devices(decided)} that are decided failed{reasons}; it halts at {percent} %.";

  /// <summary>A wave whose devices are all decided, too few of them confirmed.</summary>
  public static string HaltedByWave(WaveFigures wave, string reasons, int percent) =>
    $"Halted by itself: {wave.Name} confirmed only {wave.Confirmed} of {Show.Devices(wave.Eligible)}{reasons}; it goes on from {percent} %.";

  /// <summary>The reason that failed devices give most often, in brackets; empty when they give none.</summary>
  public static string Reasons(IEnumerable<string> reasons)
  {
    var groups = reasons.Where(r => r.Length > 0).Select(Words.UpdateReason).CountBy(r => r).OrderByDescending(g => g.Value).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
    return groups.Count == 0 ? "" : $" ({(groups.Count > 1 ? "mostly: " : "")}{groups[0].Key})";
  }

  /// <summary>Every wave has passed.</summary>
  public static string Complete(string version, int confirmed, int current, int failed, int leftOut)
  {
    var ran = current == 0 ? "" : $"{Show.Devices(current)} ran it before";
    if (failed + leftOut == 0)
      return confirmed == 0 ? $"Nothing was to do: {(ran.Length > 0 ? ran : "no device took part")}."
        : $"{(confirmed == 1 ? "The device runs" : $"All {Show.Devices(confirmed)} run")} {version} and proved {(confirmed == 1 ? "its" : "their")} health{(ran.Length > 0 ? "; " + ran : "")}.";
    List<string> parts = [$"{Show.Devices(confirmed)} of {confirmed + failed + leftOut} {(confirmed == 1 ? "runs" : "run")} {version} and proved {(confirmed == 1 ? "its" : "their")} health"];
    if (failed > 0) parts.Add($"{failed} failed");
    if (leftOut > 0) parts.Add($"{leftOut} {(leftOut == 1 ? "was" : "were")} left out");
    if (ran.Length > 0) parts.Add(ran);
    return string.Join("; ", parts) + ".";
  }

  /// <summary>The way back is done.</summary>
  public static string BackAgain(string? former, int back, int lost)
  {
    if (lost > 0) return $"{Show.Devices(lost)} did not come back to {former}; {back} {(back == 1 ? "is" : "are")} back.";
    if (back == 0) return "Nothing was to take back: no device had the new build.";
    return back == 1 ? $"The device is back on {former}." : $"All {Show.Devices(back)} are back on {former}.";
  }

  /// <summary>A moment, UTC, with its day when that is not today.</summary>
  private static string At(DateTimeOffset at, DateTimeOffset now) =>
    at.UtcDateTime.ToString(at.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm 'UTC'" : "HH:mm 'UTC on' d MMM", System.Globalization.CultureInfo.InvariantCulture);
}
