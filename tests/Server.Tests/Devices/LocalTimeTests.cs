// Windows of a profile count in the local time of the device's site, also when summer time begins.
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace JkFleet.Server.Tests.Devices;

public sealed class LocalTimeTests : IAsyncLifetime
{
  // One minute before Berlin goes from 02:00 to 03:00.
  private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2027, 3, 28, 0, 59, 0, TimeSpan.Zero));
  private readonly DesiredMail _mail = new(new FirmwareLinks(new EphemeralDataProtectionProvider(), Options.Create(new FirmwareOptions { PublicUrl = "http://fleet.example" }), new WebAddresses()));
  private TempDatabase _database = null!;
  private DesiredState _door = null!;

  public async ValueTask InitializeAsync()
  {
    _database = await TempDatabase.CreateAsync();
    _door = new DesiredState(_database, _clock);
    await using var db = _database.CreateDbContext();
    db.Sites.Add(new Site { Id = 1, Name = "b", TimeZone = "Europe/Berlin" });
    db.Sites.Add(new Site { Id = 2, Name = "p", TimeZone = "America/Phoenix" });
    foreach (var (id, site) in new[] { ("b-night", 1), ("b-plain", 1), ("p-night", 2) }) db.Devices.Add(new Device { Id = id, Name = id, SiteId = site, SecretHash = [1] });
    await db.SaveChangesAsync();
    await _door.ChangeAsync(["b-night", "p-night"], new DesiredChange.Profile(1, 1, Night()), "anna", "x");
    await _door.ChangeAsync(["b-plain"], new DesiredChange.Profile(2, 1, ProfileText.Write(new Profile { Revision = 1 })), "anna", "x");
  }

  public ValueTask DisposeAsync() => _database.DisposeAsync();

  [Theory]
  [InlineData("Europe/Berlin", "2027-01-15T02:30", "2027-01-15T01:30:00Z")]
  [InlineData("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30:00Z")] // comes twice
  [InlineData("Europe/Berlin", "2027-03-28T02:30", null)] // never comes
  [InlineData("Etc/UTC", "2027-03-28T02:30", "2027-03-28T02:30:00Z")]
  [InlineData("Etc/UTC", "soon", null)]
  public void A_time_on_the_clock_of_a_site_is_one_instant_or_none(string zone, string local, string? utc) =>
    Assert.Equal(utc is null ? null : DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture), LocalClock.Instant(zone, local));

  [Fact]
  public async Task One_profile_is_night_in_every_site()
  {
    Assert.Equal((1, 60), await Told("b-night"));
    Assert.Equal((1, -420), await Told("p-night"));
    Assert.Equal((1, 0), await Told("b-plain"));
  }

  [Fact]
  public async Task Summer_time_is_told_once_and_only_to_those_whose_windows_move()
  {
    var told = new List<string>();
    _door.Changed += told.AddRange;
    await _door.FollowLocalTimeAsync(default);
    Assert.Empty(told);
    _clock.Advance(TimeSpan.FromMinutes(1));
    await _door.FollowLocalTimeAsync(default);
    await _door.FollowLocalTimeAsync(default);
    Assert.Equal(["b-night"], told);
    Assert.Equal((2, 120), await Told("b-night"));
    await using var db = _database.CreateDbContext();
    var entry = await db.Activities.OrderBy(a => a.Id).LastAsync();
    Assert.Equal(("clock", "desired.local_time", "device:b-night"), (entry.Actor, entry.Action, entry.Subject));
  }

  [Fact]
  public async Task A_site_that_gets_another_zone_takes_its_windows_along()
  {
    await using (var db = _database.CreateDbContext())
    {
      (await db.Sites.SingleAsync(s => s.Id == 2)).TimeZone = "Asia/Kolkata";
      await db.SaveChangesAsync();
    }

    await _door.FollowLocalTimeAsync(default);
    Assert.Equal((2, 330), await Told("p-night"));
    Assert.Equal((1, 60), await Told("b-night"));
  }

  [Fact]
  public async Task A_profile_without_windows_ends_the_following()
  {
    await _door.ChangeAsync(["b-night"], new DesiredChange.Profile(2, 1, ProfileText.Write(new Profile { Revision = 1 })), "anna", "no windows any more");
    _clock.Advance(TimeSpan.FromHours(1));
    await _door.FollowLocalTimeAsync(default);
    Assert.Equal((2, 0), await Told("b-night"));
  }

  /// <summary>Version and offset in the message that the device would get now.</summary>
  private async Task<(long Version, int OffsetMin)> Told(string device)
  {
    await using var db = _database.CreateDbContext();
    var message = _mail.Write(await db.Desired.AsNoTracking().SingleAsync(r => r.DeviceId == device))!;
    var desired = new Desired();
    Assert.True(new DesiredCodec().TryRead(message, 0, message.Length, desired));
    return (desired.Version, desired.Profile.Number[ProfileField.UtcOffsetMin]);
  }

  private static string Night()
  {
    var profile = new Profile { Revision = 1 };
    (profile.NoCharge.FromMin[0], profile.NoCharge.ToMin[0], profile.NoCharge.Count) = (22 * 60, 6 * 60, 1);
    return ProfileText.Write(profile);
  }
}
