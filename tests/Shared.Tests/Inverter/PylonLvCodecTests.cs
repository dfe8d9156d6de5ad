using CsCheck;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class PylonLvCodecTests
{
  private readonly CanFrame[] frames = Make.Frames(PylonLvEncoder.MostFrames);

  [Fact]
  public void A_healthy_pack_becomes_the_six_frames_of_the_document()
  {
    var count = PylonLvEncoder.Encode(Make.Pack(), Make.Limits(), new InverterDialect(), frames);

    Assert.Equal(
      ["359#0000000001504E", "351#3002BC02E803CC01", "355#50006300", "356#D01485FFD700", "35C#C000", "35E#50594C4F4E202020"],
      frames.Take(count).Select(Make.Text));
  }

  [Fact]
  public void A_lost_bms_says_zero_forbid_and_communication_failure()
  {
    var state = Through(Make.Pack(), Make.Limits(l => l.BmsLost = true), new InverterDialect());

    Assert.Equal(0, state.ChargeLimitMa);
    Assert.Equal(0, state.DischargeLimitMa);
    Assert.False(state.ChargeEnabled || state.DischargeEnabled || state.ForceCharge1);
    Assert.Equal(InverterAlarms.SystemError, state.Protections);
    Assert.Equal(InverterAlarms.CommLost, state.Alarms);
    Assert.Equal(53280, state.VoltageMv);
    Assert.Equal(80, state.SocPercent);
  }

  [Theory]
  [InlineData(BmsAlarms.CellOverVoltage, InverterAlarms.OverVoltage)]
  [InlineData(BmsAlarms.ChargeOverVoltage, InverterAlarms.OverVoltage)]
  [InlineData(BmsAlarms.CellUnderVoltage, InverterAlarms.UnderVoltage)]
  [InlineData(BmsAlarms.DischargeUnderVoltage, InverterAlarms.UnderVoltage)]
  [InlineData(BmsAlarms.BatteryOverTemp, InverterAlarms.OverTemp)]
  [InlineData(BmsAlarms.BoxOverTemp, InverterAlarms.OverTemp)]
  [InlineData(BmsAlarms.MosOverTemp, InverterAlarms.OverTemp)]
  [InlineData(BmsAlarms.ChargeHighTemp, InverterAlarms.OverTemp)]
  [InlineData(BmsAlarms.DischargeHighTemp, InverterAlarms.OverTemp)]
  [InlineData(BmsAlarms.BatteryLowTemp, InverterAlarms.UnderTemp)]
  [InlineData(BmsAlarms.ChargeLowTemp, InverterAlarms.UnderTemp)]
  [InlineData(BmsAlarms.DischargeOverCurrent, InverterAlarms.DischargeOverCurrent)]
  [InlineData(BmsAlarms.ChargeOverCurrent, InverterAlarms.ChargeOverCurrent)]
  [InlineData(BmsAlarms.CellDiff, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.Prot309A, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.Prot309B, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.Reserved14, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.ShortCircuit, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.Unknown, InverterAlarms.CommLost)]
  [InlineData(BmsAlarms.LowCapacity, InverterAlarms.None)]
  public void Each_bms_alarm_shows_as_alarm_and_with_the_mos_off_as_protection(BmsAlarms alarm, InverterAlarms shown)
  {
    var warned = Through(Make.Pack(p => p.Alarms = alarm), Make.Limits(), new InverterDialect());
    var switchedOff = Through(Make.Pack(p => { p.Alarms = alarm; p.ChargeMosOn = false; p.DischargeMosOn = false; }), Make.Limits(), new InverterDialect());

    Assert.Equal(shown, warned.Alarms);
    Assert.Equal(InverterAlarms.None, warned.Protections);
    Assert.Equal(shown, switchedOff.Alarms);
    Assert.Equal(shown == InverterAlarms.CommLost ? InverterAlarms.SystemError : shown, switchedOff.Protections);
  }

  [Fact]
  public void Every_combination_of_359_bits_comes_back()
  {
    var data = new byte[8];
    for (var bits = 0; bits < 128; bits++)
    {
      var alarms = (InverterAlarms)bits;
      PylonLvDecoder.PutFlags(data, 0, alarms, InverterAlarms.SystemError);
      PylonLvDecoder.PutFlags(data, 2, alarms & ~InverterAlarms.SystemError, InverterAlarms.CommLost);
      var state = new PylonLvState();
      Assert.True(PylonLvDecoder.Decode(Make.Frame(0x359, Convert.ToHexString(data, 0, 7)), 0, state));
      Assert.Equal(alarms, state.Protections);
      Assert.Equal(alarms & ~InverterAlarms.SystemError, state.Alarms);
    }
  }

  [Fact]
  public void What_is_encoded_is_what_an_inverter_understands_up_to_the_stated_clamps() =>
    Gen.Select(Make.AnyPack, Make.AnyLimits).Sample((pack, limits) =>
    {
      var s = Through(pack, limits, new InverterDialect());
      var charge = limits.BmsLost || !limits.ChargeAllowed ? 0 : Math.Clamp(limits.ChargeLimitMa, 0, 3276700) / 100 * 100;
      var discharge = limits.BmsLost || !limits.DischargeAllowed ? 0 : Math.Clamp(limits.DischargeLimitMa, 0, 3276700) / 100 * 100;
      Assert.Equal(charge, s.ChargeLimitMa);
      Assert.Equal(discharge, s.DischargeLimitMa);
      Assert.Equal(Math.Clamp(limits.ChargeVoltageMv / 100, 0, 65535) * 100, s.ChargeVoltageMv);
      Assert.Equal(Math.Clamp((int)((Math.Max(limits.DischargeVoltageMv, 0) + 99L) / 100), 0, 65535) * 100, s.DischargeCutoffMv);
      Assert.Equal(Math.Clamp(limits.ShownSocPermille, 0, 1000) / 10, s.SocPercent);
      Assert.Equal(pack.SohPermille == BmsSnapshot.Unknown ? 100 : Math.Clamp(pack.SohPermille / 10, 0, 100), s.SohPercent);
      Assert.Equal(Math.Clamp(Math.Round(pack.PackVoltageMv / 10m, MidpointRounding.AwayFromZero), 0, 65535) * 10, s.VoltageMv);
      Assert.Equal(Math.Clamp(Math.Round(pack.CurrentMa / 100m, MidpointRounding.AwayFromZero), -32768, 32767) * 100, s.CurrentMa);
      Assert.Equal(Math.Clamp(pack.PacksOnline, 0, 255), s.Modules);
      Assert.Equal(charge > 0, s.ChargeEnabled);
      Assert.Equal(discharge > 0, s.DischargeEnabled);
      Assert.Equal(limits.ForceCharge && charge > 0, s.ForceCharge1);
      Assert.Equal(limits.FullChargeRequest && charge > 0, s.FullChargeRequest);
      Assert.True(s.Signed);
      Assert.Equal("PYLON", s.MakerText());
    }, iter: 20000);

  [Fact]
  public void No_dialect_raises_a_limit_or_enables_what_is_zero() =>
    Gen.Select(Make.AnyPack, Make.AnyLimits, Gen.Int[0, 0xFFFFF], Gen.Int[0, 63]).Sample((pack, limits, set, ways) =>
    {
      var dialect = new InverterDialect
      {
        Frames = (LvFrame)set | LvFrame.Set12,
        FullLength = (ways & 1) != 0,
        FineSoc = (ways & 2) != 0,
        ZeroAsTenth = (ways & 4) != 0,
        ForceChargeTwo = (ways & 8) != 0,
        UnknownAsInvalid = (ways & 16) != 0,
        LuxpowerFields = (ways & 32) != 0,
      };
      var s = Through(pack, limits, dialect);
      var floor = dialect.ZeroAsTenth && !limits.BmsLost ? 100 : 0;
      Assert.InRange(s.ChargeLimitMa, 0, Math.Max(floor, limits.ChargeAllowed ? limits.ChargeLimitMa : 0));
      Assert.InRange(s.DischargeLimitMa, 0, Math.Max(floor, limits.DischargeAllowed ? limits.DischargeLimitMa : 0));
      if (!limits.ChargeAllowed || limits.BmsLost || limits.ChargeLimitMa < 100) Assert.False(s.ChargeEnabled);
      if (!limits.DischargeAllowed || limits.BmsLost || limits.DischargeLimitMa < 100) Assert.False(s.DischargeEnabled);
      if (s.ChargeLimitMa == 0) Assert.False(s.ChargeEnabled || s.ForceCharge1 || s.ForceCharge2 || s.ForceFlag);
      if (s.DischargeLimitMa == 0) Assert.False(s.DischargeEnabled);
      Assert.True(s.ChargeVoltageMv <= Math.Max(0, limits.ChargeVoltageMv));
    }, iter: 20000);

  [Fact]
  public void Zero_goes_out_as_a_tenth_only_where_the_dialect_asks_and_never_without_the_bms()
  {
    var dialect = new InverterDialect { ZeroAsTenth = true };
    var held = Through(Make.Pack(), Make.Limits(l => l.Forbid(LimitReason.SocStop)), dialect);
    var lost = Through(Make.Pack(), Make.Limits(l => { l.Forbid(LimitReason.Stale); l.BmsLost = true; }), dialect);

    Assert.Equal(100, held.ChargeLimitMa);
    Assert.False(held.ChargeEnabled);
    Assert.Equal(0, held.AllowedChargeMa());
    Assert.Equal(0, lost.ChargeLimitMa);
    Assert.Equal(0, lost.DischargeLimitMa);
  }

  [Fact]
  public void A_careful_inverter_obeys_limit_enable_bit_and_protection()
  {
    Assert.Equal(70000, Through(Make.Pack(), Make.Limits(), new InverterDialect()).AllowedChargeMa());
    Assert.Equal(100000, Through(Make.Pack(), Make.Limits(), new InverterDialect()).AllowedDischargeMa());
    var full = Through(Make.Pack(p => { p.Alarms = BmsAlarms.CellOverVoltage; p.ChargeMosOn = false; }), Make.Limits(), new InverterDialect());
    Assert.Equal(0, full.AllowedChargeMa());
    Assert.Equal(100000, full.AllowedDischargeMa());
    Assert.Equal(0, new PylonLvState().AllowedChargeMa());
  }

  [Fact]
  public void Decoder_takes_any_frame_without_a_throw_or_a_look_behind_its_length() =>
    Gen.Select(Gen.Int[0x300, 0x390], Gen.Byte.Array[8], Gen.Int[0, 8], Gen.Bool).Sample((id, bytes, length, extended) =>
    {
      var a = new CanFrame();
      a.Reset(id, extended, length);
      var b = new CanFrame();
      b.Reset(id, extended, length);
      for (var i = 0; i < 8; i++)
      {
        a.Data[i] = bytes[i];
        b.Data[i] = i < length ? bytes[i] : (byte)~bytes[i];
      }

      var heardA = new PylonLvState();
      var heardB = new PylonLvState();
      Assert.Equal(PylonLvDecoder.Decode(a, 7, heardA), PylonLvDecoder.Decode(b, 7, heardB));
      Assert.Equal(Make.Json(heardA), Make.Json(heardB));
    }, iter: 3000);

  [Fact]
  public void A_set_costs_no_memory()
  {
    var pack = Make.Pack();
    var limits = Make.Limits();
    var dialect = new InverterDialect { Frames = (LvFrame)0xFFFFF };
    var state = new PylonLvState();
    var before = 0L;
    for (var round = 0; round < 2000; round++)
    {
      if (round == 1000) before = GC.GetAllocatedBytesForCurrentThread();
      var count = PylonLvEncoder.Encode(pack, limits, dialect, frames);
      for (var i = 0; i < count; i++) PylonLvDecoder.Decode(frames[i], round, state);
    }

    Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
  }

  [Fact]
  public void Whatever_a_real_pack_sent_is_understood()
  {
    var understood = 0;
    foreach (var vector in VectorFolder.Load("can-pylon-lv"))
    {
      var parts = vector.Hex.Split('#');
      var id = Convert.ToInt32(parts[0], 16);
      if (id is < 0x351 or > 0x359) continue;
      Assert.True(PylonLvDecoder.Decode(Make.Frame(id, parts[1]), 0, new PylonLvState()), vector.Name);
      understood++;
    }

    Assert.True(VectorFolder.Path is null || understood > 20);
  }

  private static PylonLvState Through(BmsSnapshot pack, ChargeLimits limits, InverterDialect dialect)
  {
    // Own frames: CsCheck samples on several threads.
    var own = Make.Frames(PylonLvEncoder.MostFrames);
    var state = new PylonLvState();
    var count = PylonLvEncoder.Encode(pack, limits, dialect, own);
    for (var i = 0; i < count; i++)
    {
      Assert.InRange(own[i].Length, 1, 8);
      PylonLvDecoder.Decode(own[i], i, state);
    }

    return state;
  }
}
