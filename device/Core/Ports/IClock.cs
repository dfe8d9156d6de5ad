namespace JkFleet.Agent.Ports
{
    /// <summary>The two clocks of an agent.</summary>
    public interface IClock
    {
        /// <summary>Monotonic ms since the agent's start; compared by subtraction only.</summary>
        long NowMs { get; }

        /// <summary>Wall clock, ms since 1970 UTC; 0 = not known (no SNTP yet).</summary>
        long UtcMs { get; }
    }
}
