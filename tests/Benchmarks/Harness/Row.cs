// One measured figure, as a line of the table and as one JSON object.
using System.Text.Json.Serialization;

namespace JkFleet.Benchmarks.Harness;

/// <summary>Which direction is good.</summary>
internal enum Better
{
    Higher,
    Lower,
}

/// <summary>One figure with its goal, and the peer that ran beside it.</summary>
/// <param name="Name">Stable snake_case name, unit at its end.</param>
/// <param name="Value">What was measured: the median of the runs.</param>
/// <param name="Unit">Unit of value, goal and peer value.</param>
/// <param name="Goal">What the project promises; null = only watched.</param>
/// <param name="Better">Which direction is good.</param>
internal sealed record Row(string Name, double Value, string Unit, double? Goal, Better Better)
{
    /// <summary>Who ran beside it in the same run; null = nobody.</summary>
    public string? Peer { get; init; }

    /// <summary>The same figure of the peer.</summary>
    public double? PeerValue { get; init; }

    /// <summary>Ours divided by the peer's.</summary>
    public double? Ratio => PeerValue is > 0 ? Math.Round(Value / PeerValue.Value, 3) : null;

    /// <summary>A short remark: size of the run, range of the runs.</summary>
    public string? Note { get; init; }

    /// <summary>Null when there is no goal.</summary>
    [JsonIgnore]
    public bool? Met => Goal is null ? null : Better == Better.Higher ? Value >= Goal : Value <= Goal;
}

/// <summary>A measurement that yields one or more rows.</summary>
/// <param name="Name">Selects it on the command line, by its beginning.</param>
/// <param name="Run">Measures; null = not possible here, after saying why.</param>
internal sealed record Bench(string Name, Func<BenchOptions, Task<IReadOnlyList<Row>>> Run);
