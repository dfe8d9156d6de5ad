using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Xunit;

namespace JkFleet.Server.Tests.Fixtures;

/// <summary>
/// Real servers on free ports of this machine. Where one is not installed the test is left out aloud on a developer's
/// machine and fails under CI.
/// </summary>
public static class Services
{
  /// <summary>True when the program is there; under CI it has to be.</summary>
  public static bool Has(string program)
  {
    if (PathOf(program) is not null) return true;
    if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
      throw new InvalidOperationException($"{program} is not installed, and CI must have it.");
    Console.WriteLine($"left out: {program} is not installed");
    return false;
  }

  /// <summary>Skips the test, with its reason, where the program is missing.</summary>
  public static void Need(string program) => Assert.SkipUnless(Has(program), $"{program} is not installed");

  public static string? PathOf(string program)
  {
    string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/bin",
      .. Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")) : []];
    return folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
  }

  public static int FreePort()
  {
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
  }

  public static Process Start(string program, params string[] arguments)
  {
    var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    var process = Process.Start(start)!;
    process.OutputDataReceived += (_, _) => { };
    process.ErrorDataReceived += (_, _) => { };
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;
  }

  /// <summary>Runs to its end; gives exit code and both outputs.</summary>
  public static async Task<(int Code, string Output)> Run(string program, params string[] arguments)
  {
    var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEndAsync();
    var error = process.StandardError.ReadToEndAsync();
    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
    try
    {
      await process.WaitForExitAsync(limit.Token);
    }
    catch (OperationCanceledException tooLong)
    {
      process.Kill(entireProcessTree: true);
      throw new TimeoutException($"{program} did not end: {string.Join(' ', arguments)}", tooLong);
    }

    return (process.ExitCode, await output + await error);
  }
}

/// <summary>A PostgreSQL of its own; one per test class that asks.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
  private readonly TestFolder _folder = new();
  private readonly int _port = Services.FreePort();
  private int _databases;
  private bool _started;

  public async ValueTask InitializeAsync()
  {
    if (!Services.Has("pg_ctl")) return;
    var data = _folder.File("pg");
    // As root PostgreSQL refuses to run; it must be able to walk in and own its folder.
    if (Environment.UserName == "root")
    {
      await Must("chmod", "711", _folder.Path);
      await Must("install", "-d", "-o", "postgres", data);
    }

    await AsPostgres("initdb", "-D", data + "/data", "-U", "jk", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
    await AsPostgres("pg_ctl", "-D", data + "/data", "-l", data + "/log", "-w", "-t", "60", "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off", "start");
    _started = true;
  }

  /// <summary>A new empty database.</summary>
  public async Task<string> NewDatabase()
  {
    Services.Need("pg_ctl");
    var name = $"t{Interlocked.Increment(ref _databases)}";
    await using var admin = new NpgsqlConnection($"Host=127.0.0.1;Port={_port};Username=jk;Database=postgres;Pooling=false");
    await admin.OpenAsync();
    await using var command = admin.CreateCommand();
    command.CommandText = "CREATE DATABASE " + name;
    await command.ExecuteNonQueryAsync();
    return $"Host=127.0.0.1;Port={_port};Username=jk;Database={name}";
  }

  public async ValueTask DisposeAsync()
  {
    NpgsqlConnection.ClearAllPools();
    if (_started) await AsPostgres("pg_ctl", "-D", _folder.File("pg") + "/data", "-m", "immediate", "-w", "stop");
    _folder.Dispose();
  }

  private static Task AsPostgres(string program, params string[] arguments)
  {
    var path = Services.PathOf(program)!;
    return Environment.UserName == "root" ? Must("runuser", ["-u", "postgres", "--", path, .. arguments]) : Must(path, arguments);
  }

  private static async Task Must(string program, params string[] arguments)
  {
    // pg_ctl's server keeps our pipes open; it writes into its own log.
    var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program } };
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    using var process = Process.Start(start)!;
    await process.WaitForExitAsync();
    if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
  }
}

/// <summary>An InfluxDB 1.x of its own with one user; it can be stopped and started again over its data.</summary>
public sealed class InfluxServer : IAsyncLifetime
{
  public const string User = "root";
  public const string Password = "influx-tests";

  private readonly TestFolder _folder = new();
  private readonly int _port = Services.FreePort();
  private readonly int _rpcPort = Services.FreePort();
  private Process? _process;

  public string Url => $"http://127.0.0.1:{_port}";

  public async ValueTask InitializeAsync()
  {
    if (!Services.Has("influxd")) return;
    await File.WriteAllTextAsync(_folder.File("influx.conf"), $"""
      reporting-disabled = true
      bind-address = "127.0.0.1:{_rpcPort}"
      [meta]
        dir = "{_folder.File("meta")}"
      [data]
        dir = "{_folder.File("data")}"
        wal-dir = "{_folder.File("wal")}"
        index-version = "tsi1"
        query-log-enabled = false
      [monitor]
        store-enabled = false
      [http]
        bind-address = "127.0.0.1:{_port}"
        auth-enabled = true
        log-enabled = false
      """);
    await Start();
    using var http = new HttpClient();
    using var question = new FormUrlEncodedContent(new Dictionary<string, string> { ["q"] = $"CREATE USER {User} WITH PASSWORD '{Password}' WITH ALL PRIVILEGES" });
    (await http.PostAsync(Url + "/query", question)).EnsureSuccessStatusCode();
  }

  public async Task Start()
  {
    _process = Services.Start(Services.PathOf("influxd")!, "-config", _folder.File("influx.conf"));
    using var http = new HttpClient();
    await Eventually.True(
      async () =>
      {
        try
        {
          return (await http.GetAsync(Url + "/ping")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
          return false;
        }
      },
      "influxd answers", seconds: 60);
  }

  public async Task Stop()
  {
    if (_process is null) return;
    _process.Kill();
    await _process.WaitForExitAsync();
    _process.Dispose();
    _process = null;
  }

  public async ValueTask DisposeAsync()
  {
    await Stop();
    _folder.Dispose();
  }
}
