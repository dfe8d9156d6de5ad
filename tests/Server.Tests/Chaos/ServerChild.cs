// The real server as a process of its own, so that it can be killed like a power cut kills it.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using JkFleet.Server.Data;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace JkFleet.Server.Tests.Chaos;

/// <summary>Starts, kills and starts again over the same data folder and the same ports.</summary>
internal sealed partial class ServerChild : IAsyncDisposable
{
  private readonly TestFolder _folder = new();
  private readonly List<string> _lines = [];
  private readonly string[] _settings;
  private readonly int _devices;
  private Process? _process;
  private string _setup = "";

  public ServerChild(int devices, params string[] settings)
  {
    _devices = devices;
    _settings = settings;
    MqttPort = FreePort();
    Web = new Uri($"http://127.0.0.1:{FreePort()}");
    Person = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
      BaseAddress = Web, Timeout = TimeSpan.FromSeconds(60),
    };
  }

  public int MqttPort { get; }
  public Uri Web { get; }
  public int Starts { get; private set; }

  /// <summary>How long all the starts took until the server was healthy.</summary>
  public TimeSpan Starting { get; private set; }

  /// <summary>The administrator's browser after <see cref="SignIn"/>.</summary>
  public HttpClient Person { get; }

  public static string RepositoryFolder
  {
    get
    {
      for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (System.IO.File.Exists(Path.Combine(folder.FullName, "JkFleet.sln"))) return folder.FullName;
      throw new DirectoryNotFoundException("no JkFleet.sln above " + AppContext.BaseDirectory);
    }
  }

  /// <summary>A program of this repository, of the same configuration as the tests.</summary>
  public static string Program(string project, string name)
  {
    var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
    return Path.Combine(RepositoryFolder, project, "bin", configuration, "net10.0", name);
  }

  public async Task Start()
  {
    Starts++;
    var begun = Stopwatch.GetTimestamp();
    var info = new ProcessStartInfo(Program("server", "JkFleet.Server"))
    {
      WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
    };
    string[] arguments =
    [
      "--urls", Web.ToString().TrimEnd('/'), "--data", _folder.Path, "--Broker:Address", "127.0.0.1", "--Broker:Port", $"{MqttPort}",
      "--Devices:Seed:Count", $"{_devices}", "--Devices:Seed:Prefix", "dev", "--Devices:Seed:Secret", TestServer.SeedSecret,
      "--Logging:LogLevel:Default", "Warning", .. _settings,
    ];
    foreach (var argument in arguments) info.ArgumentList.Add(argument);
    var process = Process.Start(info)!;
    process.OutputDataReceived += (_, e) => Remember(e.Data);
    process.ErrorDataReceived += (_, e) => Remember(e.Data);
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    _process = process;
    await Eventually.True(async () =>
    {
      if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}:\n{Lines()}");
      return await IsHealthy();
    }, "the server is healthy", seconds: 120);
    Starting += Stopwatch.GetElapsedTime(begun);
  }

  /// <summary>kill -9: no handler of the process runs.</summary>
  public async Task Kill()
  {
    if (_process is not { } process) return;
    _process = null;
    process.Kill();
    await process.WaitForExitAsync();
    process.Dispose();
  }

  /// <summary>Makes the first administrator with the link of the console.</summary>
  public async Task SignIn()
  {
    await Eventually.True(() => Volatile.Read(ref _setup).Length > 0, "the link for the first administrator is printed");
    var answer = await TestServer.PostForm(Person, _setup, "new-account", new()
    {
      ["Form.Email"] = "chaos@example.org", ["Form.Name"] = "Chaos", ["Form.Password"] = TestServer.Password,
    });
    if ((int)answer.StatusCode is not (302 or 303)) throw new InvalidOperationException($"setup answered {answer.StatusCode}");
  }

  /// <summary>The database, read beside the server.</summary>
  public FleetDb Db() =>
    new SqliteFleetDb(new DbContextOptionsBuilder<SqliteFleetDb>().UseSqlite($"Data Source={_folder.File("fleet.db")};Default Timeout=30").Options);

  public string File(string name) => _folder.File(name);

  public string Lines()
  {
    lock (_lines) return string.Join('\n', _lines);
  }

  public async ValueTask DisposeAsync()
  {
    await Kill();
    Person.Dispose();
    _folder.Dispose();
  }

  private static int FreePort()
  {
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
  }

  private async Task<bool> IsHealthy()
  {
    try
    {
      using var answer = await Person.GetAsync("/healthz");
      return answer.StatusCode == HttpStatusCode.OK;
    }
    catch (HttpRequestException)
    {
      return false;
    }
  }

  private void Remember(string? line)
  {
    if (line is null) return;
    if (SetupLink().Match(line) is { Success: true } link) Volatile.Write(ref _setup, link.Value);
    lock (_lines)
    {
      _lines.Add(line);
      if (_lines.Count > 60) _lines.RemoveAt(0);
    }
  }

  [GeneratedRegex("/setup\\?token=\\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
  private static partial Regex SetupLink();
}
