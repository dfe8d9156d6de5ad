using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>The way to the server with a scenario in between: it can be cut, and mail can be slipped in.</summary>
internal sealed class ScenarioLink(IServerLink real) : IServerLink
{
    private readonly Queue<(string Leaf, byte[] Content)> _slipped = new();

    /// <summary>Nothing gets through.</summary>
    public bool Cut
    {
        get;
        set
        {
            field = value;
            Hold();
        }
    }

    /// <summary>The build that runs does not reach the server.</summary>
    public bool Barred
    {
        get;
        set
        {
            if (field == value) return;
            field = value;
            Hold();
        }
    }

    /// <inheritdoc/>
    public bool Connected => !Cut && !Barred && real.Connected;

    /// <inheritdoc/>
    public int Connections => real.Connections;

    /// <inheritdoc/>
    public bool Drained => real.Drained;

    /// <summary>The agent lost its power: its connection dies with it.</summary>
    /// <param name="boot">Of the agent that starts now.</param>
    public void PowerCut(long boot)
    {
        _slipped.Clear();
        if (real is MqttServerLink mqtt) mqtt.StartOver(Encoding.UTF8.GetBytes(StatusCodec.Will(boot)));
    }

    /// <summary>Puts a message in as if the server had sent it.</summary>
    public void SlipIn(string leaf, string content) => _slipped.Enqueue((leaf, Encoding.UTF8.GetBytes(content)));

    /// <inheritdoc/>
    public bool Offer(string leaf, byte[] buffer, int count, bool retain) => !Cut && !Barred && real.Offer(leaf, buffer, count, retain);

    /// <inheritdoc/>
    public int Take(byte[] buffer, out string leaf)
    {
        if (_slipped.TryDequeue(out var slipped) && slipped.Content.Length <= buffer.Length)
        {
            slipped.Content.CopyTo(buffer, 0);
            leaf = slipped.Leaf;
            return slipped.Content.Length;
        }

        leaf = "";
        return Cut || Barred ? 0 : real.Take(buffer, out leaf);
    }

    private void Hold()
    {
        if (real is MqttServerLink mqtt) mqtt.Held = Cut || Barred;
    }
}
