using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Sites;

/// <summary>What a person types about a site.</summary>
public sealed record SiteInput(string Name, string TimeZone, double? Latitude, double? Longitude, string Notes, string Tags)
{
  /// <summary>Every mistake at once.</summary>
  public IReadOnlyList<Refusal> Check()
  {
    var refusals = new List<Refusal>();
    if (Name.Trim().Length is 0 or > 100) refusals.Add(new("A name has 1..100 characters.", "name"));
    if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)) refusals.Add(new($"There is no time zone '{TimeZone}'.", "timeZone"));
    if (Latitude is < -90 or > 90) refusals.Add(new("Latitude is -90..90.", "latitude"));
    if (Longitude is < -180 or > 180) refusals.Add(new("Longitude is -180..180.", "longitude"));
    if (Notes.Length > 4000) refusals.Add(new("Notes have at most 4000 characters.", "notes"));
    if (Sites.Tags.Refuse(Sites.Tags.Of(Tags)) is { } wrong) refusals.Add(new(wrong, "tags"));
    return refusals;
  }

  public void CopyTo(Site site)
  {
    site.Name = Name.Trim();
    site.TimeZone = TimeZone;
    site.Latitude = Latitude;
    site.Longitude = Longitude;
    site.Notes = Notes;
    site.Tags = Sites.Tags.Store(Sites.Tags.Of(Tags));
  }

  public static SiteInput Of(Site site) => new(site.Name, site.TimeZone, site.Latitude, site.Longitude, site.Notes, site.Tags.Trim());
}

/// <summary>Makes a site.</summary>
[Command(Role.Administrator)]
public sealed class CreateSite(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public async Task<Outcome<Site>> Run(ClaimsPrincipal by, SiteInput input, CancellationToken stop)
  {
    if (!by.HasEverywhere(Role.Administrator)) return Outcome<Site>.NotAllowed();
    if (input.Check() is { Count: > 0 } refusals) return Outcome<Site>.Refused(refusals);
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await db.Sites.AnyAsync(s => s.Name == input.Name.Trim(), stop)) return Outcome<Site>.Refused("There is a site of this name.", "name");
    var site = new Site { Name = "", CreatedAt = clock.GetUtcNow() };
    input.CopyTo(site);
    db.Sites.Add(site);
    await db.SaveChangesAsync(stop);
    activity.Add(db, by.Identity?.Name ?? "", "site.created", $"site:{site.Id}", site.Id, null, input);
    await db.SaveChangesAsync(stop);
    return Outcome<Site>.Of(site);
  }
}

/// <summary>Changes a site.</summary>
[Command(Role.Operator)]
public sealed class ChangeSite(IDbContextFactory<FleetDb> databases, ActivityLog activity, LiveFleet fleet)
{
  /// <param name="by">Who.</param>
  /// <param name="siteId">Which.</param>
  /// <param name="version">The version that the person looked at.</param>
  /// <param name="input">How it shall be.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<Outcome<Site>> Run(ClaimsPrincipal by, int siteId, int version, SiteInput input, CancellationToken stop)
  {
    if (!by.Has(Role.Operator, siteId)) return Outcome<Site>.NotAllowed();
    if (input.Check() is { Count: > 0 } refusals) return Outcome<Site>.Refused(refusals);
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await db.Sites.FirstOrDefaultAsync(s => s.Id == siteId, stop) is not { } site) return Outcome<Site>.Refused("There is no such site.");
    if (site.Version != version) return Outcome<Site>.Refused("Somebody else has changed this site meanwhile. Look at it again.");
    if (await db.Sites.AnyAsync(s => s.Name == input.Name.Trim() && s.Id != siteId, stop)) return Outcome<Site>.Refused("There is a site of this name.", "name");
    var before = SiteInput.Of(site);
    input.CopyTo(site);
    site.Version++;
    activity.Add(db, by.Identity?.Name ?? "", "site.changed", $"site:{site.Id}", site.Id, before, input);
    try
    {
      await db.SaveChangesAsync(stop);
    }
    catch (DbUpdateConcurrencyException)
    {
      return Outcome<Site>.Refused("Somebody else has changed this site meanwhile. Look at it again.");
    }

    fleet.RenameSite(site.Id, site.Name);
    return Outcome<Site>.Of(site);
  }
}

/// <summary>Deletes a site that has no device.</summary>
[Command(Role.Administrator)]
public sealed class DeleteSite(IDbContextFactory<FleetDb> databases, ActivityLog activity)
{
  public async Task<Outcome<bool>> Run(ClaimsPrincipal by, int siteId, string reason, CancellationToken stop)
  {
    if (!by.HasEverywhere(Role.Administrator)) return Outcome<bool>.NotAllowed();
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await db.Sites.FirstOrDefaultAsync(s => s.Id == siteId, stop) is not { } site) return Outcome<bool>.Refused("There is no such site.");
    if (await db.Devices.AnyAsync(d => d.SiteId == siteId, stop)) return Outcome<bool>.Refused("The site still has devices; move them first.");
    db.Sites.Remove(site);
    activity.Add(db, by.Identity?.Name ?? "", "site.deleted", $"site:{site.Id}", site.Id, SiteInput.Of(site), null, reason);
    await db.SaveChangesAsync(stop);
    return Outcome<bool>.Of(true);
  }
}
