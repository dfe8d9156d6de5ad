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
  public void A_policy_tells_all_its_mistakes_at_once()
  {
    var mistakes = new RolloutPolicy { Canary = 0, FailPercent = 101, Percents = [50, 40], TotalSeconds = 10, StepSeconds = 20 }.Mistakes();
    Assert.Equal(5, mistakes.Count);
  }
}
