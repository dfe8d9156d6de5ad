using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Simulation;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Tests.Host;

/// <summary>One simulated device on a clock that the test moves, with a server that is always there and writes everything down.</summary>
internal sealed class SimBench : IClock, IServerLink
{
    public const double TickSeconds = 0.05;

    private readonly Queue<(string Leaf, byte[] Content)> _mail = new();

    public SimBench(SimPlan plan, int number = 1, IStore? store = null)
    {
        Store = store ?? new MemoryStore();
        Device = new SimAgent("sim-0001", number, plan, this, this, Store, new MemorySlots(), boot: 1);
    }

    public IStore Store { get; }

    public SimAgent Device { get; }

    public List<(string Leaf, JsonNode Message)> Told { get; } = [];

    public long NowMs { get; private set; } = 1;

    public long UtcMs => 1_800_000_000_000 + NowMs;

    public bool Connected => true;

    public int Connections { get; private set; } = 1;

    public bool Drained => true;

    public AgentLoop Loop => Device.Loop;

    public void Send(string leaf, string content) => _mail.Enqueue((leaf, Encoding.UTF8.GetBytes(content)));

    /// <summary>Lets time pass in ticks of <see cref="TickSeconds"/>.</summary>
    public void Run(double seconds, Action? afterEach = null)
    {
        for (var end = NowMs + (long)(seconds * 1000); NowMs < end;)
        {
            NowMs += (long)(TickSeconds * 1000);
            Device.Tick();
            afterEach?.Invoke();
        }
    }

    public JsonNode? Last(string leaf) => Told.LastOrDefault(t => t.Leaf == leaf).Message;

    public bool Offer(string leaf, byte[] buffer, int count, bool retain)
    {
        Told.Add((leaf, JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, count))!));
        return true;
    }

    public int Take(byte[] buffer, out string leaf)
    {
        leaf = "";
        if (!_mail.TryDequeue(out var mail)) return 0;
        mail.Content.CopyTo(buffer, 0);
        leaf = mail.Leaf;
        return mail.Content.Length;
    }
}
