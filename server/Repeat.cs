namespace JkFleet.Server;

/// <summary>The loop of every timer here: a pass that fails is told and tried again at the next beat; it ends with the host and never by itself.</summary>
public static class Repeat
{
  /// <param name="every">Distance of two passes; the first comes after it.</param>
  /// <param name="clock">Whose time.</param>
  /// <param name="pass">One pass.</param>
  /// <param name="failed">Hears what went wrong.</param>
  /// <param name="stop">Ends the loop.</param>
  public static async Task Every(TimeSpan every, TimeProvider clock, Func<CancellationToken, Task> pass, Action<Exception> failed, CancellationToken stop)
  {
    using var timer = new PeriodicTimer(every, clock);
    while (!stop.IsCancellationRequested)
    {
      try
      {
        await timer.WaitForNextTickAsync(stop);
        await pass(stop);
      }
      catch (OperationCanceledException) when (stop.IsCancellationRequested)
      {
        return;
      }
      catch (Exception broken)
      {
        failed(broken);
      }
    }
  }
}
