using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace JkFleet.EndToEnd;

/// <summary>The real server as people start it: its own process, its own build folder, its one-time link read from its console.</summary>
public sealed partial class ServerUnderTest : IAsyncDisposable
{
  public const string Prefix = "jk";
  public const string SeedSecret = "end-to-end only";

  private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

  private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("jkfleet-e2e-");
  private readonly int _devices;
  private readonly int _sites;
  private Process? _process;
  private TaskCompletionSource<Uri> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);

  private readonly string? _releaseKey;

  private ServerUnderTest(int devices, int sites, string? releaseKey)
  {
    (_devices, _sites, _releaseKey) = (devices, sites, releaseKey);
    MqttPort = FreePort();
    Web = new Uri($"http://127.0.0.1:{FreePort()}/");
  }

  public Uri Web { get; }
  public int MqttPort { get; }

  /// <summary>The link that makes the first administrator.</summary>
  public Task<Uri> OneTimeLink => _link.Task;

  /// <param name="devices">Devices that exist from the start: jk-0001 and so on.</param>
  /// <param name="sites">Spread over so many sites.</param>
  /// <param name="releaseKey">Path of the public release key that uploads must be signed with.</param>
  public static async Task<ServerUnderTest> Start(int devices, int sites = 3, string? releaseKey = null)
  {
    var server = new ServerUnderTest(devices, sites, releaseKey);
    await server.Start();
    return server;
  }

  public static string DeviceId(int number) => $"{Prefix}-{number:0000}";

  public static string SecretOf(string id) => Server.Devices.DeviceSecret.Seeded(SeedSecret, id);

  /// <summary>Starts it, also again after <see cref="Kill"/> on the same data and ports.</summary>
  public async Task Start()
  {
    _link = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
    var start = new ProcessStartInfo(ProgramFile())
    {
      WorkingDirectory = _folder.FullName,
      UseShellExecute = false,
      RedirectStandardOutput = true,
      RedirectStandardError = true,
      ArgumentList = { "--urls", Web.ToString().TrimEnd('/'), "--data", "data", "--Broker:Address", "127.0.0.1", "--Broker:Port", $"{MqttPort}" },
      Environment =
      {
        ["Devices__Seed__Count"] = $"{_devices}", ["Devices__Seed__Prefix"] = Prefix, ["Devices__Seed__Secret"] = SeedSecret, ["Devices__Seed__Sites"] = $"{_sites}",
        ["Logging__LogLevel__Default"] = "Warning",
      },
    };
    if (_releaseKey is not null) start.Environment["Firmware__Keys__0"] = _releaseKey;
    _process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
    var said = new List<string>();
    _process.OutputDataReceived += (_, e) => Hear(e.Data, said);
    _process.ErrorDataReceived += (_, e) => Hear(e.Data, said);
    _process.BeginOutputReadLine();
    _process.BeginErrorReadLine();
    await Until(async () =>
    {
      if (_process.HasExited) throw new InvalidOperationException("The server ended:\n" + string.Join('\n', said));
      try
      {
        using var answer = await Http.GetAsync(new Uri(Web, "healthz"));
        return answer.StatusCode == HttpStatusCode.OK;
      }
      catch (Exception early) when (early is HttpRequestException or TaskCanceledException)
      {
        // Not there yet, or there and too busy with its start to answer.
        return false;
      }
    }, "the server is healthy", seconds: 90);
  }

  /// <summary>As by <c>kill -9</c>.</summary>
  public async Task Kill()
  {
    if (_process is null) return;
    _process.Kill(entireProcessTree: true);
    await _process.WaitForExitAsync();
    _process.Dispose();
    _process = null;
  }

  public async ValueTask DisposeAsync()
  {
    await Kill();
    _folder.Delete(recursive: true);
  }

  /// <summary>Waits for a condition.</summary>
  public static async Task Until(Func<Task<bool>> condition, string what, int seconds = 30)
  {
    var start = Stopwatch.GetTimestamp();
    while (!await condition())
    {
      if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds) throw new TimeoutException($"Did not happen within {seconds} s: {what}");
      await Task.Delay(50);
    }
  }

  /// <summary>The repository's folder.</summary>
  public static string Repository()
  {
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
      if (File.Exists(Path.Combine(folder.FullName, "JkFleet.sln"))) return folder.FullName;
    throw new DirectoryNotFoundException("no JkFleet.sln above " + AppContext.BaseDirectory);
  }

  // A reference copies the server's library only, not its settings and pages; so it runs where it was built.
  private static string ProgramFile() => Path.Combine(
    Repository(), "server", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "JkFleet.Server");

  private void Hear(string? line, List<string> said)
  {
    if (line is null) return;
    lock (said) said.Add(line);
    if (LinkPattern().Match(line) is { Success: true } match) _link.TrySetResult(new Uri(Web, match.Groups[1].Value));
  }

  private static int FreePort()
  {
    using var socket = new TcpListener(IPAddress.Loopback, 0);
    socket.Start();
    return ((IPEndPoint)socket.LocalEndpoint).Port;
  }

  [GeneratedRegex(@"https?://[^/\s]+/(setup\?token=\S+)")]
  private static partial Regex LinkPattern();
}
