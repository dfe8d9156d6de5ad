using JkFleet.Agent.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>The bus between the agent and a simulated inverter; both ends are driven by the same tick, so no queue is shared.</summary>
internal sealed class SimCanBus : ICanPort
{
    private const int QueueLimit = 32;
    private readonly CanFrame[] _toAgent = NewFrames();
    private int _head;
    private int _count;

    /// <summary>The inverter at the other end.</summary>
    public ISimInverter? Inverter { get; set; }

    /// <summary>The bus is short or open: the controller of the agent is off the bus.</summary>
    public bool Broken { get; set; }

    /// <summary>The build that runs neither hears nor reaches the inverter.</summary>
    public bool Deaf { get; set; }

    /// <summary>Clock of the tick, for the inverter's watchdog.</summary>
    public long NowMs { get; set; }

    /// <inheritdoc/>
    public CanPortState State => Broken ? CanPortState.BusOff : CanPortState.Up;

    /// <inheritdoc/>
    public bool Send(CanFrame frame)
    {
        if (Broken) return false;
        if (!Deaf) Inverter?.Hear(frame, NowMs);
        return true;
    }

    /// <inheritdoc/>
    public bool Receive(CanFrame frame)
    {
        if (_count == 0) return false;
        _toAgent[_head].CopyTo(frame);
        _head = (_head + 1) % QueueLimit;
        _count--;
        return true;
    }

    /// <inheritdoc/>
    public void Recover()
    {
        // Rejoining succeeds by itself once the fault is gone.
    }

    /// <summary>The inverter says something; lost when the agent has not listened to 32 frames.</summary>
    public void FromInverter(CanFrame frame)
    {
        if (Broken || Deaf || _count >= QueueLimit) return;
        frame.CopyTo(_toAgent[(_head + _count) % QueueLimit]);
        _count++;
    }

    private static CanFrame[] NewFrames()
    {
        var frames = new CanFrame[QueueLimit];
        for (var i = 0; i < frames.Length; i++) frames[i] = new CanFrame();
        return frames;
    }
}
