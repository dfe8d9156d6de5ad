using System.Security.Claims;
using JkFleet.Server.Data;
using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>Gives a person other roles, or takes the account away; takes effect within a minute also where the person is signed in.</summary>
[Command(Role.Administrator)]
public sealed class ChangePerson(IDbContextFactory<FleetDb> databases, IServiceScopeFactory scopes, ActivityLog activity, TimeProvider clock)
{
  /// <summary>Replaces every grant of the person.</summary>
  public async Task<Outcome<bool>> Run(ClaimsPrincipal by, string accountId, IReadOnlyList<(Role Role, int? SiteId)> grants, bool disabled, CancellationToken stop)
  {
    if (!by.HasEverywhere(Role.Administrator)) return Outcome<bool>.NotAllowed();
    using var scope = scopes.CreateScope();
    var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
    if (await accounts.FindByIdAsync(accountId) is not { } account) return Outcome<bool>.Refused("There is no such person.");
    await using var db = await databases.CreateDbContextAsync(stop);
    var others = await db.Grants.AnyAsync(
      g => g.Role == Role.Administrator && g.SiteId == null && g.AccountId != accountId && db.Users.Any(u => u.Id == g.AccountId && u.DisabledAt == null), stop);
    if (!others && (disabled || !grants.Any(g => g.Role == Role.Administrator && g.SiteId is null)))
      return Outcome<bool>.Refused("Somebody must remain who may administer everything.");
    var before = await db.Grants.Where(g => g.AccountId == accountId).ToListAsync(stop);
    db.Grants.RemoveRange(before);
    foreach (var (role, site) in grants) db.Grants.Add(new Grant { AccountId = accountId, Role = role, SiteId = site });
    activity.Add(
      db, by.Identity?.Name ?? "", "account.changed", "account:" + account.Email, null,
      before.Select(g => new { role = g.Role.ToString(), g.SiteId }), new { grants = grants.Select(g => new { role = g.Role.ToString(), g.SiteId }), disabled });
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
  public async Task<IReadOnlyList<Person>> All(CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var grants = (await db.Grants.AsNoTracking().ToListAsync(stop)).ToLookup(g => g.AccountId, StringComparer.Ordinal);
    return (await db.Users.AsNoTracking().OrderBy(u => u.Email).ToListAsync(stop)).Select(u => new Person(u, [.. grants[u.Id]])).ToArray();
  }
}
