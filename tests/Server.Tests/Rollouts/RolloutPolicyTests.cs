using JkFleet.Server.Rollouts;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>The arithmetic of a policy.</summary>
public class RolloutPolicyTests
{
  [Theory]
  [InlineData(50, 3, new[] { 10, 50, 100 }, new[] { 3, 2, 20, 25 })]
  [InlineData(5, 3, new[] { 10, 50, 100 }, new[] { 3, 2 })]
  [InlineData(2, 3, new[] { 100 }, new[] { 2 })]
  [InlineData(10, 1, new int[0], new[] { 1, 9 })]
  public void Waves_are_the_canaries_then_the_percents(int count, int canary, int[] percents, int[] sizes)
  {
    var waves = new RolloutPolicy { Canary = canary, Percents = percents }.WavesFor(count);
    Assert.Equal(sizes, waves.GroupBy(w => w).OrderBy(g => g.Key).Select(g => g.Count()));
    Assert.Equal(Enumerable.Range(0, sizes.Length), waves.Distinct());
  }

  [Fact]
  public void A_policy_tells_all_its_mistakes_at_once_in_the_words_of_the_page()
  {
    var policy = new RolloutPolicy { Canary = 0, FailPercent = 101, Percents = [50, 40], TotalSeconds = 10, StepSeconds = 20, GateMinSocPermille = 1001, GateMaxCurrentMa = -1000 };
    Assert.Equal(
      [
        "Canaries: 1 to 1000.", "SOC at least: 0 to 100 %.", "Current at most: 0 to 1000 A.", "Halts at share: 1 to 100 %.",
        "Then waves up to: the last must reach 100 %.", "Then waves up to: 40 % must be above the 50 % before.", "Total limit: must not be below the step limit.",
      ],
      policy.Mistakes());
  }

  [Fact]
  public void What_was_chosen_can_be_read_again_in_sentences()
  {
    var policy = new RolloutPolicy { StartAt = new DateTimeOffset(2027, 3, 1, 2, 0, 0, TimeSpan.Zero), WindowFromMinute = 120, WindowToMinute = 240, GateMaxCurrentMa = 12_500, MaxPerSite = 1, GateInverterHeard = true };
    Assert.Equal(
      [
        "Start: 2027-03-01 02:00 UTC", "Window: 02:00 to 04:00 local time",
        "Waves: 3 canaries, then up to 10, 50, 100 % of all; a wave passes with 90 % confirmed and is watched for 10\u00A0min",
        "Pace: at most 50 at once and 1 per site, 120 a minute, each up to 10\u00A0s later",
        "Held back: SOC below 20 %, more than 12.5 A, a BMS alarm, a silent inverter; for up to 24\u00A0h, then once more at the end",
        "Failed: no progress for 15\u00A0min, not done after 2\u00A0h, or silent for 5\u00A0min",
        "Halts: at 3 failed devices, or at 10 % of at least 5 decided ones",
      ],
      PolicyWords.Of(policy).Select(p => $"{p.Name}: {p.Text}"));
    Assert.Equal(["Start: at once", "Window: always open", "Waves: 1 canary, then all; a wave passes with 90 % confirmed"],
      PolicyWords.Of(new RolloutPolicy { Canary = 1, Percents = [], SoakSeconds = 0 }).Take(3).Select(p => $"{p.Name}: {p.Text}"));
  }
}
