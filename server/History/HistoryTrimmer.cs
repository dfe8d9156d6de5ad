using Microsoft.Extensions.Options;

namespace JkFleet.Server.History;

/// <summary>Deletes samples older than <see cref="HistoryOptions.KeepDays"/>, once an hour.</summary>
public sealed class HistoryTrimmer(IHistoryStore store, IOptions<HistoryOptions> options, TimeProvider clock, ILogger<HistoryTrimmer> log) : BackgroundService
{
  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    if (options.Value.KeepDays == 0) return;
    await Repeat.Every(
      TimeSpan.FromHours(1), clock, stop => store.Trim(clock.GetUtcNow() - TimeSpan.FromDays(options.Value.KeepDays), stop),
      broken => log.LogError(broken, "Old samples could not be deleted; tried again in an hour"), stoppingToken);
  }
}
