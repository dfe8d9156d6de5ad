using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Rollouts;

/// <summary>How carefully a rollout goes; chosen when it is made and fixed from then on.</summary>
public sealed class RolloutPolicy
{
  /// <summary>Devices of the first wave.</summary>
  [Range(1, 1000)] public int Canary { get; set; } = 3;

  /// <summary>Share of all devices that are done after each further wave, percent, rising; the last is 100.</summary>
  public int[] Percents { get; set; } = [10, 50, 100];

  public DateTimeOffset? StartAt { get; set; }

  /// <summary>Maintenance window in the site's own time, minutes of the day; equal = always open. May cross midnight.</summary>
  [Range(0, 1439)] public int WindowFromMinute { get; set; }
  [Range(0, 1439)] public int WindowToMinute { get; set; }

  /// <summary>Devices between offer and end at the same time.</summary>
  [Range(1, 10_000)] public int MaxConcurrent { get; set; } = 50;

  /// <summary>Offers a minute.</summary>
  [Range(1, 10_000)] public int PerMinute { get; set; } = 120;

  /// <summary>Devices of one site at the same time; 0 = no bound.</summary>
  [Range(0, 1000)] public int MaxPerSite { get; set; }

  /// <summary>Spreads the offers of a wave over this time.</summary>
  [Range(0, 86_400)] public int JitterSeconds { get; set; } = 10;

  /// <summary>Gate: SOC at least; 0 = off.</summary>
  [Range(0, 1000)] public int GateMinSocPermille { get; set; } = 200;

  /// <summary>Gate: current at most, either direction; 0 = off.</summary>
  [Range(0, 1_000_000)] public int GateMaxCurrentMa { get; set; }

  /// <summary>Gate: no alarm of the BMS.</summary>
  public bool GateNoAlarm { get; set; } = true;

  /// <summary>Gate: the inverter is heard.</summary>
  public bool GateInverterHeard { get; set; }

  /// <summary>A device whose gates stay shut this long goes to the tail; there, once more this long, it is skipped.</summary>
  [Range(60, 2_592_000)] public int GateSeconds { get; set; } = 86_400;

  /// <summary>No progress for this long = timed out.</summary>
  [Range(5, 86_400)] public int StepSeconds { get; set; } = 900;

  /// <summary>From offer to end at most.</summary>
  [Range(10, 604_800)] public int TotalSeconds { get; set; } = 7_200;

  /// <summary>Not heard for this long after the offer = silent = a failure.</summary>
  [Range(5, 86_400)] public int SilenceSeconds { get; set; } = 300;

  /// <summary>Halts at this share of failures among the decided, percent.</summary>
  [Range(1, 100)] public int FailPercent { get; set; } = 10;

  /// <summary>Decided devices before the share says anything.</summary>
  [Range(1, 1000)] public int MinSample { get; set; } = 5;

  /// <summary>Halts at this many failures whatever the share.</summary>
  [Range(1, 10_000)] public int FailCap { get; set; } = 3;

  /// <summary>A wave passes with at least this share confirmed, percent of its eligible devices.</summary>
  [Range(1, 100)] public int SuccessPercent { get; set; } = 90;

  /// <summary>Watched for this long after the last confirmation before the next wave opens.</summary>
  [Range(0, 604_800)] public int SoakSeconds { get; set; } = 600;

  /// <summary>Every mistake of the policy, with field and bound; empty = good.</summary>
  public IReadOnlyList<string> Mistakes()
  {
    var results = new List<ValidationResult>();
    Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
    var mistakes = results.ConvertAll(r => r.ErrorMessage ?? "invalid");
    if (Percents.Length > 0 && Percents[^1] != 100) mistakes.Add("Percents: the last wave must reach 100.");
    for (var i = 0; i < Percents.Length; i++)
    {
      if (Percents[i] is < 1 or > 100) mistakes.Add($"Percents[{i}]: must lie in 1..100.");
      if (i > 0 && Percents[i] <= Percents[i - 1]) mistakes.Add($"Percents[{i}]: must be above the one before.");
    }

    if (TotalSeconds < StepSeconds) mistakes.Add("TotalSeconds: must not be below StepSeconds.");
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
