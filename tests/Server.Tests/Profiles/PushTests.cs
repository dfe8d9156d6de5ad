// To whom a profile goes: said beforehand with every reason, done for exactly those, remembered for those who join later.
using System.Security.Claims;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Sites;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Profiles;

public sealed class PushTests : IAsyncLifetime
{
  private static readonly ClaimsPrincipal Boss = Person((Role.Administrator, null));

  private TestServer _server = null!;
  private Site _site = null!;
  private int _profile;

  public async ValueTask InitializeAsync()
  {
    _server = await TestServer.Start(8);
    _site = await _server.AddSite("Mill");
    foreach (var n in new[] { 1, 2, 3, 4, 5 }) Assert.True((await Change($"dev-000{n}", n == 3 ? "barn" : "", _site.Id)).Done);
    _profile = (await Save(null, 0, 60_000)).ProfileId;
  }

  public ValueTask DisposeAsync() => _server.DisposeAsync();

  [Fact]
  public async Task The_preview_names_everyone_and_every_reason_and_the_push_does_exactly_that()
  {
    await Push(1, new PushTarget(AssignmentScope.Device, "dev-0002"));
    await Push(1, new PushTarget(AssignmentScope.Tag, "barn"));
    Assert.True((await _server.Get<RevokeDevice>().Run(Boss, "dev-0004", revoked: true, "sold", default)).Done);
    await Save(_profile, 1, 50_000);
    var mill = new PushTarget(AssignmentScope.Site, $"{_site.Id}");
    var preview = await _server.Get<PushProfile>().Preview(Boss, _profile, 2, [mill], default);
    Assert.Equal(["dev-0001", "dev-0005"], preview.Applies.Keys.Order());
    Assert.Equal(
      ["dev-0002 it follows its own assignment by device dev-0002", "dev-0003 it follows its own assignment by tag barn", "dev-0004 it is revoked"],
      preview.Skips.OrderBy(s => s.DeviceId).Select(s => $"{s.DeviceId} {s.Why}"));

    // dev-0005 is changed by somebody else between the look and the push: a conflict, no surprise.
    await Push(1, new PushTarget(AssignmentScope.Device, "dev-0005"));
    var done = await _server.Get<PushProfile>().Run(Boss, _profile, 2, [mill], preview, "winter", default);
    Assert.Equal(["dev-0001"], done.Value!.Versions.Keys);
    Assert.Equal([("dev-0001", 2), ("dev-0002", 1), ("dev-0003", 1), ("dev-0005", 1)], await Wished());

    // An earlier revision is pushed like any other; who has it already is left out.
    await Push(1, mill);
    Assert.Equal([("dev-0001", 1), ("dev-0002", 1), ("dev-0003", 1), ("dev-0005", 1)], await Wished());
    var again = await _server.Get<PushProfile>().Preview(Boss, _profile, 1, [mill], default);
    Assert.Equal("No device would change.", again.Refusal);
    Assert.Contains(again.Skips, s => s is { DeviceId: "dev-0001", Why: "it is wished for it already" });
  }

  [Fact]
  public async Task Rights_end_at_the_site_and_a_tag_needs_them_everywhere()
  {
    var here = Person((Role.Operator, _site.Id));
    var push = _server.Get<PushProfile>();
    var all = new[] { new PushTarget(AssignmentScope.Device, "dev-0001"), new PushTarget(AssignmentScope.Device, "dev-0006") };
    var preview = await push.Preview(here, _profile, 1, all, default);
    Assert.Equal(["dev-0001"], preview.Applies.Keys);
    Assert.Equal("you have no right to change devices of its site", Assert.Single(preview.Skips).Why);
    Assert.Equal("Say why: those who come later will ask.", (await push.Run(here, _profile, 1, all, preview, " ", default)).Why);
    Assert.Equal("Pushing to a tag needs the role for all sites.", (await push.Run(here, _profile, 1, [new(AssignmentScope.Tag, "barn")], preview, "x", default)).Why);
    Assert.Contains("no right to change site 999", (await push.Run(here, _profile, 1, [new(AssignmentScope.Site, "999")], preview, "x", default)).Why, StringComparison.Ordinal);
    Assert.Equal("Your role does not allow this.", (await push.Run(Person((Role.Installer, null)), _profile, 1, all, preview, "x", default)).Why);
    Assert.Equal(["dev-0001"], (await push.Run(here, _profile, 1, all, preview, "x", default)).Value!.Versions.Keys);
  }

