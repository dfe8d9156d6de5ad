// What the CAN explanations share: the raw frame, unknown numbers, remarks.
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Pieces of the JSON of one CAN frame.</summary>
internal static class CanJson
{
    /// <summary>Puts text-form parts into a frame; false with a refusal when no CAN frame can look like that.</summary>
    public static bool TryFrame(int id, bool extended, byte[] data, out CanFrame frame, out JsonObject refusal)
    {
        frame = new CanFrame();
        refusal = [];
        if (data.Length > 8)
        {
            refusal = Refused.Because("too_long", $"{data.Length} bytes; a CAN frame has 0 to 8");
            return false;
        }

        frame.Reset(id, extended, data.Length);
        data.CopyTo(frame.Data, 0);
        return true;
    }

    /// <summary>The keys every CAN answer starts with.</summary>
    public static JsonObject Start(CanFrame frame, string name)
    {
        var answer = new JsonObject { ["id"] = Id(frame) };
        if (name.Length > 0) answer["frame"] = name;
        answer["raw"] = Convert.ToHexStringLower(frame.Data, 0, frame.Length);
        return answer;
    }

    /// <summary>The refusal of a frame that was cut: it does not carry what its identifier promises.</summary>
    public static JsonObject Short(CanFrame frame, string name, int least) =>
        Refused.Because("truncated", $"{frame.Length} data bytes ({Convert.ToHexStringLower(frame.Data, 0, frame.Length)}); {Id(frame)}{(name.Length > 0 ? $" ({name})" : "")} has at least {least}");

    /// <summary>Adds a number unless the frame was too short to carry it.</summary>
    public static void Known(JsonObject answer, string key, int value)
    {
        if (value != PylonLvState.Unknown) answer[key] = value;
    }

    /// <summary>Identifier as candump writes it: three digits, or eight for 29 bits.</summary>
    public static string Id(CanFrame frame) => frame.Extended ? $"{frame.Id:X8}" : $"{frame.Id:X3}";

    /// <summary>Adds one remark under <c>odd</c>.</summary>
    public static void Odd(JsonObject answer, string remark)
    {
        if (answer["odd"] is JsonArray remarks) remarks.Add(remark);
        else answer["odd"] = new JsonArray(remark);
    }

    /// <summary>A JSON array of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    /// <summary>Latin-1 text up to the first NUL.</summary>
    public static string Text(CanFrame frame)
    {
        var text = Encoding.Latin1.GetString(frame.Data, 0, frame.Length);
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    /// <summary>Without white space at the end, as the oracle counts white space (1C to 1F too).</summary>
    public static string TrimRight(string text)
    {
        var end = text.Length;
        while (end > 0 && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is >= '\x1c' and <= '\x1f')) end--;
        return text[..end];
    }
}
