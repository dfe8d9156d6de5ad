// The extension frames of Victron, BYD, Pytes, SMA, Deye and Luxpower, there and back.
using CsCheck;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Inverter;

public class LvExtensionTests
{
  // Index of each pair of 35A, as in protocols.md 2.
  public static TheoryData<BmsAlarms, int> PairOfAlarm() => new()
  {
    { BmsAlarms.CellOverVoltage, 1 }, { BmsAlarms.CellUnderVoltage, 2 }, { BmsAlarms.BatteryOverTemp, 3 }, { BmsAlarms.BatteryLowTemp, 4 },
    { BmsAlarms.ChargeHighTemp, 5 }, { BmsAlarms.ChargeLowTemp, 6 }, { BmsAlarms.DischargeOverCurrent, 7 }, { BmsAlarms.ChargeOverCurrent, 8 },
    { BmsAlarms.MosFault, 9 }, { BmsAlarms.ShortCircuit, 10 }, { BmsAlarms.Unknown, 11 }, { BmsAlarms.CellDiff, 12 },
  };

  [Theory]
  [MemberData(nameof(PairOfAlarm))]
  public void Each_alarm_has_its_pair_in_35A_and_the_general_one(BmsAlarms alarm, int pair)
  {
    var warned = Through(Make.Pack(p => p.Alarms = alarm), Make.Limits(), LvFrame.PairedAlarms);
    var off = Through(Make.Pack(p => { p.Alarms = alarm; p.ChargeMosOn = false; p.DischargeMosOn = false; }), Make.Limits(), LvFrame.PairedAlarms);

    Assert.Equal(0xAAAAAAAA, warned.PairedAlarms);
    Assert.Equal(1, Pair(warned.PairedWarnings, pair));
    Assert.Equal(1, Pair(warned.PairedWarnings, 0));
    Assert.Equal(warned.PairedWarnings, off.PairedAlarms);
  }

  [Fact]
  public void A_healthy_pack_says_all_pairs_inactive_as_byd_does()
  {
    var s = Through(Make.Pack(), Make.Limits(), LvFrame.PairedAlarms);
    Assert.Equal((0xAAAAAAAA, 0xAAAAAAAA), (s.PairedAlarms, s.PairedWarnings));
  }

  [Fact]
  public void A_lost_bms_is_an_internal_alarm_in_35A()
  {
    var s = Through(Make.Pack(), Make.Limits(l => l.BmsLost = true), LvFrame.PairedAlarms);
    Assert.Equal((1, 1), (Pair(s.PairedAlarms, 11), Pair(s.PairedWarnings, 0)));
  }

  [Fact]
  public void Every_extension_comes_back_up_to_the_stated_clamps() =>
    Gen.Select(Make.AnyPack, Make.AnyLimits, Gen.Bool).Sample((pack, limits, invalid) =>
    {
      var s = Through(pack, limits, (LvFrame)0xFFFFF & ~LvFrame.ExtremeNames, invalid);
      var unknown = invalid ? 65535 : 0;
      Assert.Equal(Ah(pack.CapacityMah, unknown), s.CapacityAh);
      Assert.Equal(Ah(pack.CapacityMah, unknown), s.NominalAh);
      Assert.Equal(Ah(pack.RemainingMah, unknown), s.RemainingAh);
      Assert.Equal(Ah(pack.CapacityMah, unknown), s.InstalledAh);
      Assert.Equal(Math.Clamp(pack.CellMinMv, 0, 65535), s.CellMinMv);
      Assert.Equal(Math.Clamp(pack.CellMaxMv, 0, 65535), s.CellMaxMv);
      Assert.Equal(Kelvin(pack.LowestTempDeciC(), invalid), s.TempMinK);
      Assert.Equal(Kelvin(pack.HighestTempDeciC(), invalid), s.TempMaxK);
      var online = Math.Clamp(pack.PacksOnline, 0, 65535);
      Assert.Equal(online, s.ModulesOnline);
      Assert.Equal(s.ChargeLimitMa == 0 ? online : 0, s.ModulesBlockCharge);
      Assert.Equal(s.DischargeLimitMa == 0 ? online : 0, s.ModulesBlockDischarge);
      Assert.Equal(Math.Max(Math.Clamp(pack.PacksTotal, 0, 65535) - online, 0), s.ModulesOffline);
      Assert.Equal(limits.ForceCharge && s.ChargeLimitMa > 0, s.ForceFlag);
    }, iter: 10000);

