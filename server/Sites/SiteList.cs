using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Sites;

/// <summary>Questions about sites; a person sees those it has a role at.</summary>
public sealed class SiteList(IDbContextFactory<FleetDb> databases)
{
  /// <summary>Sites by name.</summary>
  /// <param name="person">Who asks.</param>
  /// <param name="role">Only those where the person has this role or a higher one.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<IReadOnlyList<Site>> All(ClaimsPrincipal person, Role role, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var sites = db.Sites.AsNoTracking();
    if (person.SitesOf(role) is { } some) sites = sites.Where(s => some.Contains(s.Id));
    return await sites.OrderBy(s => s.Name).ToListAsync(stop);
  }

  public async Task<Site?> Find(ClaimsPrincipal person, int id, CancellationToken stop)
  {
    if (!person.Has(Role.Viewer, id)) return null;
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Sites.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, stop);
  }
}
