namespace JkFleet.Agent.Host.Simulation;

/// <summary>
/// What an inverter wants from the battery: put the surplus of the roof in, take what the household lacks out, never
/// more than the frames allow, tapering at the charge voltage and stopping at the cut-off. The rest is the grid's.
/// </summary>
/// <param name="reservePercent">The owner told the inverter to leave so much in the battery.</param>
internal sealed class HousePower(int reservePercent)
{
    private const double MostWatt = 6000;
    private const double Efficiency = 0.94;
    private const double TaperVolt = 0.6;
    private const double ReactionSeconds = 1.5;
    private const int ReserveHysteresis = 4;
    private double _amps;
    private bool _resting;

    /// <summary>Current through the battery, A; positive charges.</summary>
    public double Amps => _amps;

    /// <summary>Decides the current of the next step.</summary>
    /// <param name="surplusWatt">Roof minus household.</param>
    /// <param name="packVolt">Battery voltage.</param>
    /// <param name="inverter">What the battery allows.</param>
    /// <param name="nowMs">Clock of the frames.</param>
    /// <param name="seconds">Length of the step, in the clock of the control electronics (never scaled).</param>
    public double Decide(double surplusWatt, double packVolt, ISimInverter inverter, long nowMs, double seconds)
    {
        var watt = Math.Clamp(surplusWatt, -MostWatt, MostWatt);
        var wanted = watt > 0 ? watt * Efficiency / Math.Max(packVolt, 1) : watt / Efficiency / Math.Max(packVolt, 1);
        double allowed;
        if (wanted >= 0)
        {
            allowed = Math.Min(wanted, inverter.AllowedChargeMa(nowMs) / 1000.0);
            var room = (inverter.ChargeVoltageMv / 1000.0) - packVolt;
            allowed *= Math.Clamp(room / TaperVolt, 0, 1);
        }
        else
        {
            allowed = Math.Max(wanted, -inverter.AllowedDischargeMa(nowMs) / 1000.0);
            _resting = inverter.SocPercent <= reservePercent + (_resting ? ReserveHysteresis : 0);
            if (_resting || packVolt * 1000 <= inverter.CutoffVoltageMv) allowed = 0;
        }

        // Down to a new limit within the step, up with the inertia of a real power stage.
        var grows = Math.Abs(allowed) > Math.Abs(_amps) && allowed * _amps >= 0;
        _amps = grows ? _amps + ((allowed - _amps) * (1 - Math.Exp(-seconds / ReactionSeconds))) : allowed;
        if (Math.Abs(_amps) < 0.05) _amps = 0;
        return _amps;
    }
}
