namespace JkFleet.Server.History;

/// <summary>
/// Where samples live. Two real kinds: blocks in a database (SQLite by default, PostgreSQL) and InfluxDB.
/// <see cref="Append"/> is called by one writer thread; everything else by anyone at any time.
/// </summary>
public interface IHistoryStore
{
  /// <summary>Opens the store and calls back for the samples whose (boot, seq) may come again.</summary>
  Task Open(Action<string, long, long> remember, CancellationToken stop);

  /// <summary>Small number of a device in rows; made at first sight, then the same for ever.</summary>
  int KeyOf(string deviceId);

  /// <summary>Takes a batch; it is durable when the call returns.</summary>
  /// <exception cref="Exception">Nothing of the batch may be taken as stored.</exception>
  void Append(HistoryBatch batch);

  /// <summary>One device's columns over a time, thinned to about the asked number of points.</summary>
  Task<HistoryColumns> Query(HistoryQuery query, CancellationToken stop);

  /// <summary>Deletes what is older, as far as whole blocks are.</summary>
  Task Trim(DateTimeOffset before, CancellationToken stop);
}

/// <summary>Samples that are stored together. Filled under the inbox's lock, then owned by the writer.</summary>
public sealed class HistoryBatch
{
  /// <summary>Rows one after the other, see <see cref="HistoryRow"/>.</summary>
  public byte[] Bytes = new byte[64 * 1024];

  public int Length;
  public int Count;

  /// <summary>Completes when the batch is durable, fails when it is not.</summary>
  public TaskCompletionSource Done = new(TaskCreationOptions.RunContinuationsAsynchronously);

  public void Add(ReadOnlySpan<byte> row)
  {
    if (Bytes.Length - Length < row.Length) Array.Resize(ref Bytes, Math.Max(Bytes.Length * 2, Length + row.Length));
    row.CopyTo(Bytes.AsSpan(Length));
    Length += row.Length;
    Count++;
  }

  public void Reset()
  {
    Length = 0;
    Count = 0;
    Done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
  }
}

/// <summary>A question for history.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Metrics">Columns, 1..64.</param>
/// <param name="From">First instant.</param>
/// <param name="To">First instant after the range.</param>
/// <param name="Points">About how many points, 2..10000.</param>
public sealed record HistoryQuery(string DeviceId, IReadOnlyList<Metric> Metrics, DateTimeOffset From, DateTimeOffset To, int Points)
{
  public const int MaxPoints = 10_000;
}

/// <summary>
/// Columns of one device: times ascending; per metric the mean, least and greatest of the samples behind each time
/// (all the same where nothing had to be thinned); NaN = gap.
/// </summary>
public sealed class HistoryColumns
{
  /// <summary>Unix seconds.</summary>
  public required double[] Times { get; init; }

  public required float[][] Mean { get; init; }
  public required float[][] Min { get; init; }
  public required float[][] Max { get; init; }

  public static HistoryColumns Empty(int metrics) => new()
  {
    Times = [],
    Mean = Enumerable.Repeat(Array.Empty<float>(), metrics).ToArray(),
    Min = Enumerable.Repeat(Array.Empty<float>(), metrics).ToArray(),
    Max = Enumerable.Repeat(Array.Empty<float>(), metrics).ToArray(),
  };
}
