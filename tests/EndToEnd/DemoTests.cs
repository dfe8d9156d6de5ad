// The README's first command, as a newcomer runs it.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>After everything else and by themselves: their deadlines must not measure their neighbours.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed partial class DemoTests(ITestOutputHelper output)
{
  private const int Agents = 20;

  [Fact]
  public async Task Demo_shows_twenty_live_devices_within_twenty_seconds_and_stops_cleanly()
  {
    using var taken = new TcpListener(IPAddress.Loopback, 0);
    taken.Start();
    var wanted = ((IPEndPoint)taken.LocalEndpoint).Port;
    var folder = Directory.CreateTempSubdirectory("jkfleet-demo-");
    using var demo = new Script("deploy/demo", "--no-build", "--agents", $"{Agents}", "--port", $"{wanted}", "--mqtt-port", $"{wanted}", "--folder", folder.FullName);
    try
    {
      var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
      var busy = await demo.LineAsync(PortInUse(), patience.Token);
      Assert.Contains($"port {wanted} is in use", busy.Value, StringComparison.Ordinal);
      var web = new Uri((await demo.LineAsync(Address(), patience.Token)).Groups[1].Value);
      var link = new Uri((await demo.LineAsync(OneTimeLink(), patience.Token)).Groups[1].Value);

      using var http = new HttpClient();
      var online = 0;
      while ((online = Online(await http.GetStringAsync(new Uri(web, "/metrics"), patience.Token))) < Agents)
      {
        Assert.True(demo.Running, "the demo ended:\n" + demo.Text);
        Assert.False(patience.IsCancellationRequested, $"{online} of {Agents} devices are live after {demo.Age}");
        await Task.Delay(50, patience.Token);
      }

      output.WriteLine($"{online} live devices {demo.Age.TotalSeconds:0.0} s after the start");
      Assert.True(demo.Age < TimeSpan.FromSeconds(20), $"{Agents} live devices only after {demo.Age}");
      var setup = await http.GetAsync(link, patience.Token);
      Assert.Equal(HttpStatusCode.OK, setup.StatusCode);

      Assert.Equal(0, await demo.InterruptAsync(patience.Token));
      Assert.False(Listens(web.Port), "the server still listens");
      Assert.Contains("stopped", demo.Text, StringComparison.Ordinal);
    }
    finally
    {
      await demo.EndAsync();
      folder.Delete(recursive: true);
    }
  }

  private static int Online(string metrics)
  {
    var match = OnlineDevices().Match(metrics);
    return match.Success ? int.Parse(match.Groups[1].ValueSpan) : 0;
  }

  private static bool Listens(int port)
  {
    try
    {
      using var probe = new TcpClient();
      probe.Connect(IPAddress.Loopback, port);
      return true;
    }
    catch (SocketException)
    {
      return false;
    }
  }

  [GeneratedRegex(@"port \d+ is in use: the web page listens on \d+")]
  private static partial Regex PortInUse();

  [GeneratedRegex(@"JkFleet is at\s+(http://\S+)")]
  private static partial Regex Address();

  [GeneratedRegex(@"first administrator:\s+(http://\S+)")]
  private static partial Regex OneTimeLink();

  [GeneratedRegex(@"state=""online""} (\d+)")]
  private static partial Regex OnlineDevices();

  /// <summary>A script of the repository with everything that it says.</summary>
  private sealed class Script : IDisposable
  {
    private readonly Process _process;
    private readonly Stopwatch _age = Stopwatch.StartNew();
    private readonly SemaphoreSlim _said = new(0);
    private readonly Lock _lock = new();
    private string _text = "";

    public Script(string path, params string[] arguments)
    {
      // A shell that was started with Ctrl-C ignored, as everything behind `nohup ... &` is, cannot hear it any more.
      var info = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(ServerUnderTest.Repository(), path), .. arguments])
      {
        RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
      };
      _process = Process.Start(info)!;
      _process.OutputDataReceived += (_, e) => Take(e.Data);
      _process.ErrorDataReceived += (_, e) => Take(e.Data);
      _process.BeginOutputReadLine();
      _process.BeginErrorReadLine();
    }

    public TimeSpan Age => _age.Elapsed;

    public bool Running => !_process.HasExited;

    public string Text
    {
      get
      {
        lock (_lock) return _text;
      }
    }

    public async Task<Match> LineAsync(Regex wanted, CancellationToken stop)
    {
      Match match;
      while (!(match = wanted.Match(Text)).Success)
      {
        Assert.True(Running, "the script ended:\n" + Text);
        await _said.WaitAsync(TimeSpan.FromSeconds(1), stop);
      }

      return match;
    }

    /// <summary>Ctrl-C; returns the exit code.</summary>
    public async Task<int> InterruptAsync(CancellationToken stop)
    {
      using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
      await kill.WaitForExitAsync(stop);
      await _process.WaitForExitAsync(stop);
      return _process.ExitCode;
    }

    /// <summary>Whatever happened: nothing of ours runs on. TERM, so that the script still stops its children.</summary>
    public async Task EndAsync()
    {
      if (!Running) return;
      using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
      using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
      await _process.WaitForExitAsync(patience.Token);
    }

    public void Dispose()
    {
      if (Running) _process.Kill(entireProcessTree: true);
      _process.Dispose();
      _said.Dispose();
    }

    private void Take(string? line)
    {
      if (line is null) return;
      lock (_lock) _text += line + "\n";
      _said.Release();
    }
  }
}
