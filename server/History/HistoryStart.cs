using JkFleet.Server.Alarms;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.History;

/// <summary>
/// Between database and broker: opens the store, learns which messages have come before, enrols every device, starts the
/// writer. At the end it stores what is in the inbox.
/// </summary>
public sealed class HistoryStart(
  IHistoryStore store, Inbox inbox, Enrolment enrolment, AlarmWatch alarms, IDbContextFactory<FleetDb> databases,
  IOptions<DevicesOptions> devices, TimeProvider clock, ILogger<HistoryStart> log) : IHostedService
{
  public async Task StartAsync(CancellationToken cancellationToken)
  {
    var windows = new Dictionary<string, SeqWindow>(StringComparer.Ordinal);
    await store.Open(
      (id, boot, seq) =>
      {
        if (!windows.TryGetValue(id, out var window)) windows[id] = window = new SeqWindow();
        window.TryAdd(boot, seq);
      },
      cancellationToken);
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    await SeedDevices.Run(db, devices.Value.Seed, clock.GetUtcNow(), cancellationToken);
    await enrolment.TakeAll(db, windows, cancellationToken);
    await alarms.Load(cancellationToken);
    inbox.Start();
    log.LogInformation("History ready: {Store}", store.GetType().Name);
  }

  public Task StopAsync(CancellationToken cancellationToken)
  {
    inbox.Stop();
    return Task.CompletedTask;
  }
}
