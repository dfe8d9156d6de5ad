// How every command prints JSON.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace JkFleet.Agent.Host;

/// <summary>
/// JSON in plain ASCII. Standard output has the encoding of the console (a code page on Windows, Latin-1 in some locales), while JSON
/// in a pipe or a file is read as UTF-8: a letter like "é" in the name of a battery made it unreadable there.
/// </summary>
public static class AsciiJson
{
    // Quotes, "<" and "&" stay readable: no browser reads this.
    private static readonly JsonSerializerOptions Flat = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Flat) { WriteIndented = true };

    /// <summary>One line.</summary>
    public static string Line(JsonNode json) => Ascii(json.ToJsonString(Flat));

    /// <summary>Several lines, for a person.</summary>
    public static string Lines(JsonNode json) => Ascii(json.ToJsonString(Indented));

    // What is not ASCII can stand in strings only, and there an escape means the same.
    private static string Ascii(string json)
    {
        if (System.Text.Ascii.IsValid(json)) return json;
        var ascii = new StringBuilder(json.Length + 32);
        foreach (var c in json)
        {
            if (char.IsAscii(c)) ascii.Append(c);
            else ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return ascii.ToString();
    }
}
