using JkFleet.Contracts;
using JkFleet.Server.Broker;

namespace JkFleet.Server.Devices;

/// <summary>Hears the reports of devices; acknowledged once they are stored.</summary>
public sealed class ReportedListener(ReportedState reports) : IDeviceListener
{
  public string Leaf => Topics.Reported;

  public async Task<string?> Hear(string device, byte[] message, CancellationToken stop)
  {
    var codec = new ReportedCodec();
    var report = new Reported();
    if (!codec.TryRead(message, 0, message.Length, report)) return codec.Refusal;
    await reports.TakeAsync(device, report, stop);
    return null;
  }
}
