using System.Net;
using System.Diagnostics;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>The real server as its users start it: own process, SQLite, embedded broker and history, seeded devices.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Prefix = "bench";
    private const string SeedSecret = "bench-only";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private ServerProcess(Child child, int mqttPort, Uri web, TimeSpan startUp)
    {
        Child = child;
        MqttPort = mqttPort;
        Web = web;
        StartUp = startUp;
    }

    public Child Child { get; }

    public int MqttPort { get; }

    public Uri Web { get; }

    /// <summary>From the start of the process until /healthz said 200.</summary>
    public TimeSpan StartUp { get; }

    /// <summary>The devices that a server started with so many knows.</summary>
    public static SeededDevice[] Devices(int count) => SeededDevice.Many(Prefix, SeedSecret, count);

    /// <summary>Settings that make a server know them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Seed(int devices)
        => [("Devices__Seed__Count", $"{devices}"), ("Devices__Seed__Prefix", Prefix), ("Devices__Seed__Secret", SeedSecret)];

    /// <param name="devices">Devices that the server knows from the start.</param>
    /// <param name="folder">Where its data lies; null = a new folder.</param>
    public static async Task<ServerProcess> StartAsync(int devices, DirectoryInfo? folder = null)
    {
        var program = Built("server", "JkFleet.Server");
        var mqtt = Child.FreePort();
        var http = Child.FreePort();
        var web = new Uri($"http://127.0.0.1:{http}");
        var start = Stopwatch.GetTimestamp();
        var child = Child.Start(
            program,
            ["--urls", web.ToString().TrimEnd('/'), "--data", "data", "--Broker:Address", "127.0.0.1", "--Broker:Port", $"{mqtt}"],
            [.. Seed(devices), ("Logging__LogLevel__Default", "Warning")],
            folder);
        await child.UntilAsync(() => IsHealthyAsync(web), TimeSpan.FromMinutes(2));
        var elapsed = Stopwatch.GetElapsedTime(start);
        return new ServerProcess(child, mqtt, web, elapsed);
    }

    public void Dispose() => Child.Dispose();

    private static async Task<bool> IsHealthyAsync(Uri web)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(web, "/healthz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A program where it was built: a reference copies its library, not its settings and pages.</summary>
    public static string Built(string project, string name)
        => Path.Combine(RepositoryFolder(), project, "bin", BuildConfiguration(), "net10.0", name);

    private static string BuildConfiguration()
        => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string RepositoryFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "JkFleet.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("no JkFleet.sln above " + AppContext.BaseDirectory);
    }
}
