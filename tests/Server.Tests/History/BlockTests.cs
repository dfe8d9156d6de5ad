using CsCheck;
using JkFleet.Server.History;
using Xunit;

namespace JkFleet.Server.Tests.History;

public sealed class BlockTests
{
  private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

  [Fact]
  public void Every_value_survives_packing() =>
    Gen.Select(Gen.Int[0, 63], Gen.OneOf(Gen.Int[-2000, 2000], Gen.Int, Gen.Const(7)), Gen.Bool).Array[0, 40].Array[1, 60].Sample(rows =>
    {
      var packed = new List<ReadOnlyMemory<byte>>();
      var expected = new List<int[]>();
      for (var r = 0; r < rows.Length; r++)
      {
        var values = new int[Metric.MaxCount];
        Array.Fill(values, Metric.Absent);
        foreach (var (id, value, there) in rows[r])
          if (there && id < Metric.All.Count) values[id] = value;
        var bytes = new byte[HistoryRow.MaxBytes];
        packed.Add(bytes.AsMemory(0, HistoryRow.Write(bytes, 3, Start.AddSeconds(r).ToUnixTimeMilliseconds(), 5, r + 1, values)));
        expected.Add(values);
      }

      var block = Block.Pack(packed);
      if (Block.Rows(block) != rows.Length) return false;
      var query = new HistoryQuery("x", [.. Metric.All], Start, Start.AddSeconds(rows.Length), HistoryQuery.MaxPoints);
      var thinner = new Thinner(query, rows.Length);
      Block.AddTo(block, query.Metrics, thinner);
      var columns = thinner.Finish();
      if (columns.Times.Length != rows.Length) return false;
      for (var r = 0; r < rows.Length; r++)
      {
        for (var m = 0; m < Metric.All.Count; m++)
        {
          var value = expected[r][m];
          var want = value == Metric.Absent ? float.NaN : (float)(value * (double)Metric.All[m].Scale);
          if (!columns.Max[m][r].Equals(want)) return false;
        }
      }

      return true;
    });

  [Fact]
  public void A_quiet_hour_takes_little_room()
  {
    var random = new Random(1);
    var rows = new List<ReadOnlyMemory<byte>>();
    var values = new int[Metric.MaxCount];
    Array.Fill(values, Metric.Absent);
    for (var r = 0; r < 360; r++)
    {
      for (var id = 0; id < 27; id++) values[id] = 1000 * id;
      values[1] = 10_000 + random.Next(-300, 300);
      for (var cell = 27; cell < 43; cell++) values[cell] = 3300 + random.Next(-1, 2);
      var bytes = new byte[HistoryRow.MaxBytes];
      rows.Add(bytes.AsMemory(0, HistoryRow.Write(bytes, 3, Start.AddSeconds(10 * r).ToUnixTimeMilliseconds() + random.Next(50), 5, r + 1, values)));
    }

    Assert.InRange(Block.Pack(rows).Length / 360.0, 1, 30);
  }
}
