namespace JkFleet.Agent.Host.Ports;

/// <summary>Pauses between tries: 1, 2, 4 ... 60 s, each half to one and a half of it, so that a fleet does not knock in step.</summary>
internal static class Backoff
{
    /// <summary>Longest pause before jitter.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // A wrong secret does not become right by itself, and hammering with it looks like an attack.
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(15);

    /// <summary>The pause before the next try.</summary>
    /// <param name="failures">Failed tries before this one.</param>
    /// <param name="refused">The server answered and said no.</param>
    public static TimeSpan Next(int failures, bool refused)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(failures, 10))));
        if (refused && pause < AfterRefusal) pause = AfterRefusal;
        return pause * (0.5 + Random.Shared.NextDouble());
    }
}
