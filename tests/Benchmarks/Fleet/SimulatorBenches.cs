// What one simulated agent costs: pack, BMS bytes, the real agent core, CAN frames, inverter.
using System.Diagnostics;
using JkFleet.Benchmarks.Harness;

namespace JkFleet.Benchmarks.Fleet;

internal static class SimulatorBenches
{
    private const int Agents = 1000;

    public static IReadOnlyList<Bench> All { get; } = [new("simulate", Simulate)];

    private static async Task<IReadOnlyList<Row>> Simulate(BenchOptions options)
    {
        var program = ServerProcess.Built("device/Host", "jkagent");
        using var child = Child.Start(program, ["simulate", "--agents", $"{Agents}"], []);
        await SettleAsync(child, TimeSpan.FromSeconds(options.Pick(10, 5)));
        var before = child.Processor;
        var start = Stopwatch.GetTimestamp();
        await SettleAsync(child, TimeSpan.FromSeconds(options.Pick(15, 5)));
        var microseconds = (child.Processor - before).TotalMicroseconds / Stopwatch.GetElapsedTime(start).TotalSeconds / Agents;
        return
        [
            new Row("simulate_cpu_us_per_agent_s", Math.Round(microseconds), "us", 1000, Better.Lower) { Note = $"{Agents} agents in one process, no server" },
            new Row("simulate_agent_kib", Math.Round(child.ResidentBytes / 1024.0 / Agents, 1), "KiB", 512, Better.Lower) { Note = "resident, with the runtime" },
        ];
    }

    /// <summary>Lets the process run for a while; fails when it ends.</summary>
    private static Task SettleAsync(Child child, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        return child.UntilAsync(() => Task.FromResult(Stopwatch.GetElapsedTime(start) > time), time + TimeSpan.FromSeconds(30));
    }
}
