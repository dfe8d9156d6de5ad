namespace JkFleet.Server.Tests.Fixtures;

/// <summary>A folder of one test, gone afterwards.</summary>
public sealed class TestFolder : IDisposable
{
  public TestFolder() => Directory.CreateDirectory(Path);

  public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "jkfleet-" + Guid.NewGuid().ToString("N"));

  public string File(string name) => System.IO.Path.Combine(Path, name);

  public void Dispose()
  {
    Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    Directory.Delete(Path, recursive: true);
  }
}

/// <summary>Waiting for a condition, never for a time.</summary>
public static class Eventually
{
  public static Task True(Func<bool> condition, string what, int seconds = 30) => True(() => Task.FromResult(condition()), what, seconds);

  public static async Task True(Func<Task<bool>> condition, string what, int seconds = 30)
  {
    var start = TimeProvider.System.GetTimestamp();
    while (!await condition())
    {
      if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > seconds) throw new TimeoutException($"Did not happen within {seconds} s: {what}");
      await Task.Delay(10);
    }
  }
}