  [Fact]
  public async Task Who_joins_a_site_or_a_tag_follows_its_profile()
  {
    await Push(1, new PushTarget(AssignmentScope.Site, $"{_site.Id}"));
    await Save(_profile, 1, 40_000);
    await Push(2, new PushTarget(AssignmentScope.Tag, "barn"));
    Assert.True((await Change("dev-0006", "", _site.Id)).Done);
    Assert.True((await Change("dev-0001", "barn", _site.Id)).Done);
    // Another name is no reason for another wish.
    Assert.True((await _server.Get<ChangeDevice>().Run(Boss, "dev-0002", "Second", "", _site.Id, "", default)).Done);
    Assert.Equal([("dev-0001", 2), ("dev-0002", 1), ("dev-0003", 2), ("dev-0004", 1), ("dev-0005", 1), ("dev-0006", 1)], await Wished());
    await using var db = _server.Db();
    var row = await db.Desired.SingleAsync(d => d.DeviceId == "dev-0001");
    Assert.Equal((2L, "follows tag barn"), (row.Version, row.Reason));
    Assert.Equal(1, (await db.Desired.SingleAsync(d => d.DeviceId == "dev-0002")).Version);
    var claim = (await _server.Get<MakeClaimCode>().Run(Boss, _site.Id, 1, TimeSpan.FromHours(1), null, default)).Value;
    var answer = (await _server.Get<ClaimDevice>().Run(new ClaimRequest(claim.Text, "esp32", "1.0.0", "a-board-key-of-a-test"), "h", "r", default)).Value!;
    Assert.Contains("\"charge_max_ma\":60000", answer.Desired!.Value.GetRawText(), StringComparison.Ordinal);
  }

  [Fact]
  public async Task Two_editors_do_not_make_the_same_revision()
  {
    Assert.Equal(2, (await Save(_profile, 1, 50_000)).Number);
    var profile = JkFleet.Limits.Profiles.OriginDefaults();
    var late = await _server.Get<SaveProfile>().Run(Boss, _profile, "", profile, "x", 1, default);
    Assert.Equal("somebody saved revision 2 meanwhile; look at it first", Assert.Single(late.Faults).Text);
    profile.Number[ProfileField.ChargeMaxMa] = 2_000_000;
    var wild = await _server.Get<SaveProfile>().Run(Boss, _profile, "", profile, "x", 2, default);
    Assert.Equal("charge_max_ma", wild.Faults[0].Field);
    await using var db = _server.Db();
    Assert.Equal([1, 2], await db.ProfileRevisions.Where(r => r.ProfileId == _profile).OrderBy(r => r.Number).Select(r => r.Number).ToListAsync());
  }

  [Fact]
  public async Task A_name_that_no_device_would_read_is_refused_where_it_is_typed()
  {
    var save = _server.Get<SaveProfile>();
    foreach (var (name, good) in new[] { (new string('ж', 32), true), (new string('ж', 33), false), (new string('n', 64), true), (string.Concat(Enumerable.Repeat("🔋", 17)), false), (" ", false) })
    {
      var saved = await save.Run(Boss, null, name, JkFleet.Limits.Profiles.OriginDefaults(), "because", 0, default);
      Assert.Equal(good, saved.Faults.Count == 0);
      if (!good) Assert.Equal("name", saved.Faults[0].Field);
    }
  }

  private Task<Outcome<Device>> Change(string id, string tags, int site) => _server.Get<ChangeDevice>().Run(Boss, id, id, tags, site, "", default);

  private async Task<ProfileRevision> Save(int? profile, int basedOn, int chargeMaxMa)
  {
    var content = JkFleet.Limits.Profiles.OriginDefaults();
    content.Number[ProfileField.ChargeMaxMa] = chargeMaxMa;
    var saved = await _server.Get<SaveProfile>().Run(Boss, profile, "Winter", content, "because", basedOn, default);
    Assert.Empty(saved.Faults);
    return saved.Revision!;
  }

  private async Task Push(int revision, PushTarget target)
  {
    var preview = await _server.Get<PushProfile>().Preview(Boss, _profile, revision, [target], default);
    Assert.Null(preview.Refusal);
    Assert.True((await _server.Get<PushProfile>().Run(Boss, _profile, revision, [target], preview, "because", default)).Done);
  }

  private async Task<(string, int)[]> Wished()
  {
    await using var db = _server.Db();
    return [.. (await db.Desired.AsNoTracking().OrderBy(d => d.DeviceId).ToListAsync()).Select(d => (d.DeviceId, d.ProfileRevision ?? 0))];
  }

  private static ClaimsPrincipal Person(params (Role Role, int? Site)[] grants) => new(new ClaimsIdentity(
    [new Claim(ClaimTypes.Name, "tester"), .. grants.Select(g => new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "x", Role = g.Role, SiteId = g.Site })))], "test"));
}
