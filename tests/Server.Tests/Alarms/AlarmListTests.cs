// The fleet's alarms as pages read them, over both databases and the real pages.
using System.Net;
using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace JkFleet.Server.Tests.Alarms;

public sealed class AlarmListTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
  private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

  [Theory]
  [InlineData("Sqlite")]
  [InlineData("PostgreSql")]
  public async Task Open_alarms_come_worst_first_and_every_filter_counts_what_it_shows(string provider)
  {
    await using var server = await Start(provider);
    await Add(
      server,
      A("dev-0001", "cell_diff", AlarmSeverity.Warning, openedAgo: 1),
      A("dev-0002", "bms_lost", AlarmSeverity.Critical, openedAgo: 600, seenBy: "anna"),
      A("dev-0003", "battery_over_temp", AlarmSeverity.Critical, openedAgo: 5),
      A("dev-0003", "low_capacity", AlarmSeverity.Warning, openedAgo: 90, clearedAgo: 30),
      A("dev-0003", "short_circuit", AlarmSeverity.Critical, openedAgo: 3000, clearedAgo: 20),
      A("dev-0003", "cell_diff", AlarmSeverity.Warning, openedAgo: 4000, clearedAgo: 25 * 60));
    var list = server.Get<AlarmList>();

    var open = await list.Find(Boss, new AlarmFilter(), 100, default);
    Assert.Equal(["battery_over_temp", "bms_lost", "cell_diff"], Kinds(open));
    Assert.Equal(("dev-0003", Now.AddMinutes(-5)), (open.Lines[0].Device, open.Lines[0].Alarm.OpenedAt));
    Assert.Equal((3, 2, 1), (open.Count(AlarmsShown.Open, null), open.Count(AlarmsShown.Open, AlarmSeverity.Critical), open.Count(AlarmsShown.Open, AlarmSeverity.Warning)));
    Assert.Equal((2, 1), (open.Count(AlarmsShown.Unacknowledged, null), open.Count(AlarmsShown.Unacknowledged, AlarmSeverity.Critical)));
    Assert.Equal((2, 1), (open.Count(AlarmsShown.Cleared, null), open.Count(AlarmsShown.Cleared, AlarmSeverity.Warning)));

    Assert.Equal(["battery_over_temp", "cell_diff"], Kinds(await list.Find(Boss, new AlarmFilter(AlarmsShown.Unacknowledged), 100, default)));
    Assert.Equal(["battery_over_temp", "bms_lost"], Kinds(await list.Find(Boss, new AlarmFilter(Severity: AlarmSeverity.Critical), 100, default)));
    Assert.Equal(["short_circuit", "low_capacity"], Kinds(await list.Find(Boss, new AlarmFilter(AlarmsShown.Cleared), 100, default)));
    var first = await list.Find(Boss, new AlarmFilter(), 1, default);
    Assert.Equal((1, 3), (first.Lines.Count, first.Count(AlarmsShown.Open, null)));
  }

  [Theory]
  [InlineData("Sqlite")]
  [InlineData("PostgreSql")]
  public async Task Who_is_confined_to_a_site_sees_and_acknowledges_what_belongs_there_now(string provider)
  {
    await using var server = await Start(provider);
    var south = await server.AddSite("South");
    int north;
    await using (var db = server.Db()) north = (await db.Devices.SingleAsync(d => d.Id == "dev-0001")).SiteId;
    await Add(server, A("dev-0001", "bms_lost", AlarmSeverity.Critical, openedAgo: 5), A("dev-0002", "cell_diff", AlarmSeverity.Warning, openedAgo: 5));
    // The alarm came at one site; the device belongs to the other by now.
    Assert.True((await server.Get<ChangeDevice>().Run(Boss, "dev-0001", "Moved", "", south.Id, "", default)).Done);

    var list = server.Get<AlarmList>();
    var there = await list.Find(Person("tom", Role.Viewer, south.Id), new AlarmFilter(), 100, default);
    Assert.Equal(["bms_lost"], Kinds(there));
    Assert.Equal(("Moved", "South", 1), (there.Lines[0].Device, there.Lines[0].Site, there.Count(AlarmsShown.Open, null)));
    Assert.Equal(["cell_diff"], Kinds(await list.Find(Person("tim", Role.Operator, north), new AlarmFilter(), 100, default)));
    Assert.Empty((await list.Find(Person("tim", Role.Operator, north), new AlarmFilter(SiteId: south.Id), 100, default)).Lines);
    Assert.Equal(["bms_lost"], Kinds(await list.Find(Boss, new AlarmFilter(SiteId: south.Id), 100, default)));

    var (moved, stayed) = (there.Lines[0].Alarm.Id, (await list.Find(Boss, new AlarmFilter(SiteId: north), 100, default)).Lines[0].Alarm.Id);
    var acknowledge = server.Get<AcknowledgeAlarm>();
    Assert.Equal("Your role does not allow this.", (await acknowledge.Run(Person("tim", Role.Operator, north), [stayed, moved], default)).Why);
    Assert.False((await acknowledge.Run(Person("tom", Role.Installer, south.Id), [moved], default)).Done);
    await using (var db = server.Db()) Assert.False(await db.Alarms.AnyAsync(a => a.AcknowledgedAt != null), "one that is not allowed stops the whole selection");
    Assert.True((await acknowledge.Run(Person("tina", Role.Operator, south.Id), [moved], default)).Done);
    await using (var db = server.Db())
    {
      Assert.Equal("tina", (await db.Alarms.SingleAsync(a => a.Id == moved)).AcknowledgedBy);
      Assert.Equal(south.Id, (await db.Activities.SingleAsync(a => a.Action == "alarm.acknowledged")).SiteId);
    }
  }

  [Fact]
  public async Task A_selection_is_acknowledged_at_once_and_keeps_who_was_faster()
  {
    await using var server = await Start("Sqlite");
    await Add(server, A("dev-0001", "bms_lost", AlarmSeverity.Critical, openedAgo: 5, seenBy: "anna"), A("dev-0002", "cell_diff", AlarmSeverity.Warning, openedAgo: 5), A("dev-0003", "silent", AlarmSeverity.Warning, openedAgo: 5));
    var ids = (await server.Get<AlarmList>().Find(Boss, new AlarmFilter(), 10, default)).Lines.Select(l => l.Alarm.Id).ToArray();
    var acknowledge = server.Get<AcknowledgeAlarm>();
    var done = await acknowledge.Run(Person("ben", Role.Operator, null), ids, default);
    Assert.Equal(["cell_diff", "silent"], done.Value!.Select(a => a.Kind).Order());
    await using var db = server.Db();
    Assert.Equal(["anna", "ben", "ben"], await db.Alarms.OrderBy(a => a.AcknowledgedBy).Select(a => a.AcknowledgedBy).ToListAsync());
    Assert.Equal(2, await db.Activities.CountAsync(a => a.Action == "alarm.acknowledged" && a.Actor == "ben"));
    Assert.Equal("All of them are acknowledged already.", (await acknowledge.Run(Boss, ids, default)).Why);
    Assert.False((await acknowledge.Run(Boss, [], default)).Done);
    Assert.False((await acknowledge.Run(Boss, [.. Enumerable.Range(1, AcknowledgeAlarm.AtMost + 1)], default)).Done);
  }

  [Fact]
  public async Task The_page_shows_a_viewer_the_own_site_without_a_button_and_an_operator_with_one()
  {
    await using var server = await Start("Sqlite");
    var south = await server.AddSite("South");
    Assert.True((await server.Get<ChangeDevice>().Run(Boss, "dev-0001", "Barn", "", south.Id, "", default)).Done);
    await Add(server, A("dev-0001", "bms_lost", AlarmSeverity.Critical, openedAgo: 5), A("dev-0002", "cell_diff", AlarmSeverity.Warning, openedAgo: 5));
    using var viewer = await server.SignIn((Role.Viewer, south.Id));
    var page = await viewer.GetStringAsync("/alarms");
    Assert.Contains("BMS is not heard", page, StringComparison.Ordinal);
    Assert.Contains("/devices/dev-0001", page, StringComparison.Ordinal);
    Assert.DoesNotContain("dev-0002", page, StringComparison.Ordinal);
    Assert.DoesNotContain("Acknowledge:", page, StringComparison.Ordinal);
    Assert.DoesNotContain("checkbox", page, StringComparison.Ordinal);
    using var both = await server.SignIn((Role.Viewer, null), (Role.Operator, south.Id));
    var mixed = await both.GetStringAsync("/alarms");
    Assert.Contains("Acknowledge: BMS is not heard, Barn", mixed, StringComparison.Ordinal);
    Assert.Contains("Cells too far apart", mixed, StringComparison.Ordinal);
    Assert.DoesNotContain("Acknowledge: Cells too far apart", mixed, StringComparison.Ordinal);
    Assert.Contains("No alarm fits the filter", await both.GetStringAsync($"/alarms?severity=warning&site={south.Id}"), StringComparison.Ordinal);
    using var nobody = await server.SignIn();
    Assert.NotEqual(HttpStatusCode.OK, (await nobody.GetAsync("/alarms")).StatusCode);
  }

  [Fact]
  public async Task An_empty_page_says_of_how_many_devices_that_is_good_news()
  {
    await using var server = await Start("Sqlite");
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    await device.Send(device.Report());
    await Eventually.True(() => server.Fleet.Find("dev-0001")!.Telemetry is not null, "one is heard");
    using var viewer = await server.SignIn((Role.Viewer, null));
    var page = await viewer.GetStringAsync("/alarms");
    Assert.Contains("1 of 5 devices is heard: no BMS reports an alarm", page, StringComparison.Ordinal);
    Assert.Contains("4 devices never came; nothing is known of them.", page, StringComparison.Ordinal);
  }

  [Fact]
  public async Task Cleared_alarms_are_kept_for_a_time_and_a_number_and_open_ones_always()
  {
    await using var database = await TempDatabase.CreateAsync();
    await using (var db = database.CreateDbContext())
    {
      db.Sites.Add(new Sites.Site { Id = 1, Name = "North" });
      foreach (var id in (string[])["calm", "flapping"]) db.Devices.Add(new Device { Id = id, Name = id, SiteId = 1, SecretHash = [1], CreatedAt = Now });
      db.Alarms.Add(A("calm", "bms_lost", AlarmSeverity.Critical, openedAgo: 800 * 1440));
      db.Alarms.Add(A("calm", "silent", AlarmSeverity.Warning, openedAgo: 401 * 1440, clearedAgo: 400 * 1440));
      db.Alarms.Add(A("calm", "silent", AlarmSeverity.Warning, openedAgo: 301 * 1440, clearedAgo: 300 * 1440));
      db.Alarms.Add(A("flapping", "cell_diff", AlarmSeverity.Warning, openedAgo: 500));
      for (var i = 0; i < 150; i++) db.Alarms.Add(A("flapping", "silent", AlarmSeverity.Warning, openedAgo: 301 - i, clearedAgo: 300 - i));
      await db.SaveChangesAsync();
    }

    using var trimmer = new AlarmTrimmer(database, Options.Create(new AlarmsOptions { PerDevice = 100 }), TimeProvider.System, NullLogger<AlarmTrimmer>.Instance);
    await trimmer.Trim(default);
    await using (var db = database.CreateDbContext())
    {
      Assert.Equal(["bms_lost", "silent"], await db.Alarms.Where(a => a.DeviceId == "calm").Select(a => a.Kind).Order().ToListAsync());
      Assert.Equal(1, await db.Alarms.CountAsync(a => a.DeviceId == "flapping" && a.ClearedAt == null));
      var kept = await db.Alarms.Where(a => a.DeviceId == "flapping" && a.ClearedAt != null).OrderBy(a => a.ClearedAt).ToListAsync();
      Assert.Equal((100, Now.AddMinutes(-250)), (kept.Count, kept[0].ClearedAt));
      // One that flaps does not hide an older one that is still open.
      Assert.Equal(["cell_diff", "silent"], (await new AlarmList(database, TimeProvider.System).Latest("flapping", 2, default)).Select(a => a.Kind));
    }
  }

  private static ClaimsPrincipal Boss => Person("boss", Role.Administrator, null);

  private static ClaimsPrincipal Person(string name, Role role, int? site) =>
    new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = name, Role = role, SiteId = site }))], "test"));

  private static IEnumerable<string> Kinds(AlarmPicture picture) => picture.Lines.Select(l => l.Alarm.Kind);

  private static Alarm A(string device, string kind, AlarmSeverity severity, int openedAgo, int? clearedAgo = null, string? seenBy = null) => new()
  {
    DeviceId = device, Kind = kind, DedupKey = $"{device}:{kind}", Severity = severity, Text = kind, OpenedAt = Now.AddMinutes(-openedAgo),
    ClearedAt = clearedAgo is { } ago ? Now.AddMinutes(-ago) : null, AcknowledgedBy = seenBy, AcknowledgedAt = seenBy is null ? null : Now,
  };

  private static async Task Add(TestServer server, params Alarm[] alarms)
  {
    await using var db = server.Db();
    db.Alarms.AddRange(alarms);
    await db.SaveChangesAsync();
  }

  private async Task<TestServer> Start(string provider) => provider == "Sqlite"
    ? await TestServer.Start()
    : await TestServer.Start(settings: ["--Data:Provider", provider, "--Data:ConnectionString", await postgres.NewDatabase()]);
}
