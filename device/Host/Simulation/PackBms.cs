using JkFleet.Bms;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>
/// What the JK board does with its pack: measures it with its own coarseness, counts charge, balances, warns, and opens
/// its switches when a protection trips, with the delays and recoveries of its settings. The switches and the readings
/// are one <see cref="BmsSnapshot"/>, which the protocol players turn into bytes.
/// </summary>
internal sealed class PackBms
{
    private const double BalancerAmps = 1.0;
    private const double CurrentResolutionAmps = 0.2; // what real units show (protocols.md 1.3)
    private const int MostOffsetMv = 3;
    private const double FullVoltPerCell = 3.40;
    // A careful owner sets the pack's level so that a good pack never meets the cell protection.
    private const int ChargeMvPerCell = 3430;
    private const int OvpMv = 3650, OvpReleaseMv = 3500, UvpMv = 2700, UvpReleaseMv = 2950;
    private const int CellDiffMv = 300, BalanceStartMv = 3400, BalanceDiffMv = 10;
    private const double ChargeColdCelsius = 0, ChargeColdReleaseCelsius = 3, HotCelsius = 55, HotReleaseCelsius = 50;
    private const double SwitchHotCelsius = 80, SwitchHotReleaseCelsius = 70;

    private readonly PackModel _pack;
    private readonly Trip _cellHigh = new(5), _cellLow = new(5), _chargeOver = new(30), _dischargeOver = new(30);
    private readonly Trip _cold = new(10), _hot = new(10), _switchHot = new(10), _apart = new(10);
    private readonly int[] _offsetMv;
    private double _countedAh;

    /// <summary>Puts a board on a pack.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="traits">Nameplate and age.</param>
    /// <param name="random">Source of the small errors of its measuring.</param>
    public PackBms(PackModel pack, PackTraits traits, Random random)
    {
        _pack = pack;
        _offsetMv = [.. Enumerable.Range(0, pack.Count).Select(_ => random.Next(-MostOffsetMv, MostOffsetMv + 1))];
        _countedAh = Math.Clamp(pack.MeanSoc, 0, 1) * traits.NominalAh;
        Reading.CellCount = pack.Count;
        Reading.CellCountSetting = pack.Count;
        Reading.CapacityMah = traits.NominalAh * 1000;
        Reading.Cycles = traits.Cycles;
        Reading.SohPermille = 1000 - Math.Min(200, traits.Cycles / 30);
        Reading.TempCount = 2;
        Reading.MaxChargeMa = Math.Min(150, traits.NominalAh / 2) * 1000;
        Reading.MaxDischargeMa = Math.Min(200, traits.NominalAh * 2 / 3) * 1000;
        Reading.CellOvpMv = OvpMv;
        Reading.CellUvpMv = UvpMv;
        Reading.PackOvpMv = ChargeMvPerCell * pack.Count;
        Reading.PackUvpMv = UvpMv * pack.Count;
        Reading.LowSocPercent = 15;
        Reading.ChargeMosOn = true;
        Reading.DischargeMosOn = true;
        Reading.SoftwareVersion = "11.XW_S11.26";
        Measure(0);
    }

    /// <summary>What the board would answer now; the players read it.</summary>
    public BmsSnapshot Reading { get; } = new();

    /// <summary>A protection that no measurement of this model explains, for scenarios.</summary>
    public BmsAlarms Forced { get; set; }

    /// <summary>Current that the switches let through.</summary>
    /// <param name="wantedAmps">What the inverter pushes or pulls; positive charges.</param>
    public double Gate(double wantedAmps) =>
        wantedAmps > 0 ? Reading.ChargeMosOn ? wantedAmps : 0 : Reading.DischargeMosOn ? wantedAmps : 0;

    /// <summary>Measures, counts, balances and protects after one step of the pack.</summary>
    /// <param name="seconds">Length of the step.</param>
    public void Step(double seconds)
    {
        Measure(seconds);
        Balance(seconds);
        Protect(seconds);
    }

