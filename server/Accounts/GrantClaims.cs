using System.Security.Claims;
using JkFleet.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Accounts;

/// <summary>Writes a person's name and grants into the sign-in cookie; renewed when the security stamp changes.</summary>
public sealed class GrantClaims(UserManager<Account> accounts, IOptions<IdentityOptions> options, IDbContextFactory<FleetDb> databases)
  : UserClaimsPrincipalFactory<Account>(accounts, options)
{
  protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
  {
    var identity = await base.GenerateClaimsAsync(user);
    await using var db = await databases.CreateDbContextAsync();
    foreach (var grant in await db.Grants.AsNoTracking().Where(g => g.AccountId == user.Id).ToListAsync())
      identity.AddClaim(new Claim(Rights.Claim, Rights.Of(grant)));
    return identity;
  }
}
