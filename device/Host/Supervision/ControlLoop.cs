using System.Diagnostics;
using JkFleet.Agent.Host.Updates;

namespace JkFleet.Agent.Host.Supervision;

/// <summary>
/// Turns the agent's loop on one thread of its own and lets nothing else touch it. A second thread writes the store, a
/// third only looks whether the loop still turns, and ends the process when it does not: the inverter's own watchdog is
/// then the second line of defence, and a service manager starts the agent anew.
/// </summary>
internal sealed class ControlLoop : IDisposable
{
    /// <summary>Exit code of a process whose loop was stuck or broken.</summary>
    public const int ExitStuck = 70;

    private const int TickMs = 20;
    private const int StoreLookMs = 50;

    // Long enough for every frame of the set to be sent once more, with zeros.
    private const int FarewellMs = 1500;

    // Every frame of a set comes again within this.
    private const int LongestCycleMs = 1200;

    private readonly AgentLoop _loop;
    private readonly Journal _journal;
    private readonly Updater? _updater;
    private readonly Action? _afterTick;
    private readonly Action<string> _die;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _restart = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread[] _threads;

    /// <summary>Starts to turn.</summary>
    /// <param name="loop">The agent with its ports.</param>
    /// <param name="journal">For people.</param>
    /// <param name="updater">Looks after updates, or null.</param>
    /// <param name="die">Ends the process with a message; tests put their own.</param>
    /// <param name="afterTick">Called on the control thread after every tick; must never wait.</param>
    public ControlLoop(AgentLoop loop, Journal journal, Updater? updater = null, Action<string>? die = null, Action? afterTick = null)
    {
        _loop = loop;
        _journal = journal;
        _updater = updater;
        _afterTick = afterTick;
        _die = die ?? EndProcess;
        loop.StoreInline = false;
        _threads =
        [
            new Thread(Turn) { Name = "control", IsBackground = true, Priority = ThreadPriority.AboveNormal },
            new Thread(Store) { Name = "store", IsBackground = true },
            new Thread(Guard) { Name = "watchdog", IsBackground = true },
        ];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>
    /// Set when the agent wants to be started anew. The inverter was told zero and goes on hearing it until <see cref="Stop"/>:
    /// whatever else takes its time to end should be ended before.
    /// </summary>
    public WaitHandle Restart => _restart.WaitHandle;

    /// <summary>Set when the loop has ended.</summary>
    public WaitHandle Ended => _ended.WaitHandle;

    /// <summary>Tells the inverter zero unless it knows already, then ends the loop. Returns when it has ended.</summary>
    public void Stop()
    {
        _stop.Set();
        _ended.Wait(TimeSpan.FromSeconds(5));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        foreach (var thread in _threads) thread.Join(TimeSpan.FromSeconds(2));
        _stop.Dispose();
    }

    private void Turn()
    {
        try
        {
            while (!_stop.IsSet && !RestartIsDue())
            {
                Pass();
                _stop.Wait(TickMs);
            }

            var restarts = RestartIsDue();
            Farewell(() => false, FarewellMs);
            if (!restarts) return;
            _restart.Set();
            Farewell(() => _stop.IsSet, long.MaxValue);
            // The silence begins with a frame, not somewhere between two.
            var sent = _loop.Agent.Report.CanSent;
            Farewell(() => _loop.Agent.Report.CanSent != sent, LongestCycleMs);
            _updater?.Leave();
        }
        catch (Exception e)
        {
            // A fault of ours. Going on with unknown state would be worse than silence on the bus.
            _die($"the control loop broke: {e}");
        }
        finally
        {
            _ended.Set();
            _stop.Set();
        }
    }

    private void Pass()
    {
        _loop.Tick();
        _updater?.AfterTick(ElapsedMs(), UtcMs());
        _afterTick?.Invoke();
    }

    /// <summary>The last thing that the inverter hears from us is zero, not the limits of an agent that is gone.</summary>
    private void Farewell(Func<bool> over, long mostMs)
    {
        var start = Stopwatch.GetTimestamp();
        while (!over() && Stopwatch.GetElapsedTime(start).TotalMilliseconds < mostMs)
        {
            _loop.Agent.Handover = true;
            Pass();
            Thread.Sleep(TickMs);
        }
    }

    private void Store()
    {
        while (!_ended.IsSet)
        {
            _updater?.Work(ElapsedMs(), UtcMs());
            if (!_loop.Keeper.Slot.Work()) _ended.Wait(StoreLookMs);
        }

        _loop.Keeper.Slot.Work();
    }

    private void Guard()
    {
        while (!_ended.Wait(1000))
        {
            if (!_loop.Watch.IsStuck(ElapsedMs())) continue;
            _die($"the control loop has not turned for {LoopWatch.StuckMs / 1000} s");
            return;
        }
    }

    private static long UtcMs() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private bool RestartIsDue() => _loop.RestartDue || _updater is { RestartWanted: true };

    private long ElapsedMs() => (long)Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    private void EndProcess(string why)
    {
        _journal.Say("agent", $"{why}; the process ends (exit code {ExitStuck}), let a service manager start it again");
        _journal.Dispose();
        Environment.Exit(ExitStuck);
    }
}
