// Rights of people: several sites, one reason each time, and never nobody who may administer.
using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Accounts;

public sealed class PeopleTests : IAsyncLifetime
{
  private static readonly ClaimsPrincipal Boss = Person((Role.Administrator, null));

  private TestServer _server = null!;
  private int _mill, _farm;

  public async ValueTask InitializeAsync()
  {
    _server = await TestServer.Start(1);
    (_mill, _farm) = ((await _server.AddSite("Mill")).Id, (await _server.AddSite("Farm")).Id);
    using var keepsOneAdministrator = await _server.SignIn((Role.Administrator, null));
  }

  public ValueTask DisposeAsync() => _server.DisposeAsync();

  [Fact]
  public async Task A_person_gets_rights_at_several_sites_and_the_log_says_why()
  {
    var invited = await Accept((await _server.Get<InvitePerson>().Run(Boss, Role.Viewer, _mill, "Eve", default)).Value!, "eve@example.org");
    var change = _server.Get<ChangePerson>();
    Assert.Equal("reason", Assert.Single((await change.Run(Boss, invited.Id, [(Role.Operator, _mill)], false, " ", default)).Refusals).Field);
    Assert.False((await change.Run(Boss, invited.Id, [], false, "none", default)).Done);
    Assert.False((await change.Run(Boss, invited.Id, [(Role.Operator, 4711)], false, "no such site", default)).Done);
    Assert.False((await change.Run(Person((Role.Administrator, _mill)), invited.Id, [(Role.Operator, _mill)], false, "not everywhere", default)).Done);
    Assert.True((await change.Run(Boss, invited.Id, [(Role.Operator, _mill), (Role.Viewer, _farm), (Role.Viewer, _farm)], false, "runs the mill", default)).Done);

    await using var db = _server.Db();
    Assert.Equal([(Role.Viewer, _farm), (Role.Operator, _mill)], await db.Grants.Where(g => g.AccountId == invited.Id).OrderBy(g => g.Role).Select(g => ValueTuple.Create(g.Role, g.SiteId!.Value)).ToListAsync());
    var entry = await db.Activities.SingleAsync(a => a.Action == "account.changed");
    Assert.Equal("runs the mill", entry.Reason);
    Assert.Equal([("Roles", "Viewer Mill", "Operator Mill, Viewer Farm")],
      ChangedField.Of(entry.Before, entry.After, id => id == _mill ? "Mill" : "Farm").Select(f => (f.Name, f.Before, f.After)));
  }

  [Fact]
  public async Task The_last_one_who_administers_everything_stays()
  {
    await using var db = _server.Db();
    var only = await db.Grants.Where(g => g.Role == Role.Administrator && g.SiteId == null).Select(g => g.AccountId).SingleAsync();
    var change = _server.Get<ChangePerson>();
    Assert.False((await change.Run(Boss, only, [(Role.Administrator, _mill)], false, "less", default)).Done);
    Assert.False((await change.Run(Boss, only, [(Role.Administrator, null)], true, "gone", default)).Done);
    Assert.True((await change.Run(Boss, only, [(Role.Administrator, null), (Role.Installer, _mill)], false, "more", default)).Done);
  }

  [Fact]
  public async Task A_link_that_was_taken_back_makes_no_account()
  {
    var invitations = _server.Get<Invitations>();
    var everywhere = (await _server.Get<InvitePerson>().Run(Boss, Role.Viewer, null, "all", default)).Value!;
    var token = (await _server.Get<InvitePerson>().Run(Boss, Role.Viewer, _mill, "Mallory", default)).Value!;
    // Who administers one site sees and takes back its links only.
    var miller = Person((Role.Administrator, _mill));
    var open = Assert.Single(await invitations.Open(miller, default));
    Assert.Equal(("Mallory", 2), (open.Note, (await invitations.Open(Boss, default)).Count));
    Assert.False((await _server.Get<WithdrawInvitation>().Run(Person((Role.Operator, null)), open.Id, default)).Done);
    Assert.True((await _server.Get<WithdrawInvitation>().Run(miller, open.Id, default)).Done);
    Assert.False((await _server.Get<WithdrawInvitation>().Run(miller, open.Id, default)).Done);
    Assert.Null(await invitations.Find(token, default));
    Assert.False((await invitations.Accept(token, "mallory@example.org", "Mallory", TestServer.Password, default)).Done);
    Assert.NotNull(await invitations.Find(everywhere, default));
  }

  [Fact]
  public async Task Who_administers_one_site_sees_only_the_people_of_it()
  {
    await Accept((await _server.Get<InvitePerson>().Run(Boss, Role.Viewer, _mill, "", default)).Value!, "mill@example.org");
    await Accept((await _server.Get<InvitePerson>().Run(Boss, Role.Viewer, _farm, "", default)).Value!, "farm@example.org");
    Assert.Equal(["mill@example.org"], (await _server.Get<People>().All(Person((Role.Administrator, _mill)), default)).Select(p => p.Account.Email));
    Assert.Equal(3, (await _server.Get<People>().All(Boss, default)).Count);
  }

  [Theory]
  [InlineData("{\"Name\":\"a\",\"SiteId\":3}", "{\"Name\":\"Süd\",\"SiteId\":3}", "Name: a > Süd")]
  [InlineData(null, "{\"oldUntil\":\"2026-11-27T05:58:07.8499971+00:00\"}", "Old until:  > 2026-11-27 05:58 UTC")]
  [InlineData("{\"revoked\":false}", "{\"revoked\":true}", "Revoked: no > yes")]
  [InlineData(null, "{\"devices\":2,\"SiteId\":null}", "Devices:  > 2|Site:  > all sites")]
  [InlineData("Running", "Paused", ": Running > Paused")]
  public void Before_and_after_are_rows_for_a_person(string? before, string? after, string rows) =>
    Assert.Equal(rows, string.Join('|', ChangedField.Of(before, after, id => $"site {id}").Select(f => $"{f.Name}: {f.Before} > {f.After}")));

  private async Task<Account> Accept(string token, string email)
  {
    var made = await _server.Get<Invitations>().Accept(token, email, "Person", TestServer.Password, default);
    Assert.True(made.Done);
    return made.Value!;
  }

  private static ClaimsPrincipal Person(params (Role Role, int? Site)[] grants) =>
    new(new ClaimsIdentity(grants.Select(g => new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "x", Role = g.Role, SiteId = g.Site }))).Append(new(ClaimTypes.Name, "boss@example.org")), "test"));
}
