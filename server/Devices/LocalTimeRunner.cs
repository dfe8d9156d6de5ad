namespace JkFleet.Server.Devices;

/// <summary>Summer time begins and ends, a site gets another zone, a device another site: its windows follow within a minute.</summary>
public sealed class LocalTimeRunner(DesiredState door, TimeProvider clock, ILogger<LocalTimeRunner> log) : BackgroundService
{
  private static readonly TimeSpan Beat = TimeSpan.FromMinutes(1);

  protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
    Repeat.Every(Beat, clock, door.FollowLocalTimeAsync, broken => log.LogError(broken, "Local times could not be looked at; tried again in a minute"), stoppingToken);
}
