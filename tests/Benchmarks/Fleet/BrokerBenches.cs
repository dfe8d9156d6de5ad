// The server as the fleet sees it. Generator and server share the machine's cores: quote the ratio, not the figure.
using System.Net;
using JkFleet.Benchmarks.Harness;

namespace JkFleet.Benchmarks.Fleet;

internal static class BrokerBenches
{
    private const int Connections = 1000;

    public static IReadOnlyList<Bench> All { get; } =
    [
        new("startup", StartUp),
        new("ingest", IngestRows),
        new("connects", ConnectRows),
    ];

    /// <summary>First start makes the databases; the next ones find them.</summary>
    private static async Task<IReadOnlyList<Row>> StartUp(BenchOptions options)
    {
        var first = new List<double>();
        var next = new List<double>();
        for (var i = 0; i < options.Pick(5, 2); i++)
        {
            using var server = await ServerProcess.StartAsync(devices: 0);
            first.Add(server.StartUp.TotalMilliseconds);
            server.Child.Kill();
            using var again = await ServerProcess.StartAsync(devices: 0, server.Child.Folder);
            next.Add(again.StartUp.TotalMilliseconds);
        }

        return
        [
            new Row("startup_first_ms", Math.Round(Pace.Median(first)), "ms", 5000, Better.Lower) { Note = "empty folder, to /healthz" },
            new Row("startup_ms", Math.Round(Pace.Median(next)), "ms", 3000, Better.Lower) { Note = "after kill -9, to /healthz" },
        ];
    }

    /// <summary>Decode, live state and committed history behind every acknowledgement; Mosquitto only routes to nobody.</summary>
    private static async Task<IReadOnlyList<Row>> IngestRows(BenchOptions options)
    {
        var devices = ServerProcess.Devices(Connections);
        using var server = await ServerProcess.StartAsync(Connections);
        using var mosquitto = await MosquittoProcess.TryStartAsync();
        using var runs = new IngestRuns(server.Child, server.MqttPort, devices, anonymous: false);
        using var peer = mosquitto is null ? null : new IngestRuns(mosquitto.Child, mosquitto.Port, devices, anonymous: true);
        runs.Warm(options);
        for (var i = 0; i < options.Pick(6, 3); i++)
        {
            runs.Run(TimeSpan.FromSeconds(options.Pick(3, 2)));
            peer?.Run(TimeSpan.FromSeconds(options.Pick(3, 2)));
        }

        var ours = runs.Result();
        var theirs = peer?.Result();
        return
        [
            new Row("ingest_msgs_per_s", ours.PerSecond, "msg/s", 50_000, Better.Higher)
            {
                Peer = Named(theirs), PeerValue = theirs?.PerSecond, Note = $"{Connections} connections, {ours.MessageBytes} B, {ours.Range}",
            },
            new Row("ingest_p99_ms", ours.P99Ms, "ms", 100, Better.Lower) { Peer = Named(theirs), PeerValue = theirs?.P99Ms },
            new Row("ingest_cpu_us_per_msg", ours.ProcessorUs, "us", null, Better.Lower) { Peer = Named(theirs), PeerValue = theirs?.ProcessorUs },
        ];
    }

    /// <summary>Authenticated connections at 64 a time, and what each costs the server while it is quiet.</summary>
    private static async Task<IReadOnlyList<Row>> ConnectRows(BenchOptions options)
    {
        var count = options.Pick(5000, 1000);
        var devices = ServerProcess.Devices(count);
        (double PerSecond, double KiB) ours;
        using (var server = await ServerProcess.StartAsync(count))
        {
            ours = Connect(server.Child, server.MqttPort, devices, anonymous: false);
        }

        using var peer = await MosquittoProcess.TryStartAsync();
        (double PerSecond, double KiB)? theirs = peer is null ? null : Connect(peer.Child, peer.Port, devices, anonymous: true);
        return
        [
            new Row("connects_per_s", ours.PerSecond, "conn/s", 8000, Better.Higher)
            {
                Peer = Named(theirs), PeerValue = theirs?.PerSecond, Note = $"{count} devices with secrets",
            },
            new Row("idle_device_kib", ours.KiB, "KiB", 24, Better.Lower)
            {
                Peer = Named(theirs), PeerValue = theirs?.KiB, Note = $"resident, {count} connections",
            },
        ];
    }

    private static (double PerSecond, double KiB) Connect(Child broker, int port, IReadOnlyList<SeededDevice> devices, bool anonymous)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        // The first connections pay for the JIT; they are not a device's memory.
        using (var warm = new Swarm(endPoint, [.. devices.Take(500)], anonymous)) warm.Connect(64);
        var rates = new List<double>();
        var kib = 0.0;
        for (var i = 0; i < 3; i++)
        {
            var before = broker.ResidentBytes;
            using var swarm = new Swarm(endPoint, devices, anonymous);
            rates.Add(devices.Count / swarm.Connect(64).TotalSeconds);
            if (i == 0) kib = (broker.ResidentBytes - before) / 1024.0 / devices.Count;
        }

        return (Math.Round(Pace.Median(rates)), Math.Round(kib, 1));
    }

    private static string? Named(object? peer) => peer is null ? null : "mosquitto";
}
