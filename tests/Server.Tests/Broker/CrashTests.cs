// kill -9 of the real server under load: what was acknowledged is there, once.
using System.Collections.Concurrent;
using System.Diagnostics;
using JkFleet.Server.History;
using JkFleet.Server.Tests.Fixtures;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class CrashTests
{
  [Fact]
  public async Task Everything_acknowledged_is_there_after_kill_9_and_nothing_twice()
  {
    using var folder = new TestFolder();
    var port = Services.FreePort();
    var acknowledged = new ConcurrentDictionary<(string Device, long Seq), byte>();
    for (var round = 1; round <= 2; round++)
    {
      using var server = await Launch(folder, port);
      var devices = new List<TestDevice>();
      for (var i = 1; i <= 10; i++) devices.Add(await TestDevice.Connect(port, $"dev-{i:0000}"));
      var loads = devices.Select(async device =>
      {
        device.Boot = 40 + round;
        try
        {
          while (true)
          {
            await device.Send(device.Report());
            acknowledged[($"{device.Id}/{device.Boot}", device.Seq)] = 0;
          }
        }
        catch (Exception) when (server.HasExited || !device.IsConnected)
        {
          // The server died under us: that is the point.
        }
      }).ToArray();
      var goal = round * 3000;
      await Eventually.True(() => acknowledged.Count > goal, "load", seconds: 90);
      server.Kill();
      await server.WaitForExitAsync();
      await Task.WhenAll(loads);
      foreach (var device in devices) await device.DisposeAsync();
    }

    var stored = new ConcurrentDictionary<(string, long), int>();
    using (var storage = BlockStorage.Sqlite(folder.File("history.db"), syncEveryCommit: false))
    {
      storage.Open();
      var names = storage.Devices().ToDictionary(d => d.Value, d => d.Key);
      foreach (var (_, rows) in storage.Hot())
      {
        for (var at = 0; at < rows.Length; at += HistoryRow.Length(rows.AsSpan(at)))
        {
          var row = rows.AsSpan(at);
          stored.AddOrUpdate(($"{names[HistoryRow.Device(row)]}/{HistoryRow.Boot(row)}", HistoryRow.Seq(row)), 1, (_, n) => n + 1);
        }
      }
    }

    Assert.DoesNotContain(acknowledged.Keys, key => !stored.ContainsKey(key));
    Assert.DoesNotContain(stored, pair => pair.Value > 1);
  }

  private static async Task<Process> Launch(TestFolder folder, int port)
  {
    var root = new DirectoryInfo(AppContext.BaseDirectory);
    while (!File.Exists(Path.Combine(root!.FullName, "JkFleet.sln"))) root = root.Parent;
    var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
    var http = Services.FreePort();
    var process = Services.Start(
      "dotnet", Path.Combine(root.FullName, "server", "bin", configuration, "net10.0", "JkFleet.Server.dll"),
      "--urls", $"http://127.0.0.1:{http}", "--data", folder.Path, "--Broker:Address", "127.0.0.1", "--Broker:Port", $"{port}",
      "--Broker:MessagesPerSecond", "10000", "--Broker:Burst", "100000",
      "--Devices:Seed:Count", "10", "--Devices:Seed:Prefix", "dev", "--Devices:Seed:Secret", TestServer.SeedSecret);
    using var client = new HttpClient();
    await Eventually.True(
      async () =>
      {
        try
        {
          return (await client.GetAsync($"http://127.0.0.1:{http}/healthz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException refused)
        {
          if (process.HasExited) throw new InvalidOperationException($"the server ended with {process.ExitCode}", refused);
          return false;
        }
      },
      "the server answers", seconds: 120);
    return process;
  }
}
