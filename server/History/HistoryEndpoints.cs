using System.Buffers.Binary;
using System.Globalization;
using JkFleet.Server.Accounts;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JkFleet.Server.History;

/// <summary>
/// Samples for charts as columns of numbers: 16 bytes a point where pages of markup would be a hundred (stack.md 1).
/// </summary>
public static class HistoryEndpoints
{
  /// <summary>
  /// <c>GET /api/v1/devices/{id}/history?metrics=soc,pack_v:max&amp;from=&amp;to=&amp;points=</c>. Times are ISO 8601 or Unix seconds;
  /// <c>to</c> defaults to now, <c>from</c> to a day before. A metric may end in <c>:min</c> or <c>:max</c>. Little endian:
  /// int32 metrics, int32 points, Float64 x (Unix seconds), then per metric Float32 y; NaN = gap.
  /// </summary>
  public static WebApplication MapHistory(this WebApplication app)
  {
    app.MapGet("/api/v1/devices/{id}/history", Columns).RequireAuthorization(Rules.SeeDevice);
    app.MapGet("/api/v1/metrics", () => Metric.All.Select(m => m.Name)).RequireAuthorization(Rules.See);
    return app;
  }

  private static async Task<Results<FileContentHttpResult, NotFound, ProblemHttpResult>> Columns(
    string id, string? metrics, string? from, string? to, int? points, LiveFleet fleet, IHistoryStore store, TimeProvider clock, CancellationToken stop)
  {
    if (fleet.Find(id) is null) return TypedResults.NotFound();
    var asked = new List<(Metric Metric, string Kind)>();
    foreach (var name in (metrics ?? "soc").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
    {
      var parts = name.Split(':');
      var kind = parts.Length > 1 ? parts[1] : "mean";
      if (Metric.Find(parts[0]) is not { } metric || parts.Length > 2 || kind is not ("mean" or "min" or "max"))
        return TypedResults.Problem($"There is no metric '{name}'. See /api/v1/metrics; add :min or :max for the least or greatest.", statusCode: 400);
      asked.Add((metric, kind));
    }

    if (asked.Count is 0 or > Metric.MaxCount) return TypedResults.Problem($"metrics names 1..{Metric.MaxCount} columns.", statusCode: 400);
    var end = clock.GetUtcNow();
    if (to is not null && !TryTime(to, out end)) return TypedResults.Problem("to is no time.", statusCode: 400);
    var begin = end.AddDays(-1);
    if (from is not null && !TryTime(from, out begin)) return TypedResults.Problem("from is no time.", statusCode: 400);
    if (begin >= end) return TypedResults.Problem("from is before to.", statusCode: 400);
    if (points is < 2 or > HistoryQuery.MaxPoints) return TypedResults.Problem($"points is 2..{HistoryQuery.MaxPoints}.", statusCode: 400);

    var different = asked.Select(a => a.Metric).Distinct().ToArray();
    var columns = await store.Query(new HistoryQuery(id, different, begin, end, points ?? 1000), stop);
    var y = asked.Select(a =>
    {
      var m = Array.IndexOf(different, a.Metric);
      return a.Kind switch { "min" => columns.Min[m], "max" => columns.Max[m], _ => columns.Mean[m] };
    }).ToArray();
    return TypedResults.Bytes(Write(columns.Times, y), "application/octet-stream");
  }

  private static byte[] Write(double[] x, float[][] y)
  {
    var bytes = new byte[8 + (x.Length * 8) + (y.Length * x.Length * 4)];
    BinaryPrimitives.WriteInt32LittleEndian(bytes, y.Length);
    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), x.Length);
    var at = 8;
    foreach (var value in x)
    {
      BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), value);
      at += 8;
    }

    foreach (var column in y)
    {
      foreach (var value in column)
      {
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
        at += 4;
      }
    }

    return bytes;
  }

  private static bool TryTime(string text, out DateTimeOffset time)
  {
    if (!double.TryParse(text, CultureInfo.InvariantCulture, out var seconds))
      return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    time = default;
    if (seconds is < -62_000_000_000 or > 250_000_000_000) return false;
    time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
    return true;
  }
}
