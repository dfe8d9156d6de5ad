using System.Security.Claims;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Devices;

/// <summary>Makes a claim code for new devices of a site.</summary>
[Command(Role.Installer)]
public sealed class MakeClaimCode(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public const int MaxDevices = 1000;
  public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

  /// <param name="by">Who.</param>
  /// <param name="siteId">Where the devices will belong.</param>
  /// <param name="devices">How many it lets in, 1..1000.</param>
  /// <param name="lifetime">Up to 30 days.</param>
  /// <param name="prefix">Ids begin so; null = jk.</param>
  /// <param name="stop">Gives up.</param>
  /// <returns>The code and its row. The text is shown once and not kept.</returns>
  public async Task<Outcome<(string Text, ClaimCode Code)>> Run(
    ClaimsPrincipal by, int siteId, int devices, TimeSpan lifetime, string? prefix, CancellationToken stop)
  {
    if (!by.Has(Role.Installer, siteId)) return Outcome<(string, ClaimCode)>.NotAllowed();
    if (devices is < 1 or > MaxDevices) return Outcome<(string, ClaimCode)>.Refused($"A code is for 1..{MaxDevices} devices.", "devices");
    if (lifetime <= TimeSpan.Zero || lifetime > MaxLifetime) return Outcome<(string, ClaimCode)>.Refused("A code lives for up to 30 days.", "lifetime");
    prefix = string.IsNullOrWhiteSpace(prefix) ? "jk" : prefix.Trim();
    if (!Topics.IsDeviceId(prefix) || prefix.Length > 32) return Outcome<(string, ClaimCode)>.Refused("A prefix has 1..32 of a-z, 0-9, '-', '_'.", "prefix");
    await using var db = await databases.CreateDbContextAsync(stop);
    if (!await db.Sites.AnyAsync(s => s.Id == siteId, stop)) return Outcome<(string, ClaimCode)>.Refused("There is no such site.", "site");
    return await ClaimCodeMaker.Make(db, activity, by, siteId, devices, clock.GetUtcNow(), lifetime, prefix, replaces: null, "", stop);
  }
}

/// <summary>Makes a claim code for a new board behind an existing device: it keeps id, name, history and profile; the old board is out once the new one has claimed.</summary>
[Command(Role.Installer)]
public sealed class ReplaceDevice(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public async Task<Outcome<(string Text, ClaimCode Code)>> Run(ClaimsPrincipal by, string deviceId, TimeSpan lifetime, string reason, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var device = await db.Devices.AsNoTracking().FirstOrDefaultAsync(d => d.Id == deviceId, stop);
    if (device is null || !by.Has(Role.Installer, device.SiteId)) return Outcome<(string, ClaimCode)>.NotAllowed();
    if (lifetime <= TimeSpan.Zero || lifetime > MakeClaimCode.MaxLifetime) return Outcome<(string, ClaimCode)>.Refused("A code lives for up to 30 days.", "lifetime");
    return await ClaimCodeMaker.Make(db, activity, by, device.SiteId, 1, clock.GetUtcNow(), lifetime, "jk", device.Id, reason, stop);
  }
}

/// <summary>Ends a code before its time.</summary>
[Command(Role.Installer)]
public sealed class RevokeClaimCode(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public async Task<Outcome<bool>> Run(ClaimsPrincipal by, int codeId, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    if (await db.ClaimCodes.FirstOrDefaultAsync(c => c.Id == codeId, stop) is not { } code || !by.Has(Role.Installer, code.SiteId)) return Outcome<bool>.NotAllowed();
    if (code.RevokedAt is not null) return Outcome<bool>.Of(true);
    code.RevokedAt = clock.GetUtcNow();
    activity.Add(db, by.Identity?.Name ?? "", "claim_code.revoked", $"claim_code:{code.Id}", code.SiteId, null, null);
    await db.SaveChangesAsync(stop);
    return Outcome<bool>.Of(true);
  }
}

/// <summary>Questions about claim codes and what came of them.</summary>
public sealed class ClaimList(IDbContextFactory<FleetDb> databases)
{
  /// <summary>Newest first, of the sites where the person installs.</summary>
  public async Task<IReadOnlyList<ClaimCode>> All(ClaimsPrincipal person, int count, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var codes = db.ClaimCodes.AsNoTracking();
    if (person.SitesOf(Role.Installer) is { } sites) codes = codes.Where(c => sites.Contains(c.SiteId));
    return await codes.OrderByDescending(c => c.Id).Take(count).ToListAsync(stop);
  }

  /// <summary>A code of a site where the person installs, or null.</summary>
  public async Task<ClaimCode?> Find(ClaimsPrincipal person, int codeId, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.ClaimCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == codeId, stop) is { } code && person.Has(Role.Installer, code.SiteId) ? code : null;
  }

  /// <summary>The devices that a code has let in, newest first: what the page that waits live looks at.</summary>
  public async Task<IReadOnlyList<ClaimUse>> UsesOf(int codeId, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.ClaimUses.AsNoTracking().Where(u => u.ClaimCodeId == codeId).OrderByDescending(u => u.Id).Take(MakeClaimCode.MaxDevices).ToListAsync(stop);
  }
}

internal static class ClaimCodeMaker
{
  public static async Task<Outcome<(string Text, ClaimCode Code)>> Make(
    FleetDb db, ActivityLog activity, ClaimsPrincipal by, int siteId, int devices, DateTimeOffset now, TimeSpan lifetime, string prefix,
    string? replaces, string reason, CancellationToken stop)
  {
    var text = ClaimText.Make();
    var code = new ClaimCode
    {
      CodeHash = ClaimText.Hash(text),
      SiteId = siteId,
      Prefix = prefix,
      MaxDevices = devices,
      ReplacesDeviceId = replaces,
      CreatedBy = by.Identity?.Name ?? "",
      CreatedAt = now,
      ExpiresAt = now + lifetime,
    };
    db.ClaimCodes.Add(code);
    activity.Add(
      db, code.CreatedBy, "claim_code.made", replaces is null ? $"site:{siteId}" : $"device:{replaces}", siteId, null,
      new { devices, code.ExpiresAt, prefix, replaces }, reason);
    await db.SaveChangesAsync(stop);
    return Outcome<(string, ClaimCode)>.Of((text, code));
  }
}
