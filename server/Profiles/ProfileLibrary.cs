// Profiles and their revisions: made, read, never changed.
using System.Security.Claims;
using System.Text;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Profiles;

/// <summary>What came of saving a revision: the revision, or why not.</summary>
public sealed record SavedRevision(ProfileRevision? Revision, IReadOnlyList<ProfileFault> Faults)
{
  /// <summary>Refused for one reason.</summary>
  public static SavedRevision Refused(string field, string text) => new(null, [new ProfileFault(field, null, text)]);
}

/// <summary>The author's save. Profiles belong to nobody's site, so the role is asked anywhere; pushing asks per site.</summary>
[Command(Role.Operator)]
public sealed class SaveProfile(IDbContextFactory<FleetDb> databases, TimeProvider clock)
{
  /// <summary>Saves a new revision; a null <paramref name="profileId"/> makes a new profile with revision 1.</summary>
  /// <param name="by">Who.</param>
  /// <param name="profileId">The profile.</param>
  /// <param name="name">Its name; renames are not revisions and are ignored for a known profile.</param>
  /// <param name="content">What it says; number and name inside are set here.</param>
  /// <param name="reason">Why, for those who come later.</param>
  /// <param name="basedOn">Latest revision that the author has seen; another one means somebody was faster.</param>
  /// <param name="cancellationToken">Gives up before the commit.</param>
  public async Task<SavedRevision> Run(
    ClaimsPrincipal by, int? profileId, string name, Profile content, string reason, int basedOn, CancellationToken cancellationToken)
  {
    if (!by.Has(Role.Operator)) return SavedRevision.Refused("", "your role does not allow this");
    var author = by.Identity?.Name ?? "";
    if (string.IsNullOrWhiteSpace(reason)) return SavedRevision.Refused("reason", "say why: those who come later will ask");
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    var profile = profileId is { } id ? await db.Profiles.SingleOrDefaultAsync(p => p.Id == id, cancellationToken) : null;
    if (profileId is not null && profile is null) return SavedRevision.Refused("profile", "does not exist any more");
    if (profile is null)
    {
      name = name.Trim();
      // Bytes, as the device counts: a longer name was saved and then refused by every device, and by this server's own reader.
      if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > Profile.MaxName)
        return SavedRevision.Refused("name", $"has 1 to {Profile.MaxName} bytes: letters outside a-z take two or more");
      if (await db.Profiles.AnyAsync(p => p.Name == name, cancellationToken)) return SavedRevision.Refused("name", "is taken by another profile");
      profile = new ChargeProfile { Name = name, CreatedAt = clock.GetUtcNow() };
      db.Profiles.Add(profile);
    }
    else if (profile.LatestRevision != basedOn)
    {
      return SavedRevision.Refused("revision", $"somebody saved revision {profile.LatestRevision} meanwhile; look at it first");
    }

    content.Name = profile.Name;
    content.Revision = profile.LatestRevision + 1;
    var faults = ProfileText.Judge(content, new Envelope());
    if (faults.Count > 0) return new SavedRevision(null, faults);
    var before = profile.LatestRevision == 0 ? null : await ContentAsync(db, profile.Id, profile.LatestRevision, cancellationToken);
    profile.LatestRevision = content.Revision;
    var text = ProfileText.Write(content);
    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
    try
    {
      await db.SaveChangesAsync(cancellationToken);
      var revision = new ProfileRevision
      {
        ProfileId = profile.Id, Number = content.Revision, Content = text, Sha256 = ProfileText.Sha256(text),
        Author = author, Reason = reason.Trim(), CreatedAt = clock.GetUtcNow(),
      };
      db.ProfileRevisions.Add(revision);
      db.Activities.Add(new Activity
      {
        At = clock.GetUtcNow(), Actor = author, Action = "profile.saved", Subject = $"profile:{profile.Id}", Before = before, After = text, Reason = revision.Reason,
      });
      await db.SaveChangesAsync(cancellationToken);
      await transaction.CommitAsync(cancellationToken);
      return new SavedRevision(revision, []);
    }
    catch (DbUpdateException)
    {
      // The unique name or the concurrency token: two editors in the same second.
      return SavedRevision.Refused("revision", "somebody saved at the same moment; look at theirs first");
    }
  }

  private static Task<string?> ContentAsync(FleetDb db, int profileId, int number, CancellationToken cancellationToken) =>
    db.ProfileRevisions.Where(r => r.ProfileId == profileId && r.Number == number).Select(r => (string?)r.Content).SingleOrDefaultAsync(cancellationToken);
}

/// <summary>The library of profiles, for pages.</summary>
public sealed class ProfileLibrary(IDbContextFactory<FleetDb> databases)
{
  /// <summary>The profiles in use, by name.</summary>
  public async Task<IReadOnlyList<ChargeProfile>> ListAsync(CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    return await db.Profiles.AsNoTracking().Where(p => p.ArchivedAt == null).OrderBy(p => p.Name).ToListAsync(cancellationToken);
  }

  /// <summary>The name of a profile, also of one that is no longer in use.</summary>
  public async Task<string> NameOf(int profileId, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    return await db.Profiles.Where(p => p.Id == profileId).Select(p => p.Name).SingleOrDefaultAsync(cancellationToken) ?? $"profile {profileId}";
  }

  /// <summary>All revisions of a profile, the newest first.</summary>
  public async Task<IReadOnlyList<ProfileRevision>> RevisionsAsync(int profileId, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    return await db.ProfileRevisions.AsNoTracking().Where(r => r.ProfileId == profileId).OrderByDescending(r => r.Number).ToListAsync(cancellationToken);
  }

  /// <summary>Who follows a profile, whatever the revision.</summary>
  public async Task<IReadOnlyList<ProfileAssignment>> AssignmentsAsync(int profileId, CancellationToken cancellationToken = default)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    return await db.ProfileAssignments.AsNoTracking().Where(a => a.ProfileId == profileId).ToListAsync(cancellationToken);
  }
}
