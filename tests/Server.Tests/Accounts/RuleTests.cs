// Deny by default, proved over the real app: every address, page and command carries a rule.
using System.Net;
using System.Reflection;
using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Accounts;

public sealed class RuleTests : IClassFixture<RuleTests.Shared>
{
  /// <summary>Open to everybody, on purpose.</summary>
  private static readonly string[] Open =
  [
    "/healthz", "/metrics", "/api/v1/claims", "/api/v1/firmware", "/account/", "/setup", "/invitation", "/not-found", "/_framework/", "/_content/", "/css/", "/js/", "/favicon", "/JkFleet.Server",
  ];

  private readonly TestServer _server;

  public RuleTests(Shared shared) => _server = shared.Server;

  [Fact]
  public void Every_address_carries_a_rule_and_only_the_known_ones_are_open()
  {
    var addresses = _server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToArray();
    Assert.NotEmpty(addresses);
    foreach (var address in addresses)
    {
      var pattern = "/" + address.RoutePattern.RawText?.TrimStart('/');
      // The build's own handler of changed assets; without a rule it is for nobody.
      if (pattern == "/{**path:file}") continue;
      var open = address.Metadata.GetMetadata<IAllowAnonymous>() is not null;
      Assert.True(open || address.Metadata.GetMetadata<IAuthorizeData>() is not null, $"{pattern} has no rule");
      if (open && address.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is null && !IsAsset(pattern))
        Assert.Contains(Open, known => pattern.StartsWith(known, StringComparison.Ordinal));
    }
  }

  [Fact]
  public void Every_page_carries_a_rule_of_its_own()
  {
    var pages = typeof(Program).Assembly.GetTypes().Where(t => t.IsDefined(typeof(RouteAttribute), inherit: false)).ToArray();
    Assert.NotEmpty(pages);
    foreach (var page in pages)
      Assert.True(page.IsDefined(typeof(AuthorizeAttribute), true) || page.IsDefined(typeof(AllowAnonymousAttribute), true), $"{page.Name} has no rule");
    foreach (var rule in pages.SelectMany(p => p.GetCustomAttributes(typeof(AuthorizeAttribute), true).Cast<AuthorizeAttribute>()))
      Assert.Contains(rule.Policy, Rules.All);
  }

