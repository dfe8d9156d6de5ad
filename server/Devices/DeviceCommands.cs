using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Profiles;

namespace JkFleet.Server.Devices;

/// <summary>Names a device, tags it, moves it to another site. Where it then belongs decides which profile it follows.</summary>
[Command(Role.Installer)]
public sealed class ChangeDevice(IDbContextFactory<FleetDb> databases, ActivityLog activity, Enrolment enrolment, DesiredState door)
{
  public async Task<Outcome<Device>> Run(ClaimsPrincipal by, string deviceId, string name, string tags, int siteId, string reason, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var device = await db.Devices.FirstOrDefaultAsync(d => d.Id == deviceId, stop);
    if (device is null || !by.Has(Role.Installer, device.SiteId) || !by.Has(Role.Installer, siteId)) return Outcome<Device>.NotAllowed();
    if (name.Trim().Length is 0 or > 100) return Outcome<Device>.Refused("A name has 1..100 characters.", "name");
    var words = Sites.Tags.Of(tags);
    if (Sites.Tags.Refuse(words) is { } wrong) return Outcome<Device>.Refused(wrong, "tags");
    if (await db.Sites.AsNoTracking().FirstOrDefaultAsync(s => s.Id == siteId, stop) is not { } site) return Outcome<Device>.Refused("There is no such site.", "site");
    var before = new { device.Name, device.Tags, device.SiteId };
    (device.Name, device.Tags, device.SiteId) = (name.Trim(), Sites.Tags.Store(words), siteId);
    device.Version++;
    activity.Add(db, by.Identity?.Name ?? "", "device.changed", "device:" + device.Id, siteId, before, new { device.Name, device.Tags, device.SiteId }, reason);
    var moved = before.SiteId != device.SiteId || before.Tags != device.Tags;
    await using var transaction = await db.Database.BeginTransactionAsync(stop);
    try
    {
      await db.SaveChangesAsync(stop);
    }
    catch (DbUpdateConcurrencyException)
    {
      return Outcome<Device>.Refused("Somebody else has changed this device meanwhile. Look at it again.");
    }

    var wished = moved ? await Follow(db, device, site.Tags, stop) : null;
    await transaction.CommitAsync(stop);
    if (wished is not null) door.Tell(wished);
    enrolment.Take(device, site.Name);
    return Outcome<Device>.Of(device);
  }

  /// <summary>Those that join a site or a tag follow its profile; a device that no assignment reaches any more keeps what it has.</summary>
  private async Task<DesiredOutcome?> Follow(FleetDb db, Device device, string siteTags, CancellationToken stop)
  {
    if (await PushProfile.AssignedAsync(db, device, siteTags, stop) is not { } assigned) return null;
    var row = await db.Desired.AsNoTracking().FirstOrDefaultAsync(r => r.DeviceId == device.Id, stop);
    if (row is not null && row.ProfileId == assigned.ProfileId && row.ProfileRevision == assigned.Revision) return null;
    var content = await db.ProfileRevisions.Where(r => r.ProfileId == assigned.ProfileId && r.Number == assigned.Revision).Select(r => r.Content).FirstAsync(stop);
    return await door.StageAsync(
      db, [device.Id], new DesiredChange.Profile(assigned.ProfileId, assigned.Revision, content), assigned.Author,
      $"follows {assigned.Scope.ToString().ToLowerInvariant()} {assigned.Target}", cancellationToken: stop);
  }
}

/// <summary>Shuts a device out, at once also where it is connected; or lets it in again.</summary>
[Command(Role.Operator)]
public sealed class RevokeDevice(IDbContextFactory<FleetDb> databases, ActivityLog activity, Enrolment enrolment, MqttBroker broker, AlarmWatch alarms, TimeProvider clock)
{
  public async Task<Outcome<Device>> Run(ClaimsPrincipal by, string deviceId, bool revoked, string reason, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var device = await db.Devices.FirstOrDefaultAsync(d => d.Id == deviceId, stop);
    if (device is null || !by.Has(Role.Operator, device.SiteId)) return Outcome<Device>.NotAllowed();
    if (string.IsNullOrWhiteSpace(reason)) return Outcome<Device>.Refused("Say why: those who come later will ask.", "reason");
    var before = new { revoked = device.RevokedAt is not null };
    device.RevokedAt = revoked ? device.RevokedAt ?? clock.GetUtcNow() : null;
    device.Version++;
    activity.Add(db, by.Identity?.Name ?? "", revoked ? "device.revoked" : "device.let_in_again", "device:" + device.Id, device.SiteId, before, new { revoked }, reason);
    await db.SaveChangesAsync(stop);
    var site = await db.Sites.Where(s => s.Id == device.SiteId).Select(s => s.Name).FirstAsync(stop);
    enrolment.Take(device, site);
    if (!revoked) return Outcome<Device>.Of(device);
    await broker.Kick(device.Id);
    alarms.Over(device.Id);
    return Outcome<Device>.Of(device);
  }
}

/// <summary>
/// Gives a device a new secret. The old one is honoured for a while, so that somebody can carry the new one to the board.
/// </summary>
[Command(Role.Installer)]
public sealed class RotateSecret(IDbContextFactory<FleetDb> databases, ActivityLog activity, Enrolment enrolment, MqttBroker broker, TimeProvider clock)
{
  public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

  /// <param name="by">Who.</param>
  /// <param name="deviceId">Which.</param>
  /// <param name="overlap">How long the old secret is still honoured; zero ends its connection at once.</param>
  /// <param name="reason">Why.</param>
  /// <param name="stop">Gives up.</param>
  /// <returns>The new secret; it is shown once and not kept.</returns>
  public async Task<Outcome<string>> Run(ClaimsPrincipal by, string deviceId, TimeSpan overlap, string reason, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var device = await db.Devices.FirstOrDefaultAsync(d => d.Id == deviceId, stop);
    if (device is null || !by.Has(Role.Installer, device.SiteId)) return Outcome<string>.NotAllowed();
    if (overlap < TimeSpan.Zero || overlap > MaxOverlap) return Outcome<string>.Refused("The old secret is honoured for up to 30 days.", "overlap");
    var secret = DeviceSecret.Make();
    device.OldSecretHash = overlap > TimeSpan.Zero ? device.SecretHash : null;
    device.OldSecretUntil = overlap > TimeSpan.Zero ? clock.GetUtcNow() + overlap : null;
    device.SecretHash = DeviceSecret.Hash(secret);
    device.Version++;
    activity.Add(db, by.Identity?.Name ?? "", "device.secret_rotated", "device:" + device.Id, device.SiteId, null, new { oldUntil = device.OldSecretUntil }, reason);
    await db.SaveChangesAsync(stop);
    var site = await db.Sites.Where(s => s.Id == device.SiteId).Select(s => s.Name).FirstAsync(stop);
    enrolment.Take(device, site);
    if (overlap == TimeSpan.Zero) await broker.Kick(device.Id);
    return Outcome<string>.Of(secret);
  }
}
