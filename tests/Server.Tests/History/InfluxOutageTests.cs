using JkFleet.Server.History;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace JkFleet.Server.Tests.History;

public sealed class InfluxOutageTests(InfluxServer influx) : IClassFixture<InfluxServer>
{
  [Fact]
  public async Task While_influxd_is_away_samples_wait_on_disk_and_none_is_lost()
  {
    Services.Need("influxd");
    using var folder = new TestFolder();
    var options = new InfluxOptions { Url = influx.Url, Database = "outage", User = InfluxServer.User, Password = InfluxServer.Password };
    var start = DateTimeOffset.UtcNow.AddHours(-1);
    await using (var store = new InfluxHistory(options, folder.File("spool"), TimeProvider.System, NullLogger<InfluxHistory>.Instance))
    {
      await store.Open((_, _, _) => { }, default);
      Put(store, start, 0, 100);
      await Eventually.True(() => store.Spool.Bytes == 0, "the first ones are there");
      await influx.Stop();
      for (var i = 1; i < 40; i++) Put(store, start, i * 100, 100);
      Assert.True(store.Spool.Bytes > 0);
    }

    // The server restarts too before InfluxDB is back.
    await using var again = new InfluxHistory(options, folder.File("spool"), TimeProvider.System, NullLogger<InfluxHistory>.Instance);
    await again.Open((_, _, _) => { }, default);
    await influx.Start();
    await Eventually.True(() => again.Spool.Bytes == 0, "the spool is empty", seconds: 60);
    var columns = await again.Query(new HistoryQuery("a", [Metric.Find("soc")!], start, start.AddHours(1), 10_000), default);
    Assert.Equal(4000, columns.Mean[0].Count(y => !float.IsNaN(y)));
    Assert.Equal(0, again.Spool.DroppedBytes);
  }

  [Fact]
  public void A_full_spool_drops_the_oldest_and_says_so()
  {
    using var folder = new TestFolder();
    using var spool = new InfluxSpool(folder.File("spool"), 10 * 1024 * 1024);
    var lines = new byte[1024 * 1024];
    for (var i = 0; i < 30; i++) spool.Append(lines);
    Assert.InRange(spool.Bytes, 1, 10 * 1024 * 1024);
    Assert.Equal(30L * lines.Length, spool.Bytes + spool.DroppedBytes);
  }

  private static void Put(InfluxHistory store, DateTimeOffset start, int from, int count)
  {
    var batch = new HistoryBatch();
    var row = new byte[HistoryRow.MaxBytes];
    var values = new int[Metric.MaxCount];
    for (var i = from; i < from + count; i++)
    {
      Array.Fill(values, Metric.Absent);
      values[Metric.Find("soc")!.Id] = i % 1000;
      values[Metric.Find("charge_limit_a")!.Id] = 1000;
      batch.Add(row.AsSpan(0, HistoryRow.Write(row, store.KeyOf("a"), start.AddMilliseconds(500 * i).ToUnixTimeMilliseconds(), 1, i + 1, values)));
    }

    store.Append(batch);
  }
}
