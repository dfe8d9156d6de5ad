using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>A BMS link that hands over exactly the readings of the script.</summary>
public sealed class ScriptedBms : IBmsProtocol
{
    private readonly BmsSnapshot _waiting = new();
    private bool _has;

    public string Name => "scripted";
    public BmsLinkCounters Counters { get; } = new();

    public void Deliver(BmsSnapshot pack, long nowMs)
    {
        pack.CopyTo(_waiting);
        _waiting.TakenAtMs = nowMs;
        _has = true;
        Counters.Accepted++;
    }

    public int NextRequest(long nowMs, byte[] buffer) => 0;

    public void Receive(byte[] buffer, int offset, int count, long nowMs)
    {
    }

    public bool TryTake(BmsSnapshot into)
    {
        if (!_has) return false;
        _has = false;
        _waiting.CopyTo(into);
        return true;
    }
}

/// <summary>An inverter protocol that remembers what it was told and always has one frame to send.</summary>
public sealed class WatchingInverter : IInverterProtocol
{
    private bool _told;

    public string Name => "watching";
    public InverterDialect Dialect { get; } = new();
    public long SilenceMaskedUntilMs { get; set; }
    public int Heard { get; private set; }
    public long LastHeardMs { get; private set; }
    public bool SleepRequested { get; set; }
    public ChargeLimits Told { get; } = new();
    public int Updates { get; private set; }

    public void Hear(long nowMs)
    {
        Heard++;
        LastHeardMs = nowMs;
    }

    public void Update(BmsSnapshot snapshot, ChargeLimits limits)
    {
        limits.CopyTo(Told);
        Updates++;
        _told = true;
    }

    public bool NextFrame(long nowMs, CanFrame frame) => _told;

    public void Receive(CanFrame frame, long nowMs) => Hear(nowMs);
}
