using System.Security.Claims;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.Authorization;

namespace JkFleet.Server.Accounts;

/// <summary>
/// The rules that pages and endpoints name. A rule without "Device" or "Site" in its name asks whether the person has the
/// role anywhere; what is shown is then cut to the sites of the person (<see cref="Rights"/>).
/// </summary>
public static class Rules
{
  public const string See = "see";
  public const string Install = "install";
  public const string Operate = "operate";
  public const string Administer = "administer";

  /// <summary>For addresses with <c>{id}</c> of a device.</summary>
  public const string SeeDevice = "see-device";

  public static readonly IReadOnlyList<string> All = [See, Install, Operate, Administer, SeeDevice];
}

/// <summary>What a signed-in person may do where; read from the claims that sign-in wrote.</summary>
public static class Rights
{
  /// <summary>Claim type of one grant; the value is <c>role:site</c>, with <c>*</c> for all sites.</summary>
  public const string Claim = "jk-grant";

  public static string Of(Grant grant) => $"{(int)grant.Role}:{(grant.SiteId is { } site ? site.ToString() : "*")}";

  /// <summary>The person has the role, or a higher one, at some site.</summary>
  public static bool Has(this ClaimsPrincipal person, Role role) => Any(person, role, null, anywhere: true);

  /// <summary>The person has the role, or a higher one, at this site.</summary>
  public static bool Has(this ClaimsPrincipal person, Role role, int siteId) => Any(person, role, siteId, anywhere: false);

  /// <summary>The person has the role for every site.</summary>
  public static bool HasEverywhere(this ClaimsPrincipal person, Role role) => Any(person, role, null, anywhere: false);

  /// <summary>The sites where the person has the role, or null for all of them.</summary>
  public static IReadOnlyList<int>? SitesOf(this ClaimsPrincipal person, Role role)
  {
    if (person.HasEverywhere(role)) return null;
    var sites = new List<int>();
    foreach (var claim in person.Claims)
    {
      if (claim.Type != Claim) continue;
      var parts = claim.Value.Split(':');
      if (parts.Length == 2 && int.TryParse(parts[0], out var has) && has >= (int)role && int.TryParse(parts[1], out var site)) sites.Add(site);
    }

    return sites;
  }

  private static bool Any(ClaimsPrincipal person, Role role, int? site, bool anywhere)
  {
    foreach (var claim in person.Claims)
    {
      if (claim.Type != Claim) continue;
      var parts = claim.Value.Split(':');
      if (parts.Length != 2 || !int.TryParse(parts[0], out var has) || has < (int)role) continue;
      if (anywhere || parts[1] == "*" || (site is { } wanted && parts[1] == wanted.ToString())) return true;
    }

    return false;
  }
}

/// <summary>Asks for a role; for an address of a device, at that device's site.</summary>
public sealed record RoleRequirement(Role Role, bool AtDevice) : IAuthorizationRequirement;

/// <summary>Answers <see cref="RoleRequirement"/>.</summary>
public sealed class RoleHandler(LiveFleet fleet, IHttpContextAccessor http) : AuthorizationHandler<RoleRequirement>
{
  protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
  {
    if (!requirement.AtDevice)
    {
      if (context.User.Has(requirement.Role)) context.Succeed(requirement);
      return Task.CompletedTask;
    }

    // A device that is not there is answered by the endpoint; who may see nothing may not even learn that.
    var id = http.HttpContext?.GetRouteValue("id") as string ?? "";
    var allowed = fleet.Find(id) is { } device ? context.User.Has(requirement.Role, device.SiteId) : context.User.HasEverywhere(requirement.Role);
    if (allowed) context.Succeed(requirement);
    return Task.CompletedTask;
  }
}
