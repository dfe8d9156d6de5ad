using System.Collections.Concurrent;

namespace JkFleet.Server.History;

/// <summary>
/// The embedded history: a batch is one row of an append-only log (so a commit costs the same for 1 and for 1,000
/// samples), the same samples stand in memory for readers, and from time to time they are packed into one block per
/// device and hour. After a crash the log is read back.
/// </summary>
public sealed class BlockHistory(BlockStorage storage, HistoryOptions options, TimeProvider clock, ILogger<BlockHistory> log) : IHistoryStore, IAsyncDisposable
{
  /// <summary>Pairs remembered per device beyond its unpacked rows: more than a device can have unacknowledged.</summary>
  private const int RecentPairs = 64;

  private readonly ConcurrentDictionary<string, int> _keys = new(StringComparer.Ordinal);
  private readonly Lock _lock = new();
  private HotRows _active = new();
  private HotRows? _frozen;
  private long _pack;
  private DateTimeOffset _packedAt = clock.GetUtcNow();
  private Task _packing = Task.CompletedTask;

  public Task Open(Action<string, long, long> remember, CancellationToken stop)
  {
    storage.Open();
    var names = new Dictionary<int, string>();
    foreach (var (id, key) in storage.Devices())
    {
      _keys[id] = key;
      names[key] = id;
    }

    foreach (var (device, pairs) in storage.Recent())
    {
      var at = 0;
      while (at < pairs.Length)
      {
        var boot = (long)Varint.Read(pairs, ref at);
        remember(names[device], boot, (long)Varint.Read(pairs, ref at));
      }
    }

    _pack = storage.LastPack();
    foreach (var (id, rows) in storage.Hot())
    {
      stop.ThrowIfCancellationRequested();
      _active.Add(id, rows);
      for (var at = 0; at < rows.Length;)
      {
        var row = rows.AsSpan(at, HistoryRow.Length(rows.AsSpan(at)));
        remember(names[HistoryRow.Device(row)], HistoryRow.Boot(row), HistoryRow.Seq(row));
        at += row.Length;
      }
    }

    return Task.CompletedTask;
  }

  public int KeyOf(string deviceId) => _keys.GetOrAdd(deviceId, storage.AddDevice);

  public void Append(HistoryBatch batch)
  {
    var id = storage.AppendHot(batch.Bytes, batch.Length);
    long bytes;
    lock (_lock)
    {
      _active.Add(id, batch.Bytes.AsSpan(0, batch.Length));
      bytes = _active.Bytes;
    }

    var limit = options.HotMegabytes * 1024L * 1024L;
    if (bytes < limit && clock.GetUtcNow() - _packedAt < options.PackEvery) return;
    // Packing that cannot keep up holds the writer, and with it the devices: better than memory without a bound.
    if (!_packing.IsCompleted && bytes > 2 * limit) _packing.Wait();
    if (_packing.IsCompleted) StartPacking();
  }

  /// <summary>Packs what is unpacked now and waits for it.</summary>
  public async Task PackNow()
  {
    await _packing;
    StartPacking();
    await _packing;
  }

  public Task<HistoryColumns> Query(HistoryQuery query, CancellationToken stop) => Task.Run(() => Read(query, stop), stop);

  public Task Trim(DateTimeOffset before, CancellationToken stop) =>
    Task.Run(() => storage.Trim(before.ToUnixTimeMilliseconds() / Block.HourMs), stop);

  public async ValueTask DisposeAsync()
  {
    await _packing;
    storage.Dispose();
  }

  private HistoryColumns Read(HistoryQuery query, CancellationToken stop)
  {
    if (!_keys.TryGetValue(query.DeviceId, out var device)) return HistoryColumns.Empty(query.Metrics.Count);
    ReadOnlyMemory<byte> frozen, active;
    long pack;
    lock (_lock)
    {
      frozen = _frozen?.Of(device) ?? default;
      active = _active.Of(device);
      pack = _pack;
    }

    var from = query.From.ToUnixTimeMilliseconds();
    var to = query.To.ToUnixTimeMilliseconds();
    var blocks = storage.Blocks(device, Math.Max(0, from) / Block.HourMs, Math.Max(0, to) / Block.HourMs, pack);
    stop.ThrowIfCancellationRequested();
    var samples = Count(frozen.Span, from, to) + Count(active.Span, from, to);
    foreach (var block in blocks) samples += Block.Rows(block);
    var thinner = new Thinner(query, samples);
    foreach (var block in blocks)
    {
      stop.ThrowIfCancellationRequested();
      Block.AddTo(block, query.Metrics, thinner);
    }

    AddRows(frozen.Span, query, thinner);
    AddRows(active.Span, query, thinner);
    return thinner.Finish();
  }

