using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Devices;

/// <summary>Keeps the gate and the live fleet in step with the devices in the database.</summary>
public sealed class Enrolment(DeviceGate gate, LiveFleet fleet)
{
  /// <summary>A device was made or changed. The caller kicks it when it may no longer be connected.</summary>
  public DeviceEntry Take(Device device, string siteName, SeqWindow? window = null)
  {
    var entry = gate.Enrol(device, window);
    fleet.Enrol(device, siteName);
    return entry;
  }

  /// <summary>Takes every device of the database.</summary>
  public async Task TakeAll(FleetDb db, IReadOnlyDictionary<string, SeqWindow> windows, CancellationToken stop)
  {
    var sites = await db.Sites.AsNoTracking().ToDictionaryAsync(s => s.Id, s => s.Name, stop);
    await foreach (var device in db.Devices.AsNoTracking().AsAsyncEnumerable().WithCancellation(stop))
      Take(device, sites.GetValueOrDefault(device.SiteId, ""), windows.GetValueOrDefault(device.Id));
    await LastReports.Restore(db, fleet, stop);
  }
}
