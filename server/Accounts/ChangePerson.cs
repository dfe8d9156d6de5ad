using System.Security.Claims;
using JkFleet.Server.Data;
using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>Gives a person other roles, or takes the account away; takes effect within a minute also where the person is signed in.</summary>
[Command(Role.Administrator)]
public sealed class ChangePerson(IDbContextFactory<FleetDb> databases, IServiceScopeFactory scopes, ActivityLog activity, TimeProvider clock)
{
  /// <summary>Replaces every grant of the person.</summary>
  /// <param name="by">Who; an administrator of everything.</param>
  /// <param name="accountId">Whom.</param>
  /// <param name="grants">One or more; a site that is null means all of them. Named twice counts once.</param>
  /// <param name="disabled">May not sign in.</param>
  /// <param name="reason">Why.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<Outcome<bool>> Run(
    ClaimsPrincipal by, string accountId, IReadOnlyList<(Role Role, int? SiteId)> grants, bool disabled, string reason, CancellationToken stop)
  {
    if (!by.HasEverywhere(Role.Administrator)) return Outcome<bool>.NotAllowed();
    if (string.IsNullOrWhiteSpace(reason)) return Outcome<bool>.Refused("Say why: those who come later will ask.", "reason");
    grants = [.. grants.Distinct()];
    if (grants.Count == 0) return Outcome<bool>.Refused("Give at least one role, or take the sign-in away.", "grants");
    if (grants.Any(g => !Enum.IsDefined(g.Role))) return Outcome<bool>.Refused("There is no such role.", "grants");
    using var scope = scopes.CreateScope();
    var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
    if (await accounts.FindByIdAsync(accountId) is not { } account) return Outcome<bool>.Refused("There is no such person.");
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var (_, site) in grants)
      if (site is not null && !await db.Sites.AnyAsync(s => s.Id == site, stop)) return Outcome<bool>.Refused("There is no such site.", "grants");
    var others = await db.Grants.AnyAsync(
      g => g.Role == Role.Administrator && g.SiteId == null && g.AccountId != accountId && db.Users.Any(u => u.Id == g.AccountId && u.DisabledAt == null), stop);
    if (!others && (disabled || !grants.Any(g => g.Role == Role.Administrator && g.SiteId is null)))
      return Outcome<bool>.Refused("Somebody must remain who may administer everything.");
    var before = await db.Grants.Where(g => g.AccountId == accountId).ToListAsync(stop);
    db.Grants.RemoveRange(before);
    foreach (var (role, site) in grants) db.Grants.Add(new Grant { AccountId = accountId, Role = role, SiteId = site });
    activity.Add(
      db, by.Identity?.Name ?? "", "account.changed", "account:" + account.Email, null,
      new { roles = before.Select(g => new { role = g.Role.ToString(), g.SiteId }), disabled = account.DisabledAt is not null },
      new { roles = grants.Select(g => new { role = g.Role.ToString(), g.SiteId }), disabled }, reason);
    await db.SaveChangesAsync(stop);
    account.DisabledAt = disabled ? account.DisabledAt ?? clock.GetUtcNow() : null;
    account.LockoutEnd = disabled ? DateTimeOffset.MaxValue.AddYears(-1) : null;
    await accounts.UpdateAsync(account);
    await accounts.UpdateSecurityStampAsync(account);
    return Outcome<bool>.Of(true);
  }
}

/// <summary>A person with its grants, for pages.</summary>
public sealed record Person(Account Account, IReadOnlyList<Grant> Grants);

/// <summary>Questions about people.</summary>
public sealed class People(IDbContextFactory<FleetDb> databases)
{
  /// <summary>By e-mail; who administers only some sites sees those who have a role there.</summary>
  public async Task<IReadOnlyList<Person>> All(ClaimsPrincipal by, CancellationToken stop)
  {
    var sites = by.SitesOf(Role.Administrator);
    await using var db = await databases.CreateDbContextAsync(stop);
    var grants = (await db.Grants.AsNoTracking().ToListAsync(stop)).ToLookup(g => g.AccountId, StringComparer.Ordinal);
    return (await db.Users.AsNoTracking().OrderBy(u => u.Email).ToListAsync(stop)).Select(u => new Person(u, [.. grants[u.Id]]))
      .Where(p => sites is null || p.Grants.Any(g => g.SiteId is { } site && sites.Contains(site))).ToArray();
  }
}