  private static long Count(ReadOnlySpan<byte> rows, long from, long to)
  {
    long count = 0;
    for (var at = 0; at < rows.Length; at += HistoryRow.Length(rows[at..]))
    {
      var t = HistoryRow.Time(rows[at..]);
      if (t >= from && t < to) count++;
    }

    return count;
  }

  private static void AddRows(ReadOnlySpan<byte> rows, HistoryQuery query, Thinner thinner)
  {
    Span<int> values = stackalloc int[Metric.MaxCount];
    for (var at = 0; at < rows.Length; at += HistoryRow.Length(rows[at..]))
    {
      var row = rows.Slice(at, HistoryRow.Length(rows[at..]));
      var t = HistoryRow.Time(row);
      var bucket = thinner.BucketOf(t);
      if (bucket < 0) continue;
      thinner.Sample(bucket, t);
      HistoryRow.Values(row, values);
      for (var m = 0; m < query.Metrics.Count; m++)
      {
        var value = values[query.Metrics[m].Id];
        if (value != Metric.Absent) thinner.Value(m, bucket, value);
      }
    }
  }

  private void StartPacking()
  {
    _packedAt = clock.GetUtcNow();
    HotRows rows;
    lock (_lock)
    {
      // After a failed pack the frozen rows are tried again first.
      if (_frozen is null)
      {
        if (_active.Bytes == 0) return;
        _frozen = _active;
        _active = new HotRows();
      }

      rows = _frozen;
    }

    _packing = Task.Run(() => Pack(rows));
  }

  private void Pack(HotRows rows)
  {
    try
    {
      var blocks = new List<(int, long, byte[])>();
      var recent = new List<(int, byte[])>();
      foreach (var device in rows.Devices) PackDevice(device, rows.Of(device), blocks, recent);
      storage.CommitPack(_pack + 1, rows.LastHot, blocks, recent);
      lock (_lock)
      {
        _pack++;
        _frozen = null;
      }

      log.LogDebug("Packed {Bytes} bytes of samples into {Blocks} blocks", rows.Bytes, blocks.Count);
    }
    catch (Exception broken)
    {
      log.LogError(broken, "Samples could not be packed; they stay in the log and are tried again");
    }
  }

  private static void PackDevice(int device, ReadOnlyMemory<byte> rows, List<(int, long, byte[])> blocks, List<(int, byte[])> recent)
  {
    var hours = new SortedDictionary<long, List<ReadOnlyMemory<byte>>>();
    var all = new List<ReadOnlyMemory<byte>>();
    for (var at = 0; at < rows.Length;)
    {
      var row = rows.Slice(at, HistoryRow.Length(rows.Span[at..]));
      var hour = HistoryRow.Time(row.Span) / Block.HourMs;
      if (!hours.TryGetValue(hour, out var list)) hours[hour] = list = [];
      list.Add(row);
      all.Add(row);
      at += row.Length;
    }

    foreach (var (hour, list) in hours)
    {
      list.Sort((a, b) => HistoryRow.Time(a.Span).CompareTo(HistoryRow.Time(b.Span)));
      blocks.Add((device, hour, Block.Pack(list)));
    }

    var last = all.TakeLast(RecentPairs).ToArray();
    var pairs = new byte[last.Length * 20];
    var length = 0;
    foreach (var row in last)
    {
      length += Varint.Write(pairs.AsSpan(length), (ulong)HistoryRow.Boot(row.Span));
      length += Varint.Write(pairs.AsSpan(length), (ulong)HistoryRow.Seq(row.Span));
    }

    recent.Add((device, pairs[..length]));
  }
}
