using System.Diagnostics;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>
/// Does the model notice when the safety core is wrong? A seeded slice always; JKFLEET_MUTANTS=N takes N of them (a large number: all)
/// and prints the survivors.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Histories = 60;

    [Fact]
    public void A_broken_safety_core_is_noticed()
    {
        var asked = int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_MUTANTS"), out var n) && n > 0 ? n : 6;
        var mutation = new Mutation(Root());
        Assert.Equal("", mutation.Kill(null, Histories)); // unbroken, it keeps every promise
        var all = mutation.Mutants();
        var sample = all.ToArray();
        new Random(int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_MUTANTS_SEED"), out var seed) ? seed : 11).Shuffle(sample);
        var watch = Stopwatch.StartNew();
        int killed = 0, survived = 0;
        foreach (var mutant in sample)
        {
            if (killed + survived >= asked) break;
            var verdict = mutation.Kill(mutant, Histories);
            if (verdict is null) continue; // does not compile: the compiler killed it
            if (verdict.Length > 0) killed++;
            else survived++;
            if (verdict.Length == 0) output.WriteLine($"survived: {mutant.Where}");
        }

        var score = 100.0 * killed / (killed + survived);
        output.WriteLine($"mutation: {killed} of {killed + survived} killed ({score:F1} %), {all.Count} possible, {watch.Elapsed.TotalSeconds:F0} s");
        Assert.True(score >= 50, $"only {score:F1} % of the mutants were noticed");
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JkFleet.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
