using System.Security.Claims;
using System.Text.Json;
using JkFleet.Server.Data;

namespace JkFleet.Server.Accounts;

/// <summary>
/// Who did what, when, from what to what, why. An entry is added to the same <see cref="FleetDb"/> as the change, so both
/// are committed or none; nothing changes or deletes it.
/// </summary>
public sealed class ActivityLog(IDbContextFactory<FleetDb> databases, TimeProvider clock)
{
  // Names stay names: pages encode for themselves, and a person who reads the database reads letters.
  private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

  /// <summary>Adds an entry to a change that is about to be saved.</summary>
  /// <param name="db">Where the change is.</param>
  /// <param name="by">Who.</param>
  /// <param name="action">Noun and past verb, e.g. <c>site.created</c>.</param>
  /// <param name="subject">What, e.g. <c>site:4</c>.</param>
  /// <param name="siteId">Whose people may read it; null = those of all sites.</param>
  /// <param name="before">As it was; written as JSON. Never a secret.</param>
  /// <param name="after">As it is now.</param>
  /// <param name="reason">From a person.</param>
  public void Add(FleetDb db, string by, string action, string subject, int? siteId, object? before, object? after, string reason = "") =>
    db.Activities.Add(new Activity
    {
      At = clock.GetUtcNow(),
      Actor = by,
      Action = action,
      Subject = subject,
      SiteId = siteId,
      Before = before is null ? null : JsonSerializer.Serialize(before, Readable),
      After = after is null ? null : JsonSerializer.Serialize(after, Readable),
      Reason = reason.Length <= 1000 ? reason : reason[..1000],
    });

  /// <summary>The newest entries that the person may see.</summary>
  /// <param name="person">Sees those of the sites it has a role at.</param>
  /// <param name="noun">Only actions of this noun (<c>site</c> of <c>site.created</c>); empty = all.</param>
  /// <param name="beforeId">Only older than this entry, for paging; null = from the newest.</param>
  /// <param name="count">At most.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<IReadOnlyList<Activity>> Latest(ClaimsPrincipal person, string noun, long? beforeId, int count, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var entries = db.Activities.AsNoTracking().Where(a => beforeId == null || a.Id < beforeId);
    if (noun.Length > 0)
    {
      var start = noun + ".";
      entries = entries.Where(a => a.Action.StartsWith(start));
    }

    if (person.SitesOf(Role.Viewer) is { } sites) entries = entries.Where(a => a.SiteId != null && sites.Contains(a.SiteId.Value));
    return await entries.OrderByDescending(a => a.Id).Take(count).ToListAsync(stop);
  }
}
