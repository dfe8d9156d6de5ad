namespace JkFleet.Agent.Host.Simulation;

/// <summary>
/// The house around a pack: sun with passing clouds, a household that cooks in the evening, and the temperature of the
/// cellar or shed. Everything is a function of the seeded traits and the hour, plus a slow cloud process.
/// </summary>
internal sealed class SolarDay
{
    private const double SunriseHour = 6.2, SunsetHour = 19.8;
    private readonly Random _random;
    private readonly double _peakWatt, _baseWatt, _cookWatt, _clouds;
    private double _cloud;
    private double _kettleSeconds;

    /// <summary>A house.</summary>
    /// <param name="random">Source of its size and of its clouds.</param>
    /// <param name="packAh">A larger pack usually stands behind a larger roof.</param>
    public SolarDay(Random random, int packAh)
    {
        _random = random;
        _peakWatt = packAh / 280.0 * (3800 + (3600 * random.NextDouble()));
        _baseWatt = 180 + (280 * random.NextDouble());
        _cookWatt = 1200 + (2200 * random.NextDouble());
        _clouds = random.NextDouble() * 0.7;
    }

    /// <summary>Power of the roof now, W.</summary>
    public double SunWatt { get; private set; }

    /// <summary>Power the household takes now, W.</summary>
    public double LoadWatt { get; private set; }

    /// <summary>Lets the clouds and the household move on.</summary>
    /// <param name="hour">0..24, local sun time.</param>
    /// <param name="seconds">Length of the step.</param>
    public void Step(double hour, double seconds)
    {
        // A mean-reverting walk: clouds come and go over some ten minutes.
        var pull = 1 - Math.Exp(-seconds / 700);
        _cloud = Math.Clamp(_cloud + ((_clouds - _cloud) * pull) + ((_random.NextDouble() - 0.5) * 0.9 * Math.Sqrt(pull)), 0, 0.95);
        var height = hour is > SunriseHour and < SunsetHour
            ? Math.Sin(Math.PI * (hour - SunriseHour) / (SunsetHour - SunriseHour))
            : 0;
        SunWatt = _peakWatt * Math.Pow(height, 1.2) * (1 - _cloud);

        _kettleSeconds -= seconds;
        if (_kettleSeconds < -1800 * (0.3 + _random.NextDouble())) _kettleSeconds = hour is > 6 and < 23 ? 180 : 0;
        LoadWatt = _baseWatt
            + (0.35 * _cookWatt * Hump(hour, 7.5, 1.0))
            + (0.45 * _cookWatt * Hump(hour, 12.5, 0.9))
            + (_cookWatt * Hump(hour, 19.3, 1.8))
            + (_kettleSeconds > 0 ? 1800 : 0);
    }

    private static double Hump(double hour, double at, double width) => Math.Exp(-Math.Pow((hour - at) / width, 2));
}
