// One line of a capture, as candump, an slcan adapter, a serial monitor or a person wrote it.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using JkFleet.Agent.Host.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>What stands on one line of a text capture.</summary>
internal sealed partial class CaptureLine
{
    // Set by candump in the identifier of an error frame.
    private const uint ErrorFlag = 0x20000000;

    private CaptureLine()
    {
    }

    /// <summary>Seconds, as the capture counts them; null without a time.</summary>
    public double? Seconds { get; private init; }

    /// <summary>A CAN frame, when the line is one.</summary>
    public CanFrame? Frame { get; private init; }

    /// <summary>A CAN line without data to explain (remote request, error frame, CAN FD), in words; "" otherwise.</summary>
    public string Note { get; private init; } = "";

    /// <summary>Bytes of a serial line, when the line holds hex and is no CAN frame.</summary>
    public byte[]? Bytes { get; private init; }

    /// <summary>The bytes are a row of a dump with its offset in front.</summary>
    public bool IsDump { get; private init; }

    /// <summary>Understands one line; null for an empty one, a comment, or one that is neither CAN nor hex.</summary>
    /// <param name="text">The line.</param>
    public static CaptureLine? Parse(string text)
    {
        var line = Colour().Replace(text, "").Trim().TrimStart('\uFEFF');
        double? seconds = null;
        if (Time().Match(line) is { Success: true } time)
        {
            seconds = SecondsOf(time);
            line = line[time.Length..];
        }

        if (Log().Match(line) is { Success: true } log) return Can(seconds, log.Groups["id"].Value, log.Groups["data"].Value);
        if (Screen().Match(line) is { Success: true } screen) return Can(seconds, screen.Groups["id"].Value, screen.Groups["data"].Value);
        if (Slcan().Match(line) is { Success: true } slcan)
        {
            if (slcan.Value[0] is 'r' or 'R') return new CaptureLine { Seconds = seconds, Note = RemoteRequest };
            var frame = new CanFrame();
            if (SlcanText.TryParse(Encoding.ASCII.GetBytes(line), frame)) return new CaptureLine { Seconds = seconds, Frame = frame };
        }

        if (Clock().Match(line) is { Success: true } clock) line = line[clock.Length..];
        return SerialText.Read(line, out var isDump) is { } bytes ? new CaptureLine { Seconds = seconds, Bytes = bytes, IsDump = isDump } : null;
    }

    private const string RemoteRequest = "remote request, no data";

    private static double? SecondsOf(Match time)
    {
        if (double.TryParse(time.Groups["seconds"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) return seconds;
        return DateTime.TryParse(time.Groups["date"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? (at - DateTime.UnixEpoch).TotalSeconds
            : null;
    }

    private static CaptureLine? Can(double? seconds, string id, string data)
    {
        if (id.Length > 3 && (uint.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & ErrorFlag) != 0)
            return new CaptureLine { Seconds = seconds, Note = $"error frame of the adapter: {data}" };
        if (data.StartsWith('#')) return new CaptureLine { Seconds = seconds, Note = "CAN FD frame: batteries and inverters of this family speak classic CAN" };
        if (data.StartsWith('R') || data.StartsWith("remote", StringComparison.Ordinal)) return new CaptureLine { Seconds = seconds, Note = RemoteRequest };
        if (!CanText.TryParse($"{id}#{data.Replace(".", "", StringComparison.Ordinal)}", out var number, out var extended, out var bytes, out _)) return null;
        if (!CanJson.TryFrame(number, extended, bytes, out var frame, out _)) return null;
        return new CaptureLine { Seconds = seconds, Frame = frame };
    }

    // Colours of a log that was made for a terminal.
    [GeneratedRegex(@"\x1B\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colour();

    // (1700000000.123456), (000.012) or (2026-11-26 00:12:01.123456) in front.
    [GeneratedRegex(@"^\(\s*(?:(?<seconds>[0-9]+(?:\.[0-9]+)?)|(?<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?))\)\s*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    // can0 351#1402..., 351#..., with the direction letter that newer candump adds.
    [GeneratedRegex(@"^(?:[A-Za-z]\w*\s+)?(?<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?<data>R\d?|#?[0-9A-Fa-f.]*)(?:\s+[RT])?$", RegexOptions.None, 1000)]
    private static partial Regex Log();

    // can0  351   [8]  14 02 74 0E 74 0E CC 01, also with TX/RX columns and what stands behind the data.
    [GeneratedRegex(@"^(?:[A-Za-z]\w*\s+)(?:[TR]X\s+(?:\S\s+\S\s+|-+\s+)?)?(?<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[\d+\]\s*(?<data>remote request|(?:[0-9A-Fa-f]{2}(?:\s+|$))*)(?:'.*'|ERRORFRAME)?$", RegexOptions.None, 1000)]
    private static partial Regex Screen();

    [GeneratedRegex("^(?:[tr][0-7][0-9A-Fa-f]{2}|[TR][01][0-9A-Fa-f]{7})[0-8](?:[0-9A-Fa-f]{2})*$", RegexOptions.None, 1000)]
    private static partial Regex Slcan();

    // A monitor's clock, with or without a date; but not hex with colons, and not all that stands on the line.
    [GeneratedRegex(@"^\[?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\]?(?!:[0-9A-Fa-f]{2})\s*(?=\S)", RegexOptions.None, 1000)]
    private static partial Regex Clock();
}
