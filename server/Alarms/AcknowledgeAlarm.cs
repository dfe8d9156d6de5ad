using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Alarms;

/// <summary>A person has seen an open alarm and takes care of it; it stays open until its cause is gone.</summary>
[Command(Role.Operator)]
public sealed class AcknowledgeAlarm(IDbContextFactory<FleetDb> databases, ActivityLog activity, TimeProvider clock)
{
  public async Task<Outcome<Alarm>> Run(ClaimsPrincipal by, long alarmId, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var alarm = await db.Alarms.FirstOrDefaultAsync(a => a.Id == alarmId, stop);
    if (alarm is null || !by.Has(Role.Operator, alarm.SiteId)) return Outcome<Alarm>.NotAllowed();
    if (alarm.AcknowledgedAt is not null) return Outcome<Alarm>.Refused($"{alarm.AcknowledgedBy} has acknowledged it already.");
    alarm.AcknowledgedAt = clock.GetUtcNow();
    alarm.AcknowledgedBy = by.Identity?.Name ?? "";
    activity.Add(db, alarm.AcknowledgedBy, "alarm.acknowledged", "device:" + alarm.DeviceId, alarm.SiteId, null, new { alarm.Kind, alarm.OpenedAt });
    await db.SaveChangesAsync(stop);
    return Outcome<Alarm>.Of(alarm);
  }
}
