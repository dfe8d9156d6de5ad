// The broker as the fleet sees it. Generator and server share the machine's cores: quote the ratio, not the figure.
using System.Net;
using JkFleet.Benchmarks.Harness;

namespace JkFleet.Benchmarks.Fleet;

internal static class BrokerBenches
{
    private const string Prefix = "bench";
    private const string SeedSecret = "bench-only";

    public static IReadOnlyList<Bench> All { get; } =
    [
        new("mosquitto_raw", MosquittoRaw),
    ];

    private static async Task<IReadOnlyList<Row>> MosquittoRaw(BenchOptions options)
    {
        using var peer = await MosquittoProcess.TryStartAsync();
        if (peer is null) return [];
        using var swarm = new Swarm(new IPEndPoint(IPAddress.Loopback, peer.Port), SeededDevice.Many(Prefix, SeedSecret, 1000), anonymous: true);
        var connecting = swarm.Connect(64);
        swarm.Publish(TimeSpan.FromSeconds(1));
        var cpu = peer.Child.Processor;
        var runs = new List<Publishing>();
        for (var i = 0; i < 3; i++) runs.Add(swarm.Publish(TimeSpan.FromSeconds(options.Pick(5, 2))));
        Console.WriteLine($"{swarm.MessageBytes} bytes, cpu {(peer.Child.Processor - cpu).TotalMilliseconds * 1000 / runs.Sum(r => r.Acknowledged):0.0} us/msg; connects/s {swarm.Count / connecting.TotalSeconds:0}; {string.Join(" ", runs.Select(r => $"{r.PerSecond:0}/{r.P50Ms}/{r.P99Ms}"))}");
        return [new Row("mosquitto_raw_msgs_per_s", Pace.Median([.. runs.Select(r => r.PerSecond)]), "msg/s", null, Better.Higher)];
    }
}
