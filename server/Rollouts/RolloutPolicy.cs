using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Rollouts;

/// <summary>A range that is refused in the words and the unit of the page.</summary>
/// <param name="label">What the page calls it.</param>
/// <param name="min">Least.</param>
/// <param name="max">Most.</param>
/// <param name="unit">Behind the numbers.</param>
/// <param name="per">Stored value divided by this = value on the page.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BoundAttribute(string label, int min, int max, string unit = "", int per = 1) : RangeAttribute(min, max)
{
  public override string FormatErrorMessage(string name) => $"{label}: {(int)Minimum / per} to {(int)Maximum / per}{(unit.Length > 0 ? " " + unit : "")}.";
}

/// <summary>How carefully a rollout goes; chosen when it is made and fixed from then on.</summary>
public sealed class RolloutPolicy
{
  /// <summary>Devices of the first wave.</summary>
  [Bound("Canaries", 1, 1000)] public int Canary { get; set; } = 3;

  /// <summary>Share of all devices that are done after each further wave, percent, rising; the last is 100.</summary>
  public int[] Percents { get; set; } = [10, 50, 100];

  public DateTimeOffset? StartAt { get; set; }

  /// <summary>Maintenance window in the site's own time, minutes of the day; equal = always open. May cross midnight.</summary>
  [Bound("Window from", 0, 1439, "min of the day")] public int WindowFromMinute { get; set; }
  [Bound("Window to", 0, 1439, "min of the day")] public int WindowToMinute { get; set; }

  /// <summary>Devices between offer and end at the same time.</summary>
  [Bound("At the same time", 1, 10_000, "devices")] public int MaxConcurrent { get; set; } = 50;

  /// <summary>Offers a minute.</summary>
  [Bound("Per minute", 1, 10_000, "offers")] public int PerMinute { get; set; } = 120;

  /// <summary>Devices of one site at the same time; 0 = no bound.</summary>
  [Bound("Per site", 0, 1000, "devices")] public int MaxPerSite { get; set; }

  /// <summary>Spreads the offers of a wave over this time.</summary>
  [Bound("Jitter", 0, 86_400, "s")] public int JitterSeconds { get; set; } = 10;

  /// <summary>Gate: SOC at least; 0 = off.</summary>
  [Bound("SOC at least", 0, 1000, "%", per: 10)] public int GateMinSocPermille { get; set; } = 200;

  /// <summary>Gate: current at most, either direction; 0 = off.</summary>
  [Bound("Current at most", 0, 1_000_000, "A", per: 1000)] public int GateMaxCurrentMa { get; set; }

  /// <summary>Gate: no alarm of the BMS.</summary>
  public bool GateNoAlarm { get; set; } = true;

  /// <summary>Gate: the inverter is heard.</summary>
  public bool GateInverterHeard { get; set; }

  /// <summary>A device whose gates stay shut this long goes to the tail; there, once more this long, it is skipped.</summary>
  [Bound("Waits at most", 60, 2_592_000, "s")] public int GateSeconds { get; set; } = 86_400;

  /// <summary>No progress for this long = timed out.</summary>
  [Bound("Step limit", 5, 86_400, "s")] public int StepSeconds { get; set; } = 900;

  /// <summary>From offer to end at most.</summary>
  [Bound("Total limit", 10, 604_800, "s")] public int TotalSeconds { get; set; } = 7_200;

  /// <summary>Not heard for this long after the offer = silent = a failure.</summary>
  [Bound("Silence limit", 5, 86_400, "s")] public int SilenceSeconds { get; set; } = 300;

  /// <summary>Halts at this share of failures among the decided, percent.</summary>
  [Bound("Halts at share", 1, 100, "%")] public int FailPercent { get; set; } = 10;

  /// <summary>Decided devices before the share says anything.</summary>
  [Bound("Smallest sample", 1, 1000, "devices")] public int MinSample { get; set; } = 5;

  /// <summary>Halts at this many failures whatever the share.</summary>
  [Bound("Halts at failures", 1, 10_000, "devices")] public int FailCap { get; set; } = 3;

  /// <summary>A wave passes with at least this share confirmed, percent of its eligible devices.</summary>
  [Bound("Passes at", 1, 100, "%")] public int SuccessPercent { get; set; } = 90;

  /// <summary>Watched for this long after the last confirmation before the next wave opens.</summary>
  [Bound("Soak", 0, 604_800, "s")] public int SoakSeconds { get; set; } = 600;

  /// <summary>Every mistake of the policy, with field and bound; empty = good.</summary>
  public IReadOnlyList<string> Mistakes()
  {
    var results = new List<ValidationResult>();
    Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
    var mistakes = results.ConvertAll(r => r.ErrorMessage ?? "invalid");
    if (Percents.Length > 0 && Percents[^1] != 100) mistakes.Add("Then waves up to: the last must reach 100 %.");
    for (var i = 0; i < Percents.Length; i++)
    {
      if (Percents[i] is < 1 or > 100) mistakes.Add($"Then waves up to: {Percents[i]} % does not lie in 1 to 100.");
      if (i > 0 && Percents[i] <= Percents[i - 1]) mistakes.Add($"Then waves up to: {Percents[i]} % must be above the {Percents[i - 1]} % before.");
    }

    if (TotalSeconds < StepSeconds) mistakes.Add("Total limit: must not be below the step limit.");
    return mistakes;
  }

  /// <summary>Wave of each of <paramref name="count"/> devices in their order: the canaries, then by the percents.</summary>
  public int[] WavesFor(int count)
  {
    var waves = new int[count];
    var wave = 0;
    var upTo = Math.Min(Canary, count);
    var step = -1;
    for (var i = 0; i < count; i++)
    {
      while (i >= upTo)
      {
        var before = upTo;
        step++;
        upTo = step >= Percents.Length ? count : (int)(((long)count * Percents[step] + 99) / 100);
        // A percentage that the canaries already cover makes no wave of its own.
        if (upTo > before) wave++;
        upTo = Math.Max(upTo, before);
      }

      waves[i] = wave;
    }

    return waves;
  }
}