  [Fact]
  public void Fine_soc_agrees_with_the_coarse_one() =>
    Gen.Int[0, 1000].Sample(permille =>
    {
      var limits = Make.Limits(l => l.ShownSocPermille = permille);
      var frames = Make.Frames(PylonLvEncoder.MostFrames);
      var s = new PylonLvState();
      var count = PylonLvEncoder.Encode(Make.Pack(), limits, new InverterDialect { FineSoc = true }, frames);
      for (var i = 0; i < count; i++) PylonLvDecoder.Decode(frames[i], 0, s);
      Assert.Equal((permille / 10, permille * 10), (s.SocPercent, s.FineSocCentiPercent));
    });

  [Fact]
  public void Texts_are_cut_padded_and_split_where_the_frames_end()
  {
    var dialect = new InverterDialect
    {
      Frames = LvFrame.Maker | LvFrame.Product | LvFrame.Serial | LvFrame.Family | LvFrame.ExtremeNames,
      MakerText = "ABCDEFGHIJ",
      ProductText = "Product-1234",
      SerialText = "S1",
    };
    var frames = Make.Frames(PylonLvEncoder.MostFrames);
    var count = PylonLvEncoder.Encode(Make.Pack(), Make.Limits(), dialect, frames);

    Assert.Equal(
    [
      "35E#4142434445464748", "370#50726F647563742D", "371#3132333400000000",
      "374#4330310000000000", "375#4331360000000000", "376#5430310000000000", "377#5430320000000000",
      "380#5331000000000000", "381#0000000000000000", "382#50726F647563742D",
    ], frames.Take(count).Select(Make.Text));
  }

  [Fact]
  public void Luxpower_and_deye_put_cells_and_temperatures_where_they_look()
  {
    var frames = Make.Frames(PylonLvEncoder.MostFrames);
    var dialect = new InverterDialect { Frames = LvFrame.Set12 | LvFrame.DeyeExtremes, LuxpowerFields = true };
    var count = PylonLvEncoder.Encode(Make.Pack(), Make.Limits(), dialect, frames);

    Assert.Equal(
    [
      "359#00000000011801", "351#3002BC02E803CC01", "355#50006300110D020D", "356#D01485FFD700B900", "35C#C0002A00", "35E#50594C4F4E202020",
      "361#110D020DD700B900",
    ], frames.Take(count).Select(Make.Text));
  }

  [Fact]
  public void Unknown_values_are_invalid_for_sma_and_tame_for_others()
  {
    var blind = Make.Pack(p => { p.TempCount = 0; p.TempMosDeciC = BmsSnapshot.Unknown; p.CapacityMah = BmsSnapshot.Unknown; p.SohPermille = BmsSnapshot.Unknown; });
    var sma = Through(blind, Make.Limits(), LvFrame.Set12 | LvFrame.Device, true);
    var other = Through(blind, Make.Limits(), LvFrame.Set12 | LvFrame.Device);

    Assert.Equal((-32768, 65535, 100), (sma.TempDeciC, sma.CapacityAh, sma.SohPercent));
    Assert.Equal((0, 0, 100), (other.TempDeciC, other.CapacityAh, other.SohPercent));
  }

  [Theory]
  [InlineData(185, 215, 215)] // equally far from 20 degC: the hotter one
  [InlineData(-50, 300, -50)]
  [InlineData(150, 480, 480)]
  public void The_temperature_shown_is_the_one_nearest_to_a_limit(int low, int high, int shown)
  {
    var s = Through(Make.Pack(p => { p.TempDeciC[0] = low; p.TempDeciC[1] = high; }), Make.Limits(), LvFrame.Set12);
    Assert.Equal(shown, s.TempDeciC);
  }

  private static int Pair(long pairs, int index) => (int)(pairs >> (2 * index)) & 3;

  private static int Ah(int mah, int unknown) =>
    mah == BmsSnapshot.Unknown ? unknown : (int)Math.Clamp(Math.Round(mah / 1000m, MidpointRounding.AwayFromZero), 0, 65535);

  private static int Kelvin(int deciC, bool invalid) =>
    deciC == BmsSnapshot.Unknown ? invalid ? 65535 : 273 : (int)Math.Clamp(Math.Round(deciC / 10m, MidpointRounding.AwayFromZero) + 273, 0, 65535);

  private static PylonLvState Through(BmsSnapshot pack, ChargeLimits limits, LvFrame set, bool invalid = false)
  {
    var frames = Make.Frames(PylonLvEncoder.MostFrames);
    var s = new PylonLvState();
    var count = PylonLvEncoder.Encode(pack, limits, new InverterDialect { Frames = set, UnknownAsInvalid = invalid }, frames);
    for (var i = 0; i < count; i++) PylonLvDecoder.Decode(frames[i], 0, s);
    return s;
  }
}
