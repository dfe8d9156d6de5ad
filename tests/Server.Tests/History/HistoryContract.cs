// One contract for every history store: what is put in comes out the same way, whoever keeps it.
using JkFleet.Server.History;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace JkFleet.Server.Tests.History;

public abstract class HistoryContract
{
  private static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 30, 0, TimeSpan.Zero);
  private static readonly Metric Soc = Metric.Find("soc")!;
  private static readonly Metric Volt = Metric.Find("pack_v")!;

  /// <summary>A new empty store, or the same again when called with the same folder.</summary>
  protected abstract Task<IHistoryStore> Make(TestFolder folder);

  /// <summary>Brings the store into the state that the subclass is about (packed, sent).</summary>
  protected virtual Task Settle(IHistoryStore store) => Task.CompletedTask;

  [Fact]
  public async Task Few_samples_come_back_as_they_were()
  {
    using var folder = new TestFolder();
    var store = await Open(folder);
    await Put(store, "a", Enumerable.Range(0, 50).Select(i => (Start.AddSeconds(10 * i), 500 + i, 52_000 + i)));
    await Put(store, "b", [(Start, 1, 1)]);
    var columns = await store.Query(new HistoryQuery("a", [Soc, Volt, Metric.Find("soh")!], Start, Start.AddHours(1), 1000), default);
    Assert.Equal(50, columns.Times.Length);
    for (var i = 0; i < 50; i++)
    {
      Assert.Equal(Start.AddSeconds(10 * i).ToUnixTimeSeconds(), columns.Times[i], 0.001);
      Assert.Equal((500 + i) / 10f, columns.Mean[0][i], 0.001f);
      Assert.Equal((52_000 + i) / 1000f, columns.Min[1][i], 0.0001f);
      Assert.Equal(columns.Min[1][i], columns.Max[1][i]);
      Assert.True(float.IsNaN(columns.Mean[2][i]));
    }

    await Close(store);
  }

  [Fact]
  public async Task Many_samples_are_thinned_and_nothing_high_or_low_is_lost()
  {
    using var folder = new TestFolder();
    var store = await Open(folder);
    var random = new Random(4);
    var samples = Enumerable.Range(0, 5000).Select(i => (Time: Start.AddSeconds(i), Soc: random.Next(0, 1001), Mv: 50_000)).ToArray();
    await Put(store, "a", samples);
    var columns = await store.Query(new HistoryQuery("a", [Soc], Start, Start.AddSeconds(5000), 100), default);
    Assert.InRange(columns.Times.Length, 90, 110);
    Assert.Equal(samples.Max(s => s.Soc) / 10f, columns.Max[0].Max(), 0.001f);
    Assert.Equal(samples.Min(s => s.Soc) / 10f, columns.Min[0].Min(), 0.001f);
    Assert.Equal(samples.Average(s => s.Soc) / 10, columns.Mean[0].Average(), 0.5);
    var first = samples.Take(50).ToArray();
    Assert.Equal(first.Average(s => s.Soc) / 10, columns.Mean[0][0], 0.01);
    Assert.Equal(first.Max(s => s.Soc) / 10f, columns.Max[0][0], 0.001f);
    for (var i = 1; i < columns.Times.Length; i++) Assert.True(columns.Times[i] > columns.Times[i - 1]);
    await Close(store);
  }

  [Fact]
  public async Task A_gap_is_one_point_without_value_and_the_range_is_half_open()
  {
    using var folder = new TestFolder();
    var store = await Open(folder);
    await Put(store, "a", Enumerable.Range(0, 20).Select(i => (Start.AddSeconds(i < 10 ? 10 * i : 7200 + (10 * i)), 500, 1)));
    var columns = await store.Query(new HistoryQuery("a", [Soc], Start, Start.AddSeconds(7200 + 190), 1000), default);
    Assert.Equal(20, columns.Times.Length);
    Assert.Equal(1, columns.Mean[0].Count(float.IsNaN));
    Assert.True(float.IsNaN(columns.Mean[0][10]));
    await Close(store);
  }

  [Fact]
  public async Task Nothing_is_an_empty_picture()
  {
    using var folder = new TestFolder();
    var store = await Open(folder);
    Assert.Empty((await store.Query(new HistoryQuery("nobody", [Soc], Start, Start.AddHours(1), 10), default)).Times);
    await Put(store, "a", [(Start, 1, 1)]);
    Assert.Empty((await store.Query(new HistoryQuery("a", [Soc], Start.AddHours(1), Start.AddHours(2), 10), default)).Times);
    await Close(store);
  }

  [Fact]
  public async Task What_was_stored_is_there_after_opening_again_and_old_hours_can_go()
  {
    using var folder = new TestFolder();
    var store = await Open(folder);
    await Put(store, "a", [(Start.AddDays(-3), 100, 1), (Start, 200, 1)]);
    await Close(store);
    store = await Open(folder);
    store.KeyOf("a");
    var all = new HistoryQuery("a", [Soc], Start.AddDays(-10), Start.AddDays(1), 100);
    Assert.Equal(2, (await store.Query(all, default)).Mean[0].Count(y => !float.IsNaN(y)));
    await Settle(store);
    if (store is BlockHistory blocks) await blocks.PackNow();
    await store.Trim(Start.AddDays(-1), default);
    var left = (await store.Query(all, default)).Mean[0];
    Assert.Equal(20f, Assert.Single(left), 0.001f);
    await Close(store);
  }

  private async Task<IHistoryStore> Open(TestFolder folder)
  {
    var store = await Make(folder);
    await store.Open((_, _, _) => { }, default);
    return store;
  }

  private async Task Put(IHistoryStore store, string device, IEnumerable<(DateTimeOffset Time, int Soc, int Mv)> samples)
  {
    var batch = new HistoryBatch();
    var key = store.KeyOf(device);
    var row = new byte[HistoryRow.MaxBytes];
    var values = new int[Metric.MaxCount];
    long seq = 0;
    foreach (var (time, soc, mv) in samples)
    {
      Array.Fill(values, Metric.Absent);
      values[Soc.Id] = soc;
      values[Volt.Id] = mv;
      values[Metric.Find("charge_limit_a")!.Id] = 100_000;
      batch.Add(row.AsSpan(0, HistoryRow.Write(row, key, time.ToUnixTimeMilliseconds(), 1, ++seq, values)));
    }

    store.Append(batch);
    await Settle(store);
  }

  private static async Task Close(IHistoryStore store) => await ((IAsyncDisposable)store).DisposeAsync();
}

