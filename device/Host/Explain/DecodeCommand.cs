// `jkagent decode PROTOCOL HEX`: one captured frame in, one JSON object out; the keys are those of vectors/check.py.
using System.Text;
using System.Text.Json.Nodes;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains captured frames: the entry of <c>jkagent decode</c>.</summary>
public static class DecodeCommand
{
    // Far above the longest frame, 514 bytes, written in any way.
    private const int MostCharacters = 1 << 18;

    /// <summary>Every protocol name that <see cref="Run"/> knows.</summary>
    public static IReadOnlyList<string> Protocols { get; } =
        ["jk-4e57", "jk02-24s", "jk02-32s", "jk02-cmd", "jk-pb-frame", "modbus-rtu", "can-jk", "can-pylon-lv", "can-pylon-hv"];

    /// <summary>Decodes one frame, or with <c>-</c> one frame per line of <paramref name="input"/>.</summary>
    /// <param name="protocol">Name as in vectors/README.md.</param>
    /// <param name="hexOrDash">Hex digits in any case, with or without spaces; <c>ID#DATA</c> for CAN; or <c>-</c>.</param>
    /// <param name="input">Read only for <c>-</c>.</param>
    /// <param name="output">One JSON object per line, in order.</param>
    /// <returns>0, or 1 when a frame was refused or none was there.</returns>
    public static int Run(string protocol, string hexOrDash, TextReader input, TextWriter output)
    {
        if (hexOrDash != "-") return Answer(protocol, hexOrDash, output);
        var exit = 0;
        var lines = 0;
        while (ReadLine(input) is { } line)
        {
            lines++;
            exit |= Answer(protocol, line, output);
        }

        if (lines > 0) return exit;
        Console.Error.WriteLine("jkagent: nothing on standard input; one frame per line is read from it");
        return 1;
    }

    /// <summary>Decodes one frame; a refusal is an object with <c>error</c> and never an exception.</summary>
    /// <param name="protocol">Name as in vectors/README.md.</param>
    /// <param name="text">Hex digits, or <c>ID#DATA</c> for CAN.</param>
    public static JsonObject Decode(string protocol, string text)
    {
        if (protocol.StartsWith("can-", StringComparison.Ordinal))
        {
            if (!CanText.TryParse(text, out var id, out var extended, out var data, out var wrong)) return Refused.Because("bad_frame", wrong);
            return protocol switch
            {
                "can-pylon-lv" => DecodePylonLv.Decode(id, extended, data),
                "can-jk" => DecodeJkCan.Decode(id, data),
                "can-pylon-hv" => DecodePylonHv.Decode(id, extended, data),
                _ => Unknown(protocol),
            };
        }

        if (!HexText.TryParse(text, out var frame, out var why)) return Refused.Because("bad_hex", why);
        return protocol switch
        {
            "jk-4e57" => DecodeJk4E57.Decode(frame),
            "jk02-24s" => DecodeJk02.Decode24S(frame),
            "jk02-32s" => DecodeJk02.Decode32S(frame),
            "jk02-cmd" => DecodeJk02.DecodeCommand(frame),
            "modbus-rtu" => DecodeModbus.Decode(frame),
            "jk-pb-frame" => DecodeModbus.DecodePb(frame),
            _ => Unknown(protocol),
        };
    }

    private static int Answer(string protocol, string text, TextWriter output)
    {
        var answer = text.Length > MostCharacters
            ? Refused.Because("too_long", $"more than {MostCharacters} characters; no frame of any protocol is that long")
            : Decode(protocol, text);
        output.WriteLine(AsciiJson.Line(answer));
        return answer.ContainsKey("error") ? 1 : 0;
    }

    // Like TextReader.ReadLine, but a line without an end (a disk, /dev/zero) is kept only as far as it matters.
    private static string? ReadLine(TextReader input)
    {
        var line = new StringBuilder();
        for (int c; (c = input.Read()) >= 0;)
        {
            if (c == '\r' && input.Peek() == '\n') continue;
            if (c is '\r' or '\n') return line.ToString();
            if (line.Length <= MostCharacters) line.Append((char)c);
        }

        return line.Length > 0 ? line.ToString() : null;
    }

    private static JsonObject Unknown(string protocol) =>
        Refused.Because("unknown_protocol", $"'{protocol}' is none of {string.Join(", ", Protocols)}");
}
