// Runs the benchmarks one after the other, so that none measures another one's noise.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace JkFleet.Benchmarks.Harness;

/// <summary>The table on the console and the JSON lines.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Exit code 0, or 1 when a benchmark broke or none was chosen. A missed goal is shown, not punished.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<Bench> all, BenchOptions options)
    {
        var chosen = all.Where(b => options.Wants(b.Name)).ToList();
        if (options.List || chosen.Count == 0)
        {
            foreach (var bench in all) Console.WriteLine(bench.Name);
            return chosen.Count == 0 ? 1 : 0;
        }

        await using var json = options.JsonFile is null ? null : new StreamWriter(options.JsonFile);
        var broken = 0;
        var missed = 0;
        Console.WriteLine(Line("name", "value", "unit", "goal", "", "peer"));
        foreach (var bench in chosen)
        {
            IReadOnlyList<Row> rows;
            try
            {
                rows = await bench.Run(options);
            }
            catch (Exception e)
            {
                Console.WriteLine($"{bench.Name}: broken: {e.Message.Split('\n')[0]}");
                Console.Error.WriteLine(e);
                broken++;
                continue;
            }

            foreach (var row in rows)
            {
                if (row.Met == false) missed++;
                Console.WriteLine(Line(row.Name, Show(row.Value), row.Unit, row.Goal is null ? "" : Goal(row), row.Met == false ? "MISSED" : "", Beside(row)));
                if (json is null) continue;
                await json.WriteLineAsync(JsonSerializer.Serialize(row, Json));
                await json.FlushAsync();
            }
        }

        if (missed > 0) Console.WriteLine($"{missed} goal(s) missed");
        return broken == 0 ? 0 : 1;
    }

    private static string Goal(Row row) => (row.Better == Better.Higher ? ">= " : "<= ") + Show(row.Goal!.Value);

    private static string Beside(Row row)
    {
        var peer = row.Peer is null ? "" : $"{row.Peer} {Show(row.PeerValue ?? double.NaN)} (ratio {row.Ratio?.ToString(CultureInfo.InvariantCulture)})";
        return row.Note is null ? peer : peer.Length == 0 ? row.Note : $"{peer}; {row.Note}";
    }

    private static string Show(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 1000 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("#,##0", CultureInfo.InvariantCulture),
    };

    private static string Line(string name, string value, string unit, string goal, string met, string rest)
        => $"{name,-40} {value,12} {unit,-10} {goal,12} {met,-7} {rest}".TrimEnd();
}
