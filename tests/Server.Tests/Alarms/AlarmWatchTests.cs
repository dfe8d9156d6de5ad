using System.Security.Claims;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace JkFleet.Server.Tests.Alarms;

public sealed class AlarmWatchTests
{
  [Fact]
  public async Task An_alarm_is_open_until_it_is_over_and_a_restart_opens_no_second_one()
  {
    using var folder = new TestFolder();
    await using (var server = await TestServer.Start(folder: folder))
    {
      var watch = server.Get<AlarmWatch>();
      watch.Observe("dev-0001", With(BmsAlarms.CellOverVoltage | BmsAlarms.LowCapacity, LinkState.Ok));
      watch.Observe("dev-0001", With(BmsAlarms.CellOverVoltage, LinkState.Silent));
      await Eventually.True(async () => (await Open(server)).Count == 2, "two open");
      Assert.Equal(["cell_over_voltage", "inverter_lost"], (await Open(server)).Select(a => a.Kind).Order());
      await Eventually.True(() => server.Fleet.Find("dev-0001")!.OpenAlarms == 2, "live");
      Assert.Equal(AlarmSeverity.Critical, server.Fleet.Find("dev-0001")!.WorstAlarm);
      // It came and went between two writes, or was seen open first: either way it is in the log.
      await Eventually.True(async () => (await server.Get<AlarmList>().Latest("dev-0001", 10, default)).Any(a => a.Kind == "low_capacity" && a.ClearedAt != null), "the short one is known");
      var open = (await Open(server))[0];
      var command = server.Get<AcknowledgeAlarm>();
      Assert.False((await command.Run(Person(Role.Installer), [open.Id], default)).Done);
      Assert.True((await command.Run(Person(Role.Operator), [open.Id], default)).Done);
      Assert.Contains("anna", (await command.Run(Person(Role.Administrator), [open.Id], default)).Why, StringComparison.Ordinal);
    }

    await using var again = await TestServer.Start(folder: folder);
    var after = again.Get<AlarmWatch>();
    Assert.Equal(2, again.Fleet.Find("dev-0001")!.OpenAlarms);
    after.Observe("dev-0001", With(BmsAlarms.CellOverVoltage, LinkState.Ok));
    await Eventually.True(async () => (await Open(again)).Count == 1, "one is over");
    after.Observe("dev-0001", With(BmsAlarms.None, LinkState.Ok));
    await Eventually.True(async () => (await Open(again)).Count == 0, "all is over");
    Assert.Equal(3, (await again.Get<AlarmList>().Latest("dev-0001", 10, default)).Count);
  }

  [Fact]
  public async Task A_page_hears_of_an_alarm_and_of_its_acknowledgement()
  {
    await using var server = await TestServer.Start();
    var watch = server.Get<AlarmWatch>();
    var heard = 0;
    using var page = watch.Watch(() => Interlocked.Increment(ref heard), TimeSpan.FromMilliseconds(50));
    watch.Observe("dev-0001", With(BmsAlarms.ShortCircuit, LinkState.Ok));
    await Eventually.True(async () => Volatile.Read(ref heard) > 0 && (await Open(server)).Count == 1, "it is opened");
    var (before, notes) = (Volatile.Read(ref heard), server.Fleet.Find("dev-0001")!.AlarmNotes);
    Assert.True((await server.Get<AcknowledgeAlarm>().Run(Person(Role.Operator), [(await Open(server))[0].Id], default)).Done);
    await Eventually.True(() => Volatile.Read(ref heard) > before, "it is acknowledged");
    Assert.True(server.Fleet.Find("dev-0001")!.AlarmNotes > notes, "the page of the device hears it too");
    Assert.Equal(1, server.Fleet.Find("dev-0001")!.OpenAlarms);
  }

  [Fact]
  public async Task A_device_that_was_shut_out_has_no_open_alarm()
  {
    await using var server = await TestServer.Start();
    server.Get<AlarmWatch>().Observe("dev-0001", With(BmsAlarms.ShortCircuit, LinkState.Silent));
    await Eventually.True(async () => (await Open(server)).Count == 2, "two open");
    Assert.True((await server.Get<RevokeDevice>().Run(Person(Role.Operator), "dev-0001", revoked: true, "stolen", default)).Done);
    await Eventually.True(async () => (await Open(server)).Count == 0, "nobody watches it");
    await Eventually.True(() => server.Fleet.Find("dev-0001")!.OpenAlarms == 0, "live");
  }

  [Fact]
  public async Task A_device_that_was_shut_out_is_silent_on_purpose_until_it_is_let_in_again()
  {
    await using var database = await TempDatabase.CreateAsync();
    var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    var options = Options.Create(new TelemetryOptions());
    var live = new LiveFleet(clock, options);
    using var alarms = new AlarmWatch(database, live, clock, NullLogger<AlarmWatch>.Instance);
    using var runner = new LiveFleetRunner(live, alarms, database, options, clock, NullLogger<LiveFleetRunner>.Instance);
    var device = new Device { Id = "d1", Name = "d1", SiteId = 1, SecretHash = [1], CreatedAt = clock.GetUtcNow() };
    await using (var db = database.CreateDbContext())
    {
      db.Sites.Add(new Sites.Site { Id = 1, Name = "North" });
      db.Devices.Add(device);
      await db.SaveChangesAsync();
    }

    live.Enrol(device, "North");
    live.Connected("d1");
    await Judged();
    live.Disconnected("d1");
    await Judged();
    clock.Advance(options.Value.SilentAlarmAfter);
    await Judged();
    Assert.Equal(1, live.Find("d1")!.OpenAlarms);
    device.RevokedAt = clock.GetUtcNow();
    live.Enrol(device, "North");
    await Judged();
    Assert.Equal(0, live.Find("d1")!.OpenAlarms);
    device.RevokedAt = null;
    live.Enrol(device, "North");
    await Judged();
    Assert.Equal(1, live.Find("d1")!.OpenAlarms);

    async Task Judged()
    {
      await runner.Tick(default);
      await alarms.Flush(default);
    }
  }

  private static async Task<IReadOnlyList<Alarm>> Open(TestServer server) =>
    [.. (await server.Get<AlarmList>().Find(Person(Role.Viewer), new AlarmFilter(), 10, default)).Lines.Select(l => l.Alarm)];

  private static ClaimsPrincipal Person(Role role) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna"), new Claim(Rights.Claim, $"{(int)role}:*")], "test"));

  private static TelemetryMessage With(BmsAlarms alarms, LinkState inverter)
  {
    var message = new TelemetryMessage { Bms = LinkState.Ok, Inverter = inverter };
    message.Snapshot.Alarms = alarms;
    return message;
  }
}
