using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Alarms;

/// <summary>Which alarms are asked for.</summary>
public enum AlarmsShown
{
  /// <summary>Every open one.</summary>
  Open = 0,
  /// <summary>Open ones that nobody has acknowledged.</summary>
  Unacknowledged = 1,
  /// <summary>Cleared within <see cref="AlarmList.Recently"/>.</summary>
  Cleared = 2,
}

/// <summary>What a person looks for.</summary>
/// <param name="Shown">Open, unacknowledged or cleared.</param>
/// <param name="Severity">Only this one; null = all.</param>
/// <param name="SiteId">Only devices that belong to this site now; null = all.</param>
public sealed record AlarmFilter(AlarmsShown Shown = AlarmsShown.Open, AlarmSeverity? Severity = null, int? SiteId = null);

/// <summary>An alarm with the words for its device and site.</summary>
/// <param name="TimeZone">IANA name of the site's zone.</param>
public sealed record AlarmLine(Alarm Alarm, string Device, int SiteId, string Site, string TimeZone);

/// <summary>The first lines of a filter, and how many alarms there are behind every other one.</summary>
public sealed class AlarmPicture(IReadOnlyList<AlarmLine> lines, IReadOnlyDictionary<(AlarmsShown Shown, AlarmSeverity Severity), int> counts)
{
  /// <summary>Open ones: worst first, then the newest. Cleared ones: the last cleared first.</summary>
  public IReadOnlyList<AlarmLine> Lines { get; } = lines;

  /// <summary>Alarms of the asked sites.</summary>
  public int Count(AlarmsShown shown, AlarmSeverity? severity) => counts.Where(c => c.Key.Shown == shown && (severity is null || c.Key.Severity == severity)).Sum(c => c.Value);
}

/// <summary>Questions about alarms. The whole fleet's are cut to the sites of the person: those where the device belongs now.</summary>
public sealed class AlarmList(IDbContextFactory<FleetDb> databases, TimeProvider clock)
{
  /// <summary>How long a cleared alarm counts as recent.</summary>
  public static readonly TimeSpan Recently = TimeSpan.FromHours(24);

  /// <summary>The alarms that a person may see.</summary>
  /// <param name="person">Who asks.</param>
  /// <param name="filter">Which.</param>
  /// <param name="count">At most so many lines.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<AlarmPicture> Find(ClaimsPrincipal person, AlarmFilter filter, int count, CancellationToken stop)
  {
    var since = clock.GetUtcNow() - Recently;
    await using var db = await databases.CreateDbContextAsync(stop);
    var devices = db.Devices.AsQueryable();
    if (person.SitesOf(Role.Viewer) is { } sites) devices = devices.Where(d => sites.Contains(d.SiteId));
    if (filter.SiteId is { } site) devices = devices.Where(d => d.SiteId == site);
    var open = db.Alarms.AsNoTracking().Where(a => a.ClearedAt == null);
    var cleared = db.Alarms.AsNoTracking().Where(a => a.ClearedAt != null && a.ClearedAt > since);

    var counts = new Dictionary<(AlarmsShown, AlarmSeverity), int>();
    var standing = await (
      from alarm in open
      join device in devices on alarm.DeviceId equals device.Id
      group alarm by new { alarm.Severity, Seen = alarm.AcknowledgedAt != null } into same
      select new { same.Key.Severity, same.Key.Seen, Alarms = same.Count() }).ToListAsync(stop);
    foreach (var group in standing)
    {
      counts[(AlarmsShown.Open, group.Severity)] = counts.GetValueOrDefault((AlarmsShown.Open, group.Severity)) + group.Alarms;
      if (!group.Seen) counts[(AlarmsShown.Unacknowledged, group.Severity)] = group.Alarms;
    }

    var over = await (
      from alarm in cleared
      join device in devices on alarm.DeviceId equals device.Id
      group alarm by alarm.Severity into same
      select new { Severity = same.Key, Alarms = same.Count() }).ToListAsync(stop);
    foreach (var group in over) counts[(AlarmsShown.Cleared, group.Severity)] = group.Alarms;

    var asked = filter.Shown == AlarmsShown.Cleared ? cleared : open;
    if (filter.Shown == AlarmsShown.Unacknowledged) asked = asked.Where(a => a.AcknowledgedAt == null);
    if (filter.Severity is { } severity) asked = asked.Where(a => a.Severity == severity);
    var lines =
      from alarm in asked
      join device in devices on alarm.DeviceId equals device.Id
      join place in db.Sites on device.SiteId equals place.Id
      select new { Alarm = alarm, Device = device.Name, SiteId = place.Id, Site = place.Name, place.TimeZone };
    lines = filter.Shown == AlarmsShown.Cleared
      ? lines.OrderByDescending(l => l.Alarm.ClearedAt).ThenByDescending(l => l.Alarm.Id)
      : lines.OrderByDescending(l => l.Alarm.Severity).ThenByDescending(l => l.Alarm.OpenedAt).ThenByDescending(l => l.Alarm.Id);
    var found = await lines.Take(count).ToListAsync(stop);
    return new AlarmPicture([.. found.Select(l => new AlarmLine(l.Alarm, l.Device, l.SiteId, l.Site, l.TimeZone))], counts);
  }

  /// <summary>The alarms of a device: every open one before those that are over, else the newest first.</summary>
  /// <param name="deviceId">The caller has looked who may see it.</param>
  /// <param name="count">At most.</param>
  /// <param name="stop">Gives up.</param>
  public async Task<IReadOnlyList<Alarm>> Latest(string deviceId, int count, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    return await db.Alarms.AsNoTracking().Where(a => a.DeviceId == deviceId).OrderBy(a => a.ClearedAt != null).ThenByDescending(a => a.OpenedAt).Take(count).ToListAsync(stop);
  }
}
