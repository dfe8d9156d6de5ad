using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>
/// Does the model notice when the safety core is wrong? Two mutants of every file always; JKFLEET_MUTANTS=N takes N, spread over the
/// files by their size (a large number: all), and prints the survivors; JKFLEET_MUTANTS_FILE=Agent.cs keeps to one file, Agent.cs:137 to one line.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Histories = 60;

    /// <summary>Killed of a hundred that the slice must reach: of two mutants of each file three may slip through, four may not.</summary>
    private const double Bar = 90;

    [Fact]
    public void A_broken_safety_core_is_noticed()
    {
        var mutation = new Mutation(Root());
        var watch = Stopwatch.StartNew();
        Assert.Equal("", mutation.Kill(null, Histories, TimeSpan.FromMinutes(10))); // unbroken, it keeps every promise
        // How long a survivor takes on this machine today is known now; what takes many times as long loops.
        var patience = TimeSpan.FromSeconds(30) + (6 * watch.Elapsed);
        watch.Restart();
        var only = Environment.GetEnvironmentVariable("JKFLEET_MUTANTS_FILE");
        var all = mutation.Mutants();
        var seed = Environment.GetEnvironmentVariable("JKFLEET_MUTANTS_SEED") ?? "1";
        var asked = int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_MUTANTS"), out var n) && n > 0 ? n : 0;
        int killed = 0, survived = 0;
        // A mutant's place in its file's queue comes from its own words: a change of the code elsewhere reshuffles nothing.
        foreach (var file in all.Where(m => only is null || m.File == only || m.Where.StartsWith(only + ' ', StringComparison.Ordinal)).GroupBy(m => m.File))
        {
            var quota = asked == 0 ? 2 : Math.Max(1, (int)Math.Round(asked * (double)file.Count() / all.Count));
            foreach (var mutant in file.OrderBy(m => Rank(m, seed), StringComparer.Ordinal))
            {
                if (quota == 0) break;
                var verdict = mutation.Kill(mutant, Histories, patience);
                if (verdict is null) continue; // does not compile: the compiler killed it
                quota--;
                if (verdict.Length > 0) killed++;
                else survived++;
                if (verdict.Length == 0) output.WriteLine($"survived: {mutant.Where}");
            }
        }

        var score = 100.0 * killed / (killed + survived);
        output.WriteLine($"mutation: {killed} of {killed + survived} killed ({score:F1} %), {all.Count} possible, {watch.Elapsed.TotalSeconds:F0} s");
        Assert.True(score >= Bar, $"only {score:F1} % of the mutants were noticed");
    }

    private static string Rank(Mutant m, string seed)
    {
        var statement = m.Old.FirstAncestorOrSelf<Microsoft.CodeAnalysis.CSharp.Syntax.StatementSyntax>() ?? m.Old;
        var words = $"{seed} {m.File} {statement} {m.Old.SpanStart - statement.SpanStart} {m.New}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(words)));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JkFleet.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
