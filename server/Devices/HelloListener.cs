using JkFleet.Contracts;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;

namespace JkFleet.Server.Devices;

/// <summary>What a device says of itself after a connect: kept for the time when it is not heard. Written only when it is something new.</summary>
public sealed class HelloListener(IDbContextFactory<FleetDb> databases, TimeProvider clock) : IDeviceListener
{
  public string Leaf => Topics.Hello;

  public async Task<string?> Hear(string device, byte[] message, CancellationToken stop)
  {
    var codec = new HelloCodec();
    var hello = new Hello();
    if (!codec.TryRead(message, 0, message.Length, hello)) return codec.Refusal;
    await using var db = await databases.CreateDbContextAsync(stop);
    var known = await db.Devices.AsNoTracking().Where(d => d.Id == device)
      .Select(d => new { d.Agent, d.Board, Hello = db.Hellos.FirstOrDefault(h => h.DeviceId == d.Id) }).SingleOrDefaultAsync(stop);
    if (known is null) return null;
    var row = known.Hello ?? new DeviceHello { DeviceId = device };
    if (known.Hello is null) db.Hellos.Add(row);
    else db.Hellos.Attach(row);
    (row.BmsProtocol, row.InverterProtocol, row.MaySwitch, row.MayRaise) = (hello.BmsProtocol, hello.InverterProtocol, hello.MaySwitch, hello.MayRaise);
    (row.EnvelopeChargeMa, row.EnvelopeDischargeMa) = (hello.EnvelopeChargeMa, hello.EnvelopeDischargeMa);
    (row.EnvelopeChargeMv, row.EnvelopeDischargeMv) = (hello.EnvelopeChargeMv, hello.EnvelopeDischargeMv);
    (row.EnvelopeCellMaxMv, row.EnvelopeCellMinMv) = (hello.EnvelopeCellMaxMv, hello.EnvelopeCellMinMv);
    var renewed = known.Agent != hello.Agent || known.Board != hello.Board;
    if (!renewed && !db.ChangeTracker.HasChanges()) return null;
    (row.At, row.Boot) = (clock.GetUtcNow(), hello.Header.Boot);
    await using var transaction = await db.Database.BeginTransactionAsync(stop);
    if (renewed) await db.Devices.Where(d => d.Id == device).ExecuteUpdateAsync(d => d.SetProperty(x => x.Agent, hello.Agent).SetProperty(x => x.Board, hello.Board), stop);
    await db.SaveChangesAsync(stop);
    await transaction.CommitAsync(stop);
    return null;
  }
}
