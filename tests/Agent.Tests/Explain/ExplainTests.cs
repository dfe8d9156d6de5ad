using System.Text;
using JkFleet.Agent.Host.Explain;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class ExplainTests
{
    [Theory]
    [InlineData("(1700000000.000000) can0 351#1402740E740ECC01", "     0.000  351")]
    [InlineData("(000.010)  can0  351   [8]  14 02 74 0E 74 0E CC 01", "     0.000  351")]
    [InlineData("  can0  351   [8]  14 02 74 0E 74 0E CC 01   't..t....'", "line     1  351")]
    [InlineData("can0  TX - -  351   [8]  14 02 74 0E 74 0E CC 01", "line     1  351")]
    [InlineData("can0 351#1402740E740ECC01 R", "line     1  351")]
    [InlineData("351#14.02.74.0E.74.0E.CC.01", "line     1  351")]
    [InlineData("351#1402740e740ecc01", "line     1  351")]
    [InlineData("t35181402740E740ECC01", "line     1  351")]
    public void Every_form_of_a_can_line_is_read(string line, string stamp)
    {
        var (exit, lines) = Explain(line);
        Assert.Equal(0, exit);
        Assert.StartsWith(stamp, lines[0], StringComparison.Ordinal);
        Assert.Contains("charge voltage limit 53.2 V, charge current limit 370 A, discharge current limit 370 A, discharge cutoff 46 V", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("!", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("351#140200000000CC01\n35C#C000", "some inverters ignore the 0")]
    [InlineData("351#1402740E9CFFCC01", "negative discharge limit")]
    [InlineData("351#0000740E740ECC01", "an order to empty the pack")]
    [InlineData("356#0A0211FFBE000000", "Discover")]
    [InlineData("359#0000000001", "no PN")]
    [InlineData("35C#30", "asks for a charge and forbids it")]
    [InlineData("355#65006400", "more than 100 % charge")]
    [InlineData("351#0802000000000000\n356#6C140000DC00", "above the charge voltage")]
    [InlineData("(1.0) can0 359#0000000001504E\n(4.0) can0 359#0000000001504E", "3.0 s since the last 359")]
    [InlineData("(1.0) can0 355#32006400\n(1.05) can0 355#33006400", "two batteries on one bus?")]
    [InlineData("777#00", "unknown id")]
    [InlineData("00004220#2D09000730753075\n00004280#0000000000000000", "4280 does not forbid")]
    [InlineData("(1.0) can0 00004200#0000000000000000\n(3.0) can0 00004200#0000000000000000", "was not answered")]
    [InlineData("(1.0) can0 00004200#0000000000000000\n(2.0) can0 00004211#3F08307592041864", "later than 500 ms")]
    [InlineData("00004221#8C0AE907444E444E", "below the offset")]
    public void What_is_odd_is_said(string capture, string remark)
    {
        var (_, lines) = Explain(capture);
        Assert.Contains(lines, line => line.Contains('!', StringComparison.Ordinal) && line.Contains(remark, StringComparison.Ordinal));
    }

    [Fact]
    public void A_clean_conversation_has_no_remarks()
    {
        var (exit, lines) = Explain("""
            (10.000) can0 359#0000000001504E
            (10.020) can0 351#3002BC02E803CC01
            (10.040) can0 355#50006300
            (10.060) can0 356#D01485FFD700
            (10.080) can0 35C#C000
            (10.100) can0 35E#50594C4F4E202020
            (10.300) can0 305#0000000000000000
            """);
        Assert.Equal(0, exit);
        Assert.DoesNotContain(lines, line => line.Contains('!', StringComparison.Ordinal));
        Assert.Equal(7, lines.Count(line => !line.StartsWith("--", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_missing_inverter_is_said_at_the_end()
    {
        var (_, lines) = Explain("351#1402740E740ECC01\n35C#C000");
        Assert.Contains(lines, line => line.StartsWith("-- no frame of an inverter", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_vector_is_explained_in_one_line_and_no_secret_is_shown()
    {
        foreach (var vector in VectorFolder.Load([.. DecodeCommand.Protocols]))
        {
            if (vector.IsRefusal) continue;
            var (exit, lines) = Explain(vector.Hex);
            Assert.True(exit == 0, vector.Name);
            Assert.False(lines[0].StartsWith("--", StringComparison.Ordinal), vector.Name);
            foreach (var secret in new[] { "password", "passcode", "setup_passcode" })
            {
                if (!vector.Expected.TryGetProperty(secret, out var value) || value.GetString() is not { Length: > 3 } text) continue;
                Assert.DoesNotContain(text, string.Join('\n', lines), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_serial_capture_is_read_as_bytes_and_as_hex_with_noise_between()
    {
        var request = Convert.FromHexString("4E5700130000000006030000000000006800000129");
        var (_, binary) = Explain([0x00, 0xFF, .. request, 0x4E, 0x57, 0x00, .. request]);
        Assert.Equal(2, binary.Count(line => line.Contains("request", StringComparison.Ordinal)));
        Assert.Equal(2, binary.Count(line => line.Contains("bytes of no frame: ", StringComparison.Ordinal)));

        var (_, hex) = Explain("12:00:01.123 TX: 4E 57 00 13 00 00 00 00 06 03 00\n12:00:01.124 TX: 00 00 00 00 00 68 00 00 01 29\n");
        Assert.Contains("jk-4e57   request", hex[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_frame_is_told_with_its_reason()
    {
        var (exit, lines) = Explain("4E5700130000000006030000000000006800000128");
        Assert.Equal(0, exit);
        Assert.Contains("REFUSED bad_checksum", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\nworld")]
    [InlineData("351")]
    public void Nothing_to_explain_is_said_and_is_an_error(string capture)
    {
        var (exit, lines) = Explain(capture);
        Assert.Equal(1, exit);
        Assert.Contains(lines, line => line.StartsWith("-- no frame found", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_and_no_exception()
    {
        var output = new StringWriter();
        Assert.Equal(1, ExplainCommand.Run(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), output));
        Assert.StartsWith("-- cannot read", output.ToString(), StringComparison.Ordinal);
    }

    private static (int Exit, List<string> Lines) Explain(string capture) => Explain(Encoding.Latin1.GetBytes(capture));

    private static (int Exit, List<string> Lines) Explain(byte[] capture)
    {
        var output = new StringWriter();
        var exit = ExplainCommand.Explain(capture, output);
        return (exit, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }
}
