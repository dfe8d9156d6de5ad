using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace JkFleet.Server.History;

/// <summary>
/// Samples in InfluxDB: line protocol and InfluxQL over HTTP with Basic, the one dialect that 1.x, 2.x and 3 take
/// (stack.md 2). Only <c>precision=ms</c>: an unknown precision is silently taken as nanoseconds. A batch is durable in the
/// spool first, so InfluxDB may be away.
/// </summary>
public sealed class InfluxHistory : IHistoryStore, IAsyncDisposable
{
  private const string Measurement = "telemetry";
  private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

  private readonly InfluxOptions _options;
  private readonly InfluxSpool _spool;
  private readonly HttpClient _http;
  private readonly TimeProvider _clock;
  private readonly ILogger<InfluxHistory> _log;
  private readonly ConcurrentDictionary<string, int> _keys = new(StringComparer.Ordinal);
  private readonly ConcurrentDictionary<int, string> _names = new();
  private readonly SemaphoreSlim _work = new(0);
  private readonly CancellationTokenSource _stopping = new();
  private byte[] _lines = new byte[64 * 1024];
  private int _nextKey;
  private long _rejectedFiles;
  private Task _sending = Task.CompletedTask;

  public InfluxHistory(InfluxOptions options, string spoolFolder, TimeProvider clock, ILogger<InfluxHistory> log)
  {
    _options = options;
    _clock = clock;
    _log = log;
    _spool = new InfluxSpool(spoolFolder, options.SpoolMegabytes * 1024L * 1024L);
    _http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = new Uri(options.Url), Timeout = TimeSpan.FromSeconds(30) };
    if (!string.IsNullOrEmpty(options.User) || !string.IsNullOrEmpty(options.Password))
    {
      var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"));
      _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", pair);
    }
  }

  /// <summary>What waits for InfluxDB.</summary>
  public InfluxSpool Spool => _spool;

  /// <summary>Files that InfluxDB refused in part for good (points older than its retention, type conflicts), since start.</summary>
  public long RejectedFiles => Volatile.Read(ref _rejectedFiles);

  public Task Open(Action<string, long, long> remember, CancellationToken stop)
  {
    // Nothing to remember: the same point written twice is one point there.
    _sending = Task.Run(Send, CancellationToken.None);
    _work.Release();
    return Task.CompletedTask;
  }

  public int KeyOf(string deviceId) => _keys.GetOrAdd(deviceId, id =>
  {
    var key = Interlocked.Increment(ref _nextKey);
    _names[key] = id;
    return key;
  });

  public void Append(HistoryBatch batch)
  {
    var length = 0;
    Span<int> values = stackalloc int[Metric.MaxCount];
    for (var at = 0; at < batch.Length;)
    {
      var row = batch.Bytes.AsSpan(at, HistoryRow.Length(batch.Bytes.AsSpan(at)));
      HistoryRow.Values(row, values);
      if (_lines.Length - length < 8 * 1024) Array.Resize(ref _lines, _lines.Length * 2);
      length += WriteLine(_lines.AsSpan(length), _names[HistoryRow.Device(row)], HistoryRow.Time(row), values);
      at += row.Length;
    }

    _spool.Append(_lines.AsSpan(0, length));
    if (_work.CurrentCount == 0) _work.Release();
  }

  public async Task<HistoryColumns> Query(HistoryQuery query, CancellationToken stop)
  {
    // Every row has its limits, so this counts rows.
    var samples = 0L;
    foreach (var part in Parts(query, bucketMs: 1))
      if (await Ask($"SELECT count(\"charge_limit_a\") {part}", stop) is [var row, ..]) samples += (long)row[1]!.Value;
    if (samples == 0) return HistoryColumns.Empty(query.Metrics.Count);
    var thinner = new Thinner(query, samples);
    if (samples <= query.Points)
      foreach (var part in Parts(query, bucketMs: 1)) await ReadSamples(query, part, thinner, stop);
    else
      foreach (var part in Parts(query, thinner.BucketMs)) await ReadBuckets(query, part, thinner, stop);
    return thinner.Finish();
  }

  public async Task Trim(DateTimeOffset before, CancellationToken stop) =>
    await Ask($"DELETE FROM \"{Measurement}\" WHERE time < {before.ToUnixTimeMilliseconds()}ms", stop);

  public async ValueTask DisposeAsync()
  {
    await _stopping.CancelAsync();
    await _sending;
    _spool.Dispose();
    _http.Dispose();
    _work.Dispose();
    _stopping.Dispose();
  }

  private static int WriteLine(Span<byte> into, string device, long t, ReadOnlySpan<int> values)
  {
    var at = Encoding.UTF8.GetBytes($"{Measurement},device={device} ", into);
    var first = true;
    foreach (var metric in Metric.All)
    {
      if (values[metric.Id] == Metric.Absent) continue;
      if (!first) into[at++] = (byte)',';
      first = false;
      at += Encoding.UTF8.GetBytes(metric.Name, into[at..]);
      into[at++] = (byte)'=';
      // decimal keeps 3.3 what float would make 3.3000002; every field is a float there, so that no type conflict can arise.
      Digits(values[metric.Id], metric.Scale).TryFormat(into[at..], out var written, default, CultureInfo.InvariantCulture);
      at += written;
    }

    into[at++] = (byte)' ';
    t.TryFormat(into[at..], out var digits, default, CultureInfo.InvariantCulture);
    at += digits;
    into[at++] = (byte)'\n';
    return at;
  }

  private static decimal Digits(int value, float scale) => scale switch { 1f => value, 0.1f => value / 10m, _ => value / 1000m };

  /// <summary>The range in pieces that InfluxDB answers (<see cref="InfluxOptions.QueryHours"/>), none of which cuts a bucket.</summary>
  private IEnumerable<string> Parts(HistoryQuery query, long bucketMs)
  {
    var from = query.From.ToUnixTimeMilliseconds();
    var to = query.To.ToUnixTimeMilliseconds();
    var hours = _options.QueryHours * 3_600_000L;
    var length = hours == 0 ? to - from : Math.Max(bucketMs, hours / bucketMs * bucketMs);
    for (; from < to; from += length)
      yield return $"FROM \"{Measurement}\" WHERE \"device\" = '{query.DeviceId}' AND time >= {from}ms AND time < {Math.Min(from + length, to)}ms";
  }

  private async Task ReadSamples(HistoryQuery query, string where, Thinner thinner, CancellationToken stop)
  {
    var fields = string.Join(",", query.Metrics.Select(m => $"\"{m.Name}\"").Append("\"charge_limit_a\""));
    foreach (var row in await Ask($"SELECT {fields} {where}", stop))
    {
      var t = (long)row[0]!.Value;
      var bucket = thinner.BucketOf(t);
      if (bucket < 0) continue;
      thinner.Sample(bucket, t);
      for (var m = 0; m < query.Metrics.Count; m++)
        if (row[m + 1] is { } value) thinner.Value(m, bucket, (int)Math.Round(value / query.Metrics[m].Scale));
    }
  }

  private async Task ReadBuckets(HistoryQuery query, string where, Thinner thinner, CancellationToken stop)
  {
    var from = query.From.ToUnixTimeMilliseconds();
    var fields = string.Join(",", query.Metrics.Select(m => $"mean(\"{m.Name}\"),min(\"{m.Name}\"),max(\"{m.Name}\")").Append("count(\"charge_limit_a\")"));
    // The offset puts InfluxDB's buckets, which start at 1970, onto ours.
    var rows = await Ask($"SELECT {fields} {where} GROUP BY time({thinner.BucketMs}ms,{from % thinner.BucketMs}ms) fill(none)", stop);
    foreach (var row in rows)
    {
      var start = (long)row[0]!.Value;
      var bucket = thinner.BucketOf(Math.Max(start, from));
      if (bucket < 0) continue;
      thinner.Sample(bucket, Math.Max(start, from) + (thinner.BucketMs / 2));
      for (var m = 0; m < query.Metrics.Count; m++)
      {
        if (row[(3 * m) + 1] is not { } mean) continue;
        var scale = query.Metrics[m].Scale;
        thinner.Bucket(m, bucket, mean / scale, (int)Math.Round(row[(3 * m) + 2]!.Value / scale), (int)Math.Round(row[(3 * m) + 3]!.Value / scale));
      }
    }
  }

  /// <summary>Asks InfluxQL; gives the rows of the one series, first the time in ms.</summary>
  private async Task<List<double?[]>> Ask(string question, CancellationToken stop)
  {
    using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["q"] = question });
    using var answer = await _http.PostAsync($"/query?db={Uri.EscapeDataString(_options.Database)}&epoch=ms", content, stop);
    // What it says there need not be JSON: a proxy may have answered.
    if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"InfluxDB answered {(int)answer.StatusCode} to a question: {await Words(answer, stop)}", null, answer.StatusCode);
    using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(stop), cancellationToken: stop);
    var rows = new List<double?[]>();
    var result = body.RootElement.GetProperty("results")[0];
    if (result.TryGetProperty("error", out var error))
    {
      // No measurement yet is no error to a reader, no database neither.
      if (error.GetString()!.Contains("not found", StringComparison.Ordinal)) return rows;
      throw new HttpRequestException("InfluxDB could not answer: " + error.GetString());
    }

    if (!result.TryGetProperty("series", out var series)) return rows;
    foreach (var row in series[0].GetProperty("values").EnumerateArray())
      rows.Add(row.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : (double?)null).ToArray());
    return rows;
  }

  private async Task Send()
  {
    var wait = TimeSpan.Zero;
    var stop = _stopping.Token;
    while (!stop.IsCancellationRequested)
    {
      try
      {
        if (wait > TimeSpan.Zero) await Task.Delay(wait, _clock, stop);
        if (_spool.Oldest() is not { } file)
        {
          await _work.WaitAsync(stop);
          continue;
        }

        await Post(file, stop);
        _spool.Remove(file);
        if (wait > TimeSpan.Zero) _log.LogInformation("InfluxDB is back; {Bytes} bytes wait", _spool.Bytes);
        wait = TimeSpan.Zero;
      }
      catch (OperationCanceledException) when (stop.IsCancellationRequested)
      {
        return;
      }
      catch (Exception broken)
      {
        if (wait == TimeSpan.Zero) _log.LogWarning("InfluxDB does not take samples, they wait on disk: {Reason}", broken.Message);
        wait = wait == TimeSpan.Zero ? TimeSpan.FromMilliseconds(250) : wait * 2 < LongestWait ? wait * 2 : LongestWait;
      }
    }
  }

  private async Task Post(string file, CancellationToken stop)
  {
    using var packed = new MemoryStream();
    await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
    await using (var lines = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
      await lines.CopyToAsync(gzip, stop);
    using var content = new ByteArrayContent(packed.ToArray());
    content.Headers.ContentEncoding.Add("gzip");
    using var answer = await _http.PostAsync($"/write?db={Uri.EscapeDataString(_options.Database)}&precision=ms", content, stop);
    if (answer.IsSuccessStatusCode) return;
    var why = await Words(answer, stop);
    if (answer.StatusCode == HttpStatusCode.NotFound && _options.CreateDatabase)
    {
      await Ask($"CREATE DATABASE \"{_options.Database.Replace("\"", "", StringComparison.Ordinal)}\"", stop);
      throw new HttpRequestException("the database was not there and is made now");
    }

    if (answer.StatusCode == HttpStatusCode.BadRequest)
    {
      // The good lines are stored; the others would be refused for ever (older than the retention, other type).
      Interlocked.Increment(ref _rejectedFiles);
      _log.LogError("InfluxDB refused lines for good: {Why}", why);
      return;
    }

    throw new HttpRequestException($"status {(int)answer.StatusCode}: {why}", null, answer.StatusCode);
  }

  private static async Task<string> Words(HttpResponseMessage answer, CancellationToken stop)
  {
    var text = await answer.Content.ReadAsStringAsync(stop);
    return text.Length <= 300 ? text : text[..300];
  }
}
