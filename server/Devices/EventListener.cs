using JkFleet.Contracts;
using JkFleet.Server.Broker;

namespace JkFleet.Server.Devices;

/// <summary>Hears what happened on devices; acknowledged once it is stored.</summary>
public sealed class EventListener(Timeline timeline, DeviceGate gate, TimeProvider clock) : IDeviceListener
{
  public string Leaf => Topics.Event;

  public async Task<string?> Hear(string device, byte[] message, CancellationToken stop)
  {
    var codec = new EventCodec();
    var happened = new DeviceEvent();
    if (!codec.TryRead(message, 0, message.Length, happened)) return codec.Refusal;
    if (gate.Find(device) is not { } entry) return "is of a device that is no longer enrolled";
    var now = clock.GetUtcNow();
    long at;
    lock (entry.Lock) at = entry.Clock.Date(happened.Header, now.ToUnixTimeMilliseconds());
    await timeline.TakeAsync(
      new StoredEvent
      {
        DeviceId = device,
        At = DateTimeOffset.FromUnixTimeMilliseconds(at),
        TakenAt = now,
        Boot = happened.Header.Boot,
        Seq = happened.Header.Seq,
        Kind = happened.Kind,
        Value = happened.Value,
      },
      stop);
    return null;
  }
}
