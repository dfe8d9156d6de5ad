// Cases made from the tables of the handbook (class computed) that no capture shows: cut frames, odd identifiers, late fields.
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Explain;
using JkFleet.Bms.Jk02;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class DecodeComputedTests
{
    [Theory]
    [InlineData("can-pylon-lv", "351", 6)]
    [InlineData("can-pylon-lv", "355", 4)]
    [InlineData("can-pylon-lv", "356", 4)]
    [InlineData("can-pylon-lv", "359", 5)]
    [InlineData("can-pylon-lv", "35C", 1)]
    [InlineData("can-pylon-lv", "35F", 6)]
    [InlineData("can-pylon-lv", "372", 8)]
    [InlineData("can-pylon-lv", "373", 8)]
    [InlineData("can-pylon-lv", "378", 8)]
    [InlineData("can-pylon-lv", "379", 2)]
    [InlineData("can-pylon-hv", "00004200", 1)]
    [InlineData("can-pylon-hv", "00004211", 8)]
    [InlineData("can-pylon-hv", "00004221", 8)]
    [InlineData("can-pylon-hv", "0000423F", 8)]
    [InlineData("can-pylon-hv", "00004240", 8)]
    [InlineData("can-pylon-hv", "00004251", 8)]
    [InlineData("can-pylon-hv", "00004261", 8)]
    [InlineData("can-pylon-hv", "00004271", 8)]
    [InlineData("can-pylon-hv", "00004281", 2)]
    [InlineData("can-pylon-hv", "00004291", 1)]
    [InlineData("can-pylon-hv", "00007311", 8)]
    [InlineData("can-pylon-hv", "00007321", 8)]
    [InlineData("can-pylon-hv", "00008201", 1)]
    [InlineData("can-pylon-hv", "00008211", 2)]
    [InlineData("can-pylon-hv", "421", 8)]
    [InlineData("can-jk", "2F4", 5)]
    [InlineData("can-jk", "4F4", 6)]
    [InlineData("can-jk", "5F4", 5)]
    [InlineData("can-jk", "18F128F4", 8)]
    public void A_frame_cut_below_what_its_number_promises_is_refused(string protocol, string id, int least)
    {
        for (var bytes = 0; bytes <= 8; bytes++)
        {
            var answer = DecodeCommand.Decode(protocol, $"{id}#{new string('0', 2 * bytes)}");
            Assert.Equal(bytes < least ? "truncated" : null, answer["error"]?.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("35A", "00112233")]
    [InlineData("35B", "")]
    [InlineData("35E", "50594C4F4E")]
    [InlineData("305", "")]
    [InlineData("374", "433031")]
    [InlineData("360", "FF")]
    public void A_short_text_flag_or_heartbeat_is_no_damage(string id, string data) =>
        Assert.False(DecodeCommand.Decode("can-pylon-lv", $"{id}#{data}").ContainsKey("error"));

    [Fact]
    public void A_low_voltage_frame_with_29_bits_is_told_by_its_number_and_called_odd()
    {
        var wide = DecodeCommand.Decode("can-pylon-lv", "00000351#1402740E740ECC01");
        var plain = DecodeCommand.Decode("can-pylon-lv", "351#1402740E740ECC01");
        Assert.Contains("29-bit", wide["odd"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("00000351", wide["id"]!.GetValue<string>());
        wide.Remove("odd");
        wide["id"] = plain["id"]!.GetValue<string>();
        Assert.Equal(plain.ToJsonString(), wide.ToJsonString());
    }

    [Fact]
    public void A_high_voltage_frame_is_told_by_its_lowest_16_bits_and_called_odd_for_the_others()
    {
        var answer = DecodeCommand.Decode("can-pylon-hv", "18004213#3F08307592041864");
        Assert.Equal((211100, 3), (answer["voltage_mv"]!.GetValue<int>(), answer["address"]!.GetValue<int>()));
        Assert.Contains("lowest 16", answer["odd"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Jk02Layout.S24, 170)]
    [InlineData(Jk02Layout.S32, 202)]
    public void Release_timers_stand_where_the_layout_puts_them(Jk02Layout layout, int first)
    {
        var frame = new byte[Jk02Frame.Size];
        Jk02Frame.Open(frame, Jk02Frame.CellInfo, 1);
        for (var i = 0; i < 6; i++) frame[first + (2 * i)] = (byte)(10 + i);
        Jk02Frame.Seal(frame);
        var answer = DecodeCommand.Decode(layout == Jk02Layout.S24 ? "jk02-24s" : "jk02-32s", Convert.ToHexString(frame));
        string[] names = ["discharge_oc_release_s", "discharge_sc_release_s", "charge_oc_release_s", "charge_sc_release_s", "uv_release_s", "ov_release_s"];
        Assert.Equal([10, 11, 12, 13, 14, 15], names.Select(name => answer[name]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("4E5700130000000001030000000000006800000124", "activate")]
    [InlineData("4E57001300000000030300830000000068000001A9", "read pack_voltage_mv (83)")]
    [InlineData("4E5700130000000006030000000000006800000129", "read all")]
    [InlineData("4E57001400000000020200AB010000000068000001D1", "write charge_mos_switch (AB)")]
    [InlineData("4E570014000000000502000000000000006800000128", "password")]
    public void A_request_says_what_it_asks(string hex, string meaning) =>
        Assert.Equal(meaning, DecodeCommand.Decode("jk-4e57", hex)["meaning"]!.GetValue<string>());

    [Theory]
    [InlineData("can-pylon-lv", "35E#5AFC726963682020", "text", "Z\u00FCrich")]
    [InlineData("can-pylon-lv", "35E#85A0FF7F41202020", "text", "\u0085\u00A0\u00FF\u007FA")]
    [InlineData("jk-4e57", "\U0001F50B", "error", "bad_hex")]
    public void An_answer_is_plain_ASCII_so_that_no_console_changes_it(string protocol, string text, string key, string value)
    {
        var output = new StringWriter();
        DecodeCommand.Run(protocol, text, TextReader.Null, output);
        var line = output.ToString().TrimEnd();
        Assert.DoesNotContain(line, c => c is < ' ' or > '~');
        Assert.Equal(value, JsonNode.Parse(line)![key]!.GetValue<string>());
    }

    [Fact]
    public void An_endless_line_is_refused_without_being_kept_and_the_next_one_is_read()
    {
        var output = new StringWriter();
        var exit = DecodeCommand.Run("jk02-cmd", "-", new StringReader(new string('0', 3_000_000) + "\r\nAA5590EB96000000000000000000000000000010\r\n"), output);
        var answers = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();
        Assert.Equal(1, exit);
        Assert.Equal("too_long", answers[0]["error"]!.GetValue<string>());
        Assert.Equal(0x96, answers[1]["register"]!.GetValue<int>());
    }

    [Fact]
    public void Nothing_on_standard_input_is_no_success() =>
        Assert.Equal(1, DecodeCommand.Run("jk02-cmd", "-", TextReader.Null, TextWriter.Null));
}
