using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.History;

public enum HistoryStoreKind
{
  /// <summary>Blocks in the database that <c>Data:Provider</c> names: its own SQLite file, or tables in PostgreSQL.</summary>
  Embedded = 0,
  /// <summary>InfluxDB over HTTP.</summary>
  Influx = 1,
}

/// <summary>Section <c>History</c>: where samples go and how long they stay.</summary>
public sealed class HistoryOptions : IValidatableObject
{
  public const string Section = "History";

  public HistoryStoreKind Store { get; set; }

  /// <summary>Samples older than this are deleted; 0 = never.</summary>
  [Range(0, 36_500)]
  public int KeepDays { get; set; } = 730;

  /// <summary>Unpacked samples are packed at the latest when they fill so many MB of memory.</summary>
  [Range(1, 4096)]
  public int HotMegabytes { get; set; } = 64;

  /// <summary>... or when this time is over.</summary>
  [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
  public TimeSpan PackEvery { get; set; } = TimeSpan.FromHours(1);

  /// <summary>SQLite only: wait for the disk with every commit (survives a power cut), or leave that to the system
  /// (survives the death of the server, as acknowledged messages must).</summary>
  public bool SyncEveryCommit { get; set; } = true;

  public InfluxOptions Influx { get; set; } = new();

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    if (!Enum.IsDefined(Store)) yield return new ValidationResult("History:Store is Embedded or Influx.");
    if (Store != HistoryStoreKind.Influx) yield break;
    if (!Uri.TryCreate(Influx.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
      yield return new ValidationResult("History:Influx:Url is an http(s) address, e.g. http://127.0.0.1:8086.");
    if (string.IsNullOrWhiteSpace(Influx.Database)) yield return new ValidationResult("History:Influx:Database is missing.");
    if (Influx.SpoolMegabytes is < 1 or > 100_000) yield return new ValidationResult("History:Influx:SpoolMegabytes is 1..100000.");
  }
}

/// <summary>Section <c>History:Influx</c>.</summary>
public sealed class InfluxOptions
{
  public string Url { get; set; } = "http://127.0.0.1:8086";
  public string Database { get; set; } = "jkfleet";

  /// <summary>HTTP Basic; for 2.x and 3 the password is the token and the user is ignored.</summary>
  public string? User { get; set; }

  public string? Password { get; set; }

  /// <summary>Ask for <c>CREATE DATABASE</c> at start; only 1.x knows it.</summary>
  public bool CreateDatabase { get; set; } = true;

  /// <summary>
  /// Longest range of one question, hours; a longer chart is asked for in pieces. 0 = no limit (1.x, 2.x). 3 Core opens 432 files
  /// at most for a question, about 72 hours: 48 there.
  /// </summary>
  public int QueryHours { get; set; }

  /// <summary>Most that waits on disk while InfluxDB is away; then the oldest goes, and is counted.</summary>
  public int SpoolMegabytes { get; set; } = 1024;
}
