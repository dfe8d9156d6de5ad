// What happened on a device is kept once, in bounds, for people; commands reach it at most as often as they may, and their
// verdicts are shown. Over the real server with real MQTT devices, on SQLite and on PostgreSQL.
using System.Globalization;
using System.Security.Claims;
using System.Text.Json.Nodes;
using JkFleet.Agent.Update;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Tests.Fixtures;
using JkFleet.Server.Ui;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Devices;

public sealed class TimelineTests(TimelineTests.Servers servers) : IClassFixture<TimelineTests.Servers>
{
  private static readonly ClaimsPrincipal Operator = Person((Role.Operator, null));

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task An_event_is_kept_once_and_dated_by_the_device_that_waited_with_it(string database)
  {
    var server = servers.On(database);
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0001");
    var earlier = DateTimeOffset.UtcNow.AddHours(-3);
    await device.Publish(Topics.Event, Event(7, 1, "started", 0));
    await device.Publish(Topics.Event, Event(7, 2, "bms_lost", 10_020, replay: true, utcMs: earlier.ToUnixTimeMilliseconds()));
    await device.Publish(Topics.Event, Event(7, 1, "started", 0));
    await device.Publish(Topics.Event, Event(7, 3, "of_a_newer_agent", 5));
    await device.Publish(Topics.Event, "{\"v\":1,\"boot\":7}");
    var timeline = await server.Get<Timeline>().Latest("dev-0001", 50, default);
    Assert.Equal([EventKind.Unknown, EventKind.Started, EventKind.BmsLost], timeline.Select(e => e.Event!.Kind));
    Assert.Equal(earlier.ToUnixTimeMilliseconds(), timeline[2].At.ToUnixTimeMilliseconds());
    Assert.InRange(timeline[2].Event!.TakenAt - timeline[2].At, TimeSpan.FromHours(2.9), TimeSpan.FromHours(3.1));
    Assert.Equal("The BMS is no longer heard; its last reading was 10\u00A0s old.", TimelineWords.Text(timeline[2].Event!));
    Assert.Equal(1, server.Fleet.Find("dev-0001")!.Counters.Refused);
    Assert.True(server.Fleet.Find("dev-0001")!.Notes > 0);
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task A_device_that_chatters_keeps_its_newest_events_and_nobody_elses_go(string database)
  {
    var server = servers.On(database);
    var timeline = server.Get<Timeline>();
    const int sent = Servers.EventsPerDevice + (3 * Timeline.Slack);
    await Task.WhenAll(Enumerable.Range(1, 10).Select(n => timeline.TakeAsync(New("dev-0003", n))));
    for (var n = 1; n <= sent; n += 50) await Task.WhenAll(Enumerable.Range(n, Math.Min(50, sent - n + 1)).Select(i => timeline.TakeAsync(New("dev-0002", i))));
    await using var db = server.Db();
    Assert.InRange(await db.DeviceEvents.CountAsync(e => e.DeviceId == "dev-0002"), Servers.EventsPerDevice, Servers.EventsPerDevice + Timeline.Slack + 50);
    await db.DeviceEvents.Where(e => e.DeviceId == "dev-0003" && e.Seq <= 4).ExecuteUpdateAsync(e => e.SetProperty(x => x.At, DateTimeOffset.UtcNow.AddDays(-31)));
    await timeline.Trim(default);
    Assert.Equal(Enumerable.Range(sent - Servers.EventsPerDevice + 1, Servers.EventsPerDevice).Select(n => (long)n), await db.DeviceEvents.Where(e => e.DeviceId == "dev-0002").OrderBy(e => e.Seq).Select(e => e.Seq).ToListAsync());
    Assert.Equal([5L, 6, 7, 8, 9, 10], await db.DeviceEvents.Where(e => e.DeviceId == "dev-0003").OrderBy(e => e.Seq).Select(e => e.Seq).ToListAsync());
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task A_command_arrives_and_its_verdict_is_kept(string database)
  {
    var server = servers.On(database);
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0004", subscribe: true);
    var sent = (await Send(server, "dev-0004", new(CommandKind.Override, ChargeMa: 20_000, HoldMs: 600_000), "warm cells")).Value!;
    var message = (await Commands(device, 1))[0];
    Assert.Equal((sent.Id, "override", 20_000, -1, 600_000), ((string)message["id"]!, (string)message["command"]!, (int)message["charge_ma"]!, (int)message["discharge_ma"]!, (int)message["hold_ms"]!));
    Assert.InRange((long)message["until_utc_ms"]!, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeMilliseconds());

    await device.Publish(Topics.Verdict, Verdict(1, sent.Id, "accepted", ""));
    Assert.Equal(VerdictState.Accepted, (await Last(server, "dev-0004")).State);
    await device.Publish(Topics.Verdict, Verdict(2, sent.Id, "refused", "not today"));
    await device.Publish(Topics.Verdict, Verdict(3, sent.Id, "accepted", ""));
    await device.Publish(Topics.Verdict, Verdict(4, sent.Id, "applied", ""));
    var last = await Last(server, "dev-0004");
    Assert.Equal((VerdictState.Refused, "not today", "Refused"), (last.State, last.Why, TimelineWords.Standing(last, DateTimeOffset.UtcNow).Text));
    var before = server.Fleet.Find("dev-0004")!.Counters.Refused;
    await device.Publish(Topics.Verdict, Verdict(5, "c-of-somebody-else", "applied", ""));
    Assert.Equal(before + 1, server.Fleet.Find("dev-0004")!.Counters.Refused);

    await using var db = server.Db();
    var entry = await db.Activities.SingleAsync(a => a.Action == "device.command" && a.Subject == "device:dev-0004");
    Assert.Equal(("warm cells", "tester"), (entry.Reason, entry.Actor));
    Assert.Contains("Limit charging to 20", entry.After, StringComparison.Ordinal);
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task Who_was_away_gets_it_at_the_next_connect_and_a_restart_never_twice(string database)
  {
    var server = servers.On(database);
    var maintenance = (await Send(server, "dev-0005", new(CommandKind.Maintenance, On: true))).Value!;
    var reboot = (await Send(server, "dev-0005", new(CommandKind.Reboot))).Value!;
    Assert.Equal("Waits for the device", TimelineWords.Standing(await Last(server, "dev-0005"), DateTimeOffset.UtcNow).Text);
    await using (var first = await TestDevice.Connect(server.MqttPort, "dev-0005", subscribe: true))
      Assert.Equal([maintenance.Id, reboot.Id], (await Commands(first, 2)).Select(m => (string)m["id"]!));
    // Neither was answered: what may be repeated comes again, with the same id.
    await using (var second = await TestDevice.Connect(server.MqttPort, "dev-0005", subscribe: true))
    {
      Assert.Equal([maintenance.Id], (await Commands(second, 1)).Select(m => (string)m["id"]!));
      await second.Publish(Topics.Verdict, Verdict(1, maintenance.Id, "applied", ""));
    }

    // The later wish about the same thing ends the earlier one: it may not come after it.
    var low = (await Send(server, "dev-0005", new(CommandKind.Override, ChargeMa: 1_000, HoldMs: 60_000))).Value!;
    var clear = (await Send(server, "dev-0005", new(CommandKind.ClearOverride))).Value!;
    var late = new SentCommand { Id = "c-late", DeviceId = "dev-0005", Kind = CommandKind.Identify, By = "t", At = clear.At, Until = clear.At };
    await using var db = server.Db();
    db.DeviceCommands.Add(late);
    await db.SaveChangesAsync();
    await using var third = await TestDevice.Connect(server.MqttPort, "dev-0005", subscribe: true);
    await third.Publish(Topics.Verdict, Verdict(2, (string)(await Commands(third, 1))[0]["id"]!, "applied", ""));
    // What this very connection was handed does not come again, however often the outbox looks.
    server.Get<CommandOutbox>().Ring("dev-0005");
    var end = (await Send(server, "dev-0005", new(CommandKind.ReRead))).Value!;
    Assert.Equal([clear.Id, end.Id], (await Commands(third, 2)).Select(m => (string)m["id"]!));
    var now = DateTimeOffset.UtcNow;
    var standing = (await db.DeviceCommands.AsNoTracking().ToListAsync()).Where(c => c.DeviceId == "dev-0005").ToDictionary(c => c.Id, c => TimelineWords.Standing(c, now).Text);
    Assert.Equal(("Done", "Not delivered", "Done", "Not delivered"), (standing[maintenance.Id], standing[low.Id], standing[clear.Id], standing[late.Id]));
    Assert.Equal("No answer", TimelineWords.Standing(await db.DeviceCommands.AsNoTracking().SingleAsync(c => c.Id == reboot.Id), now + SendCommand.Valid).Text);
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task Every_command_asks_for_its_role_its_reason_and_sound_numbers(string database)
  {
    var server = servers.On(database);
    await using var db = server.Db();
    var site = (await db.Devices.SingleAsync(d => d.Id == "dev-0006")).SiteId;
    foreach (var (who, may) in new[] { (Person((Role.Viewer, null)), false), (Person((Role.Operator, site + 1000)), false), (Person((Role.Installer, site)), true) })
      Assert.Equal(may, (await Send(server, "dev-0006", new(CommandKind.Identify), "", who)).Done);
    foreach (var kind in Enum.GetValues<CommandKind>().Where(k => SendCommand.RoleFor(k) == Role.Operator))
      Assert.Equal("Your role does not allow this.", (await Send(server, "dev-0006", new(kind), "because", Person((Role.Installer, null)))).Why);
    await Refuses(new(CommandKind.Reboot), "Say why", " ");
    await Refuses(new(CommandKind.Unknown), "no such command");
    await Refuses(new(CommandKind.Override, HoldMs: 60_000), "Name a charge or a discharge limit");
    await Refuses(new(CommandKind.Override, ChargeMa: 1_000_001, HoldMs: 60_000), "0..1000 A");
    await Refuses(new(CommandKind.Override, ChargeMa: 1, HoldMs: 59_999), "1 minute to 24 hours");
    await Refuses(new(CommandKind.Maintenance, HoldMs: 86_400_001), "at most 24 hours");
    await Refuses(new(CommandKind.Switch, Switch: (BmsSwitch)7), "no such switch");
    await using (var device = await TestDevice.Connect(server.MqttPort, "dev-0006")) await device.Publish(Topics.Hello, Hello(chargeMa: 100_000, maySwitch: false));
    await Refuses(new(CommandKind.Switch), "not enabled on this device");
    await using (var device = await TestDevice.Connect(server.MqttPort, "dev-0006")) await device.Publish(Topics.Hello, Hello(chargeMa: 100_000, maySwitch: true));
    Assert.True((await Send(server, "dev-0006", new(CommandKind.Switch, Switch: BmsSwitch.Discharge))).Done);
    // The switch and the light of before wait already.
    for (var n = 2; n < SendCommand.MostOpen; n++)
    {
      Assert.True((await Send(server, "dev-0006", new(CommandKind.Maintenance, HoldMs: n))).Done);
      await db.DeviceCommands.Where(c => c.DeviceId == "dev-0006").ExecuteUpdateAsync(c => c.SetProperty(x => x.Until, DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    await Refuses(new(CommandKind.ReRead), "wait for their answer");

    async Task Refuses(CommandWish wish, string why, string reason = "because") =>
      Assert.Contains(why, (await Send(server, "dev-0006", wish, reason)).Why, StringComparison.Ordinal);
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task Each_step_of_an_update_is_written_once(string database)
  {
    var server = servers.On(database);
    await using var device = await TestDevice.Connect(server.MqttPort, "dev-0007");
    foreach (var (seq, state, permille, reason) in new[] { (1, "idle", 0, ""), (2, "downloading", 0, ""), (3, "downloading", 400, ""), (4, "downloading", 900, ""), (5, "reverted", 0, "no_bms") })
      await device.Publish(Topics.Reported, Reported(seq, state, state == "idle" ? "" : "9.1.0", permille, reason));
    await device.Publish(Topics.Reported, Reported(5, "reverted", "9.1.0", 0, "no_bms"));
    var steps = await server.Get<Timeline>().Latest("dev-0007", 50, default);
    Assert.Equal(["Went back from build 9.1.0 to the former one. The new build did not hear the BMS in time.", "Downloading build 9.1.0."], steps.Select(s => TimelineWords.Text(s.Event!)));
  }

  [Theory, InlineData("Sqlite"), InlineData("PostgreSql")]
  public async Task A_push_says_beforehand_whose_board_would_refuse_it(string database)
  {
    var server = servers.On(database);
    foreach (var (id, chargeMa) in new[] { ("dev-0008", 30_000), ("dev-0009", 100_000) })
    {
      await using var device = await TestDevice.Connect(server.MqttPort, id);
      await device.Publish(Topics.Hello, Hello(chargeMa, maySwitch: false));
    }

    var profile = JkFleet.Limits.Profiles.OriginDefaults();
    profile.Number[ProfileField.ChargeMaxMa] = 60_000;
    var saved = await server.Get<SaveProfile>().Run(Operator, null, "Wide " + database, profile, "first", 0, default);
    var targets = new[] { "dev-0008", "dev-0009", "dev-0010" }.Select(id => new PushTarget(AssignmentScope.Device, id)).ToArray();
    var preview = await server.Get<PushProfile>().Preview(Operator, saved.Revision!.ProfileId, 1, targets, default);
    Assert.Equal(["dev-0008", "dev-0009", "dev-0010"], preview.Applies.Keys.Order());
    var refusing = Assert.Single(preview.WouldRefuse);
    Assert.Equal("dev-0008", refusing.DeviceId);
    Assert.Contains("above what this board allows (30\u00A0A)", refusing.Why, StringComparison.Ordinal);
  }

  [Fact]
  public void Every_reason_of_an_update_and_every_event_has_words()
  {
    var names = Enum.GetValues<BootOutcome>().Where(o => o != BootOutcome.None).Select(BootOutcomeNames.Of)
      .Concat(Enum.GetValues<FirmwareRefusal>().Where(r => (int)r is > 0 and < FirmwareRefusalNames.Count).Select(FirmwareRefusalNames.Of));
    foreach (var name in names) Assert.NotEqual(name, Words.UpdateReason(name));
    Assert.Equal("SOC 12 % is below 20 %", Words.UpdateReason("SOC 12 % is below 20 %"));
    foreach (var kind in Enum.GetValues<EventKind>().Where(k => k != EventKind.Unknown))
    {
      var entry = New("dev-0001", 1);
      entry.Kind = kind;
      Assert.DoesNotContain("does not know", TimelineWords.Text(entry), StringComparison.Ordinal);
      Assert.NotEqual("Event", TimelineWords.Of(entry).Text);
    }
  }

  private static StoredEvent New(string id, int n) => new() { DeviceId = id, At = DateTimeOffset.UtcNow, TakenAt = DateTimeOffset.UtcNow, Boot = 3, Seq = n, Kind = EventKind.AlarmOn, Value = n % 20 };

  private static Task<Outcome<SentCommand>> Send(TestServer server, string id, CommandWish wish, string reason = "because", ClaimsPrincipal? by = null) =>
    server.Get<SendCommand>().Run(by ?? Operator, id, wish, reason, default);

  private static async Task<SentCommand> Last(TestServer server, string id) => (await server.Get<Timeline>().LastCommand(id, default))!;

  /// <summary>The commands that have come, once there are so many; none may follow them unasked.</summary>
  private static async Task<JsonNode[]> Commands(TestDevice device, int count)
  {
    await Eventually.True(() => Mail().Length >= count, $"{count} commands arrive");
    var mail = Mail();
    Assert.Equal(count, mail.Length);
    return [.. mail.Select(text => JsonNode.Parse(text)!)];

    string[] Mail()
    {
      lock (device.Mail) return [.. device.Mail.Where(m => m.Topic.EndsWith("/command", StringComparison.Ordinal)).Select(m => m.Text)];
    }
  }

  private static string Header(long boot, long seq, bool replay = false, long utcMs = 0) =>
    string.Create(CultureInfo.InvariantCulture, $"\"v\":1,\"boot\":{boot},\"seq\":{seq},\"up_ms\":{seq * 1000},\"utc_ms\":{utcMs},\"replay\":{(replay ? "true" : "false")}");

  private static string Event(long boot, long seq, string kind, int value, bool replay = false, long utcMs = 0) =>
    $"{{{Header(boot, seq, replay, utcMs)},\"event\":\"{kind}\",\"value\":{value}}}";

  private static string Verdict(long seq, string id, string verdict, string why) =>
    $"{{{Header(9, seq)},\"id\":\"{id}\",\"command\":\"override\",\"verdict\":\"{verdict}\",\"why\":\"{why}\"}}";

  private static string Reported(long seq, string state, string version, int permille, string reason) =>
    $"{{{Header(4, seq)},\"desired_version\":0,\"verdict\":\"none\",\"profile_revision\":0,\"agent\":\"1.0.0\",\"update_state\":\"{state}\",\"update_version\":\"{version}\",\"update_permille\":{permille},\"update_reason\":\"{reason}\"}}";

  private static string Hello(int chargeMa, bool maySwitch)
  {
    var hello = new Hello { Agent = "1.0.0", Board = "test", BmsProtocol = "jk-4e57", InverterProtocol = "can-pylon-lv", EnvelopeChargeMa = chargeMa, EnvelopeDischargeMa = 200_000, EnvelopeChargeMv = 58_400, EnvelopeDischargeMv = 44_800, EnvelopeCellMaxMv = 3650, EnvelopeCellMinMv = 2500, MaySwitch = maySwitch };
    (hello.Header.Boot, hello.Header.Seq) = (5, 1);
    var writer = new MessageWriter(new byte[HelloCodec.MaxBytes]);
    Assert.True(new HelloCodec().Write(hello, writer));
    return System.Text.Encoding.UTF8.GetString(writer.Buffer, 0, writer.Count);
  }

  private static ClaimsPrincipal Person(params (Role Role, int? Site)[] grants) => new(new ClaimsIdentity(
    [new Claim(ClaimTypes.Name, "tester"), .. grants.Select(g => new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "x", Role = g.Role, SiteId = g.Site })))], "test"));

  /// <summary>The whole server twice: on SQLite and on PostgreSQL.</summary>
  public sealed class Servers : IAsyncLifetime
  {
    public const int EventsPerDevice = 100;

    private readonly PostgresServer _postgres = new();
    private TestServer? _sqlite;
    private TestServer? _postgreSql;

    public TestServer On(string database)
    {
      if (database == "PostgreSql") Services.Need("pg_ctl");
      return (database == "PostgreSql" ? _postgreSql : _sqlite)!;
    }

    public async ValueTask InitializeAsync()
    {
      string[] settings = ["--Devices:Timeline:EventsPerDevice", $"{EventsPerDevice}", "--Devices:Timeline:KeepDays", "30"];
      _sqlite = await TestServer.Start(10, settings: settings);
      await _postgres.InitializeAsync();
      if (Services.Has("pg_ctl")) _postgreSql = await TestServer.Start(10, settings: [.. settings, "--Data:Provider", "PostgreSql", "--Data:ConnectionString", await _postgres.NewDatabase()]);
    }

    public async ValueTask DisposeAsync()
    {
      if (_sqlite is not null) await _sqlite.DisposeAsync();
      if (_postgreSql is not null) await _postgreSql.DisposeAsync();
      await _postgres.DisposeAsync();
    }
  }
}
