using JkFleet.Inverter;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class InverterPresetsTests
{
  public static TheoryData<string> Names() => [.. InverterPresets.Names()];

  [Theory]
  [MemberData(nameof(Names))]
  public void Each_preset_has_a_source_and_plays_its_protocol(string name)
  {
    var dialect = InverterPresets.Find(name)!;
    Assert.Equal(name, dialect.Name);
    Assert.True(dialect.Source.Length > 10);
    Assert.InRange(dialect.Address, 0, 15);
    var protocol = InverterPresets.Protocol(dialect);
    Assert.Equal(dialect.HighVoltage ? "can-pylon-hv" : "can-pylon-lv", protocol.Name);
    Assert.NotSame(dialect, InverterPresets.Find(name));
  }

  [Theory]
  [MemberData(nameof(Names))]
  public void Each_preset_forbids_what_is_zero_and_sends_its_set_within_a_second(string name)
  {
    var dialect = InverterPresets.Find(name)!;
    if (dialect.HighVoltage) return;
    var protocol = InverterPresets.Protocol(dialect);
    protocol.Update(Make.Pack(), Make.Limits(l => l.Forbid(LimitReason.SocStop)));
    var state = new PylonLvState();
    var frame = new CanFrame();
    var ids = new HashSet<int>();
    for (var now = 0; now < 1000; now += 5)
    {
      while (protocol.NextFrame(now, frame))
      {
        Assert.True(ids.Add(frame.Id), $"{frame.Id:X3} twice in a second");
        PylonLvDecoder.Decode(frame, now, state);
        if (dialect.FullLength) Assert.Equal(8, frame.Length);
      }
    }

    Assert.Superset(new HashSet<int> { 0x351, 0x355, 0x356 }, ids);
    Assert.Equal(dialect.ZeroAsTenth ? 100 : 0, state.ChargeLimitMa);
    Assert.Equal(name != "generic-lv-13", ids.Contains(0x35C));
    Assert.False(state.ChargeEnabled || state.DischargeEnabled);
  }

  [Fact]
  public void Protocol_names_are_names_of_the_generic_presets_and_nonsense_is_none()
  {
    Assert.False(InverterPresets.Find("can-pylon-lv")!.HighVoltage);
    Assert.True(InverterPresets.Find("can-pylon-hv")!.HighVoltage);
    Assert.Null(InverterPresets.Find("tesla"));
    Assert.Null(InverterPresets.Find(""));
  }

  [Fact]
  public void Each_setting_can_be_set_and_refuses_what_is_out_of_range()
  {
    foreach (var name in InverterSettings.Names())
    {
      var dialect = new InverterDialect();
      var accepted = new[] { "true", "8", "300", "2000", "14" }.Count(value => InverterSettings.Set(dialect, name, value).Length == 0);
      Assert.True(accepted > 0, name);
      if (name is "maker" or "product" or "serial" or "series") Assert.NotEqual("", InverterSettings.Set(dialect, name, "\u00e4"));
      else Assert.NotEqual("", InverterSettings.Set(dialect, name, "-1"));
      Assert.NotEqual("", InverterSettings.Set(dialect, name, "99999999999999999"));
    }

    var d = new InverterDialect();
    Assert.NotEqual("", InverterSettings.Set(d, "address", "16"));
    Assert.NotEqual("", InverterSettings.Set(d, "period_ms", "199"));
    Assert.NotEqual("", InverterSettings.Set(d, "frames", "1"));
    Assert.NotEqual("", InverterSettings.Set(d, "sign", "1"));
    Assert.Equal("", InverterSettings.Set(d, "maker", "PYLON"));
    Assert.Equal("", InverterSettings.Set(d, "high_byte_first", "true"));
    Assert.True(d.HighByteFirst);
    Assert.Equal((1, 1000), (d.Address, d.PeriodMs));
  }
}
