using CsCheck;
using JkFleet.Server.Broker;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class SeqWindowTests
{
  [Fact]
  public void Agrees_with_a_set_while_numbers_stay_within_the_window() =>
    Gen.Select(Gen.Int[0, 2], Gen.Int[1, 1500]).Array[1, 400].Sample(messages =>
    {
      var window = new SeqWindow();
      var seen = new HashSet<(long, long)>();
      foreach (var (boot, seq) in messages)
        if (window.TryAdd(boot + 10, seq) != seen.Add((boot + 10, seq))) return false;
      return true;
    });

  [Fact]
  public void A_long_backlog_is_taken_and_its_last_one_is_not_taken_twice()
  {
    var window = new SeqWindow();
    Assert.True(window.TryAdd(1, 100_000));
    for (var seq = 1; seq <= 5000; seq++)
    {
      Assert.True(window.TryAdd(1, seq));
      Assert.False(window.TryAdd(1, seq));
    }

    Assert.False(window.TryAdd(1, 100_000));
  }

  [Fact]
  public void What_could_not_be_stored_may_come_again()
  {
    var window = new SeqWindow();
    Assert.True(window.TryAdd(1, 5));
    window.Forget(1, 5);
    Assert.True(window.TryAdd(1, 5));
    Assert.False(window.TryAdd(1, 5));
  }

  [Fact]
  public void Old_boots_do_not_push_out_the_present_one()
  {
    var window = new SeqWindow();
    Assert.True(window.TryAdd(4, 9));
    for (var boot = 1; boot <= 3; boot++) Assert.True(window.TryAdd(boot, 1));
    Assert.False(window.TryAdd(4, 9));
  }
}
