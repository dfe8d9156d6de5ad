// How long one call takes and how much it leaves to the garbage collector.
using System.Diagnostics;

namespace JkFleet.Benchmarks.Harness;

/// <summary>Cost of one call.</summary>
/// <param name="Nanoseconds">Median of the batches.</param>
/// <param name="Bytes">Allocated on the calling thread, mean over all batches.</param>
internal sealed record Cost(double Nanoseconds, double Bytes);

/// <summary>Measures small pure code: warmed up, then the median of equal batches.</summary>
internal static class Pace
{
    /// <summary>Calls <paramref name="action"/> many times; it gets the running number of the call.</summary>
    public static Cost Of(BenchOptions options, Action<long> action)
    {
        var number = 0L;
        var warm = Stopwatch.StartNew();
        var calls = 0L;
        while (warm.ElapsedMilliseconds < options.Pick(400, 200))
        {
            action(number++);
            calls++;
        }

        // Batches of half a millisecond: shorter than a time slice, so the median is of undisturbed ones on a busy machine too.
        var batch = Math.Max(1, calls / (2 * Math.Max(1, warm.ElapsedMilliseconds)));
        var times = new double[options.Pick(2001, 501)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var k = 0L; k < batch; k++) action(number++);
            times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / batch;
        }

        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (batch * times.Length);
        return new Cost(Median(times), bytes);
    }

    /// <summary>Two rows: time and garbage.</summary>
    public static IReadOnlyList<Row> Rows(string name, Cost cost, double? goalNs, string? note = null) =>
    [
        new Row(name + "_ns", Math.Round(cost.Nanoseconds, 1), "ns", goalNs, Better.Lower) { Note = note },
        new Row(name + "_bytes", Math.Round(cost.Bytes, 2), "B", 0, Better.Lower),
    ];

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
