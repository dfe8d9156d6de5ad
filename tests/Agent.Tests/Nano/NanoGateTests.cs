using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>What the board would crash on or run differently is red here, and the gate itself is proved with deliberate offences.</summary>
public sealed class NanoGateTests(NanoOffences offences) : IClassFixture<NanoOffences>
{
    // What an update replaces lies in RAM as a whole: it must fit in one piece of the managed heap, beside all that was made before it.
    private const int MostSlotBytes = 48 * 1024;
    private static readonly string[] InSlot = ["JkFleet.Agent.Core", "JkFleet.Agent.Esp32"];

    [Fact]
    public void Device_code_passes_the_gate()
    {
        var gate = NanoFolder.Gate();
        var found = new List<Offence>();
        foreach (var file in NanoFolder.ShadowFiles)
        {
            using var assembly = new NanoAssembly(file);
            found.AddRange(gate.Inspect(assembly));
        }

        Assert.True(NanoFolder.ShadowFiles.Count >= 10, "the shadows of the device were not built");
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void Device_code_stays_in_its_size_budget()
    {
        var rows = new List<NanoSizes>();
        foreach (var file in NanoFolder.ShadowFiles)
        {
            using var assembly = new NanoAssembly(file);
            rows.Add(NanoSizes.Of(assembly));
        }

        var table = NanoSizes.Table(rows);
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        Console.WriteLine(table);
        foreach (var row in rows)
            foreach (var type in row.StaticConstructors)
                Console.WriteLine($"static constructor: {row.Name} {type}");
        Assert.All(rows, r => Assert.True(r.Il <= NanoGate.MostBytesPerTable && r.Strings <= NanoGate.MostBytesPerTable, table));
        var slot = rows.Where(r => InSlot.Contains(r.Name)).Sum(r => r.Pe);
        Console.WriteLine($"loaded from a slot into RAM: {slot} B of {MostSlotBytes}; in the deployment beside the libraries: {rows.Sum(r => r.Pe) - slot} B");
        Assert.InRange(slot, 1, MostSlotBytes);
    }

    [Fact]
    public void The_table_of_the_readme_is_true_to_a_tenth()
    {
        var said = File.ReadLines(Path.Combine(NanoFolder.Api, "..", "..", "..", "..", "README.md"))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .Where(c => c.Length == 5 && c[1].StartsWith("`JkFleet.", StringComparison.Ordinal))
            .ToDictionary(c => c[1].Trim('`'), c => (Bytes: int.Parse(c[2].Replace(",", "", StringComparison.Ordinal)), Where: c[3]), StringComparer.Ordinal);
        foreach (var file in NanoFolder.ShadowFiles)
        {
            using var assembly = new NanoAssembly(file);
            var size = NanoSizes.Of(assembly);
            Assert.True(said.TryGetValue(size.Name, out var row), $"device/README.md does not name {size.Name}");
            Assert.InRange(row.Bytes, size.Pe * 0.9, size.Pe * 1.1);
            Assert.Equal(InSlot.Contains(size.Name) ? "slot" : "deployment", row.Where);
        }
    }

    [Fact]
    public void The_board_can_judge_every_assembly_that_a_slot_may_need()
    {
        var known = References("JkFleet.Board").Append("JkFleet.Board").ToHashSet(StringComparer.Ordinal);
        var needed = InSlot.SelectMany(References).Except(InSlot, StringComparer.Ordinal);
        Assert.Empty(needed.Except(known, StringComparer.Ordinal));
    }

    private static List<string> References(string name)
    {
        using var assembly = new NanoAssembly(Path.Combine(NanoFolder.Shadows, name + ".dll"));
        return [.. assembly.Reader.AssemblyReferences.Select(h => assembly.Reader.GetString(assembly.Reader.GetAssemblyReference(h).Name))];
    }

    [Theory]
    [MemberData(nameof(NanoOffences.NotThere), MemberType = typeof(NanoOffences))]
    public void What_the_board_lacks_does_not_compile(string name, string error)
    {
        Assert.Contains(offences.ErrorsOf(name), line => line.Contains(error, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(NanoOffences.Refused), MemberType = typeof(NanoOffences))]
    public void What_only_the_board_would_notice_is_refused_by_the_gate(string name, string what)
    {
        Assert.Contains(offences.FoundIn(name), o => o.What.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_board_can_do_is_not_refused()
    {
        Assert.Empty(offences.FoundIn("Allowed"));
    }
}
