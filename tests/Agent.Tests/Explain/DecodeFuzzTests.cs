// Mutated frames through `jkagent decode`: never an exception, never an answer for a frame whose checksum is wrong.
// A short slice by default; JKFLEET_FUZZ=10000000 makes the long run (one round per ten: JSON is slow).
using System.Globalization;
using JkFleet.Agent.Host.Explain;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.Modbus;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Agent.Tests.Explain;

public class DecodeFuzzTests(ITestOutputHelper output)
{
    private static readonly long Rounds =
        long.TryParse(Environment.GetEnvironmentVariable("JKFLEET_FUZZ"), CultureInfo.InvariantCulture, out var n) ? n / 10 : 20_000;

    private readonly Random _random = new(20261122);

    [Fact]
    public void Mutated_frames_are_explained_or_refused()
    {
        string[] protocols = ["jk-4e57", "jk02-24s", "jk02-32s", "jk02-cmd", "jk-pb-frame", "modbus-rtu"];
        var seeds = protocols.ToDictionary(p => p, p => VectorFolder.Load(p).Select(v => v.Bytes).Append(Answer()).ToArray(), StringComparer.Ordinal);
        long explained = 0;
        for (long i = 0; i < Rounds; i++)
        {
            var protocol = protocols[i % protocols.Length];
            var frame = Mutate(seeds[protocol][_random.Next(seeds[protocol].Length)]);
            if (_random.Next(4) > 0) Repair(protocol, frame);
            var answer = DecodeCommand.Decode(protocol, Convert.ToHexString(frame));
            if (answer.ContainsKey("error")) continue;
            explained++;
            Assert.True(SumFits(protocol, frame), $"{protocol} {Convert.ToHexString(frame)}");
        }

        output.WriteLine($"{Rounds} mutated frames, {explained} of them intact and explained");
    }

    private byte[] Mutate(byte[] seed)
    {
        var frame = (byte[])seed.Clone();
        for (var n = _random.Next(5); n > 0 && frame.Length > 0; n--)
        {
            var at = _random.Next(frame.Length);
            frame = _random.Next(6) switch
            {
                0 => frame[..at],
                1 => [.. frame[..at], (byte)_random.Next(256), .. frame[at..]],
                2 => [.. frame[..at], .. frame[(at + 1)..]],
                _ => [.. frame[..at], (byte)_random.Next(256), .. frame[(at + 1)..]],
            };
        }

        return frame;
    }

    private static void Repair(string protocol, byte[] f)
    {
        if (protocol == "jk-4e57" && f.Length >= Jk4E57Frame.MinBytes)
        {
            (f[2], f[3], f[^5]) = ((byte)((f.Length - 2) >> 8), (byte)(f.Length - 2), Jk4E57Frame.End);
            var sum = Jk4E57Frame.Sum(f, 0, f.Length - 4);
            (f[^2], f[^1]) = ((byte)(sum >> 8), (byte)sum);
        }
        else if (protocol == "jk02-cmd" && f.Length == Jk02Commands.Size)
        {
            f[^1] = Jk02Frame.Sum(f, 0, f.Length - 1);
        }
        else if (protocol == "modbus-rtu" && f.Length > 2)
        {
            var crc = ModbusRtu.Crc(f, 0, f.Length - 2);
            (f[^2], f[^1]) = ((byte)crc, (byte)(crc >> 8));
        }
        else if (f.Length >= Jk02Frame.Size)
        {
            var start = Math.Max(0, f.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x55, 0xAA, 0xEB, 0x90]));
            if (start + Jk02Frame.Size <= f.Length) f[start + 299] = Jk02Frame.Sum(f, start, 299);
        }
    }

    // Written again on purpose: the product's own check must not be its witness.
    private static bool SumFits(string protocol, byte[] f)
    {
        switch (protocol)
        {
            case "jk-4e57":
                return (f.SkipLast(4).Sum(b => b) & 0xFFFF) == ((f[^2] << 8) | f[^1]);
            case "jk02-cmd":
                return (byte)f.SkipLast(1).Sum(b => b) == f[^1];
            case "modbus-rtu":
                var crc = 0xFFFF;
                foreach (var b in f.SkipLast(2))
                {
                    crc ^= b;
                    for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1;
                }

                return crc == ((f[^1] << 8) | f[^2]);
            default:
                var start = protocol == "jk-pb-frame" ? f.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x55, 0xAA, 0xEB, 0x90]) : 0;
                return (byte)f.Skip(start).Take(299).Sum(b => b) == f[start + 299];
        }
    }

    private static byte[] Answer()
    {
        var frame = new byte[Jk4E57Frame.MaxBytes];
        return frame[..Jk4E57Encoder.Answer(new Jk4E57Image(), frame)];
    }
}
