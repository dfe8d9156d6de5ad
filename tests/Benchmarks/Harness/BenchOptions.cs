namespace JkFleet.Benchmarks.Harness;

/// <summary>The command line of tests/bench.</summary>
/// <param name="Quick">Shorter runs: the figures of a minute, not of record.</param>
/// <param name="JsonFile">Where the rows go, one JSON object per line; null = nowhere.</param>
/// <param name="Names">Beginnings of the benchmarks to run; empty = all.</param>
/// <param name="List">Only name them.</param>
internal sealed record BenchOptions(bool Quick, string? JsonFile, IReadOnlyList<string> Names, bool List)
{
    private const string Usage = "usage: tests/bench [--quick] [--json FILE] [--list] [NAME...]";

    /// <summary>The larger figure, or the smaller one with --quick.</summary>
    public int Pick(int full, int quick) => Quick ? quick : full;

    /// <summary>True when the benchmark was asked for.</summary>
    public bool Wants(string name) => Names.Count == 0 || Names.Any(n => name.StartsWith(n, StringComparison.Ordinal));

    public static BenchOptions? Parse(string[] args)
    {
        bool quick = false, list = false;
        string? json = null;
        var names = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick") quick = true;
            else if (args[i] == "--list") list = true;
            else if (args[i] == "--json" && i + 1 < args.Length) json = args[++i];
            else if (!args[i].StartsWith('-')) names.Add(args[i]);
            else
            {
                Console.Error.WriteLine(Usage);
                return null;
            }
        }

        return new BenchOptions(quick, json, names, list);
    }
}