    private void Measure(double seconds)
    {
        var r = Reading;
        for (var i = 0; i < r.CellCount; i++) r.CellMv[i] = (int)Math.Round(_pack.CellVolt(i) * 1000) + _offsetMv[i];
        r.Summarise();
        r.PackVoltageMv = (int)Math.Round(_pack.Volt * 100) * 10;
        r.CurrentMa = (int)(Math.Round(_pack.Amps / CurrentResolutionAmps) * CurrentResolutionAmps * 1000);
        r.TempDeciC[0] = (int)Math.Round(_pack.CoreCelsius * 10);
        r.TempDeciC[1] = (int)Math.Round(_pack.EdgeCelsius * 10);
        r.TempMosDeciC = (int)Math.Round(_pack.SwitchCelsius * 10);

        var capacity = r.CapacityMah / 1000.0;
        var before = _countedAh;
        _countedAh = Math.Clamp(_countedAh + (_pack.Amps * seconds / 3600), 0, capacity);
        // A JK counts up to 100 % only when the cells are really full.
        if (r.CellMeanMv >= FullVoltPerCell * 1000 && _pack.Amps < capacity * 0.08) _countedAh = capacity;
        else if (before < capacity && _countedAh > capacity * 0.999) _countedAh = capacity * 0.999;
        r.RemainingMah = (int)(_countedAh * 1000);
        r.SocPermille = (int)Math.Round(1000 * _countedAh / capacity);
    }

    private void Balance(double seconds)
    {
        var r = Reading;
        r.Balancing = r.CellMaxMv >= BalanceStartMv && r.CellMaxMv - r.CellMinMv > BalanceDiffMv && r.CurrentMa > -1000;
        if (r.Balancing) _pack.Balance(r.CellMaxNo - 1, r.CellMinNo - 1, BalancerAmps * seconds);
    }

    private void Protect(double seconds)
    {
        var r = Reading;
        var high = _cellHigh.Watch(r.CellMaxMv >= OvpMv, r.CellMaxMv <= OvpReleaseMv, seconds);
        var low = _cellLow.Watch(r.CellMinMv <= UvpMv, r.CellMinMv >= UvpReleaseMv, seconds);
        var chargeOver = _chargeOver.Watch(r.CurrentMa > r.MaxChargeMa, r.CurrentMa <= 0, seconds);
        var dischargeOver = _dischargeOver.Watch(-r.CurrentMa > r.MaxDischargeMa, r.CurrentMa >= 0, seconds);
        var cold = _cold.Watch(_pack.EdgeCelsius < ChargeColdCelsius, _pack.EdgeCelsius > ChargeColdReleaseCelsius, seconds);
        var hot = _hot.Watch(_pack.CoreCelsius > HotCelsius, _pack.CoreCelsius < HotReleaseCelsius, seconds);
        var switchHot = _switchHot.Watch(_pack.SwitchCelsius > SwitchHotCelsius, _pack.SwitchCelsius < SwitchHotReleaseCelsius, seconds);
        var apart = _apart.Watch(r.CellMaxMv - r.CellMinMv > CellDiffMv, r.CellMaxMv - r.CellMinMv < CellDiffMv / 2, seconds);

        var alarms = Forced;
        if (high) alarms |= BmsAlarms.CellOverVoltage;
        if (low) alarms |= BmsAlarms.CellUnderVoltage;
        if (chargeOver) alarms |= BmsAlarms.ChargeOverCurrent;
        if (dischargeOver) alarms |= BmsAlarms.DischargeOverCurrent;
        if (cold) alarms |= BmsAlarms.BatteryLowTemp;
        if (hot) alarms |= BmsAlarms.BatteryOverTemp;
        if (switchHot) alarms |= BmsAlarms.MosOverTemp;
        if (apart) alarms |= BmsAlarms.CellDiff;
        if (r.SocPermille < r.LowSocPercent * 10) alarms |= BmsAlarms.LowCapacity;
        r.Alarms = alarms;
        r.AlarmsRaw = (uint)alarms & 0xFFFF;
        r.ChargeMosOn = !(high || chargeOver || cold || hot || switchHot);
        r.DischargeMosOn = !(low || dischargeOver || hot || switchHot);
    }

    /// <summary>One protection: trips after its delay, holds until its release.</summary>
    private sealed class Trip(double delaySeconds)
    {
        private double _for;
        private bool _tripped;

        public bool Watch(bool beyond, bool released, double seconds)
        {
            _for = beyond ? _for + seconds : 0;
            if (_for >= delaySeconds) _tripped = true;
            else if (_tripped && released) _tripped = false;
            return _tripped;
        }
    }
}
