namespace JkFleet.Agent.Host.Simulation;

/// <summary>
/// One LFP cell as an equivalent circuit: open-circuit voltage over charge, a series resistance and one RC pair for the
/// slow part. Good enough that a pack sags, recovers, runs away at the top and collapses at the bottom as a real one does.
/// </summary>
internal sealed class LfpCell
{
    // Shape of a rested prismatic LFP cell at 25 degC: flat in the middle, steep at both ends. Above 1.0 the curve goes
    // on: that is the overcharge a BMS has to stop.
    private static readonly double[] Charge =
        [-0.02, 0.00, 0.01, 0.03, 0.05, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.60, 0.68, 0.75, 0.85, 0.93, 0.97, 0.985, 1.00, 1.005, 1.015, 1.03];

    private static readonly double[] Volt =
        [2.00, 2.50, 2.75, 2.98, 3.08, 3.19, 3.215, 3.235, 3.260, 3.275, 3.285, 3.292, 3.305, 3.320, 3.328, 3.334, 3.345, 3.370, 3.430, 3.500, 3.680, 4.20];

    private const double SlowSeconds = 90;
    private double _slowVolt;

    /// <summary>Usable charge, Ah.</summary>
    public required double CapacityAh { get; init; }

    /// <summary>Series resistance, ohm.</summary>
    public required double Ohm { get; init; }

    /// <summary>State of charge; a little below 0 and above 1 is possible.</summary>
    public double Soc { get; set; }

    /// <summary>Terminal voltage of the last step, V.</summary>
    public double TerminalVolt { get; private set; } = 3.3;

    /// <summary>Moves charge and lets the slow part follow.</summary>
    /// <param name="amps">Positive charges.</param>
    /// <param name="seconds">Length of the step; exact for any length at constant current.</param>
    /// <param name="celsius">A cold cell resists more.</param>
    public void Step(double amps, double seconds, double celsius)
    {
        Soc = Math.Clamp(Soc + (amps * seconds / 3600 / CapacityAh), Charge[0], Charge[^1]);
        var ohm = Ohm * Math.Clamp(1 + ((25 - celsius) * 0.025), 0.7, 3);
        _slowVolt += ((amps * ohm * 0.7) - _slowVolt) * (1 - Math.Exp(-seconds / SlowSeconds));
        TerminalVolt = Math.Max(0, OpenCircuitVolt(Soc) + (amps * ohm) + _slowVolt);
    }

    /// <summary>Voltage of a rested cell.</summary>
    public static double OpenCircuitVolt(double soc)
    {
        if (soc <= Charge[0]) return Volt[0];
        for (var i = 1; i < Charge.Length; i++)
        {
            if (soc > Charge[i]) continue;
            return Volt[i - 1] + ((Volt[i] - Volt[i - 1]) * (soc - Charge[i - 1]) / (Charge[i] - Charge[i - 1]));
        }

        return Volt[^1];
    }
}
