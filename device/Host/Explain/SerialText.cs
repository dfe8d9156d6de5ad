// The bytes on one line of a serial capture: a row of a hex dump, or what a monitor printed behind its clock and arrows.
using System.Buffers;
using System.Globalization;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Reads hex as hexdump, xxd, od, Wireshark, ESPHome's UART debug and serial monitors print it.</summary>
internal static class SerialText
{
    // hexdump leaves a wider gap in the middle of a row of sixteen.
    private const int HalfRowBytes = 8;

    // What may stand between a monitor's words and the bytes.
    private static readonly SearchValues<char> Marks = SearchValues.Create(":>]<|=-");

    private static readonly string[] Directions = ["TX", "RX", "TD", "RD", "SEND", "SENT", "RECV", "OUT", "IN"];

    /// <summary>The bytes that a line shows; null when it shows none.</summary>
    /// <param name="line">Without clock and line end.</param>
    /// <param name="isDump">The line begins with an offset, so a lone offset may follow as the last line of the dump.</param>
    public static byte[]? Read(string line, out bool isDump)
    {
        var row = DumpRow(line);
        isDump = row is not null;
        return row ?? Monitor(WithoutCount(line).TrimEnd(' ', '\t', ',', ';'));
    }

    /// <summary>The last line of a dump: its length as an offset, no bytes.</summary>
    /// <param name="line">Without line end.</param>
    public static bool IsLoneOffset(string line) => line.Length is >= 6 and <= 8 && line.All(char.IsAsciiHexDigit);

    // "00000010  4e 57 ..  |NW..|", "00000010: 4e57 0013 ..  NW..", "0000020 574e 1300" (words, low byte first), "000020 4e 57".
    private static byte[]? DumpRow(string line)
    {
        var at = 0;
        while (at < line.Length && char.IsAsciiHexDigit(line[at])) at++;
        // An offset counts rows; other hex in front is data that somebody wrote in groups.
        if (at is < 4 or > 8 || long.Parse(line.AsSpan(0, at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) % HalfRowBytes != 0) return null;
        var lowFirst = at == 7;
        var words = lowFirst;
        if (at < line.Length && line[at] == ':')
        {
            (lowFirst, words) = (false, true);
            at++;
        }

        var bytes = new List<byte>(2 * HalfRowBytes);
        while (at < line.Length)
        {
            var gap = at;
            while (at < line.Length && line[at] == ' ') at++;
            gap = at - gap;
            var end = at;
            while (end < line.Length && line[end] != ' ') end++;
            var token = line.AsSpan(at, end - at);
            // Behind a wider gap stand the same bytes as characters.
            if (gap == 0 || (bytes.Count > 0 && gap > (bytes.Count == HalfRowBytes ? 2 : 1))) break;
            if (token.Length != 2 && !(words && token.Length == 4)) break;
            if (!IsHex(token)) break;
            var value = Convert.FromHexString(token);
            if (lowFirst) Array.Reverse(value);
            bytes.AddRange(value);
            at = end;
        }

        return bytes.Count == 0 ? null : [.. bytes];
    }

    // ESPHome ends a frame with its length: 4E.57.00.13 (4).
    private static string WithoutCount(string line)
    {
        var open = line.LastIndexOf('(');
        if (open < 1 || line[^1] != ')' || line.Length - open < 3) return line;
        return line.AsSpan(open + 1, line.Length - open - 2).ContainsAnyExceptInRange('0', '9') ? line : line[..open].TrimEnd();
    }

    // Hex to the end of the line, behind nothing, a mark or a direction. Where one start fails none before that place can do
    // better, so every character is looked at once.
    private static byte[]? Monitor(string line)
    {
        for (var from = 0; from < line.Length;)
        {
            from = BehindDirection(line, from);
            if (Hex(line, from, out var failedAt) is { } bytes) return bytes;
            var mark = line.AsSpan(failedAt).IndexOfAny(Marks);
            if (mark < 0) return null;
            from = failedAt + mark + 1;
        }

        return null;
    }

    private static int BehindDirection(string line, int from)
    {
        while (from < line.Length && line[from] is ' ' or '\t') from++;
        foreach (var word in Directions)
        {
            var behind = from + word.Length;
            if (behind >= line.Length || string.Compare(line, from, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0) continue;
            if (line[behind] is not (' ' or '\t' or ':' or '-')) continue;
            while (behind < line.Length && line[behind] is ' ' or '\t' or ':' or '-') behind++;
            return behind;
        }

        return from;
    }

    // Two digits a byte, "0x" or "\x" allowed in front; between them nothing, blanks and commas, or always the same : . or -
    private static byte[]? Hex(string line, int from, out int failedAt)
    {
        var bytes = new List<byte>(64);
        var separator = '\0';
        var at = from;
        while (true)
        {
            failedAt = at;
            if (at + 1 < line.Length && line[at] is '0' or '\\' && line[at + 1] is 'x' or 'X') at += 2;
            if (at + 1 >= line.Length || !IsHex(line.AsSpan(at, 2))) return null;
            bytes.Add(Convert.FromHexString(line.AsSpan(at, 2))[0]);
            at += 2;
            if (at == line.Length) return [.. bytes];
            var kind = line[at] is ':' or '.' or '-' ? line[at] : ' ';
            if (separator == '\0') separator = kind;
            failedAt = at;
            if (kind != separator) return null;
            if (kind != ' ') at++;
            else while (at < line.Length && line[at] is ' ' or '\t' or ',') at++;
        }
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c)) return false;
        return text.Length > 0;
    }
}
