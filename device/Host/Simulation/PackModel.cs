namespace JkFleet.Agent.Host.Simulation;

/// <summary>What differs from pack to pack; drawn once from the seed.</summary>
internal sealed record PackTraits
{
    /// <summary>Cells in series.</summary>
    public int Cells { get; init; } = 16;

    /// <summary>Nameplate, Ah.</summary>
    public int NominalAh { get; init; } = 280;

    /// <summary>Index of the cell that is worse than its neighbours.</summary>
    public int WeakCell { get; init; }

    /// <summary>Share of capacity that the weak cell lacks.</summary>
    public double WeakBy { get; init; } = 0.03;

    /// <summary>Spread of the cells' charge at the start, share of capacity.</summary>
    public double Spread { get; init; } = 0.004;

    /// <summary>Charge at the start, 0..1.</summary>
    public double StartSoc { get; init; } = 0.6;

    /// <summary>Charge cycles behind it.</summary>
    public int Cycles { get; init; } = 150;

    /// <summary>Mean temperature of the place, degC.</summary>
    public double PlaceCelsius { get; init; } = 18;

    /// <summary>Half of the difference between day and night, K.</summary>
    public double PlaceSwing { get; init; } = 4;
}

/// <summary>
/// The physics of one pack: cells in series, heat in the cells and in the power switches. It knows nothing of a BMS;
/// <see cref="PackBms"/> watches it and may disconnect it.
/// </summary>
internal sealed class PackModel
{
    private const double CellKilogramPerAh = 5.4 / 280;
    private const double HeatCapacityPerKilogram = 1000; // J/(kg K)
    private const double WattPerKelvinToPlace = 6;
    private const double SwitchOhm = 0.0006;
    private const double SwitchKelvinPerWatt = 2.2;
    private const double SwitchSeconds = 240;
    private readonly PackTraits _traits;
    private readonly LfpCell[] _cells;
    private readonly double _massJoulePerKelvin;
    private double _cellCelsius;
    private double _switchRise;

    /// <summary>A pack with its own cells.</summary>
    /// <param name="traits">Its character.</param>
    /// <param name="random">Source of the cell spread.</param>
    public PackModel(PackTraits traits, Random random)
    {
        _traits = traits;
        _cells = new LfpCell[traits.Cells];
        for (var i = 0; i < _cells.Length; i++)
        {
            var weak = i == traits.WeakCell;
            var age = 1 - Math.Min(0.2, traits.Cycles / 30000.0);
            _cells[i] = new LfpCell
            {
                CapacityAh = traits.NominalAh * age * (weak ? 1 - traits.WeakBy : 1 + (0.008 * Bell(random))),
                Ohm = 0.00025 * 280 / traits.NominalAh * (1 + (0.12 * Bell(random))) * (weak ? 1.7 : 1),
                Soc = traits.StartSoc + (traits.Spread * Bell(random)),
            };
        }

        _massJoulePerKelvin = traits.Cells * traits.NominalAh * CellKilogramPerAh * HeatCapacityPerKilogram;
        _cellCelsius = traits.PlaceCelsius;
        PlaceCelsius = traits.PlaceCelsius;
        Step(0, 1, traits.PlaceCelsius);
    }

    /// <summary>Cells in series.</summary>
    public int Count => _cells.Length;

    /// <summary>Current of the last step, A; positive charges.</summary>
    public double Amps { get; private set; }

    /// <summary>Sum of the cells, V.</summary>
    public double Volt { get; private set; }

    /// <summary>Capacity that the weakest cell leaves, Ah.</summary>
    public double UsableAh => _cells.Min(c => c.CapacityAh);

    /// <summary>Mean charge of the cells.</summary>
    public double MeanSoc
    {
        get
        {
            double sum = 0;
            foreach (var cell in _cells) sum += cell.Soc;
            return sum / _cells.Length;
        }
    }

    /// <summary>Temperature at sensor 1 (in the middle of the pack), degC.</summary>
    public double CoreCelsius => _cellCelsius;

    /// <summary>Temperature at sensor 2 (at the outside), degC.</summary>
    public double EdgeCelsius => (0.8 * _cellCelsius) + (0.2 * PlaceCelsius);

    /// <summary>Temperature of the power switches, degC.</summary>
    public double SwitchCelsius => ((_cellCelsius + PlaceCelsius) / 2) + _switchRise;

    /// <summary>Temperature around the pack, degC.</summary>
    public double PlaceCelsius { get; private set; }

    /// <summary>Heat that does not come from the current (a sun-lit box, a stuck heater), W; for scenarios.</summary>
    public double ForeignWatt { get; set; }

    /// <summary>Terminal voltage of a cell, V.</summary>
    /// <param name="index">0..<see cref="Count"/> - 1.</param>
    public double CellVolt(int index) => _cells[index].TerminalVolt;

    /// <summary>Lets time pass.</summary>
    /// <param name="amps">Current through the pack; positive charges.</param>
    /// <param name="seconds">Length of the step.</param>
    /// <param name="placeCelsius">Temperature around the pack.</param>
    public void Step(double amps, double seconds, double placeCelsius)
    {
        PlaceCelsius = placeCelsius;
        Amps = amps;
        double volt = 0, heat = ForeignWatt;
        foreach (var cell in _cells)
        {
            cell.Step(amps, seconds, _cellCelsius);
            volt += cell.TerminalVolt;
            heat += amps * amps * cell.Ohm;
        }

        Volt = volt;
        var rest = placeCelsius + (heat / WattPerKelvinToPlace);
        _cellCelsius += (rest - _cellCelsius) * (1 - Math.Exp(-seconds * WattPerKelvinToPlace / _massJoulePerKelvin));
        _switchRise += ((amps * amps * SwitchOhm * SwitchKelvinPerWatt) - _switchRise) * (1 - Math.Exp(-seconds / SwitchSeconds));
    }

    /// <summary>Moves charge from one cell to another, as an active balancer does.</summary>
    /// <param name="from">Index of the fuller cell.</param>
    /// <param name="to">Index of the emptier cell.</param>
    /// <param name="ampSeconds">Charge.</param>
    public void Balance(int from, int to, double ampSeconds)
    {
        _cells[from].Soc -= ampSeconds / 3600 / _cells[from].CapacityAh;
        _cells[to].Soc += 0.85 * ampSeconds / 3600 / _cells[to].CapacityAh;
    }

    /// <summary>Sets one cell's charge, for scenarios.</summary>
    /// <param name="index">0..<see cref="Count"/> - 1.</param>
    /// <param name="soc">New charge.</param>
    public void Overfill(int index, double soc) => _cells[index].Soc = soc;

    /// <summary>Sets every cell to about the same charge, for scenarios.</summary>
    /// <param name="soc">New charge.</param>
    public void Fill(double soc)
    {
        foreach (var cell in _cells) cell.Soc = soc;
    }

    /// <summary>Brings the whole pack to a temperature, for scenarios.</summary>
    /// <param name="celsius">New temperature of the cells.</param>
    public void Soak(double celsius) => _cellCelsius = celsius;

    /// <summary>About -1..1, most often near 0.</summary>
    private static double Bell(Random random) => (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) / 1.5;
}
