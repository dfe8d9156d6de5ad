using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Alarms;

/// <summary>A person has seen open alarms and takes care of them; each stays open until its cause is gone.</summary>
[Command(Role.Operator)]
public sealed class AcknowledgeAlarm(IDbContextFactory<FleetDb> databases, ActivityLog activity, AlarmWatch watch, TimeProvider clock)
{
  /// <summary>Alarms of one call.</summary>
  public const int AtMost = 1000;

  /// <param name="by">Who; an operator at the site of every device.</param>
  /// <param name="alarmIds">1..<see cref="AtMost"/> alarms.</param>
  /// <param name="stop">Gives up.</param>
  /// <returns>Those that this call acknowledged: the others of a selection keep who was faster.</returns>
  public async Task<Outcome<IReadOnlyList<Alarm>>> Run(ClaimsPrincipal by, IReadOnlyCollection<long> alarmIds, CancellationToken stop)
  {
    if (alarmIds.Count > AtMost) return Outcome<IReadOnlyList<Alarm>>.Refused($"At most {AtMost} alarms at once.");
    var ids = alarmIds.Distinct().ToArray();
    await using var db = await databases.CreateDbContextAsync(stop);
    var found = await (
      from alarm in db.Alarms
      where ids.Contains(alarm.Id)
      join device in db.Devices on alarm.DeviceId equals device.Id
      select new { Alarm = alarm, device.SiteId }).ToListAsync(stop);
    if (found.Count == 0 || found.Exists(f => !by.Has(Role.Operator, f.SiteId))) return Outcome<IReadOnlyList<Alarm>>.NotAllowed();
    var fresh = found.FindAll(f => f.Alarm.AcknowledgedAt is null);
    if (fresh.Count == 0)
      return Outcome<IReadOnlyList<Alarm>>.Refused(found.Count == 1 ? $"{found[0].Alarm.AcknowledgedBy} has acknowledged it already." : "All of them are acknowledged already.");
    var (now, name) = (clock.GetUtcNow(), by.Identity?.Name ?? "");
    foreach (var (alarm, siteId) in fresh.Select(f => (f.Alarm, f.SiteId)))
    {
      (alarm.AcknowledgedAt, alarm.AcknowledgedBy) = (now, name);
      activity.Add(db, name, "alarm.acknowledged", "device:" + alarm.DeviceId, siteId, null, new { alarm.Kind, alarm.OpenedAt });
    }

    await db.SaveChangesAsync(stop);
    watch.Acknowledged(fresh.Select(f => f.Alarm.DeviceId));
    return Outcome<IReadOnlyList<Alarm>>.Of([.. fresh.Select(f => f.Alarm)]);
  }
}
