using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class ControlLoopTests
{
    [Fact]
    public void Broken_loop_ends_the_process_with_its_reason()
    {
        string? why = null;
        var agent = new Agent(new AgentSettings(), new Jk4E57Protocol(), new PylonLv());
        var loop = new AgentLoop(agent, new BrokenPort(), new NoBus(), new NoServer(), new SystemClock(), new MemoryStore(), 1);
        using var control = new ControlLoop(loop, Journal.Silent, die: w => why = w);
        Wait.Until(() => why is not null, "the loop says why");
        Assert.Contains("a driver with a fault", why, StringComparison.Ordinal);
        Assert.True(control.Ended.WaitOne(5000));
    }

    [Fact]
    public void Slow_disk_does_not_slow_the_loop()
    {
        var store = new SlowStore();
        var port = new CountingPort();
        var agent = new Agent(new AgentSettings(), new Jk4E57Protocol(), new PylonLv());
        var wish = """{"v":1,"version":1,"revision":1,"name":"any"}"""u8.ToArray();
        agent.Slot.Take(wish, wish.Length);
        var loop = new AgentLoop(agent, port, new NoBus(), new NoServer(), new SystemClock(), store, 1);
        using var control = new ControlLoop(loop, Journal.Silent);
        Wait.Until(() => store.Writing, "the profile is being written");
        var before = port.Reads;
        Wait.Until(() => port.Reads > before + 20, "the loop goes on turning");
        Assert.Equal(0, agent.Slot.Version);
        store.Release.Set();
        Wait.Until(() => agent.Slot.Version == 1, "the profile is in force once it is durable");
    }

    [Fact]
    public void Who_restarts_goes_on_saying_zero_until_everything_else_has_ended()
    {
        var port = new CountingPort();
        var agent = new Agent(new AgentSettings(), new Jk4E57Protocol(), new PylonLv());
        var loop = new AgentLoop(agent, port, new NoBus(), new NoServer(), new SystemClock(), new MemoryStore(), 1);
        using var control = new ControlLoop(loop, Journal.Silent);
        agent.Commands.Restart();
        Assert.True(control.Restart.WaitOne(20_000));
        Assert.True(agent.Handover);
        var before = port.Reads;
        Wait.Until(() => port.Reads > before + 20, "the loop goes on turning");
        Assert.False(control.Ended.WaitOne(0));
        control.Stop();
        Assert.True(control.Ended.WaitOne(20_000)); // a busy machine may let Stop return before
        Assert.True(agent.Handover);
    }

    private sealed class CountingPort : IBmsPort
    {
        public volatile int Reads;

        public int Read(byte[] buffer)
        {
            Reads++;
            return 0;
        }

        public bool Write(byte[] buffer, int count) => true;
    }

    private sealed class BrokenPort : IBmsPort
    {
        public int Read(byte[] buffer) => throw new InvalidOperationException("a driver with a fault");

        public bool Write(byte[] buffer, int count) => false;
    }

    private sealed class SlowStore : IStore
    {
        public ManualResetEventSlim Release { get; } = new();

        public bool Writing { get; private set; }

        public int Read(string name, byte[] buffer) => -1;

        public bool Write(string name, byte[] buffer, int count)
        {
            Writing = true;
            return Release.Wait(TimeSpan.FromSeconds(20));
        }
    }
}
