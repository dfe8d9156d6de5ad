// One thousand devices that publish as fast as they are acknowledged: the same run against every broker.
using System.Diagnostics;
using System.Net;
using JkFleet.Benchmarks.Harness;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>What the runs against one broker gave.</summary>
/// <param name="PerSecond">Median of the runs.</param>
/// <param name="P99Ms">Median of the runs' p99 from send to PUBACK.</param>
/// <param name="ProcessorUs">Processor time of the broker per message; the figure that neighbours on the machine disturb least.</param>
/// <param name="Range">Slowest and fastest run.</param>
/// <param name="Acknowledged">Every message acknowledged, the warm-up too.</param>
internal sealed record Ingest(double PerSecond, double P99Ms, double ProcessorUs, string Range, long Acknowledged, int MessageBytes)
{
    public static Ingest Run(BenchOptions options, Child broker, int port, IReadOnlyList<SeededDevice> devices, bool anonymous)
    {
        using var swarm = new Swarm(new IPEndPoint(IPAddress.Loopback, port), devices, anonymous);
        swarm.Connect(64);
        // The JIT's tiers are reached by work, not by time: on a busy machine the same warm-up takes longer.
        var warm = Stopwatch.StartNew();
        while (swarm.Acknowledged < options.Pick(400_000, 200_000) && warm.Elapsed.TotalSeconds < options.Pick(25, 12))
            swarm.Publish(TimeSpan.FromSeconds(1));
        var runs = new List<Publishing>();
        var before = broker.Processor;
        var from = swarm.Acknowledged;
        for (var i = 0; i < 3; i++) runs.Add(swarm.Publish(TimeSpan.FromSeconds(options.Pick(6, 2))));
        var microseconds = (broker.Processor - before).TotalMicroseconds / (swarm.Acknowledged - from);
        return new Ingest(
            Math.Round(Pace.Median([.. runs.Select(r => r.PerSecond)])),
            Pace.Median([.. runs.Select(r => r.P99Ms)]),
            Math.Round(microseconds, 1),
            $"{runs.Min(r => r.PerSecond):#,##0}..{runs.Max(r => r.PerSecond):#,##0}",
            swarm.Acknowledged,
            swarm.MessageBytes);
    }
}
