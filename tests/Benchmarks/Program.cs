// tests/bench: measures, prints a table, writes one JSON object per row.
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Fleet;
using JkFleet.Benchmarks.Harness;

if (BenchOptions.Parse(args) is not { } options) return 2;

Bench[] all =
[
    .. CodecBenches.All,
    .. BrokerBenches.All,
];
return await Report.RunAsync(all, options);
