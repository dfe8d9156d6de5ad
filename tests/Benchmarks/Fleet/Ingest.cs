// One thousand devices that publish as fast as they are acknowledged: the same run against every broker, in turns, so that
// whatever else the machine does disturbs them alike.
using System.Diagnostics;
using System.Net;
using JkFleet.Benchmarks.Harness;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>What the runs against one broker gave.</summary>
/// <param name="PerSecond">Median of the runs.</param>
/// <param name="P99Ms">Median of the runs' p99 from send to PUBACK.</param>
/// <param name="ProcessorUs">Processor time of the broker per message; the figure that neighbours on the machine disturb least.</param>
/// <param name="Range">Slowest and fastest run.</param>
internal sealed record Ingest(double PerSecond, double P99Ms, double ProcessorUs, string Range, int MessageBytes);

/// <summary>The runs against one broker.</summary>
internal sealed class IngestRuns : IDisposable
{
    private readonly Child _broker;
    private readonly Swarm _swarm;
    private readonly List<Publishing> _runs = [];
    private TimeSpan _processor;
    private long _acknowledged;

    public IngestRuns(Child broker, int port, IReadOnlyList<SeededDevice> devices, bool anonymous)
    {
        _broker = broker;
        _swarm = new Swarm(new IPEndPoint(IPAddress.Loopback, port), devices, anonymous);
        _swarm.Connect(64);
    }

    /// <summary>The JIT's tiers are reached by work, not by time: on a busy machine the same warm-up takes longer.</summary>
    public void Warm(BenchOptions options)
    {
        var warm = Stopwatch.StartNew();
        while (_swarm.Acknowledged < options.Pick(400_000, 200_000) && warm.Elapsed.TotalSeconds < options.Pick(25, 12))
            _swarm.Publish(TimeSpan.FromSeconds(1));
    }

    public void Run(TimeSpan duration)
    {
        var before = _broker.Processor;
        var from = _swarm.Acknowledged;
        _runs.Add(_swarm.Publish(duration));
        _processor += _broker.Processor - before;
        _acknowledged += _swarm.Acknowledged - from;
    }

    public Ingest Result() => new(
        Math.Round(Pace.Median([.. _runs.Select(r => r.PerSecond)])),
        Pace.Median([.. _runs.Select(r => r.P99Ms)]),
        Math.Round(_processor.TotalMicroseconds / _acknowledged, 1),
        $"{_runs.Min(r => r.PerSecond):#,##0}..{_runs.Max(r => r.PerSecond):#,##0}",
        _swarm.MessageBytes);

    public void Dispose() => _swarm.Dispose();
}
