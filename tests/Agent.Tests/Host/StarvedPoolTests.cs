using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

/// <summary>Alone, because it takes every thread of the pool away.</summary>
[CollectionDefinition(nameof(StarvedPoolTests), DisableParallelization = true)]
public sealed class StarvedPool;

/// <summary>What passes on the two wires must not wait for a thread pool that is busy with something else.</summary>
[Collection(nameof(StarvedPoolTests))]
public sealed class StarvedPoolTests : IDisposable
{
    // The pool grows by one or two threads a second: far fewer than these in the seconds that a test takes.
    private const int BlockedItems = 200;

    private readonly Transcript _said = new();
    private readonly Journal _journal;
    private readonly PseudoTerminal _tty = new();
    private readonly ManualResetEventSlim _letGo = new();
    private readonly ManualResetEventSlim _served = new();
    private readonly CountdownEvent _blocked = new(BlockedItems);

    public StarvedPoolTests() => _journal = new Journal(_said, TimeProvider.System);

    [Fact]
    public void Frames_and_the_closing_of_the_channel_reach_the_adapter()
    {
        var can = new SlcanPort(_tty.Path, '6', _journal);
        try
        {
            Wait.Until(() => can.State == CanPortState.Up, "adapter open");
            Wait.Until(() => _tty.ReceivedText.EndsWith("O\r", StringComparison.Ordinal), "greeting");
            Starve();
            var zero = new CanFrame();
            zero.Reset(0x351, extended: false, length: 8);
            Assert.True(can.Send(zero));
        }
        finally
        {
            can.Dispose();
        }

        Wait.Until(() => _tty.ReceivedText.EndsWith("t35180000000000000000\rC\r", StringComparison.Ordinal), () => $"last word, got {_tty.ReceivedText}");
        Assert.False(_served.IsSet);
    }

    [Fact]
    public void Answers_of_the_bms_are_read()
    {
        using var bms = new SerialBmsPort(_tty.Path, 115200, _journal);
        Wait.Until(() => bms.Read(new byte[8]) == 0, "port open");
        Starve();
        _tty.Write([0x4E, 0x57]);
        Wait.Until(() => bms.Read(new byte[8]) > 0, "bytes");
        Assert.False(_served.IsSet);
    }

    public void Dispose()
    {
        _letGo.Set();
        _blocked.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _journal.Dispose();
        _tty.Dispose();
    }

    private void Starve()
    {
        for (var i = 0; i < BlockedItems; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    _letGo.Wait();
                    _blocked.Signal();
                },
                null);
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => _served.Set(), null);
        // Threads of the pool that are still on their way would help for a moment.
        Assert.False(_served.Wait(200, TestContext.Current.CancellationToken));
    }
}
