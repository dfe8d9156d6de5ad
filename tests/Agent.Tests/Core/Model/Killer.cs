namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Everything that can catch a mutant, in one call without a test framework: run inside the mutated assembly.</summary>
public static class Killer
{
    /// <summary>Looks for a broken promise.</summary>
    /// <param name="histories">Random histories after the exhaustive walks.</param>
    /// <returns>The promise that broke, or "" for a survivor.</returns>
    public static string Run(int histories)
    {
        try
        {
            // The quick ones first: most mutants need no more.
            Exhaustive.Latches();
            Exhaustive.Plausibility();
            Exhaustive.Rules();
            Exhaustive.Slot();
            Exhaustive.WholeProfile();
            Exhaustive.Memory();
            Exhaustive.Steps();
            Exhaustive.News();
            Exhaustive.Commands();
            Exhaustive.Events();
            Exhaustive.Between();
            Exhaustive.Engine();
            Exhaustive.Windows();
            Exhaustive.Sleep();
            Exhaustive.Start();
            Exhaustive.RisePolicy();
            Exhaustive.ChargePhases();
            Exhaustive.Freshness();
            var random = new Random(5);
            long lived = 0;
            for (var i = 0; i < histories; i++)
                lived += new World(i % 17 == 0 ? long.MaxValue - 40_000 : i * 7001L, i).Run(Enumerable.Range(0, 90).Select(_ => Op.Random(random)).ToArray()).Lived;
            return lived < histories / 10 ? "life" : "";
        }
        catch (InvariantBroken broken)
        {
            return broken.Invariant;
        }
        catch (Exception e)
        {
            return "threw " + e.GetType().Name;
        }
    }
}
