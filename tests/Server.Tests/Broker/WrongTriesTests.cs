using JkFleet.Server.Broker;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class WrongTriesTests
{
  private const int Limit = 3;

  private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 59, TimeSpan.Zero));
  private readonly WrongTries _tries;

  public WrongTriesTests() => _tries = new WrongTries(_clock);

  [Fact]
  public void Lock_holds_for_a_minute_from_the_first_wrong_try_whatever_the_wall_clock_shows()
  {
    Lock("a");
    _clock.Advance(TimeSpan.FromSeconds(59.9));
    Assert.True(_tries.TooMany("a", Limit));
    Assert.False(_tries.TooMany("b", Limit));
    _clock.Advance(TimeSpan.FromSeconds(0.1));
    Assert.False(_tries.TooMany("a", Limit));
    _tries.Count("a");
    Assert.False(_tries.TooMany("a", Limit));
  }

  [Fact]
  public void Many_other_names_do_not_open_a_young_lock()
  {
    for (var i = 0; i < 9_000; i++) _tries.Count($"early {i}");
    _clock.Advance(TimeSpan.FromSeconds(30));
    Lock("a");
    for (var i = 0; i < 5_000; i++) _tries.Count($"flood {i}");
    Assert.True(_tries.TooMany("a", Limit));
  }

  private void Lock(string key)
  {
    for (var i = 0; i < Limit; i++) _tries.Count(key);
    Assert.True(_tries.TooMany(key, Limit));
  }
}
