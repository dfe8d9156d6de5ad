using JkFleet.Server.Devices;
using JkFleet.Server.Telemetry;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace JkFleet.Server.Tests.Telemetry;

public sealed class LiveFleetTests
{
  private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
  private readonly LiveFleet _fleet;

  public LiveFleetTests()
  {
    _fleet = new LiveFleet(_clock, Options.Create(new TelemetryOptions { LateGrace = TimeSpan.FromSeconds(5), SilentAfter = TimeSpan.FromMinutes(5) }));
    _fleet.Enrol(new Device { Id = "a", Name = "A", SecretHash = [], CreatedAt = _clock.GetUtcNow() }, "Home");
  }

  [Fact]
  public void A_device_goes_from_never_to_online_late_and_silent()
  {
    Assert.Equal(Connection.Never, _fleet.Find("a")!.Connection);
    _fleet.Connected("a");
    for (var i = 0; i < 10; i++)
    {
      _clock.Advance(TimeSpan.FromSeconds(10));
      Report(i * 10_000);
    }

    _fleet.Judge();
    Assert.Equal(10_000, _fleet.Find("a")!.PeriodMs);
    Assert.Equal(Connection.Online, _fleet.Find("a")!.Connection);
    _clock.Advance(TimeSpan.FromSeconds(34));
    Assert.Empty(_fleet.Judge());
    _clock.Advance(TimeSpan.FromSeconds(2));
    Assert.Equal("a", Assert.Single(_fleet.Judge()).Id);
    Assert.Equal(Connection.Late, _fleet.Find("a")!.Connection);
    var late = _fleet.Find("a")!.Since;
    _clock.Advance(TimeSpan.FromMinutes(5));
    _fleet.Judge();
    Assert.Equal(Connection.Silent, _fleet.Find("a")!.Connection);
    Assert.True(_fleet.Find("a")!.Since > late);
    Report(400_000);
    Assert.Equal(Connection.Online, _fleet.Find("a")!.Connection);
    _fleet.Disconnected("a");
    Assert.Equal(Connection.Silent, _fleet.Find("a")!.Connection);
  }

  [Fact]
  public async Task Watchers_are_woken_after_changes_and_not_more_often_than_they_want()
  {
    var calls = 0;
    var other = 0;
    using var watch = _fleet.Watch("a", () => Interlocked.Increment(ref calls), TimeSpan.FromSeconds(1));
    using var idle = _fleet.Watch("nobody", () => Interlocked.Increment(ref other), TimeSpan.Zero);
    for (var i = 1; i <= 100; i++)
    {
      Report(i);
      _clock.Advance(TimeSpan.FromMilliseconds(50));
      if (i % 20 == 0)
      {
        var want = i / 20;
        await JkFleet.Server.Tests.Fixtures.Eventually.True(() => Volatile.Read(ref calls) >= want, $"call {want}");
      }
    }

    Assert.InRange(calls, 4, 5);
    watch.Dispose();
    Report(1000);
    _clock.Advance(TimeSpan.FromSeconds(5));
    Assert.InRange(calls, 4, 5);
    Assert.Equal(0, other);
  }

  private void Report(long upMs)
  {
    var message = new TelemetryMessage();
    message.Header.Boot = 1;
    message.Header.UpMs = upMs;
    _fleet.Apply("a", message);
  }
}
