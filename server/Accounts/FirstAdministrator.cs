using JkFleet.Server.Data;
using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>
/// As long as nobody may administer everything, each start prints a new one-time link (page <c>/setup?token=...</c>) that
/// makes the first administrator. The token lives in memory only: it is worth nothing after an hour or a restart.
/// </summary>
public sealed class FirstAdministrator(
  IDbContextFactory<FleetDb> databases, IServiceScopeFactory scopes, ActivityLog activity, WebAddresses addresses,
  IHostApplicationLifetime lifetime, TimeProvider clock) : IHostedService, IDisposable
{
  private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

  private readonly SemaphoreSlim _one = new(1, 1);
  private byte[]? _hash;
  private DateTimeOffset _until;

  /// <summary>The token is the one printed, not used and not too old.</summary>
  public bool Fits(string? token) => _hash is { } hash && clock.GetUtcNow() < _until && OneTimeToken.Fits(token, hash);

  /// <summary>Makes the administrator and uses the token up.</summary>
  public async Task<Outcome<Account>> Make(string? token, string email, string displayName, string password, CancellationToken stop)
  {
    await _one.WaitAsync(stop);
    try
    {
      if (!Fits(token)) return Outcome<Account>.Refused("This link was used or is too old. Restart the server for a new one.");
      using var scope = scopes.CreateScope();
      var made = await NewAccount.Make(
        scope.ServiceProvider.GetRequiredService<UserManager<Account>>(), databases, email, displayName, password,
        [(Role.Administrator, null)], clock, stop);
      if (!made.Done) return made;
      _hash = null;
      await using var db = await databases.CreateDbContextAsync(stop);
      activity.Add(db, made.Value!.Email!, "account.first_administrator", "account:" + made.Value.Email, null, null, null);
      await db.SaveChangesAsync(stop);
      return made;
    }
    finally
    {
      _one.Release();
    }
  }

  public async Task StartAsync(CancellationToken cancellationToken)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    if (await db.Grants.AnyAsync(g => g.Role == Role.Administrator && g.SiteId == null, cancellationToken)) return;
    var token = OneTimeToken.Make();
    _hash = OneTimeToken.Hash(token);
    _until = clock.GetUtcNow() + Lifetime;
    lifetime.ApplicationStarted.Register(() => Print(token));
  }

  public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

  public void Dispose() => _one.Dispose();

  /// <summary>To the console and not to the log: logs are kept and shipped.</summary>
  private void Print(string token)
  {
    var address = addresses.Web.Count > 0 ? addresses.Web[0].ToString() : "/";
    Console.Out.WriteLine();
    Console.Out.WriteLine("Nobody may administer this server yet. Make the first administrator with this link (once, within an hour):");
    Console.Out.WriteLine($"  {address}setup?token={token}");
    Console.Out.WriteLine();
    Console.Out.Flush();
  }
}

/// <summary>Makes an account with its grants: by the first link or by an invitation, there is no other way.</summary>
internal static class NewAccount
{
  public static async Task<Outcome<Account>> Make(
    UserManager<Account> accounts, IDbContextFactory<FleetDb> databases, string email, string displayName, string password,
    IReadOnlyList<(Role Role, int? SiteId)> grants, TimeProvider clock, CancellationToken stop)
  {
    email = email.Trim();
    var account = new Account { UserName = email, Email = email, EmailConfirmed = true, DisplayName = displayName.Trim(), CreatedAt = clock.GetUtcNow() };
    if (account.DisplayName.Length is 0 or > 100) return Outcome<Account>.Refused("A name has 1..100 characters.", "name");
    var result = await accounts.CreateAsync(account, password);
    if (!result.Succeeded)
      return Outcome<Account>.Refused(result.Errors.Select(e => new Refusal(e.Description, e.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "email")).ToArray());
    await using var db = await databases.CreateDbContextAsync(stop);
    foreach (var (role, site) in grants) db.Grants.Add(new Grant { AccountId = account.Id, Role = role, SiteId = site });
    await db.SaveChangesAsync(stop);
    return Outcome<Account>.Of(account);
  }
}
