using CsCheck;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Limits;

/// <summary>The tables of protocols.md 4.2 and what every ramp must keep.</summary>
public sealed class RampReferenceTests
{
    private static readonly RampRule Charge = Profiles.OriginDefaults().ChargeRamp[(int)RampSource.SocPermille];
    private static readonly RampRule Discharge = Profiles.OriginDefaults().DischargeRamp[(int)RampSource.SocPermille];

    [Theory]
    [InlineData(0, 70000), InlineData(79, 70000), InlineData(85, 70000), InlineData(90, 70000), InlineData(91, 60000), InlineData(92, 50000)]
    [InlineData(93, 40000), InlineData(94, 30000), InlineData(95, 20000), InlineData(96, 15000), InlineData(97, 10000)]
    [InlineData(98, 5000), InlineData(100, 5000)]
    public void Charge_defaults_are_exact(int socPercent, int limitMa) => Assert.Equal(limitMa, Charge.LimitAt(socPercent * 10));

    [Theory]
    [InlineData(0, 0), InlineData(1, 0), InlineData(2, 0), InlineData(3, 1300), InlineData(4, 2600), InlineData(5, 4000), InlineData(6, 5200)]
    [InlineData(7, 6400), InlineData(8, 7600), InlineData(9, 8800), InlineData(10, 10000), InlineData(12, 20000), InlineData(15, 35000)]
    [InlineData(17, 49000), InlineData(20, 70000), InlineData(60, 70000)]
    public void Discharge_defaults_are_exact(int socPercent, int limitMa) => Assert.Equal(limitMa, Discharge.LimitAt(socPercent * 10));

    [Fact]
    public void A_ramp_is_monotone_between_points_and_never_above_the_line() =>
        Ramps.Sample(ramp =>
        {
            for (var i = 1; i < ramp.Count; i++)
            {
                long x0 = ramp.Scale[i - 1], x1 = ramp.Scale[i], y0 = ramp.LimitMa[i - 1], y1 = ramp.LimitMa[i];
                var before = ramp.LimitAt((int)x0);
                for (var x = x0; x <= x1; x += Math.Max(1, (x1 - x0) / 50))
                {
                    var y = ramp.LimitAt((int)x);
                    var line = (Int128)y0 * (x1 - x0) + (Int128)(y1 - y0) * (x - x0); // times (x1 - x0)
                    Assert.True((Int128)y * (x1 - x0) <= line, $"{y} above the line at {x}");
                    Assert.True(((Int128)y + RampEngine.StepMa) * (x1 - x0) > line, $"{y} more than one step below the line at {x}");
                    Assert.True(y1 >= y0 ? y >= before : y <= before, $"not monotone at {x}");
                    Assert.Equal(0, y % RampEngine.StepMa);
                    before = y;
                }
            }

            Assert.Equal(ramp.LimitAt(ramp.Scale[0]), ramp.LimitAt(int.MinValue));
            Assert.Equal(ramp.LimitAt(ramp.Scale[ramp.Count - 1]), ramp.LimitAt(int.MaxValue));
        });

    [Fact]
    public void A_ramp_without_points_gives_nothing() => Assert.Equal(0, new RampRule(RampSource.CellMaxMv).LimitAt(3300));

    internal static Gen<RampRule> Ramps { get; } =
        from steps in Gen.Select(Gen.Int[1, 400], Gen.Int[0, 1000000]).Array[2, 16]
        from start in Gen.Int[-400, 4000]
        select Make(start, steps);

    private static RampRule Make(int start, (int Width, int LimitMa)[] steps)
    {
        var ramp = new RampRule(RampSource.SocPermille);
        foreach (var (width, limitMa) in steps) ramp.Add(start += width, limitMa);
        return ramp;
    }
}
