using System.Diagnostics;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Ports;

/// <summary>The PC's clocks: monotonic from the start of the process, wall clock from the system.</summary>
internal sealed class SystemClock : IClock
{
    // A PC without battery-backed clock boots in 1970 until NTP answers; such a time must not date telemetry.
    private const long EarliestBelievableUtcMs = 1_735_689_600_000; // 2025-01-01
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public long NowMs => (long)Stopwatch.GetElapsedTime(_start).TotalMilliseconds;

    /// <inheritdoc/>
    public long UtcMs
    {
        get
        {
            var utc = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            return utc < EarliestBelievableUtcMs ? 0 : utc;
        }
    }
}
