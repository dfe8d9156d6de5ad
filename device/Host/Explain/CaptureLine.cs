// One line of a capture, as candump, a serial monitor or a person wrote it.
using System.Globalization;
using System.Text.RegularExpressions;
using JkFleet.Agent.Host.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>What stands on one line of a text capture.</summary>
internal sealed partial class CaptureLine
{
    private CaptureLine()
    {
    }

    /// <summary>Seconds, as the capture counts them; null without a time.</summary>
    public double? Seconds { get; private init; }

    /// <summary>A CAN frame, when the line is one.</summary>
    public CanFrame? Frame { get; private init; }

    /// <summary>A CAN remote request or error frame: there, but without data to explain.</summary>
    public bool NoData { get; private init; }

    /// <summary>Bytes of a serial line, when the line holds hex and is no CAN frame.</summary>
    public byte[]? Bytes { get; private init; }

    /// <summary>Understands one line; null for an empty one, a comment, or one that is neither CAN nor hex.</summary>
    /// <param name="text">The line.</param>
    public static CaptureLine? Parse(string text)
    {
        var line = text.Trim().TrimStart('\uFEFF');
        if (line.Length == 0) return null;
        double? seconds = null;
        if (Time().Match(line) is { Success: true } time)
        {
            seconds = double.Parse(time.Groups["seconds"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
            line = line[time.Length..];
        }

        if (Log().Match(line) is { Success: true } log) return Can(seconds, log.Groups["id"].Value, log.Groups["data"].Value);
        if (Screen().Match(line) is { Success: true } screen) return Can(seconds, screen.Groups["id"].Value, screen.Groups["data"].Value);
        if (Slcan().IsMatch(line))
        {
            var frame = new CanFrame();
            if (SlcanText.TryParse(System.Text.Encoding.ASCII.GetBytes(line), frame)) return new CaptureLine { Seconds = seconds, Frame = frame };
        }

        if (SerialHex().Match(line) is not { Success: true } serial || !HexText.TryParse(serial.Groups["hex"].Value, out var bytes, out _)) return null;
        return bytes.Length == 0 ? null : new CaptureLine { Seconds = seconds, Bytes = bytes };
    }

    private static CaptureLine? Can(double? seconds, string id, string data)
    {
        if (data.StartsWith('R') || data.StartsWith("remote", StringComparison.Ordinal)) return new CaptureLine { Seconds = seconds, NoData = true };
        if (!CanText.TryParse($"{id}#{data.Replace(".", "", StringComparison.Ordinal)}", out var number, out var extended, out var bytes, out _)) return null;
        if (!CanJson.TryFrame(number, extended, bytes, out var frame, out _)) return null;
        return new CaptureLine { Seconds = seconds, Frame = frame };
    }

    // (1700000000.123456) or (000.012) in front.
    [GeneratedRegex(@"^\(\s*(?<seconds>[0-9]+(\.[0-9]+)?)\)\s*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    // can0 351#1402..., 351#..., with the direction letter that newer candump adds.
    [GeneratedRegex(@"^(?:[A-Za-z]\w*\s+)?(?<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?<data>R\d?|[0-9A-Fa-f.]*)(?:\s+[RT])?$", RegexOptions.None, 1000)]
    private static partial Regex Log();

    // can0  351   [8]  14 02 74 0E 74 0E CC 01, also with TX/RX columns and the ASCII column at the end.
    [GeneratedRegex(@"^(?:[A-Za-z]\w*\s+)(?:[TR]X\s+(?:\S\s+\S\s+|-+\s+)?)?(?<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[\d+\]\s*(?<data>remote request|(?:[0-9A-Fa-f]{2}(?:\s+|$))*)(?:'.*')?$", RegexOptions.None, 1000)]
    private static partial Regex Screen();

    [GeneratedRegex("^(?:t[0-7][0-9A-Fa-f]{2}|T[01][0-9A-Fa-f]{7})[0-8](?:[0-9A-Fa-f]{2})*$", RegexOptions.None, 1000)]
    private static partial Regex Slcan();

    // Hex with whatever a monitor puts in front: a clock, an arrow, TX:, RX -. Two digits per byte, at least one byte.
    [GeneratedRegex(@"^(?:.*?[:>\]<|]\s*)?(?:[TR][XxDd]\s*[:-]?\s*)?(?:0x)?(?<hex>[0-9A-Fa-f]{2}(?:[ ,]*(?:0x)?[0-9A-Fa-f]{2})*)$", RegexOptions.None, 1000)]
    private static partial Regex SerialHex();
}
