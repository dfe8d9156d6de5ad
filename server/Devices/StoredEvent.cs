using JkFleet.Contracts;

namespace JkFleet.Server.Devices;

/// <summary>One thing that happened on a device, as it said; each (boot, seq) of a device at most once. Written by <see cref="Timeline"/> only.</summary>
public sealed class StoredEvent
{
  public long Id { get; set; }
  public required string DeviceId { get; set; }

  /// <summary>When it happened, by the device's clock where that can be trusted.</summary>
  public DateTimeOffset At { get; set; }

  /// <summary>When the server took it; later than <see cref="At"/> when it waited in the device's backlog.</summary>
  public DateTimeOffset TakenAt { get; set; }

  public long Boot { get; set; }
  public long Seq { get; set; }
  public EventKind Kind { get; set; }

  /// <summary>What belongs to the kind, see <see cref="EventKind"/>.</summary>
  public int Value { get; set; }

  /// <summary>For an update step: version and reason in the device's words. Otherwise empty.</summary>
  public string Text { get; set; } = "";
}
