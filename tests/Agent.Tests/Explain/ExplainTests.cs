using System.Diagnostics;
using System.Text;
using JkFleet.Agent.Host.Commands;
using JkFleet.Agent.Host.Explain;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
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
    [InlineData("t35181402740E740ECC01A0B1", "line     1  351")]
    [InlineData("z\r\u0007t35181402740E740ECC01\rz\r", "line     2  351")]
    [InlineData("(2026-11-25 12:00:01.500000)  can0  351   [8]  14 02 74 0E 74 0E CC 01", "     0.000  351")]
    [InlineData("\u001b[0;36m(1.5) can0 351#1402740E740ECC01\u001b[0m", "     0.000  351")]
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

    [Theory]
    [InlineData("00000000  4e 57 00 13 00 00 00 00  06 03 00 00 00 00 00 00  |NW..............|\n00000010  68 00 00 01 29                                    |h...)|\n00000015")]
    [InlineData("00000000: 4e57 0013 0000 0000 0603 0000 0000 0000  NW..............\n00000010: 6800 0001 29                             h...)")]
    [InlineData("00000000: 4E 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00  NW..............\n00000010: 68 00 00 01 29                                   h...)")]
    [InlineData("000000 4e 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00\n000010 68 00 00 01 29\n000015")]
    [InlineData("0000   4e 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00   NW..............\n0010   68 00 00 01 29                                    h...)")]
    [InlineData("4e5700130000000006030000000000\n006800000129")]
    [InlineData("\u001b[0;36m[00:12:01][D][uart_debug:158]: >>> 4E:57:00:13:00:00:00:00:06:03:00:00:00:00:00:00:68:00:00:01:29\u001b[0m")]
    [InlineData("[00:12:01][VV][jk:1]: 4E.57.00.13.00.00.00.00.06.03.00.00.00.00.00.00.68.00.00.01.29 (21)")]
    [InlineData("00:12:01 4E 57 00 13 00 00 00 00 06 03 00\n00:12:01.123 00 00 00 00 00 68 00 00 01 29")]
    [InlineData("2026-11-26 00:12:01,5 TX: 4E 57 00 13 00 00 00 00 06 03 00\n2026-11-26T00:12:01 tx 00 00 00 00 00 68 00 00 01 29")]
    [InlineData("4E-57-00-13-00-00-00-00-06-03-00-00-00-00-00-00-68-00-00-01-29")]
    [InlineData("0x4e, 0x57, 0x00, 0x13, 0x00, 0x00, 0x00, 0x00, 0x06, 0x03, 0x00,\n0x00, 0x00, 0x00, 0x00, 0x00, 0x68, 0x00, 0x00, 0x01, 0x29,")]
    [InlineData("\\x4e\\x57\\x00\\x13\\x00\\x00\\x00\\x00\\x06\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x68\\x00\\x00\\x01\\x29")]
    public void Every_form_of_a_serial_line_is_read_without_a_byte_more_or_less(string capture)
    {
        var (exit, lines) = Explain(capture);
        Assert.Equal(0, exit);
        Assert.Equal(["byte      0  jk-4e57   request                 read all", "-- 1 serial frames, 0 bytes of no frame"], lines);
    }

    [Fact]
    public void Words_of_hexdump_are_turned_round()
    {
        var (_, lines) = Explain("0000000 574e 1300 0000 0000 0306 0000 0000 0000\n0000010 0068 0100 0029\n0000015");
        Assert.Contains("read all", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("can0  20000088   [8]  00 00 0A 00 00 00 00 00   ERRORFRAME", "error frame")]
    [InlineData("(1.0) can0 20000004#000C000000000000", "error frame")]
    [InlineData("can0 351##1AABB", "CAN FD")]
    [InlineData("can0  351   [0]  remote request", "remote request")]
    [InlineData("r3510", "remote request")]
    [InlineData("351#1402", "REFUSED truncated: 2 data bytes (1402)")]
    public void A_can_line_without_values_is_told_all_the_same(string capture, string told)
    {
        var (exit, lines) = Explain(capture);
        Assert.Equal(0, exit);
        Assert.Contains(told, lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello ab")]
    [InlineData("4E5 7")]
    [InlineData("   0.010000 1  351             Rx   d 8 14 02 74 0E 74 0E CC 01")]
    [InlineData("     1)      1059.9  Rx         0351  8  14 02 74 0E 74 0E CC 01")]
    public void A_form_that_nobody_knows_is_not_guessed(string capture)
    {
        var (exit, lines) = Explain(capture);
        Assert.Equal(1, exit);
        Assert.Equal("-- 1 lines not understood: 1", lines[0]);
    }

    [Fact]
    public void Long_lines_of_separators_take_no_time()
    {
        var (exit, _) = Explain(string.Join(':', Enumerable.Repeat("4E", 300_000)) + "x\n" + new string(':', 300_000) + "x");
        Assert.Equal(1, exit);
    }

    [Fact]
    public void A_log_of_powershell_is_read()
    {
        var (exit, lines) = Explain([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("can0 355#50006300\r\n")]);
        Assert.Equal(0, exit);
        Assert.Contains("soc 80 %", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_written_password_is_not_shown()
    {
        // Write of B2, computed: the text 12345678 and two NULs.
        var frame = new byte[Jk4E57Frame.MaxBytes];
        Convert.FromHexString("020200B231323334353637380000").CopyTo(frame, Jk4E57Frame.CommandAt);
        var count = Jk4E57Frame.Seal(frame, 11);
        var (_, lines) = Explain(Convert.ToHexString(frame, 0, count));
        Assert.Contains("write password (B2)", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("3132", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_told_by_the_values_that_matter()
    {
        var frame = new byte[Jk02Frame.Size];
        Jk02Encoder.Settings(new Jk02Settings { MaxChargeMa = 87_500 }, 1, frame);
        var (_, lines) = Explain(Convert.ToHexString(frame));
        Assert.Contains("cell count 16, capacity 280 Ah, cell uvp 2.8 V, cell ovp 3.65 V", lines[0], StringComparison.Ordinal);
        Assert.Contains("max charge 87.5 A", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reply_whose_end_is_lost_is_told_as_damaged_and_not_as_noise()
    {
        var frame = new byte[Jk4E57Frame.MaxBytes];
        var whole = frame[..Jk4E57Encoder.Answer(new Jk4E57Image(), frame)];
        foreach (var capture in new byte[][] { whole[..^1], [.. whole[..100], .. whole] })
        {
            var (_, lines) = Explain(capture);
            Assert.Contains("REFUSED truncated", lines[0], StringComparison.Ordinal);
            Assert.Equal(capture.Length > whole.Length, lines[1].Contains("reading", StringComparison.Ordinal));
        }
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
    public void A_file_that_is_not_there_or_no_file_is_a_complaint_that_names_it()
    {
        var missing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Contains(missing, Assert.Throws<ComplaintException>(() => ExplainCommand.Run(missing, TextWriter.Null)).Message, StringComparison.Ordinal);
        Assert.Contains("folder", Assert.Throws<ComplaintException>(() => ExplainCommand.Run(Path.GetTempPath(), TextWriter.Null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decode", "jk-4e57")]
    [InlineData("explain")]
    [InlineData("simulate", "--agents", "many")]
    [InlineData("tell")]
    [InlineData("explain", "/nowhere/at/all")]
    public async Task A_wrong_command_line_is_said_on_standard_error_with_exit_code_2(params string[] line)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "jkagent.dll"), .. line])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, ""), (process.ExitCode, await output));
        Assert.StartsWith("jkagent: ", said, StringComparison.Ordinal);
    }

    private static (int Exit, List<string> Lines) Explain(string capture) => Explain(Encoding.Latin1.GetBytes(capture));

    private static (int Exit, List<string> Lines) Explain(byte[] capture)
    {
        var output = new StringWriter();
        var exit = ExplainCommand.Explain(capture, output);
        return (exit, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }
}
