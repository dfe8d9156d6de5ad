using System.Diagnostics;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

/// <summary>Waiting for a condition instead of for a second.</summary>
internal static class Wait
{
    public static void Until(Func<bool> condition, string what, int withinMs = 30_000) => Until(condition, () => what, withinMs);

    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">Said when it never came; written then, so it can tell what was seen meanwhile.</param>
    /// <param name="withinMs">Real time.</param>
    public static void Until(Func<bool> condition, Func<string> what, int withinMs = 30_000)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > withinMs) Assert.Fail($"not within {withinMs} ms: {what()}");
            Thread.Yield();
            new ManualResetEventSlim().Wait(5);
        }
    }
}
