using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>The clocks of one simulated agent: the process's, shifted by what a scenario does to them.</summary>
internal sealed class SimClock(IClock basis) : IClock
{
    /// <summary>Jump of the monotonic clock, ms.</summary>
    public long ShiftMs { get; set; }

    /// <summary>Jump of the wall clock, ms.</summary>
    public long UtcShiftMs { get; set; }

    /// <summary>The wall clock is not known (no time server yet).</summary>
    public bool UtcUnknown { get; set; }

    /// <inheritdoc/>
    public long NowMs => basis.NowMs + ShiftMs;

    /// <inheritdoc/>
    public long UtcMs => UtcUnknown ? 0 : basis.UtcMs + UtcShiftMs;
}
