// Small makers for the inverter tests.
using System.Text.Json;
using CsCheck;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Shared.Tests.Inverter;

internal static class Make
{
  private static readonly JsonSerializerOptions Fields = new() { IncludeFields = true };

  /// <summary>Every public field of a state, for comparison.</summary>
  public static string Json(object state) => JsonSerializer.Serialize(state, state.GetType(), Fields);

  /// <summary>A healthy 16S pack at 80 %.</summary>
  public static BmsSnapshot Pack(Action<BmsSnapshot>? change = null)
  {
    var pack = new BmsSnapshot
    {
      CellCount = 16,
      PackVoltageMv = 53280,
      CurrentMa = -12300,
      SocPermille = 800,
      SohPermille = 990,
      CapacityMah = 280000,
      RemainingMah = 224000,
      Cycles = 42,
      TempCount = 2,
      TempMosDeciC = 310,
      ChargeMosOn = true,
      DischargeMosOn = true,
    };
    for (var i = 0; i < 16; i++) pack.CellMv[i] = 3330 + i;
    pack.TempDeciC[0] = 185;
    pack.TempDeciC[1] = 215;
    change?.Invoke(pack);
    pack.Summarise();
    return pack;
  }

  /// <summary>Charge 70 A, discharge 100 A, 56.0 V, 46.0 V.</summary>
  public static ChargeLimits Limits(Action<ChargeLimits>? change = null)
  {
    var limits = new ChargeLimits
    {
      ChargeLimitMa = 70000,
      DischargeLimitMa = 100000,
      ChargeVoltageMv = 56000,
      DischargeVoltageMv = 46000,
      ChargeAllowed = true,
      DischargeAllowed = true,
      ShownSocPermille = 800,
    };
    change?.Invoke(limits);
    return limits;
  }

  public static CanFrame Frame(int id, string hex, bool extended = false)
  {
    var data = Convert.FromHexString(hex);
    var frame = new CanFrame();
    frame.Reset(id, extended, data.Length);
    data.CopyTo(frame.Data, 0);
    return frame;
  }

  public static string Text(CanFrame frame) =>
    $"{(frame.Extended ? $"{frame.Id:X8}" : $"{frame.Id:X3}")}#{Convert.ToHexString(frame.Data, 0, frame.Length)}";

  public static CanFrame[] Frames(int count)
  {
    var frames = new CanFrame[count];
    for (var i = 0; i < count; i++) frames[i] = new CanFrame();
    return frames;
  }

  /// <summary>Any integer, with the extremes often.</summary>
  public static readonly Gen<int> Wild = Gen.OneOf(Gen.Int, Gen.Int[-200000, 200000], Gen.OneOf(
    0, 1, -1, 99, 100, 101, 999, 65535, 65536, 32767, 32768, int.MaxValue, int.MinValue, int.MinValue + 1));

  /// <summary>Any snapshot, however absurd.</summary>
  public static readonly Gen<BmsSnapshot> AnyPack =
    from numbers in Wild.Array[16]
    from cells in Wild.Array[0, BmsSnapshot.MaxCells]
    from temps in Wild.Array[0, BmsSnapshot.MaxTemps]
    from alarms in Gen.UInt
    from switches in Gen.Int[0, 7]
    select Absurd(numbers, cells, temps, alarms, switches);

  /// <summary>Any decision, however absurd.</summary>
  public static readonly Gen<ChargeLimits> AnyLimits =
    from numbers in Wild.Array[5]
    from switches in Gen.Int[0, 31]
    select new ChargeLimits
    {
      ChargeLimitMa = numbers[0],
      DischargeLimitMa = numbers[1],
      ChargeVoltageMv = numbers[2],
      DischargeVoltageMv = numbers[3],
      ShownSocPermille = numbers[4],
      ChargeAllowed = (switches & 1) != 0,
      DischargeAllowed = (switches & 2) != 0,
      ForceCharge = (switches & 4) != 0,
      FullChargeRequest = (switches & 8) != 0,
      BmsLost = (switches & 16) != 0,
    };

  private static BmsSnapshot Absurd(int[] numbers, int[] cells, int[] temps, uint alarms, int switches)
  {
    var pack = new BmsSnapshot
    {
      CellCount = cells.Length,
      PackVoltageMv = numbers[0],
      CurrentMa = numbers[1],
      SocPermille = numbers[2],
      SohPermille = numbers[3],
      CapacityMah = numbers[4],
      RemainingMah = numbers[5],
      Cycles = numbers[6],
      TempMosDeciC = numbers[7],
      PacksTotal = numbers[8],
      PacksOnline = numbers[9],
      TempCount = temps.Length,
      Alarms = (BmsAlarms)alarms,
      ChargeMosOn = (switches & 1) != 0,
      DischargeMosOn = (switches & 2) != 0,
      Balancing = (switches & 4) != 0,
    };
    cells.CopyTo(pack.CellMv, 0);
    temps.CopyTo(pack.TempDeciC, 0);
    pack.Summarise();
    return pack;
  }
}
