// Every captured and computed BMS case of the vector folder through `jkagent decode`.
using System.Text.Json;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Explain;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class DecodeVectorTests
{
    private static readonly IReadOnlyList<Vector> All = VectorFolder.Load([.. DecodeCommand.Protocols]);

    public static TheoryData<string> Cases()
    {
        var data = new TheoryData<string>();
        foreach (var vector in All)
            data.Add(vector.Name);
        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Decoded_frame_says_what_the_vector_expects(string name)
    {
        var vector = All.Single(v => v.Name == name);
        var output = new StringWriter();

        var exit = DecodeCommand.Run(vector.Protocol, vector.Hex, TextReader.Null, output);

        var got = JsonNode.Parse(output.ToString())!.AsObject();
        Assert.Equal(vector.IsRefusal ? 1 : 0, exit);
        if (vector.IsRefusal)
        {
            Assert.StartsWith(vector.Expected.GetProperty("error").GetString()!, got["error"]!.GetValue<string>(), StringComparison.Ordinal);
            return;
        }

        foreach (var key in vector.Expected.EnumerateObject())
            Assert.True(Same(key.Value, got[key.Name], got.ContainsKey(key.Name)), $"{key.Name}: expected {key.Value}, got {got[key.Name]?.ToJsonString() ?? "nothing"}");
    }

    private static bool Same(JsonElement expected, JsonNode? got, bool there) =>
        there && JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), got);
}
