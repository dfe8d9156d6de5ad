// Where the captures lie that are read at test time and never committed (see README "Tests").
using System.Text.Json;

namespace JkFleet.Tests;

/// <summary>One protocol case of the vector folder; the schema stands in its README.</summary>
public sealed record Vector(string Name, string Protocol, string Class, string Hex, JsonElement Expected)
{
  /// <summary>True when the frame must be refused.</summary>
  public bool IsRefusal => Expected.TryGetProperty("error", out _);

  /// <summary>The frame's bytes (not for CAN cases, which are <c>ID#DATA</c>).</summary>
  public byte[] Bytes => Convert.FromHexString(Hex);

  /// <inheritdoc/>
  public override string ToString() => Name;
}

/// <summary>Finds the vector folder: env JKFLEET_VECTORS, else <c>../shared/vectors</c> beside the repository.</summary>
public static class VectorFolder
{
  /// <summary>The folder, or null on a user's machine that does not have it.</summary>
  public static string? Path { get; } = Find();

  /// <summary>All cases of the given protocols; a missing folder fails in CI and is said aloud elsewhere.</summary>
  public static IReadOnlyList<Vector> Load(params string[] protocols)
  {
    if (Path is null)
    {
      if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        throw new DirectoryNotFoundException("CI must have the vectors beside the repository (../shared/vectors).");
      Console.WriteLine("left out: vector cases (no ../shared/vectors and no JKFLEET_VECTORS)");
      return [];
    }

    var cases = new List<Vector>();
    foreach (var file in Directory.GetFiles(Path, "*.json").Order(StringComparer.Ordinal))
    {
      using var document = JsonDocument.Parse(File.ReadAllText(file));
      var root = document.RootElement;
      if (!root.TryGetProperty("protocol", out var protocol) || !protocols.Contains(protocol.GetString(), StringComparer.Ordinal)) continue;
      cases.Add(new Vector(
        root.GetProperty("name").GetString()!,
        protocol.GetString()!,
        root.GetProperty("class").GetString()!,
        root.GetProperty("hex").GetString()!,
        root.GetProperty("expected").Clone()));
    }

    return cases;
  }

  private static string? Find()
  {
    var given = Environment.GetEnvironmentVariable("JKFLEET_VECTORS");
    if (!string.IsNullOrEmpty(given)) return given;
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
      if (!File.Exists(System.IO.Path.Combine(folder.FullName, "JkFleet.sln"))) continue;
      var beside = System.IO.Path.Combine(folder.Parent?.FullName ?? folder.FullName, "shared", "vectors");
      return Directory.Exists(beside) ? beside : null;
    }

    return null;
  }
}
