using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Accounts;

/// <summary>Circuits live long: asks every minute whether the person who opened one is still who and what it was.</summary>
public sealed class RevalidatingAccounts(ILoggerFactory logs, IServiceScopeFactory scopes, IOptions<IdentityOptions> options)
  : RevalidatingServerAuthenticationStateProvider(logs)
{
  protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

  protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
  {
    await using var scope = scopes.CreateAsyncScope();
    var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
    var account = await accounts.GetUserAsync(authenticationState.User);
    return account is { DisabledAt: null }
      && authenticationState.User.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) == await accounts.GetSecurityStampAsync(account);
  }
}
