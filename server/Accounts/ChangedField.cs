using System.Text;
using System.Text.Json;

namespace JkFleet.Server.Accounts;

/// <summary>What an entry of the activity log changed, as rows for a person. The log keeps JSON for programs.</summary>
/// <param name="Name">Field in words.</param>
/// <param name="Before">As it was; empty = not there.</param>
/// <param name="After">As it is.</param>
public sealed record ChangedField(string Name, string Before, string After)
{
  /// <summary>The fields that differ; all of them where one side is missing. Text that is no JSON object is one row without a name.</summary>
  /// <param name="before">As the log keeps it.</param>
  /// <param name="after">As the log keeps it.</param>
  /// <param name="siteName">Name of a site by its number.</param>
  public static IReadOnlyList<ChangedField> Of(string? before, string? after, Func<int, string> siteName)
  {
    var (was, now) = (Fields(before, siteName), Fields(after, siteName));
    return [.. was.Keys.Union(now.Keys).Select(k => new ChangedField(k, was.GetValueOrDefault(k, ""), now.GetValueOrDefault(k, ""))).Where(f => f.Before != f.After)];
  }

  private static Dictionary<string, string> Fields(string? text, Func<int, string> siteName)
  {
    if (string.IsNullOrEmpty(text)) return [];
    try
    {
      using var json = JsonDocument.Parse(text);
      if (json.RootElement.ValueKind == JsonValueKind.Object)
        return json.RootElement.EnumerateObject().ToDictionary(p => Words(p.Name), p => Value(p.Name, p.Value, siteName), StringComparer.OrdinalIgnoreCase);
      return new(StringComparer.OrdinalIgnoreCase) { [""] = Value("", json.RootElement, siteName) };
    }
    catch (JsonException)
    {
      return new(StringComparer.OrdinalIgnoreCase) { [""] = text };
    }
  }

  private static string Value(string name, JsonElement value, Func<int, string> siteName) => value.ValueKind switch
  {
    JsonValueKind.Number when name.Equals("siteId", StringComparison.OrdinalIgnoreCase) && value.TryGetInt32(out var site) => siteName(site),
    JsonValueKind.Null when name.Equals("siteId", StringComparison.OrdinalIgnoreCase) => "all sites",
    JsonValueKind.Null => "",
    JsonValueKind.True => "yes",
    JsonValueKind.False => "no",
    JsonValueKind.String => When(value.GetString()!.Trim()),
    JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(v => Value("", v, siteName))),
    JsonValueKind.Object => string.Join(" ", value.EnumerateObject().Select(p => Value(p.Name, p.Value, siteName))),
    _ => value.GetRawText(),
  };

  // Moments are kept to the tick; a minute is what a person asks for.
  private static string When(string text) =>
    text.Length > 18 && text[10] == 'T' && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var at)
      ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)
      : text;

  /// <summary>"oldUntil" and "old_until" are "Old until"; an id is named after what it means.</summary>
  private static string Words(string name)
  {
    var words = new StringBuilder(name.Length + 4);
    foreach (var c in name)
    {
      if (c == '_') words.Append(' ');
      else if (char.IsUpper(c) && words.Length > 0) words.Append(' ').Append(char.ToLowerInvariant(c));
      else words.Append(c);
    }

    var text = Ui.Show.Capital(words.ToString());
    return text.EndsWith(" id", StringComparison.Ordinal) ? text[..^3] : text;
  }
}
