using System.Diagnostics;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>Turns many agents on a few shared threads: each thread owns its share, so no agent is ever touched by two.</summary>
internal sealed class SimFleet : IDisposable
{
    private const int TickMs = 50;
    private readonly IClock _clock;
    private readonly Journal _journal;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread[] _threads;
    private readonly ScenarioPlayer?[] _stories;
    private readonly SimAgent[] _agents;
    private readonly long[] _busyTicks;
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Starts to turn.</summary>
    /// <param name="agents">All of them.</param>
    /// <param name="clock">The process's clocks.</param>
    /// <param name="journal">For people.</param>
    /// <param name="scenario">A story for the first agents, or null.</param>
    /// <param name="playedOn">How many agents play it.</param>
    public SimFleet(SimAgent[] agents, IClock clock, Journal journal, Scenario? scenario = null, int playedOn = 1)
    {
        _agents = agents;
        _clock = clock;
        _journal = journal;
        _stories = new ScenarioPlayer?[agents.Length];
        if (scenario is not null)
            for (var i = 0; i < Math.Min(playedOn, agents.Length); i++) _stories[i] = new ScenarioPlayer(scenario, agents[i], journal.Say);
        var count = Math.Clamp(Math.Min(Environment.ProcessorCount, agents.Length / 100), 1, 8);
        _busyTicks = new long[count];
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            var share = i;
            _threads[i] = new Thread(() => Turn(share)) { IsBackground = true, Name = $"fleet {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Share of one core that the ticking itself needed since the start.</summary>
    public double TickLoad => _busyTicks.Sum() / (double)Math.Max(1, Stopwatch.GetTimestamp() - _started);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        foreach (var thread in _threads) thread.Join(TimeSpan.FromSeconds(2));
        _stop.Dispose();
    }

    private void Turn(int share)
    {
        try
        {
            while (!_stop.IsSet)
            {
                var start = Stopwatch.GetTimestamp();
                var nowMs = _clock.NowMs;
                for (var i = share; i < _agents.Length; i += _threads.Length)
                {
                    _stories[i]?.Tick(nowMs);
                    _agents[i].Tick();
                }

                var busy = Stopwatch.GetTimestamp() - start;
                _busyTicks[share] += busy;
                var left = TickMs - (int)(busy * 1000 / Stopwatch.Frequency);
                if (left > 0) _stop.Wait(left);
            }
        }
        catch (Exception e)
        {
            _journal.Say("fleet", $"a simulated agent broke its thread; this is a fault of ours: {e}");
            _journal.Dispose();
            Environment.Exit(ControlLoop.ExitStuck);
        }
    }
}
