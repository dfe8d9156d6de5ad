namespace JkFleet.Agent.Host.Simulation;

/// <summary>Who is in the fleet: most packs are ordinary, some have a weakness that shows in the dashboard sooner or later.</summary>
internal enum SimCharacter
{
    /// <summary>Nothing special.</summary>
    Ordinary,

    /// <summary>One cell far weaker than its neighbours: cell difference at both ends.</summary>
    WeakCell,

    /// <summary>Stands in a cold shed: too cold to charge in the morning.</summary>
    ColdShed,

    /// <summary>Too small for its household: low every evening.</summary>
    TooSmall,

    /// <summary>Bad wiring to the BMS: checksum errors.</summary>
    NoisyWire,

    /// <summary>Stands in a hot box: high temperatures at noon.</summary>
    HotBox,
}

/// <summary>Draws one pack and its place from a seed; the same seed and number give the same pack.</summary>
internal sealed class SimCast
{
    private static readonly int[] Capacities = [100, 200, 280, 280, 280, 304, 314];

    /// <summary>Draws.</summary>
    /// <param name="seed">Of the fleet.</param>
    /// <param name="number">1 and up.</param>
    public SimCast(int seed, int number)
    {
        Random = new Random(Mix(seed, number));
        var dice = Random.NextDouble();
        Character = dice switch
        {
            < 0.06 => SimCharacter.WeakCell,
            < 0.10 => SimCharacter.ColdShed,
            < 0.15 => SimCharacter.TooSmall,
            < 0.18 => SimCharacter.NoisyWire,
            < 0.20 => SimCharacter.HotBox,
            _ => SimCharacter.Ordinary,
        };
        var ah = Capacities[Random.Next(Capacities.Length)];
        Traits = new PackTraits
        {
            NominalAh = Character == SimCharacter.TooSmall ? 100 : ah,
            WeakCell = Random.Next(16),
            WeakBy = Character == SimCharacter.WeakCell ? 0.12 : 0.01 + (0.03 * Random.NextDouble()),
            Spread = 0.001 + (0.003 * Random.NextDouble()),
            StartSoc = 0.35 + (0.5 * Random.NextDouble()),
            Cycles = 20 + Random.Next(1800),
            PlaceCelsius = Character switch { SimCharacter.ColdShed => 2, SimCharacter.HotBox => 33, _ => 14 + (9 * Random.NextDouble()) },
            PlaceSwing = Character switch { SimCharacter.ColdShed => 6, SimCharacter.HotBox => 12, _ => 1 + (5 * Random.NextDouble()) },
        };
        HourShift = (Random.NextDouble() - 0.5) * 1.5;
        HouseAh = ah;
    }

    // Neighbouring seeds of System.Random begin alike; this is the finaliser of SplitMix64, which keeps them apart.
    private static int Mix(int seed, int number)
    {
        var z = unchecked(((ulong)(uint)seed << 32) + ((ulong)number * 0x9E3779B97F4A7C15));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) & int.MaxValue);
    }

    /// <summary>Source of everything that happens to this pack later.</summary>
    public Random Random { get; }

    /// <summary>Its weakness.</summary>
    public SimCharacter Character { get; }

    /// <summary>Its pack.</summary>
    public PackTraits Traits { get; }

    /// <summary>Its place lies east or west of the others, hours.</summary>
    public double HourShift { get; }

    /// <summary>Size of the house, as the capacity that would suit it.</summary>
    public int HouseAh { get; }
}
