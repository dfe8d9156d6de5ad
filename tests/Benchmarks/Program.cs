// tests/bench: measures, prints a table, writes one JSON object per row.
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Fleet;
using JkFleet.Benchmarks.Harness;
using JkFleet.Benchmarks.Step;

namespace JkFleet.Benchmarks;

/// <summary>Not called Program: that name belongs to the server, which some rows run in this process.</summary>
internal static class BenchProgram
{
    private static readonly Bench[] All =
    [
        .. StepBenches.All,
        .. CodecBenches.All,
        .. BrokerBenches.All,
        .. WishBenches.All,
        .. SimulatorBenches.All,
    ];

    public static async Task<int> Main(string[] args)
        => BenchOptions.Parse(args) is { } options ? await Report.RunAsync(All, options) : 2;
}
