using System.Security.Claims;
using JkFleet.Server.Data;
using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>Makes the link (page <c>/invitation?token=...</c>) by which a person gets an account with one role.</summary>
[Command(Role.Administrator)]
public sealed class InvitePerson(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

  /// <summary>Who invites to a site administers it; to all sites, administers everything.</summary>
  internal static bool May(ClaimsPrincipal by, int? siteId) => siteId is { } site ? by.Has(Role.Administrator, site) : by.HasEverywhere(Role.Administrator);

  /// <returns>The token of the link; it is shown once.</returns>
  public async Task<Outcome<string>> Run(ClaimsPrincipal by, Role role, int? siteId, string note, CancellationToken stop)
  {
    if (!May(by, siteId)) return Outcome<string>.NotAllowed();
    if (!Enum.IsDefined(role)) return Outcome<string>.Refused("There is no such role.", "role");
    await using var db = await databases.CreateDbContextAsync(stop);
    if (siteId is not null && !await db.Sites.AnyAsync(s => s.Id == siteId, stop)) return Outcome<string>.Refused("There is no such site.", "site");
    var token = OneTimeToken.Make();
    var now = clock.GetUtcNow();
    db.Invitations.Add(new Invitation
    {
      TokenHash = OneTimeToken.Hash(token),
      Role = role,
      SiteId = siteId,
      Note = note.Length <= 200 ? note : note[..200],
      CreatedBy = by.Identity?.Name ?? "",
      CreatedAt = now,
      ExpiresAt = now + Lifetime,
    });
    activity.Add(db, by.Identity?.Name ?? "", "account.invited", "invitation", siteId, null, new { role = role.ToString(), siteId, note });
    await db.SaveChangesAsync(stop);
    return Outcome<string>.Of(token);
  }
}

/// <summary>Takes an invitation back before somebody uses it.</summary>
[Command(Role.Administrator)]
public sealed class WithdrawInvitation(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public async Task<Outcome<bool>> Run(ClaimsPrincipal by, int id, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await db.Invitations.FirstOrDefaultAsync(i => i.Id == id, stop) is not { } invitation || !InvitePerson.May(by, invitation.SiteId)) return Outcome<bool>.NotAllowed();
    var now = clock.GetUtcNow();
    if (invitation.UsedAt is not null || invitation.ExpiresAt <= now) return Outcome<bool>.Refused("It is over already: used, too old, or taken back.");
    invitation.ExpiresAt = now;
    activity.Add(
      db, by.Identity?.Name ?? "", "account.invitation_withdrawn", "invitation", invitation.SiteId, new { role = invitation.Role.ToString(), invitation.SiteId, invitation.Note }, null);
    await db.SaveChangesAsync(stop);
    return Outcome<bool>.Of(true);
  }
}

/// <summary>Answers to an invitation; anybody with the link may.</summary>
public sealed class Invitations(IDbContextFactory<FleetDb> databases, IServiceScopeFactory scopes, ActivityLog activity, TimeProvider clock)
{
  /// <summary>The invitation behind a token, or null when it was used, is too old or never was.</summary>
  public async Task<Invitation?> Find(string? token, CancellationToken stop)
  {
    if (string.IsNullOrEmpty(token)) return null;
    var hash = OneTimeToken.Hash(token);
    var now = clock.GetUtcNow();
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Invitations.AsNoTracking().FirstOrDefaultAsync(i => i.TokenHash == hash && i.UsedAt == null && i.ExpiresAt > now, stop);
  }

  /// <summary>Those that still work and that the person may take back, the newest first.</summary>
  public async Task<IReadOnlyList<Invitation>> Open(ClaimsPrincipal by, CancellationToken stop)
  {
    var now = clock.GetUtcNow();
    await using var db = await databases.CreateDbContextAsync(stop);
    var open = await db.Invitations.AsNoTracking().Where(i => i.UsedAt == null && i.ExpiresAt > now).OrderByDescending(i => i.Id).ToListAsync(stop);
    return open.FindAll(i => InvitePerson.May(by, i.SiteId));
  }

  /// <summary>Makes the account and uses the link up.</summary>
  public async Task<Outcome<Account>> Accept(string? token, string email, string displayName, string password, CancellationToken stop)
  {
    const string Gone = "This invitation was used or is too old. Ask for a new one.";
    if (await Find(token, stop) is not { } invitation) return Outcome<Account>.Refused(Gone);
    await using var db = await databases.CreateDbContextAsync(stop);
    // Taken first, so that two who click at once do not both get in; given back when the account cannot be made.
    var taken = await db.Invitations.Where(i => i.Id == invitation.Id && i.UsedAt == null)
      .ExecuteUpdateAsync(i => i.SetProperty(x => x.UsedAt, clock.GetUtcNow()).SetProperty(x => x.UsedBy, email), stop);
    if (taken == 0) return Outcome<Account>.Refused(Gone);
    using var scope = scopes.CreateScope();
    var made = await NewAccount.Make(
      scope.ServiceProvider.GetRequiredService<UserManager<Account>>(), databases, email, displayName, password,
      [(invitation.Role, invitation.SiteId)], clock, stop);
    if (!made.Done)
    {
      await db.Invitations.Where(i => i.Id == invitation.Id)
        .ExecuteUpdateAsync(i => i.SetProperty(x => x.UsedAt, (DateTimeOffset?)null).SetProperty(x => x.UsedBy, (string?)null), stop);
      return made;
    }

    activity.Add(db, made.Value!.Email!, "account.accepted_invitation", "account:" + made.Value.Email, invitation.SiteId, null, new { role = invitation.Role.ToString() });
    await db.SaveChangesAsync(stop);
    return made;
  }
}
