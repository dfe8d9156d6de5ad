using System.Text;
using JkFleet.Contracts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// The last report of a device that is not heard any more, as it was sent. The live fleet forgets at a restart; without
/// this a page would say of a silent battery that no reading ever came.
/// </summary>
public sealed class LastReport
{
  public required string DeviceId { get; set; }

  /// <summary>When the server took it.</summary>
  public DateTimeOffset At { get; set; }

  /// <summary>JSON of the telemetry contract.</summary>
  public required string Content { get; set; }
}

/// <summary>Keeps and restores last reports.</summary>
public static class LastReports
{
  /// <summary>Adds or replaces the report of each device that has one; the caller saves.</summary>
  /// <param name="db">Where.</param>
  /// <param name="devices">A few hundred at most.</param>
  /// <param name="stop">Gives up.</param>
  public static async Task Stage(FleetDb db, IReadOnlyList<LiveDevice> devices, CancellationToken stop)
  {
    var ids = devices.Select(d => d.Id).ToArray();
    var kept = await db.LastReports.Where(r => ids.Contains(r.DeviceId)).ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal, stop);
    var (codec, writer) = (new TelemetryCodec(), new MessageWriter(new byte[TelemetryCodec.MaxBytes]));
    foreach (var device in devices)
    {
      if (device is not { Telemetry: { } telemetry, TelemetryAt: { } at }) continue;
      if (!codec.Write(telemetry, writer)) continue; // What was read from a message fits one.
      var content = Encoding.UTF8.GetString(writer.Buffer, 0, writer.Count);
      if (kept.TryGetValue(device.Id, out var report)) (report.At, report.Content) = (at, content);
      else db.LastReports.Add(new LastReport { DeviceId = device.Id, At = at, Content = content });
    }
  }

  /// <summary>Gives the live fleet what was kept; what it has heard itself is newer and stays.</summary>
  public static async Task Restore(FleetDb db, LiveFleet fleet, CancellationToken stop)
  {
    var codec = new TelemetryCodec();
    await foreach (var report in db.LastReports.AsNoTracking().AsAsyncEnumerable().WithCancellation(stop))
    {
      var (bytes, message) = (Encoding.UTF8.GetBytes(report.Content), new TelemetryMessage());
      if (codec.TryRead(bytes, 0, bytes.Length, message)) fleet.Restore(report.DeviceId, message, report.At);
    }
  }
}
