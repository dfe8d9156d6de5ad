// The only door: versions grow, one transaction, conflicts are said, what was wished is logged.
using JkFleet.Server.Devices;
using JkFleet.Server.Sites;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Devices;

public sealed class DesiredStateTests : IAsyncLifetime
{
  private TempDatabase _database = null!;
  private DesiredState _door = null!;

  public async ValueTask InitializeAsync()
  {
    _database = await TempDatabase.CreateAsync();
    _door = new DesiredState(_database, TimeProvider.System);
    await using var db = _database.CreateDbContext();
    db.Sites.Add(new Site { Id = 1, Name = "s" });
    await db.SaveChangesAsync();
    await Enrol(0, 10);
  }

  public ValueTask DisposeAsync() => _database.DisposeAsync();

  [Fact]
  public async Task A_version_only_grows_and_an_unknown_device_is_left_out()
  {
    var first = await _door.ChangeAsync(["d0", "d1", "nobody"], Profile(1), "anna", "winter");
    var second = await _door.ChangeAsync(["d1"], Profile(2), "anna", "spring");
    Assert.Equal([("d0", 1L), ("d1", 1L)], first.Versions.OrderBy(v => v.Key).Select(v => (v.Key, v.Value)));
    Assert.Equal(2, second.Versions["d1"]);
  }

  [Fact]
  public async Task Many_devices_are_one_transaction_one_notice_and_one_entry_of_the_log()
  {
    await Enrol(10, 1_190);
    var told = new List<int>();
    _door.Changed += ids => told.Add(ids.Count);
    var outcome = await _door.ChangeAsync([.. Enumerable.Range(0, 1_200).Select(i => $"d{i}")], Profile(1), "anna", "all");
    Assert.Equal(1_200, outcome.Versions.Count);
    Assert.Equal([1_200], told);
    await using var db = _database.CreateDbContext();
    var entry = await db.Activities.SingleAsync();
    Assert.Equal(("anna", "desired.profile", "devices:1200", "all"), (entry.Actor, entry.Action, entry.Subject, entry.Reason));
  }

  [Fact]
  public async Task Who_was_overtaken_is_told_and_changes_nothing()
  {
    await _door.ChangeAsync(["d0", "d1"], Profile(1), "anna", "x");
    await _door.ChangeAsync(["d0"], Profile(2), "bob", "y");
    var late = await _door.ChangeAsync(["d0", "d1"], Profile(3), "anna", "z", new Dictionary<string, long> { ["d0"] = 1, ["d1"] = 1 });
    Assert.Equal(["d0"], late.Conflicts);
    Assert.Equal(2, late.Versions["d1"]);
    await using var db = _database.CreateDbContext();
    Assert.Equal(2, (await db.Desired.SingleAsync(r => r.DeviceId == "d0")).ProfileRevision);
  }

  [Fact]
  public async Task Writers_at_the_same_time_never_get_the_same_version()
  {
    var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _door.ChangeAsync(["d7"], Profile(i), "w", "race"))));
    Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), outcomes.Select(o => o.Versions["d7"]).Order());
  }

  [Fact]
  public async Task A_restored_server_starts_from_what_the_device_holds_and_nonsense_is_not_followed()
  {
    await _door.ChangeAsync(["d0", "d1", "d2"], Profile(1), "anna", "before the backup");
    await using (var db = _database.CreateDbContext())
    {
      db.Reported.Add(new ReportedRow { DeviceId = "d0", DesiredVersion = 12 });
      db.Reported.Add(new ReportedRow { DeviceId = "d1", DesiredVersion = long.MaxValue });
      await db.SaveChangesAsync();
    }

    var outcome = await _door.ChangeAsync(["d0", "d1", "d2"], Profile(2), "anna", "after it", new Dictionary<string, long> { ["d0"] = 1, ["d1"] = 1, ["d2"] = 1 });
    Assert.Empty(outcome.Conflicts);
    Assert.Equal([("d0", 13L), ("d1", 2L), ("d2", 2L)], outcome.Versions.OrderBy(v => v.Key).Select(v => (v.Key, v.Value)));
  }

  [Fact]
  public async Task Taking_back_firmware_spares_the_wish_of_another_rollout()
  {
    await _door.ChangeAsync(["d0", "d1"], new DesiredChange.Firmware("2.0.0", "aa", 10, 1), "rollout:1", "x");
    await _door.ChangeAsync(["d1"], new DesiredChange.Firmware("3.0.0", "bb", 10, 2), "rollout:2", "x");
    var outcome = await _door.ChangeAsync(["d0", "d1"], new DesiredChange.NoFirmware(1), "rollout:1", "paused");
    Assert.Equal(["d0"], outcome.Versions.Keys);
    await using var db = _database.CreateDbContext();
    Assert.Null((await db.Desired.SingleAsync(r => r.DeviceId == "d0")).FirmwareVersion);
    Assert.Equal("3.0.0", (await db.Desired.SingleAsync(r => r.DeviceId == "d1")).FirmwareVersion);
  }

  [Fact]
  public async Task The_list_of_profiles_tells_how_many_devices_shall_run_each_and_how_many_do()
  {
    await using (var db = _database.CreateDbContext())
    {
      db.Sites.Add(new Site { Id = 2, Name = "other" });
      (await db.Devices.SingleAsync(d => d.Id == "d3")).SiteId = 2;
      (await db.Devices.SingleAsync(d => d.Id == "d4")).RevokedAt = DateTimeOffset.UtcNow;
      db.Reported.Add(new ReportedRow { DeviceId = "d0", State = SyncState.InSync });
      db.Reported.Add(new ReportedRow { DeviceId = "d1", State = SyncState.Refused });
      await db.SaveChangesAsync();
    }

    await _door.ChangeAsync(["d0", "d1", "d2", "d3", "d4"], Profile(1), "anna", "winter");
    var list = new ReportedList(_database);
    Assert.Equal((4, 1), Assert.Single(await list.ProfileUse(null, default)).Value); // d4 is revoked
    Assert.Equal((3, 1), Assert.Single(await list.ProfileUse([1], default)).Value);
    Assert.Empty(await list.ProfileUse([], default));
  }

  private async Task Enrol(int from, int count)
  {
    await using var db = _database.CreateDbContext();
    for (var i = from; i < from + count; i++) db.Devices.Add(new Device { Id = $"d{i}", Name = $"d{i}", SiteId = 1, SecretHash = [1] });
    await db.SaveChangesAsync();
  }

  private static DesiredChange.Profile Profile(int revision) => new(1, revision, "{}");
}
