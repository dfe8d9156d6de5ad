// A board's way in, and out again: code, claim, secret, first desired state, replace, rotate, revoke.
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Devices;

public sealed class ClaimTests : IClassFixture<ClaimTests.Shared>
{
  private static readonly ClaimsPrincipal Boss = Person((Role.Administrator, null));
  private readonly TestServer _server;

  public ClaimTests(Shared shared) => _server = shared.Server;

  [Fact]
  public async Task A_code_lets_so_many_boards_in_and_a_repeated_claim_is_the_same_device()
  {
    var site = await _server.AddSite("Claims 1");
    var (text, code) = (await _server.Get<MakeClaimCode>().Run(Boss, site.Id, 2, TimeSpan.FromHours(1), "roof", default)).Value;
    Assert.Matches("^[2-9A-Z]{4}(-[2-9A-Z]{4}){3}$", text);

    var first = await Claim(text.ToLowerInvariant().Replace("-", " "), "board-key-number-1");
    Assert.StartsWith("roof-", first.DeviceId, StringComparison.Ordinal);
    Assert.Equal(_server.MqttPort, first.MqttPort);
    Assert.Null(first.Desired);
    var again = await Claim(text, "board-key-number-1");
    Assert.Equal(first.DeviceId, again.DeviceId);
    Assert.NotEqual(first.Secret, again.Secret);
    var second = await Claim(text, "board-key-number-2");
    Assert.NotEqual(first.DeviceId, second.DeviceId);
    Assert.Equal(HttpStatusCode.Forbidden, (await Post(text, "board-key-number-3")).StatusCode);

    await using var device = await TestDevice.Connect(_server.MqttPort, second.DeviceId, second.Secret);
    await device.Send(device.Report());
    var live = _server.Fleet.Find(second.DeviceId)!;
    Assert.Equal((Connection.Online, site.Id, "Claims 1"), (live.Connection, live.SiteId, live.SiteName));
    Assert.Equal(2, (await _server.Get<ClaimList>().UsesOf(code.Id, default)).Count);
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(_server.MqttPort, first.DeviceId, first.Secret));
  }

  [Fact]
  public async Task Wrong_expired_and_withdrawn_codes_give_the_same_answer()
  {
    var site = await _server.AddSite("Claims 2");
    var withdrawn = (await _server.Get<MakeClaimCode>().Run(Boss, site.Id, 1, TimeSpan.FromHours(1), null, default)).Value;
    await _server.Get<RevokeClaimCode>().Run(Boss, withdrawn.Code.Id, default);
    var expired = (await _server.Get<MakeClaimCode>().Run(Boss, site.Id, 1, TimeSpan.FromTicks(1), null, default)).Value;
    var answers = new HashSet<string>(StringComparer.Ordinal);
    foreach (var text in (string[])[withdrawn.Text, expired.Text, "ABCD-EFGH-JKMN-PQRS", ""])
    {
      var answer = await Post(text, "board-key-number-9");
      Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
      var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, object>>();
      answers.Add(body!["title"] + "|" + body["detail"]);
      Assert.Equal("wrong_code", body["refusal"].ToString());
    }

    Assert.Single(answers);
    var bad = await (await Post(expired.Text, "short")).Content.ReadFromJsonAsync<Dictionary<string, object>>();
    Assert.Equal(("bad_request", "device_key"), (bad!["refusal"].ToString(), bad["field"].ToString()));
  }

  [Fact]
  public async Task Who_guesses_is_told_to_wait_and_nobody_else_is()
  {
    const string Guesser = "203.0.113.9";
    var names = new List<string?>();
    // Twice the minute's allowance: a minute may end in between.
    for (var i = 0; i < 41; i++) names.Add(await Name(Guesser));
    Assert.Equal("wrong_code", names[0]);
    Assert.Contains("too_many_tries", names);
    Assert.Equal("wrong_code", await Name("203.0.113.10"));

    async Task<string?> Name(string remote) =>
      (await _server.Get<ClaimDevice>().Run(new ClaimRequest("ABCD-EFGH-JKMN-PQRS", "esp32", "1", "board-key-of-a-guesser"), "h", remote, default)).Refusals[0].Name;
  }

  [Fact]
  public async Task A_replaced_board_keeps_id_and_wishes_and_the_old_one_is_out()
  {
    var site = await _server.AddSite("Claims 3");
    var made = (await _server.Get<MakeClaimCode>().Run(Boss, site.Id, 1, TimeSpan.FromHours(1), null, default)).Value;
    var old = await Claim(made.Text, "board-key-of-the-old");
    await using var oldBoard = await TestDevice.Connect(_server.MqttPort, old.DeviceId, old.Secret);
    var replace = (await _server.Get<ReplaceDevice>().Run(Boss, old.DeviceId, TimeSpan.FromHours(1), "water", default)).Value;
    Assert.True(oldBoard.IsConnected);
    var renewed = await Claim(replace.Text, "board-key-of-the-new");
    Assert.Equal(old.DeviceId, renewed.DeviceId);
    await Eventually.True(() => !oldBoard.IsConnected, "the old board is out");
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(_server.MqttPort, old.DeviceId, old.Secret));
    await using var newBoard = await TestDevice.Connect(_server.MqttPort, renewed.DeviceId, renewed.Secret);
    await newBoard.Send(newBoard.Report());
  }

  [Fact]
  public async Task A_revoked_device_is_off_within_a_second_and_stays_off()
  {
    var fastest = TimeSpan.MaxValue;
    // On a busy machine a single try says more about its neighbours than about us.
    for (var round = 0; round < 3; round++)
    {
      await using var device = await TestDevice.Connect(_server.MqttPort, "dev-0004");
      await device.Send(device.Report());
      var start = TimeProvider.System.GetTimestamp();
      Assert.True((await _server.Get<RevokeDevice>().Run(Boss, "dev-0004", revoked: true, "stolen", default)).Done);
      await Eventually.True(() => !device.IsConnected, "kicked", seconds: 5);
      if (TimeProvider.System.GetElapsedTime(start) is var took && took < fastest) fastest = took;
      await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(_server.MqttPort, "dev-0004"));
      Assert.False((await _server.Get<RevokeDevice>().Run(Boss, "dev-0004", revoked: false, "", default)).Done);
      Assert.True((await _server.Get<RevokeDevice>().Run(Boss, "dev-0004", revoked: false, "found again", default)).Done);
    }

    Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    await using var back = await TestDevice.Connect(_server.MqttPort, "dev-0004");
  }

  [Fact]
  public async Task A_rotated_secret_overlaps_as_long_as_wished()
  {
    var outcome = await _server.Get<RotateSecret>().Run(Boss, "dev-0005", TimeSpan.FromHours(1), "yearly", default);
    await using (await TestDevice.Connect(_server.MqttPort, "dev-0005")) { }
    await using (await TestDevice.Connect(_server.MqttPort, "dev-0005", outcome.Value)) { }
    var next = await _server.Get<RotateSecret>().Run(Boss, "dev-0005", TimeSpan.Zero, "leaked", default);
    await Assert.ThrowsAnyAsync<Exception>(() => TestDevice.Connect(_server.MqttPort, "dev-0005", outcome.Value));
    await using (await TestDevice.Connect(_server.MqttPort, "dev-0005", next.Value)) { }
    await using var db = _server.Db();
    Assert.DoesNotContain(await db.Activities.Where(a => a.Subject == "device:dev-0005").ToListAsync(), a => (a.After ?? "").Contains(outcome.Value!, StringComparison.Ordinal));
  }

  [Fact]
  public async Task Roles_end_at_the_site()
  {
    var mine = await _server.AddSite("Claims mine");
    var other = await _server.AddSite("Claims other");
    var installer = Person((Role.Installer, mine.Id));
    Assert.True((await _server.Get<MakeClaimCode>().Run(installer, mine.Id, 1, TimeSpan.FromHours(1), null, default)).Done);
    Assert.False((await _server.Get<MakeClaimCode>().Run(installer, other.Id, 1, TimeSpan.FromHours(1), null, default)).Done);
    Assert.False((await _server.Get<RevokeDevice>().Run(installer, "dev-0003", revoked: true, "x", default)).Done);
    Assert.False((await _server.Get<MakeClaimCode>().Run(Person((Role.Viewer, null)), mine.Id, 1, TimeSpan.FromHours(1), null, default)).Done);
  }

  [Fact]
  public async Task The_wish_comes_on_connect_on_change_and_the_verdict_comes_back()
  {
    const string Content = "{\"revision\":3,\"name\":\"Winter\"}";
    await _server.Get<DesiredState>().ChangeAsync(["dev-0001"], new DesiredChange.Profile(1, 3, Content), "anna", "winter");
    await using var device = await TestDevice.Connect(_server.MqttPort, "dev-0001", subscribe: true);
    await Arrives("\"version\":1,\"revision\":3", "the wish on connect");
    await _server.Get<DesiredState>().ChangeAsync(["dev-0001", "dev-0002"], new DesiredChange.Profile(1, 4, Content), "anna", "more");
    await Arrives("\"version\":2", "the wish on change");

    await device.Publish(Topics.Reported, "{\"v\":1,\"boot\":7,\"seq\":1,\"up_ms\":5,\"desired_version\":2,\"verdict\":\"applied\",\"profile_revision\":4}");
    await Eventually.True(() => _server.Fleet.Find("dev-0001")!.Sync == SyncState.InSync, "in sync");

    // A wish may come twice (on change and on connect in the same moment): the device settles a version once.
    Task Arrives(string text, string what) => Eventually.True(
      () =>
      {
        lock (device.Mail) return device.Mail.Exists(m => m.Text.Contains(text, StringComparison.Ordinal));
      },
      what);
  }

  private async Task<ClaimAnswer> Claim(string text, string key)
  {
    var answer = await Post(text, key);
    Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    return (await answer.Content.ReadFromJsonAsync<ClaimAnswer>())!;
  }

  private async Task<HttpResponseMessage> Post(string text, string key)
  {
    using var browser = _server.Browser();
    return await browser.PostAsJsonAsync("/api/v1/claims", new ClaimRequest(text, "esp32", "1.0.0", key));
  }

  private static ClaimsPrincipal Person(params (Role Role, int? Site)[] grants) => new(new ClaimsIdentity(
    [new Claim(ClaimTypes.Name, "test"), .. grants.Select(g => new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "x", Role = g.Role, SiteId = g.Site })))], "test"));

  public sealed class Shared : IAsyncLifetime
  {
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.Start();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
  }
}
