// `jkagent decode` on damaged and senseless input: an error object and exit code 1, never an exception.
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Explain;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class DecodeRobustnessTests
{
    private static readonly string[] BmsProtocols = ["jk-4e57", "jk02-24s", "jk02-32s", "jk02-cmd", "jk-pb-frame", "modbus-rtu", "can-jk"];

    private static readonly Lazy<IReadOnlyList<Vector>> Frames = new(() => VectorFolder.Load("jk-4e57"));

    public static TheoryData<string> RealAnswers()
    {
        var data = new TheoryData<string>();
        foreach (var vector in Frames.Value.Where(v => v.Class == "real" && !v.IsRefusal)) data.Add(vector.Name);
        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Real_frame_cut_at_any_byte_is_refused(string name)
    {
        var hex = Hex(name);
        for (var cut = 0; cut < hex.Length; cut += 2)
        {
            var answer = DecodeCommand.Decode("jk-4e57", hex[..cut]);
            Assert.Equal(cut < 42 ? "too_short" : "truncated", answer["error"]!.GetValue<string>());
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Real_frame_with_bytes_in_front_or_behind_is_refused(string name)
    {
        var hex = Hex(name);
        foreach (var noise in new[] { "00", "4E", "4E57", "0D0A", hex })
        {
            Assert.True(DecodeCommand.Decode("jk-4e57", hex + noise).ContainsKey("error"));
            Assert.True(DecodeCommand.Decode("jk-4e57", noise + hex).ContainsKey("error"));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Real_frame_with_any_bit_flipped_is_refused_unless_the_sum_cannot_see_it(string name)
    {
        var frame = Convert.FromHexString(Hex(name));
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            var sumSees = bit / 8 < frame.Length - 4 || bit / 8 >= frame.Length - 2; // between them: two unused CRC bytes
            Assert.Equal(sumSees, DecodeCommand.Decode("jk-4e57", Convert.ToHexString(frame)).ContainsKey("error"));
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Senseless_input_is_an_error_object_for_every_protocol()
    {
        string[] texts =
        [
            "", " ", "#", "##", "2F4", "2F4#", "#00", "2F4#0", "2F4#zz", "FFFFFFFFF#00", "800#00", "20000000#00", "-1#00", "4E", "4E57", "zz", "0x4E57", "\0", "é",
            "55AAEB90", "AA5590EB", "4E5700", new string('F', 100_000), new string('0', 100_001), "2F4#" + new string('0', 200), "55AAEB90" + new string('0', 100),
        ];
        foreach (var protocol in BmsProtocols)
        {
            foreach (var text in texts)
            {
                var output = new StringWriter();
                var exit = DecodeCommand.Run(protocol, text, TextReader.Null, output);
                Assert.NotEmpty(JsonNode.Parse(output.ToString())!["error"]!.GetValue<string>());
                Assert.Equal(1, exit);
            }
        }
    }

    [Fact]
    public void Unknown_protocol_names_those_that_exist()
    {
        var answer = DecodeCommand.Decode("jk-9999", "00");
        Assert.Equal("unknown_protocol", answer["error"]!.GetValue<string>());
        Assert.Contains("jk02-32s", answer["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dash_answers_each_line_in_order_and_goes_on_after_a_refusal()
    {
        const string Good = "4E 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29";
        var output = new StringWriter();

        var exit = DecodeCommand.Run("jk-4e57", "-", new StringReader($"{Good}\r\nxx\n\n{Good.ToLowerInvariant()}\n"), output);

        var answers = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();
        Assert.Equal(1, exit);
        Assert.Equal([false, true, true, false], answers.Select(a => a.ContainsKey("error")));
        Assert.Equal(6, answers[3]["command"]!.GetValue<byte>());
    }

    [Fact]
    public void Dash_with_good_lines_only_exits_with_zero() =>
        Assert.Equal(0, DecodeCommand.Run("jk02-cmd", "-", new StringReader("AA5590EB96000000000000000000000000000010\n"), TextWriter.Null));

    private static string Hex(string name) => Frames.Value.Single(v => v.Name == name).Hex;
}
