namespace JkFleet.Server.History;

/// <summary>
/// Turns samples that come in any order into columns of about the asked length: equal buckets over the range with
/// mean, least and greatest; where the samples are few, every one stays. Real gaps become one NaN point, so that a
/// chart does not draw a line over a night without data.
/// </summary>
public sealed class Thinner
{
  /// <summary>Distances longer than so many usual ones are gaps.</summary>
  private const int GapFactor = 5;

  private readonly HistoryQuery _query;
  private readonly bool _every;
  private readonly long _from;
  private readonly long _span;
  private readonly long _width;
  private readonly long[] _timeSum;
  private readonly int[] _count;
  private readonly double[][] _sum;
  private readonly int[][] _n;
  private readonly int[][] _min;
  private readonly int[][] _max;
  private int _taken;

  /// <param name="query">What is asked.</param>
  /// <param name="samples">No more than so many samples will come.</param>
  public Thinner(HistoryQuery query, long samples)
  {
    _query = query;
    _from = query.From.ToUnixTimeMilliseconds();
    _span = Math.Max(1, query.To.ToUnixTimeMilliseconds() - _from);
    _every = samples <= query.Points;
    _width = Math.Max(1, (_span + query.Points - 1) / query.Points);
    var count = _every ? (int)samples : (int)((_span + _width - 1) / _width);
    _timeSum = new long[count];
    _count = new int[count];
    _sum = Arrays<double>(count);
    _n = Arrays<int>(count);
    _min = Arrays<int>(count);
    _max = Arrays<int>(count);
  }

  /// <summary>Width of a bucket, ms.</summary>
  public long BucketMs => _width;

  /// <summary>Bucket of a time, or -1 outside of the range. Count the sample before asking for the next one's.</summary>
  public int BucketOf(long t)
  {
    var offset = t - _from;
    if (offset < 0 || offset >= _span) return -1;
    if (_every) return _taken < _count.Length ? _taken : -1;
    return (int)(offset / _width);
  }

  /// <summary>Counts one sample's time; its values follow by <see cref="Value"/>.</summary>
  public void Sample(int bucket, long t)
  {
    _timeSum[bucket] += t - _from;
    _count[bucket]++;
    _taken++;
  }

  /// <summary>One value of a counted sample.</summary>
  public void Value(int metric, int bucket, int value)
  {
    if (_n[metric][bucket]++ == 0)
    {
      _min[metric][bucket] = value;
      _max[metric][bucket] = value;
    }
    else
    {
      if (value < _min[metric][bucket]) _min[metric][bucket] = value;
      if (value > _max[metric][bucket]) _max[metric][bucket] = value;
    }

    _sum[metric][bucket] += value;
  }

  /// <summary>A bucket that somebody else has thinned already.</summary>
  public void Bucket(int metric, int bucket, double mean, int min, int max)
  {
    _n[metric][bucket] = 1;
    _sum[metric][bucket] = mean;
    _min[metric][bucket] = min;
    _max[metric][bucket] = max;
  }

  public HistoryColumns Finish()
  {
    var used = new List<int>();
    for (var i = 0; i < _count.Length; i++)
      if (_count[i] > 0) used.Add(i);
    if (used.Count == 0) return HistoryColumns.Empty(_query.Metrics.Count);
    if (_every) used.Sort((a, b) => _timeSum[a].CompareTo(_timeSum[b]));
    var order = WithGaps(used);
    var times = new double[order.Count];
    var mean = Columns(order.Count);
    var min = Columns(order.Count);
    var max = Columns(order.Count);
    for (var p = 0; p < order.Count; p++)
    {
      var bucket = order[p];
      // A gap's point stands right behind the last sample before it.
      times[p] = bucket < 0 ? times[p - 1] + 0.001 : (_from + ((double)_timeSum[bucket] / _count[bucket])) / 1000.0;
      for (var m = 0; m < _query.Metrics.Count; m++)
      {
        var n = bucket < 0 ? 0 : _n[m][bucket];
        var scale = (double)_query.Metrics[m].Scale;
        mean[m][p] = n == 0 ? float.NaN : (float)(_sum[m][bucket] / n * scale);
        min[m][p] = n == 0 ? float.NaN : (float)(_min[m][bucket] * scale);
        max[m][p] = n == 0 ? float.NaN : (float)(_max[m][bucket] * scale);
      }
    }

    return new HistoryColumns { Times = times, Mean = mean, Min = min, Max = max };
  }

  /// <summary>The buckets in order, with -1 where nothing came for much longer than usual.</summary>
  private List<int> WithGaps(List<int> used)
  {
    if (used.Count < 3) return used;
    var steps = new List<long>(used.Count);
    for (var i = 1; i < used.Count; i++) steps.Add(TimeOf(used[i]) - TimeOf(used[i - 1]));
    var sorted = steps.Order().ToArray();
    var gap = Math.Max(GapFactor * sorted[sorted.Length / 2], _every ? 1000 : 3 * _width);
    var order = new List<int>(used.Count + 8) { used[0] };
    for (var i = 1; i < used.Count; i++)
    {
      if (steps[i - 1] > gap) order.Add(-1);
      order.Add(used[i]);
    }

    return order;
  }

  private long TimeOf(int bucket) => _timeSum[bucket] / _count[bucket];

  private T[][] Arrays<T>(int count) => Enumerable.Range(0, _query.Metrics.Count).Select(_ => new T[count]).ToArray();

  private float[][] Columns(int count) => Enumerable.Range(0, _query.Metrics.Count).Select(_ => new float[count]).ToArray();
}
