using System.Text;
using CsCheck;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Limits;

/// <summary>Profiles as text, and what is refused before anybody uses it.</summary>
public sealed class ProfileTests
{
    private readonly ProfileCodec _codec = new();
    private readonly ProfileFaults _faults = new();
    private readonly Envelope _envelope = new();

    private string Text(Profile p)
    {
        var w = new MessageWriter(new byte[ProfileCodec.MaxBytes]);
        Assert.True(_codec.Write(p, w));
        return Encoding.UTF8.GetString(w.Buffer, 0, w.Count);
    }

    private bool Read(string text, Profile into)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return _codec.TryRead(bytes, 0, bytes.Length, into);
    }

    private static Profile Full()
    {
        var p = new Profile { Revision = int.MaxValue, Name = new string('ä', 32) };
        for (var i = 0; i < ProfileField.Count; i++) p.Number[i] = ProfileField.Max(i);
        for (var source = 0; source < Profile.Sources; source++)
        {
            for (var i = 0; i < RampRule.MaxPoints; i++)
            {
                p.ChargeRamp[source].Add(-400 + i, 1000000);
                p.DischargeRamp[source].Add(4000 + i, 1000000);
            }
        }

        p.NoCharge.Count = p.NoDischarge.Count = Profile.MaxWindows;
        Array.Fill(p.NoCharge.FromMin, 1439);
        Array.Fill(p.NoCharge.ToMin, 1438);
        return p;
    }

    [Fact]
    public void The_largest_profile_fits_its_buffer_and_survives_the_way_there_and_back()
    {
        var text = Text(Full());
        var back = new Profile();
        Assert.True(Read(text, back), _codec.Refusal);
        Assert.Equal(text, Text(back));
        var copy = new Profile();
        back.CopyTo(copy);
        Assert.Equal(text, Text(copy));
    }

    [Fact]
    public void The_defaults_are_a_good_profile_and_what_is_not_named_has_its_default()
    {
        Assert.True(ProfileRules.Check(Profiles.OriginDefaults(), _envelope, _faults));
        Assert.True(ProfileRules.Check(new Profile(), _envelope, _faults));
        var p = Full();
        Assert.True(Read("""{"name":"n","charge_soc_permille":[0,1000],"charge_soc_ma":[1000,2000]}""", p));
        Assert.Equal("n", p.Name);
        Assert.Equal(2, p.ChargeRamp[0].Count);
        Assert.Equal(0, p.DischargeRamp[0].Count);
        for (var i = 0; i < ProfileField.Count; i++) Assert.Equal(ProfileField.Default(i), p.Number[i]);
    }

    [Theory]
    [InlineData("""{"charge_max_ma":1,"charge_max_ma":2}""", "charge_max_ma", "twice")]
    [InlineData("""{"charge_limit_for_mondays":5}""", "charge_limit_for_mondays", "not a field")]
    [InlineData("""{"charge_max_ma":99999999999}""", "charge_max_ma", "range")]
    [InlineData("""{"charge_max_ma":1.5}""", "charge_max_ma", "fraction")]
    [InlineData("""{"charge_soc_permille":[0,10],"charge_soc_ma":[1000]}""", "charge_soc_ma", "as long as")]
    [InlineData("""{"charge_soc_permille":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}""", "charge_soc_permille", "too many")]
    [InlineData("""{"no_charge_from_min":[1,2,3,4,5]}""", "no_charge_from_min", "too many")]
    [InlineData("""{"charge_max_ma":1""", "", "not closed")]
    [InlineData("[]", "", "not an object")]
    public void Text_that_is_no_profile_is_refused_by_field(string text, string field, string why)
    {
        Assert.False(Read(text, new Profile()));
        Assert.Equal(field, _codec.RefusedField);
        Assert.Contains(why, _codec.Refusal);
    }

    [Fact]
    public void Any_bytes_are_answered_and_never_thrown_at() =>
        Gen.Byte.Array[0, 60].Sample(bytes =>
        {
            var p = new Profile();
            if (_codec.TryRead(bytes, 0, bytes.Length, p)) Assert.True(bytes.Length >= 2);
        });

    [Fact]
    public void Every_number_is_refused_just_outside_its_bounds()
    {
        for (var i = 0; i < ProfileField.Count; i++)
        {
            var p = new Profile();
            p.Number[i] = ProfileField.Max(i) + 1;
            Assert.False(ProfileRules.Check(p, _envelope, _faults));
            Assert.Contains((ProfileField.Name(i), ProfileField.Max(i)), Faults());
            p.Number[i] = ProfileField.Min(i) - 1;
            Assert.False(ProfileRules.Check(p, _envelope, _faults));
            Assert.Contains((ProfileField.Name(i), ProfileField.Min(i)), Faults());
            Assert.InRange(ProfileField.Default(i), ProfileField.Min(i), ProfileField.Max(i));
        }
    }

    [Fact]
    public void A_ramp_needs_two_to_sixteen_rising_points_within_the_envelope()
    {
        _envelope.MaxChargeMa = 60000;
        var p = new Profile();
        var ramp = p.ChargeRamp[(int)RampSource.CellMaxMv];
        ramp.Add(3400, 50000);
        Check(p, ("charge_cell_max_mv", 2));
        ramp.Add(3400, 70000);
        Check(p, ("charge_cell_max_mv", 3400), ("charge_cell_max_ma", 60000));
        ramp.Scale[1] = 5001;
        ramp.LimitMa[1] = -1;
        Check(p, ("charge_cell_max_mv", 5000), ("charge_cell_max_ma", 0));
        ramp.Scale[0] = 499;
        ramp.Scale[1] = 3400;
        ramp.LimitMa[1] = 0;
        Check(p, ("charge_cell_max_mv", 500));
    }

    [Fact]
    public void Contradictions_are_named()
    {
        Check(With((ProfileField.StopChargeSocPermille, 950), (ProfileField.RestartChargeSocPermille, 950)), ("restart_charge_soc_permille", 950));
        Check(With((ProfileField.StopDischargeSocPermille, 80), (ProfileField.RestartDischargeSocPermille, 80)), ("restart_discharge_soc_permille", 80));
        Check(With((ProfileField.StopChargeMv, 56000), (ProfileField.RestartChargeMv, 56000)), ("restart_charge_mv", 56000));
        Check(With((ProfileField.StopDischargeMv, 48000), (ProfileField.RestartDischargeMv, 48000)), ("restart_discharge_mv", 48000));
        Check(With((ProfileField.ForceStartSocPermille, 100), (ProfileField.ForceStopSocPermille, 100)), ("force_stop_soc_permille", 100));
        Check(With((ProfileField.ChargeMv, 50000), (ProfileField.DischargeMv, 50000)), ("discharge_mv", 50000));
        Check(With((ProfileField.FloatCellMv, 3451)), ("float_cell_mv", 3450));
        Check(With((ProfileField.AbsorptionLimitMin, 29)), ("absorption_limit_min", 30));
        Check(With((ProfileField.RebulkCellMv, 3375)), ("rebulk_cell_mv", 3375));
        Check(With((ProfileField.ShownSocCapPermille, 980)), ("shown_soc_cap_permille", 0));
        Check(With((ProfileField.StaleMs, 30000), (ProfileField.StopMs, 30000)), ("stop_ms", 30000));
        Check(With());
    }

    [Fact]
    public void More_than_the_board_allows_is_refused_with_the_bound()
    {
        _envelope.MaxChargeMa = 100000;
        _envelope.MaxDischargeMa = 120000;
        _envelope.MaxChargeMv = 56000;
        _envelope.MinDischargeMv = 44000;
        _envelope.MaxCellMv = 3400;
        Check(With((ProfileField.ChargeMaxMa, 100001)), ("charge_max_ma", 100000));
        Check(With((ProfileField.DischargeMaxMa, 120001)), ("discharge_max_ma", 120000));
        Check(With((ProfileField.FloatMaxMa, 100001)), ("float_max_ma", 100000));
        Check(With((ProfileField.ChargeMv, 56001)), ("charge_mv", 56000));
        Check(With((ProfileField.DischargeMv, 43999)), ("discharge_mv", 44000));
        Check(With((ProfileField.Phases, 1)), ("absorption_cell_mv", 3400));
        Check(With((ProfileField.ChargeMaxMa, 100000), (ProfileField.ChargeMv, 56000), (ProfileField.DischargeMv, 44000)));
    }

    [Fact]
    public void Windows_are_minutes_of_a_day_and_may_wrap_over_midnight()
    {
        var p = new Profile();
        p.NoCharge.Count = p.NoDischarge.Count = 1;
        p.NoCharge.FromMin[0] = 1440;
        p.NoCharge.ToMin[0] = -1;
        Check(p, ("no_charge_from_min", 1439), ("no_charge_to_min", 1439));
        p.NoCharge.FromMin[0] = 1320;
        p.NoCharge.ToMin[0] = 360;
        Check(p);
        Assert.True(p.NoCharge.Contains(1320));
        Assert.True(p.NoCharge.Contains(359));
        Assert.False(p.NoCharge.Contains(360));
        Assert.False(p.NoCharge.Contains(1319));
        Assert.True(p.NoDischarge.Contains(700)); // 0 to 0: the whole day
        p.NoCharge.FromMin[0] = 600;
        p.NoCharge.ToMin[0] = 660;
        Assert.Equal([false, true, true, false], new[] { 599, 600, 659, 660 }.Select(p.NoCharge.Contains));
    }

    private static Profile With(params (int Field, int Value)[] numbers)
    {
        var p = new Profile();
        foreach (var (field, value) in numbers) p.Number[field] = value;
        return p;
    }

    private void Check(Profile p, params (string Field, int Bound)[] expected)
    {
        Assert.Equal(expected.Length == 0, ProfileRules.Check(p, _envelope, _faults));
        Assert.Equal(expected.Order(), Faults().Order());
    }

    private IEnumerable<(string Field, int Bound)> Faults() =>
        Enumerable.Range(0, _faults.Count).Select(i => (_faults.Field[i], _faults.Bound[i]));
}
