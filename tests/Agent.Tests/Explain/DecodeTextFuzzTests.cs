// Mutated text over `jkagent decode`: an object each time, never an exception, a refusal exactly when the exit code says so.
// A short slice by default; JKFLEET_FUZZ=10000000 makes the long run (one round per ten: JSON is slow).
using System.Globalization;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Explain;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class DecodeTextFuzzTests(ITestOutputHelper output)
{
    private static readonly long Rounds =
        long.TryParse(Environment.GetEnvironmentVariable("JKFLEET_FUZZ"), CultureInfo.InvariantCulture, out var n) ? n / 10 : 20_000;

    private readonly Random _random = new(20261122);

    [Fact]
    public void Mutated_frames_get_an_answer()
    {
        (string Protocol, string Text)[] seeds =
        [
            .. VectorFolder.Load([.. DecodeCommand.Protocols]).Select(vector => (vector.Protocol, vector.Hex)),
            ("can-pylon-lv", "351#1402740E740ECC01"), ("can-pylon-hv", "00004210#3F08307592041864"), ("can-jk", "2F4#34021B1063000000"),
            ("jk-4e57", "4E5700130000000006030000000000006800000129"), ("modbus-rtu", "0110162000010200 00D6F1"),
        ];
        long refused = 0;
        for (long i = 0; i < Rounds; i++)
        {
            var (protocol, text) = seeds[_random.Next(seeds.Length)];
            if (_random.Next(50) == 0) protocol = DecodeCommand.Protocols[_random.Next(DecodeCommand.Protocols.Count)];
            var mutated = Mutate(text);
            JsonObject answer;
            try
            {
                answer = DecodeCommand.Decode(protocol, mutated);
            }
            catch (Exception problem)
            {
                Assert.Fail($"{protocol} {mutated}: {problem}");
                return;
            }

            if (answer.ContainsKey("error")) refused++;
            else if (protocol == "jk-4e57") Intact4E57(mutated);
        }

        output.WriteLine($"{Rounds} mutated frames through decode, {refused} refused");
        Assert.InRange(refused, 1, Rounds - 1);
    }

    private static void Intact4E57(string text)
    {
        var bytes = Convert.FromHexString(string.Concat(text.Where(char.IsAsciiHexDigit)));
        Assert.Equal(bytes.Take(bytes.Length - 4).Sum(b => b) & 0xFFFF, (bytes[^2] << 8) | bytes[^1]);
    }

    private string Mutate(string text)
    {
        var chars = text.ToCharArray();
        switch (_random.Next(6))
        {
            case 0: return text[.._random.Next(text.Length + 1)];
            case 1: return text + text[_random.Next(text.Length)..];
            case 2:
                chars[_random.Next(chars.Length)] = "0123456789ABCDEF#xZ "[_random.Next(20)];
                return new string(chars);
            case 3:
                for (var i = _random.Next(1, 6); i > 0; i--) chars[_random.Next(chars.Length)] = "0123456789ABCDEF"[_random.Next(16)];
                return new string(chars);
            case 4:
                var at = _random.Next(text.Length);
                return text.Remove(at, Math.Min(_random.Next(1, 5), text.Length - at));
            default: return text;
        }
    }
}
