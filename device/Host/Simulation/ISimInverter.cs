using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>The ears and the mouth of a simulated inverter: one for the low-voltage, one for the high-voltage protocol.</summary>
internal interface ISimInverter
{
    /// <summary>Takes one frame of the battery.</summary>
    void Hear(CanFrame frame, long nowMs);

    /// <summary>Says what an inverter says by itself.</summary>
    void Speak(long nowMs, SimCanBus bus);

    /// <summary>Charge current that the frames allow now, mA; 0 when they are too old.</summary>
    int AllowedChargeMa(long nowMs);

    /// <summary>Discharge current that the frames allow now, mA; 0 when they are too old.</summary>
    int AllowedDischargeMa(long nowMs);

    /// <summary>Voltage not to be exceeded while charging, mV; 0 = not told.</summary>
    int ChargeVoltageMv { get; }

    /// <summary>Voltage below which it must not discharge, mV; 0 = not told.</summary>
    int CutoffVoltageMv { get; }

    /// <summary>Charge that the battery shows, percent; 0 = not told.</summary>
    int SocPercent { get; }

    /// <summary>Forgets everything, as after a restart.</summary>
    void Restart();
}

/// <summary>An inverter on low-voltage Pylontech: listens to the set and answers 305 once a second.</summary>
internal sealed class LvInverter : ISimInverter
{
    /// <summary>Age at which a real inverter stops trusting limits, ms.</summary>
    public const int WatchdogMs = 10_000;

    private const int ReplyId = 0x305;
    private readonly PylonLvState _state = new();
    private readonly CanFrame _reply = new();
    private long _spokeAt = long.MinValue / 2;

    /// <summary>What it understood so far.</summary>
    public PylonLvState State => _state;

    /// <inheritdoc/>
    public int ChargeVoltageMv => Math.Max(0, _state.ChargeVoltageMv);

    /// <inheritdoc/>
    public int CutoffVoltageMv => Math.Max(0, _state.DischargeCutoffMv);

    /// <inheritdoc/>
    public int SocPercent => Math.Max(0, _state.SocPercent);

    /// <inheritdoc/>
    public void Hear(CanFrame frame, long nowMs) => PylonLvDecoder.Decode(frame, nowMs, _state);

    /// <inheritdoc/>
    public void Speak(long nowMs, SimCanBus bus)
    {
        if (nowMs - _spokeAt < 1000) return;
        _spokeAt = nowMs;
        _reply.Reset(ReplyId, false, 8);
        bus.FromInverter(_reply);
    }

    /// <inheritdoc/>
    public int AllowedChargeMa(long nowMs) => Fresh(nowMs) ? _state.AllowedChargeMa() : 0;

    /// <inheritdoc/>
    public int AllowedDischargeMa(long nowMs) => Fresh(nowMs) ? _state.AllowedDischargeMa() : 0;

    /// <inheritdoc/>
    public void Restart() => _state.Clear();

    private bool Fresh(long nowMs) => _state.Seen != LvFrame.None && nowMs - _state.LastLimitsMs < WatchdogMs;
}
