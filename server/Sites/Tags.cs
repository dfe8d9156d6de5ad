namespace JkFleet.Server.Sites;

/// <summary>Tags of sites and devices: words people group by. Stored padded with spaces so that one LIKE finds a whole word.</summary>
public static class Tags
{
  public const int MaxCount = 20;
  public const int MaxLength = 32;

  /// <summary>The words of a stored or typed text, lower case, each once, sorted.</summary>
  public static IReadOnlyList<string> Of(string? text) =>
    (text ?? "").ToLowerInvariant()
      .Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
      .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();

  /// <summary>The form that is stored.</summary>
  public static string Store(IEnumerable<string> words)
  {
    var joined = string.Join(' ', words);
    return joined.Length == 0 ? "" : $" {joined} ";
  }

  /// <summary>Why these tags cannot be taken, or null.</summary>
  public static string? Refuse(IReadOnlyList<string> words)
  {
    if (words.Count > MaxCount) return $"At most {MaxCount} tags.";
    foreach (var word in words)
    {
      if (word.Length > MaxLength) return $"A tag has at most {MaxLength} characters: {word}";
      if (!word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
        return $"A tag is made of a-z, 0-9, '-', '_' and '.': {word}";
    }

    return null;
  }
}
