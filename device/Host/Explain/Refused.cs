// How every decoder says no.
using System.Text.Json.Nodes;

namespace JkFleet.Agent.Host.Explain;

/// <summary>A frame that must not be used, with a stable reason and a sentence for a person.</summary>
public static class Refused
{
    /// <summary>Makes <c>{"error": reason, "detail": sentence}</c>.</summary>
    /// <param name="reason">Stable, e.g. <c>bad_checksum</c>.</param>
    /// <param name="detail">For a person; may be left out.</param>
    public static JsonObject Because(string reason, string detail = "")
    {
        var answer = new JsonObject { ["error"] = reason };
        if (detail.Length > 0) answer["detail"] = detail;
        return answer;
    }
}
