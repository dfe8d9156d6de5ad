// tests/bench: measures, prints a table, writes one JSON object per row.
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Fleet;
using JkFleet.Benchmarks.Harness;
using JkFleet.Benchmarks.Step;

if (BenchOptions.Parse(args) is not { } options) return 2;

Bench[] all =
[
    .. StepBenches.All,
    .. CodecBenches.All,
    .. BrokerBenches.All,
];
return await Report.RunAsync(all, options);
