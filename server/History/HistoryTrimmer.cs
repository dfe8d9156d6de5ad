using Microsoft.Extensions.Options;

namespace JkFleet.Server.History;

/// <summary>Deletes samples older than <see cref="HistoryOptions.KeepDays"/>, once an hour.</summary>
public sealed class HistoryTrimmer(IHistoryStore store, IOptions<HistoryOptions> options, TimeProvider clock, ILogger<HistoryTrimmer> log) : BackgroundService
{
  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    if (options.Value.KeepDays == 0) return;
    using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
    while (!stoppingToken.IsCancellationRequested)
    {
      try
      {
        await timer.WaitForNextTickAsync(stoppingToken);
        await store.Trim(clock.GetUtcNow() - TimeSpan.FromDays(options.Value.KeepDays), stoppingToken);
      }
      catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
      {
        return;
      }
      catch (Exception broken)
      {
        log.LogError(broken, "Old samples could not be deleted; tried again in an hour");
      }
    }
  }
}
