using JkFleet.Contracts;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;

namespace JkFleet.Server.Devices;

/// <summary>What a device says of itself after a connect: board and agent, kept for the time when it is not heard.</summary>
public sealed class HelloListener(IDbContextFactory<FleetDb> databases) : IDeviceListener
{
  public string Leaf => Topics.Hello;

  public async Task<string?> Hear(string device, byte[] message, CancellationToken stop)
  {
    var codec = new HelloCodec();
    var hello = new Hello();
    if (!codec.TryRead(message, 0, message.Length, hello)) return codec.Refusal;
    await using var db = await databases.CreateDbContextAsync(stop);
    await db.Devices.Where(d => d.Id == device && (d.Agent != hello.Agent || d.Board != hello.Board))
      .ExecuteUpdateAsync(d => d.SetProperty(x => x.Agent, hello.Agent).SetProperty(x => x.Board, hello.Board), stop);
    return null;
  }
}
