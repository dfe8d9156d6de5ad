using JkFleet.Bms;
using JkFleet.Contracts;

namespace JkFleet.Server.History;

/// <summary>
/// One column of history. Stored as an integer; shown as that times <see cref="Scale"/>. Numbers are kept in files for
/// ever: only append, below 64.
/// </summary>
/// <param name="Id">Number in stored rows.</param>
/// <param name="Name">Name in addresses and line protocol; the unit ends it.</param>
/// <param name="Scale">Stored integer times this = value in the unit.</param>
public sealed record Metric(int Id, string Name, float Scale)
{
  /// <summary>Columns of one row at most: a row marks its columns in one 64-bit word.</summary>
  public const int MaxCount = 64;

  /// <summary>Marks a value that was not reported.</summary>
  public const int Absent = int.MinValue;

  private const int FirstCell = 27;
  private const int FirstTemp = FirstCell + BmsSnapshot.MaxCells;

  /// <summary>Every metric, by number.</summary>
  public static IReadOnlyList<Metric> All { get; } = Make();

  private static readonly Dictionary<string, Metric> ByName = All.ToDictionary(m => m.Name, StringComparer.Ordinal);

  /// <summary>The metric of a name, or null.</summary>
  public static Metric? Find(string name) => ByName.GetValueOrDefault(name);

  /// <summary>Reads every column out of a message into <paramref name="row"/> (length <see cref="MaxCount"/>).</summary>
  public static void Read(TelemetryMessage t, int[] row)
  {
    Array.Fill(row, Absent);
    var s = t.Snapshot;
    if (t.Bms != LinkState.Never)
    {
      row[0] = s.PackVoltageMv;
      row[1] = s.CurrentMa;
      row[2] = s.SocPermille;
      row[3] = s.SohPermille;
      row[4] = s.RemainingMah;
      row[5] = s.Cycles;
      row[6] = (int)((long)s.PackVoltageMv * s.CurrentMa / 1_000_000);
      if (s.CellCount > 0)
      {
        row[7] = s.CellMaxMv;
        row[8] = s.CellMinMv;
        row[9] = s.CellMeanMv;
        row[10] = s.CellMaxMv - s.CellMinMv;
      }

      row[11] = s.HighestTempDeciC();
      row[12] = s.LowestTempDeciC();
      row[13] = s.TempMosDeciC;
      row[14] = System.Numerics.BitOperations.PopCount((uint)s.Alarms);
      row[15] = s.Balancing ? 1 : 0;
      row[16] = (s.ChargeMosOn ? 1 : 0) | (s.DischargeMosOn ? 2 : 0);
      row[17] = s.PacksOnline;
      for (var i = 0; i < s.CellCount; i++) row[FirstCell + i] = s.CellMv[i];
      for (var i = 0; i < s.TempCount; i++) row[FirstTemp + i] = s.TempDeciC[i];
    }

    var l = t.Limits;
    row[18] = l.ChargeLimitMa;
    row[19] = l.DischargeLimitMa;
    row[20] = l.ChargeVoltageMv;
    row[21] = (int)l.ChargeReason;
    row[22] = (int)l.DischargeReason;
    row[23] = (int)t.Bms;
    row[24] = (int)t.Inverter;
    if (t.RssiDbm != 0) row[25] = t.RssiDbm;
    row[26] = t.ProfileRevision;
  }

  private static Metric[] Make()
  {
    var list = new List<Metric>
    {
      new(0, "pack_v", 0.001f),
      new(1, "current_a", 0.001f),
      new(2, "soc", 0.1f),
      new(3, "soh", 0.1f),
      new(4, "remaining_ah", 0.001f),
      new(5, "cycles", 1),
      new(6, "power_w", 1),
      new(7, "cell_max_v", 0.001f),
      new(8, "cell_min_v", 0.001f),
      new(9, "cell_mean_v", 0.001f),
      new(10, "cell_delta_v", 0.001f),
      new(11, "temp_max_c", 0.1f),
      new(12, "temp_min_c", 0.1f),
      new(13, "mos_c", 0.1f),
      new(14, "alarm_count", 1),
      new(15, "balancing", 1),
      new(16, "mos_state", 1),
      new(17, "packs_online", 1),
      new(18, "charge_limit_a", 0.001f),
      new(19, "discharge_limit_a", 0.001f),
      new(20, "charge_v", 0.001f),
      new(21, "charge_reason", 1),
      new(22, "discharge_reason", 1),
      new(23, "bms_link", 1),
      new(24, "inverter_link", 1),
      new(25, "rssi_dbm", 1),
      new(26, "profile_revision", 1),
    };
    for (var i = 0; i < BmsSnapshot.MaxCells; i++) list.Add(new(FirstCell + i, $"cell_{i + 1}_v", 0.001f));
    for (var i = 0; i < BmsSnapshot.MaxTemps; i++) list.Add(new(FirstTemp + i, $"temp_{i + 1}_c", 0.1f));
    return [.. list];
  }
}
