using CsCheck;
using JkFleet.Bms;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class PylonHvCodecTests
{
  [Fact]
  public void A_pack_becomes_the_ensemble_answer_of_the_document()
  {
    var frames = Make.Frames(PylonHvEncoder.MostEnsemble);
    var count = PylonHvEncoder.Ensemble(Make.Pack(), Make.Limits(), new InverterDialect(), false, frames);

    Assert.Equal(
    [
      "00004210#1502B574BF045063", "00004220#3002CC01EC774871", "00004230#110D020D10000100", "00004240#BF04A10402000100",
      "00004250#022A000000000000", "00004260#98D098D001000100", "00004270#BF04A10401000100", "00004280#0000000000000000",
      "00004290#0000000000000000", "000042A0#1E051E0501000100",
    ], frames.Take(count).Select(Make.Text));
  }

  [Fact]
  public void Equipment_says_who_the_battery_is_and_not_how_it_is()
  {
    var frames = Make.Frames(PylonHvEncoder.EquipmentFrames);
    var dialect = new InverterDialect { MakerText = "PYLONTEC", CellsPerModule = 8 };
    var count = PylonHvEncoder.Equipment(Make.Pack(), dialect, frames);

    Assert.Equal(
      ["00007310#0100020101020000", "00007320#1000020833001801", "00007330#50594C4F4E544543", "00007340#4800000000000000"],
      frames.Take(count).Select(Make.Text));
  }

  [Theory]
  [InlineData(BmsSnapshot.Unknown, 96)]
  [InlineData(3650, 96)]
  [InlineData(4250, 108)]
  [InlineData(2800, 72)]
  public void Make_counts_modules_and_the_voltage_level_of_the_chemistry(int cellOvpMv, int volts)
  {
    var s = Through(Make.Pack(p => { p.CellCount = 30; p.CapacityMah = 50000; p.CellOvpMv = cellOvpMv; }), Make.Limits(), new InverterDialect { CellsPerModule = 15 });
    Assert.Equal((30, 2, 15, volts, 50), (s.Cells, s.Modules, s.CellsPerModule, s.VoltageLevelV, s.CapacityAh));
  }

  [Theory]
  [InlineData(BmsAlarms.CellUnderVoltage, HvAlarms.CellLow)]
  [InlineData(BmsAlarms.CellOverVoltage, HvAlarms.CellHigh)]
  [InlineData(BmsAlarms.DischargeUnderVoltage, HvAlarms.PileLow)]
  [InlineData(BmsAlarms.ChargeOverVoltage, HvAlarms.PileHigh)]
  [InlineData(BmsAlarms.BatteryLowTemp, HvAlarms.ChargeCold | HvAlarms.DischargeCold)]
  [InlineData(BmsAlarms.ChargeLowTemp, HvAlarms.ChargeCold)]
  [InlineData(BmsAlarms.MosOverTemp, HvAlarms.ChargeHot | HvAlarms.DischargeHot)]
  [InlineData(BmsAlarms.ChargeHighTemp, HvAlarms.ChargeHot)]
  [InlineData(BmsAlarms.DischargeHighTemp, HvAlarms.DischargeHot)]
  [InlineData(BmsAlarms.ChargeOverCurrent, HvAlarms.ChargeOverCurrent)]
  [InlineData(BmsAlarms.DischargeOverCurrent, HvAlarms.DischargeOverCurrent)]
  [InlineData(BmsAlarms.LowCapacity, HvAlarms.None)]
  public void Each_bms_alarm_stands_in_the_alarm_word_and_with_the_mos_off_in_the_protection_word(BmsAlarms alarm, HvAlarms word)
  {
    var warned = Through(Make.Pack(p => p.Alarms = alarm), Make.Limits(), new InverterDialect());
    var off = Through(Make.Pack(p => { p.Alarms = alarm; p.ChargeMosOn = false; p.DischargeMosOn = false; }), Make.Limits(), new InverterDialect());

    Assert.Equal((word, HvAlarms.None, HvFaults.None), (warned.Alarms, warned.Protections, warned.Faults));
    Assert.Equal((word, word), (off.Alarms, off.Protections));
  }

  [Theory]
  [InlineData(BmsAlarms.Unknown, HvFaults.Other)]
  [InlineData(BmsAlarms.Reserved15, HvFaults.Other)]
  [InlineData(BmsAlarms.CellDiff, HvFaults.Other)]
  [InlineData(BmsAlarms.ShortCircuit, HvFaults.Other)]
  [InlineData(BmsAlarms.MosFault, HvFaults.Relay)]
  [InlineData(BmsAlarms.WireResistance, HvFaults.VoltageSensor)]
  [InlineData(BmsAlarms.TempSensor, HvFaults.TempSensor)]
  [InlineData(BmsAlarms.CoprocessorComm, HvFaults.InternalComm)]
  public void A_fault_has_its_bit_and_an_unknown_one_is_a_fault_too(BmsAlarms alarm, HvFaults fault) =>
    Assert.Equal(fault, Through(Make.Pack(p => p.Alarms = alarm), Make.Limits(), new InverterDialect()).Faults);

  [Fact]
  public void A_lost_bms_forbids_both_directions_and_names_the_fault()
  {
    var s = Through(Make.Pack(), Make.Limits(l => l.BmsLost = true), new InverterDialect());

    Assert.True(s.ChargeForbidden && s.DischargeForbidden);
    Assert.Equal((0, 0), (s.ChargeLimitMa, s.DischargeLimitMa));
    Assert.Equal(HvFaults.InternalComm, s.Faults);
    Assert.Equal(4, s.MoreFaults);
    Assert.Equal(53300, s.VoltageMv);
  }

  [Theory]
  [InlineData(false, "EC774871")] // 30700 and 29000
  [InlineData(true, "EC771879")]  // 30700 and 31000
  public void Discharge_limit_follows_the_sign_setting(bool positive, string tail)
  {
    var frames = Make.Frames(PylonHvEncoder.MostEnsemble);
    PylonHvEncoder.Ensemble(Make.Pack(), Make.Limits(), new InverterDialect { DischargeSignPositive = positive }, false, frames);

    Assert.EndsWith(tail, Make.Text(frames[1]), StringComparison.Ordinal);
  }

  [Theory]
  [InlineData(0, 3)]
  [InlineData(299, 3)]
  [InlineData(-299, 3)]
  [InlineData(300, 1)]
  [InlineData(-300, 2)]
  public void Status_follows_the_current_outside_a_small_dead_band(int milliamps, int status) =>
    Assert.Equal(status, Through(Make.Pack(p => p.CurrentMa = milliamps), Make.Limits(), new InverterDialect()).Status);

  [Fact]
  public void Module_voltage_clamps_instead_of_wrapping()
  {
    var pack = Make.Pack(p =>
    {
      p.CellCount = 24;
      for (var i = 0; i < 24; i++) p.CellMv[i] = 3300;
    });

    Assert.Equal(65535, Through(pack, Make.Limits(), new InverterDialect()).ModuleMaxMv);
    Assert.Equal(39600, Through(pack, Make.Limits(), new InverterDialect { CellsPerModule = 12 }).ModuleMaxMv);
  }

  [Fact]
  public void What_is_encoded_is_what_an_inverter_understands_up_to_the_stated_clamps() =>
    Gen.Select(Make.AnyPack, Make.AnyLimits, Gen.Int[0, 7]).Sample((pack, limits, ways) =>
    {
      var dialect = new InverterDialect { DischargeSignPositive = (ways & 1) != 0, HighByteFirst = (ways & 2) != 0, CellsPerModule = (ways & 4) != 0 ? 8 : 0 };
      var s = Through(pack, limits, dialect);
      var charge = limits.BmsLost || !limits.ChargeAllowed ? 0 : Math.Clamp(limits.ChargeLimitMa, 0, 3553500) / 100 * 100;
      var discharge = limits.BmsLost || !limits.DischargeAllowed ? 0
        : Math.Clamp(limits.DischargeLimitMa, 0, dialect.DischargeSignPositive ? 3276700 : 3000000) / 100 * 100;
      Assert.Equal(Math.Min(charge, 3276700), s.ChargeLimitMa);
      Assert.Equal(discharge, s.DischargeLimitMa);
      Assert.Equal(charge == 0, s.ChargeForbidden);
      Assert.Equal(discharge == 0, s.DischargeForbidden);
      Assert.Equal(Math.Clamp(limits.ChargeVoltageMv / 100, 0, 65535) * 100, s.ChargeCutoffMv);
      Assert.Equal(Math.Clamp((int)((Math.Max(limits.DischargeVoltageMv, 0) + 99L) / 100), 0, 65535) * 100, s.DischargeCutoffMv);
      Assert.Equal(Math.Clamp(Math.Round(pack.PackVoltageMv / 100m, MidpointRounding.AwayFromZero), 0, 65535) * 100, s.VoltageMv);
      Assert.Equal(Math.Clamp(Math.Round(pack.CurrentMa / 100m, MidpointRounding.AwayFromZero), -30000, 35535) * 100, s.CurrentMa);
      Assert.Equal(Math.Clamp(limits.ShownSocPermille, 0, 1000) / 10, s.SocPercent);
      Assert.Equal(Math.Clamp(pack.CellMaxMv, 0, 65535), s.CellMaxMv);
      Assert.Equal(Math.Clamp(pack.CellMinMv, 0, 65535), s.CellMinMv);
      Assert.Equal((pack.CellMaxNo, pack.CellMinNo), (s.CellMaxNo, s.CellMinNo));
      Assert.Equal(Math.Clamp(pack.Cycles, 0, 65535), s.Cycles);
      Assert.Equal(pack.CurrentMa >= 300 ? 1 : pack.CurrentMa <= -300 ? 2 : 3, s.Status);
      Assert.Equal(limits.ForceCharge && charge > 0, s.ForceCharge);
      Assert.Equal(limits.FullChargeRequest && charge > 0, s.BalanceCharge);
      Assert.Equal(limits.BmsLost, (s.MoreFaults & 4) != 0);
      Assert.Equal(pack.CellCount, s.Cells);
      Assert.Equal((pack.CellCount + 3) / 4 * 4, s.CellsHeard);
      for (var i = 0; i < pack.CellCount; i++) Assert.Equal(Math.Clamp(pack.CellMv[i], 0, 65535), s.CellMv[i]);
    }, iter: 20000);

  [Fact]
  public void Zero_goes_out_as_a_tenth_only_where_the_dialect_asks_and_stays_forbidden()
  {
    var held = Through(Make.Pack(), Make.Limits(l => { l.ChargeLimitMa = 0; l.ChargeAllowed = false; }), new InverterDialect { ZeroAsTenth = true });
    Assert.Equal((100, true, 0), (held.ChargeLimitMa, held.ChargeForbidden, held.AllowedChargeMa()));
  }

  [Fact]
  public void Ids_come_back_from_both_shapes()
  {
    int[] groups =
    [
      HvId.Ask, HvId.Measured, HvId.Limits, HvId.Status, HvId.MoreFaults, HvId.TerminalTemps, HvId.Name, HvId.Cells, HvId.Cells + 0x70,
      HvId.Versions, HvId.Series, HvId.Sleep, HvId.Command, HvId.Mask, HvId.MaskAnswer, HvId.HostHeartbeat,
    ];
    foreach (var group in groups)
    {
      for (var address = 0; address < 16; address++)
      {
        Assert.Equal(group, HvId.Group(HvId.Of(group, address, true), true));
        Assert.Equal(address, HvId.Address(HvId.Of(group, address, true), true));
      }

      Assert.InRange(HvId.Of(group, 7, false), 0, 0x7FF);
      Assert.Equal(group, HvId.Group(HvId.Of(group, 7, false), false));
    }

    Assert.Equal((0x420, 0x421, 0x42A, 0x731, 0x620, 0x621), (HvId.Of(0x4200, 1, false), HvId.Of(0x4210, 1, false),
      HvId.Of(0x42A0, 1, false), HvId.Of(0x7310, 1, false), HvId.Of(0x8200, 1, false), HvId.Of(0x8210, 1, false)));
  }

  [Fact]
  public void Decoder_takes_any_frame_without_a_throw_or_a_look_behind_its_length() =>
    Gen.Select(Gen.OneOf(Gen.Int[0x4200, 0x42FF], Gen.Int[0x5000, 0x5FFF], Gen.Int[0x7300, 0x7350], Gen.Int[0x8200, 0x8260], Gen.Int[0, 0x7FF]),
      Gen.Byte.Array[8], Gen.Int[0, 8], Gen.Bool, Gen.Bool).Sample((id, bytes, length, extended, high) =>
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

      var heardA = new PylonHvState();
      var heardB = new PylonHvState();
      Assert.Equal(PylonHvDecoder.Decode(a, high, 7, heardA), PylonHvDecoder.Decode(b, high, 7, heardB));
      Assert.Equal(Make.Json(heardA), Make.Json(heardB));
    }, iter: 2000);

  private static PylonHvState Through(BmsSnapshot pack, JkFleet.Limits.ChargeLimits limits, InverterDialect dialect)
  {
    var frames = Make.Frames(PylonHvEncoder.MostEnsemble);
    var s = new PylonHvState();
    Hear(frames, PylonHvEncoder.Ensemble(pack, limits, dialect, false, frames), dialect, s);
    Hear(frames, PylonHvEncoder.Equipment(pack, dialect, frames), dialect, s);
    Hear(frames, PylonHvEncoder.Cells(pack, dialect, frames), dialect, s);
    return s;
  }

  private static void Hear(CanFrame[] frames, int count, InverterDialect dialect, PylonHvState s)
  {
    for (var i = 0; i < count; i++)
    {
      Assert.Equal(8, frames[i].Length);
      Assert.True(PylonHvDecoder.Decode(frames[i], dialect.HighByteFirst, i, s));
    }
  }
}