public sealed class SqliteHotHistory : HistoryContract
{
  protected override Task<IHistoryStore> Make(TestFolder folder) =>
    Task.FromResult<IHistoryStore>(new BlockHistory(BlockStorage.Sqlite(folder.File("h.db"), syncEveryCommit: true), new HistoryOptions(), TimeProvider.System, NullLogger<BlockHistory>.Instance));
}

public sealed class SqlitePackedHistory : HistoryContract
{
  protected override Task<IHistoryStore> Make(TestFolder folder) =>
    Task.FromResult<IHistoryStore>(new BlockHistory(BlockStorage.Sqlite(folder.File("h.db"), syncEveryCommit: false), new HistoryOptions(), TimeProvider.System, NullLogger<BlockHistory>.Instance));

  protected override Task Settle(IHistoryStore store) => ((BlockHistory)store).PackNow();
}

public sealed class PostgreSqlHistory(PostgresServer postgres) : HistoryContract, IClassFixture<PostgresServer>
{
  private string? _database;

  protected override async Task<IHistoryStore> Make(TestFolder folder)
  {
    _database ??= await postgres.NewDatabase();
    return new BlockHistory(BlockStorage.PostgreSql(_database), new HistoryOptions(), TimeProvider.System, NullLogger<BlockHistory>.Instance);
  }

  // Half of it packed, half of it hot: both are read.
  protected override Task Settle(IHistoryStore store) => Random.Shared.Next(2) == 0 ? Task.CompletedTask : ((BlockHistory)store).PackNow();
}

public class InfluxHistoryContract(InfluxServer influx) : HistoryContract, IClassFixture<InfluxServer>
{
  private readonly string _database = "t" + Guid.NewGuid().ToString("N");

  /// <summary>Longest range of one question; 0 = no limit.</summary>
  protected virtual int QueryHours => 0;

  protected override Task<IHistoryStore> Make(TestFolder folder)
  {
    Services.Need("influxd");
    return Task.FromResult<IHistoryStore>(new InfluxHistory(
      new InfluxOptions { Url = influx.Url, Database = _database, User = InfluxServer.User, Password = InfluxServer.Password, QueryHours = QueryHours },
      folder.File("spool"), TimeProvider.System, NullLogger<InfluxHistory>.Instance));
  }

  protected override Task Settle(IHistoryStore store) => Eventually.True(() => ((InfluxHistory)store).Spool.Bytes == 0, "the spool is empty");
}

/// <summary>As 3 Core wants to be asked: an hour at a time, so that every range of the contract is asked for in pieces.</summary>
public sealed class InfluxInPiecesHistory(InfluxServer influx) : InfluxHistoryContract(influx)
{
  protected override int QueryHours => 1;
}