  [Fact]
  public void Every_command_asks_who_does_it()
  {
    var commands = Commands.All.ToArray();
    Assert.NotEmpty(commands);
    foreach (var command in commands)
    {
      var actions = command.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => typeof(Task).IsAssignableFrom(m.ReturnType)).ToArray();
      Assert.NotEmpty(actions);
      foreach (var action in actions)
        Assert.True(action.GetParameters() is [{ } first, ..] && first.ParameterType == typeof(ClaimsPrincipal), $"{command.Name}.{action.Name} does not ask who does it");
    }
  }

  [Fact]
  public async Task An_address_that_is_no_page_says_so_instead_of_blaming_the_role()
  {
    using var viewer = await _server.SignIn((Role.Viewer, null));
    foreach (var path in (string[])["/nowhere", "/profiles/1/nope"])
    {
      var answer = await viewer.GetAsync(path);
      Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
      Assert.Contains("There is nothing at this address", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    var program = await viewer.GetAsync("/api/v1/nope");
    Assert.Equal((HttpStatusCode.NotFound, ""), (program.StatusCode, await program.Content.ReadAsStringAsync()));
    using var stranger = _server.Browser();
    Assert.StartsWith("/account/sign-in", (await stranger.GetAsync("/nowhere")).Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/v1/nope")).StatusCode);
  }

  [Fact]
  public async Task Who_is_not_signed_in_sees_the_sign_in_page_and_a_program_is_told_401()
  {
    using var browser = _server.Browser();
    var page = await browser.GetAsync("/");
    Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
    Assert.StartsWith("/account/sign-in", page.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/devices/dev-0001/history")).StatusCode);
    Assert.True((await browser.GetAsync("/account/sign-in")).Headers.Contains("Content-Security-Policy"));
  }

  [Fact]
  public async Task A_viewer_of_one_site_sees_no_other()
  {
    var site = await _server.AddSite("Rules");
    await using var db = _server.Db();
    var own = await db.Devices.FirstAsync(d => d.Id == "dev-0001");
    using var there = await _server.SignIn((Role.Viewer, own.SiteId));
    Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/v1/devices/dev-0001/history")).StatusCode);
    Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/")).StatusCode);
    using var elsewhere = await _server.SignIn((Role.Operator, site.Id));
    Assert.Equal(HttpStatusCode.Forbidden, (await elsewhere.GetAsync("/api/v1/devices/dev-0001/history")).StatusCode);
    Assert.Equal(HttpStatusCode.Forbidden, (await elsewhere.GetAsync("/api/v1/devices/nobody/history")).StatusCode);
    using var nobody = await _server.SignIn();
    Assert.NotEqual(HttpStatusCode.OK, (await nobody.GetAsync("/")).StatusCode);
    using var all = await _server.SignIn((Role.Viewer, null));
    Assert.Equal(HttpStatusCode.NotFound, (await all.GetAsync("/api/v1/devices/nobody/history")).StatusCode);
    foreach (var bad in (string[])["metrics=nonsense", "points=1", "points=100000", "from=x", "from=200&to=100", "metrics=soc:median"])
      Assert.Equal(HttpStatusCode.BadRequest, (await all.GetAsync("/api/v1/devices/dev-0001/history?" + bad)).StatusCode);
  }

  [Fact]
  public async Task An_invitation_makes_one_account_once()
  {
    var boss = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Rights.Claim, "3:*"), new Claim(ClaimTypes.Name, "boss")], "test"));
    var site = await _server.AddSite("Invited");
    var token = (await _server.Get<InvitePerson>().Run(boss, Role.Installer, site.Id, "for Tom", default)).Value!;
    var invitations = _server.Get<Invitations>();
    Assert.False((await invitations.Accept(token, "tom@example.org", "Tom", "short", default)).Done);
    Assert.Null(await invitations.Find("wrong", default));
    Assert.True((await invitations.Accept(token, "tom@example.org", "Tom", TestServer.Password, default)).Done);
    Assert.False((await invitations.Accept(token, "tim@example.org", "Tim", TestServer.Password, default)).Done);
    await using var db = _server.Db();
    var grant = await db.Grants.SingleAsync(g => db.Users.Any(u => u.Id == g.AccountId && u.Email == "tom@example.org"));
    Assert.Equal((Role.Installer, (int?)site.Id), (grant.Role, grant.SiteId));
    Assert.False((await _server.Get<FirstAdministrator>().Make("wrong", "x@example.org", "X", TestServer.Password, default)).Done);
    var installer = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Rights.Claim, $"1:{site.Id}")], "test"));
    Assert.False((await _server.Get<InvitePerson>().Run(installer, Role.Viewer, site.Id, "", default)).Done);
  }

  [Fact]
  public async Task The_activity_log_can_only_grow()
  {
    await using var db = _server.Db();
    db.Activities.Add(new Activity { Actor = "a", Action = "b.c", Subject = "d" });
    await db.SaveChangesAsync();
    var entry = await db.Activities.FirstAsync();
    entry.Reason = "changed";
    await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
    await Assert.ThrowsAnyAsync<Exception>(() => db.Activities.ExecuteDeleteAsync());
    await Assert.ThrowsAnyAsync<Exception>(() => db.Activities.ExecuteUpdateAsync(a => a.SetProperty(x => x.Actor, "nobody")));
  }

  private static bool IsAsset(string pattern) => Path.GetExtension(pattern) is ".js" or ".css" or ".svg" or ".map" or ".br" or ".gz" or ".png" or ".ico" or ".json" or ".woff2";

  public sealed class Shared : IAsyncLifetime
  {
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.Start();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
  }
}
