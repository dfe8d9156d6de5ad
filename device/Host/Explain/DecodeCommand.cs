// `jkagent decode PROTOCOL HEX`: one captured frame in, one JSON object out; the keys are those of vectors/check.py.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains captured frames: the entry of <c>jkagent decode</c>.</summary>
public static class DecodeCommand
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every protocol name that <see cref="Run"/> knows.</summary>
    public static IReadOnlyList<string> Protocols { get; } =
        ["jk-4e57", "jk02-24s", "jk02-32s", "jk02-cmd", "jk-pb-frame", "modbus-rtu", "can-jk", "can-pylon-lv", "can-pylon-hv"];

    /// <summary>Decodes one frame, or with <c>-</c> one frame per line of <paramref name="input"/>.</summary>
    /// <param name="protocol">Name as in vectors/README.md.</param>
    /// <param name="hexOrDash">Hex digits in any case, with or without spaces; <c>ID#DATA</c> for CAN; or <c>-</c>.</param>
    /// <param name="input">Read only for <c>-</c>.</param>
    /// <param name="output">One JSON object per line, in order.</param>
    /// <returns>0, or 1 when a frame was refused.</returns>
    public static int Run(string protocol, string hexOrDash, TextReader input, TextWriter output)
    {
        if (hexOrDash != "-") return Answer(protocol, hexOrDash, output);
        var exit = 0;
        while (input.ReadLine() is { } line) exit |= Answer(protocol, line, output);
        return exit;
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
        var answer = Decode(protocol, text);
        output.WriteLine(answer.ToJsonString(Readable));
        return answer.ContainsKey("error") ? 1 : 0;
    }

    private static JsonObject Unknown(string protocol) =>
        Refused.Because("unknown_protocol", $"'{protocol}' is none of {string.Join(", ", Protocols)}");
}
