using System.ComponentModel.DataAnnotations;

namespace JkFleet.Server.Data;

public enum DataProvider
{
  Sqlite = 0,
  PostgreSql = 1,
}

/// <summary>Section <c>Data</c>: where the fleet's data lies.</summary>
public sealed class DataOptions : IValidatableObject
{
  public const string Section = "Data";

  /// <summary>Folder of every file that the server writes; relative to the working directory. Also <c>--data DIR</c>.</summary>
  [Required]
  public string Folder { get; set; } = "data";

  public DataProvider Provider { get; set; } = DataProvider.Sqlite;

  /// <summary>Npgsql connection string; needed for PostgreSql only.</summary>
  public string? ConnectionString { get; set; }

  public string FullFolder => Path.GetFullPath(Folder);

  public string File(string name) => Path.Combine(FullFolder, name);

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    if (Provider == DataProvider.PostgreSql && string.IsNullOrWhiteSpace(ConnectionString))
      yield return new ValidationResult("Data:ConnectionString is needed when Data:Provider is PostgreSql.");
    if (!Enum.IsDefined(Provider))
      yield return new ValidationResult("Data:Provider is Sqlite or PostgreSql.");
  }
}
