using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>An inverter on high-voltage Pylontech: asks for the ensemble every second and for the equipment now and then.</summary>
internal sealed class HvInverter(InverterDialect dialect) : ISimInverter
{
    private const int Ensemble = 0, Equipment = 2;
    private const int EquipmentEvery = 10;
    private readonly PylonHvState _state = new();
    private readonly CanFrame _question = new();
    private long _askedAt = long.MinValue / 2;
    private int _asked;

    /// <inheritdoc/>
    public int ChargeVoltageMv => Math.Max(0, _state.ChargeCutoffMv);

    /// <inheritdoc/>
    public int CutoffVoltageMv => Math.Max(0, _state.DischargeCutoffMv);

    /// <inheritdoc/>
    public int SocPercent => Math.Max(0, _state.SocPercent);

    /// <inheritdoc/>
    public void Hear(CanFrame frame, long nowMs) => PylonHvDecoder.Decode(frame, dialect.HighByteFirst, nowMs, _state);

    /// <inheritdoc/>
    public void Speak(long nowMs, SimCanBus bus)
    {
        if (nowMs - _askedAt < 1000) return;
        _askedAt = nowMs;
        PylonHvHost.Ask(_asked++ % EquipmentEvery == 0 ? Equipment : Ensemble, !dialect.ShortIds, _question);
        bus.FromInverter(_question);
    }

    /// <inheritdoc/>
    public int AllowedChargeMa(long nowMs) => Fresh(nowMs) ? _state.AllowedChargeMa() : 0;

    /// <inheritdoc/>
    public int AllowedDischargeMa(long nowMs) => Fresh(nowMs) ? _state.AllowedDischargeMa() : 0;

    /// <inheritdoc/>
    public void Restart() => _state.Clear();

    private bool Fresh(long nowMs) => _state.LastLimitsMs > 0 && nowMs - _state.LastLimitsMs < LvInverter.WatchdogMs;
}
