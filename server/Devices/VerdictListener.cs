using JkFleet.Contracts;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Devices;

/// <summary>Hears what became of commands. A verdict that comes twice changes nothing, and "under way" never replaces an end.</summary>
public sealed class VerdictListener(IDbContextFactory<FleetDb> databases, LiveFleet fleet, TimeProvider clock) : IDeviceListener
{
  public string Leaf => Topics.Verdict;

  public async Task<string?> Hear(string device, byte[] message, CancellationToken stop)
  {
    var codec = new VerdictCodec();
    var verdict = new Verdict();
    if (!codec.TryRead(message, 0, message.Length, verdict)) return codec.Refusal;
    await using var db = await databases.CreateDbContextAsync(stop);
    var now = clock.GetUtcNow();
    var open = verdict.State == VerdictState.Accepted
      ? db.DeviceCommands.Where(c => c.State == VerdictState.None)
      : db.DeviceCommands.Where(c => c.State == VerdictState.None || c.State == VerdictState.Accepted);
    var taken = await open.Where(c => c.Id == verdict.Id && c.DeviceId == device).ExecuteUpdateAsync(
      row => row.SetProperty(c => c.State, verdict.State).SetProperty(c => c.Why, verdict.Why).SetProperty(c => c.AnsweredAt, now), stop);
    if (taken > 0) fleet.Noted(device);
    else if (!await db.DeviceCommands.AnyAsync(c => c.Id == verdict.Id && c.DeviceId == device, stop)) return "answers a command that was not given";
    return null;
  }
}
