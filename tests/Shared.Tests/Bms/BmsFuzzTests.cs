// Mutated frames over every BMS decoder: no exception, no look past the frame, nothing accepted with a wrong checksum.
// A short slice by default; JKFLEET_FUZZ=10000000 makes the long run.
using System.Globalization;
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkCan;
using JkFleet.Bms.JkPb;
using JkFleet.Bms.Modbus;
using JkFleet.Inverter;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class BmsFuzzTests(ITestOutputHelper output)
{
    private const int Guard = 64;

    private static readonly long Rounds =
        long.TryParse(Environment.GetEnvironmentVariable("JKFLEET_FUZZ"), CultureInfo.InvariantCulture, out var n) ? n : 100_000;

    private readonly Random _random = new(20261122);
    private readonly Jk4E57Parser _parser = new();
    private readonly BmsSnapshot _a = new();
    private readonly BmsSnapshot _b = new();
    private readonly Jk02Settings _settings = new();
    private readonly Jk02DeviceInfo _device = new();
    private readonly byte[] _request = new byte[32];
    private readonly CanFrame _can = new();
    private long _accepted;
    private long _now = 1_000_000;

    [Fact]
    public void Mutated_frames_break_nothing()
    {
        var jk4e57 = Seeds("jk-4e57", Enumerable.Range(0, 33).Select(cells => Jk4E57FrameReaderTests.Encode(new Jk4E57Image { CellCount = cells })));
        var jk02 = Seeds("jk02-24s", Jk02Seeds()).Concat(Seeds("jk02-32s", [])).ToArray();
        var pb = Seeds("jk-pb-frame", PbSeeds()).Concat(Seeds("modbus-rtu", [])).ToArray();
        IBmsProtocol[] links =
        [
            new Jk4E57Protocol(), new Jk02Protocol(), new JkPbProtocol(JkPbMode.Trigger, [3], 1000), new JkPbProtocol(JkPbMode.Registers, [3, 4], 1000),
            new JkCanProtocol(16, true), new BmsGroup([new Jk4E57Protocol(), new Jk02Protocol()]),
        ];
        IBmsPlayer[] players = [new Jk4E57Player(_a), new Jk02Player(_a, Jk02Layout.S32), new JkPbPlayer(_a, 3)];
        var can = new JkCanReader(16, false);

        for (long i = 0; i < Rounds; i++)
        {
            switch (i % 4)
            {
                case 0:
                    Jk4E57(Mutate(jk4e57, RepairJk4E57));
                    break;
                case 1:
                    Jk02(Mutate(jk02, RepairJk02));
                    break;
                case 2:
                    Can(can);
                    break;
                default:
                    var noise = Mutate(i % 3 == 0 ? jk4e57 : i % 3 == 1 ? jk02 : pb, i % 3 == 0 ? RepairJk4E57 : i % 3 == 1 ? RepairJk02 : RepairCrc);
                    foreach (var link in links) Stream(link, noise);
                    foreach (var player in players) player.Receive(noise, 0, noise.Length, _now);
                    break;
            }
        }

        output.WriteLine($"{Rounds} mutated frames, {_accepted} of them intact and accepted");
        Assert.True(_accepted > Rounds / 100, "the mutations must leave some frames intact, or the parsers were never reached");
    }

    private void Jk4E57(byte[] frame)
    {
        // Exactly as long as the frame: any look past its end throws.
        if (Jk4E57Frame.Check(frame, 0, frame.Length).Length > 0) return;
        Assert.Equal(frame.Take(frame.Length - 4).Sum(b => b) & 0xFFFF, (frame[^2] << 8) | frame[^1]);
        Assert.Equal(frame.Length, ((frame[2] << 8) | frame[3]) + 2);
        if (Jk4E57Frame.IsRequest(frame, 0)) return;
        // Inside a larger buffer: what stands around must not matter.
        var low = Embed(frame, 0x00);
        var high = Embed(frame, 0xFF);
        var accepted = _parser.TryParse(low, Guard, frame.Length, 7, _a);
        var why = _parser.Refusal;
        Assert.Equal(accepted, _parser.TryParse(high, Guard, frame.Length, 7, _b));
        Assert.Equal(why, _parser.Refusal);
        if (!accepted) return;
        Agree();
        Assert.Equal(_a.SoftwareVersion, _b.SoftwareVersion);
    }

    private void Jk02(byte[] frame)
    {
        if (Jk02Frame.Check(frame, 0, frame.Length).Length > 0) return;
        Assert.Equal((byte)frame.Take(299).Sum(b => b), frame[299]);
        var whole = frame[..Jk02Frame.Size];
        var low = Embed(whole, 0x00);
        var high = Embed(whole, 0xFF);
        var layout = (Jk02Layout)_random.Next(2);
        var why = Jk02CellInfo.Fill(low, Guard, layout, 7, _a);
        Assert.Equal(why, Jk02CellInfo.Fill(high, Guard, layout, 7, _b));
        if (why.Length == 0) Agree();
        if (_settings.Load(low, Guard).Length == 0)
        {
            Assert.InRange(_settings.MaxChargeMa, 0, 2_000_000);
            Assert.InRange(_settings.MaxDischargeMa, 0, 2_000_000);
        }

        _ = _device.Load(whole, 0);
    }

    private void Can(JkCanReader reader)
    {
        int[] ids = [0x2F4, 0x4F4, 0x5F4, 0x7F4, 0x18F128F4, 0x18F228F4, 0x18F528F4, 0x18E028F4 + (0x10000 * _random.Next(6)), _random.Next(0x20000000)];
        var id = ids[_random.Next(ids.Length)];
        _can.Reset(id, id > 0x7FF, _random.Next(9));
        for (var i = 0; i < 8; i++) _can.Data[i] = (byte)(_random.Next(3) == 0 ? _random.Next(256) : _random.Next(101));
        _now += _random.Next(300);
        reader.Receive(_can, _now);
        if (reader.TryTake(_a)) Sane(_a);
    }

    private void Stream(IBmsProtocol link, byte[] noise)
    {
        _now += _random.Next(500);
        _ = link.NextRequest(_now, _request);
        for (var at = 0; at < noise.Length;)
        {
            var count = Math.Min(noise.Length - at, 1 + _random.Next(noise.Length));
            link.Receive(noise, at, count, _now);
            at += count;
        }

        if (link.TryTake(_a)) Sane(_a);
    }

    private void Agree()
    {
        _accepted++;
        Sane(_a);
        Assert.True(_a.CellCount == _b.CellCount && _a.CellSumMv == _b.CellSumMv && _a.CurrentMa == _b.CurrentMa && _a.PackVoltageMv == _b.PackVoltageMv
            && _a.MaxChargeMa == _b.MaxChargeMa && _a.MaxDischargeMa == _b.MaxDischargeMa && _a.Alarms == _b.Alarms && _a.SocPermille == _b.SocPermille
            && _a.TempMosDeciC == _b.TempMosDeciC && _a.TempCount == _b.TempCount);
    }

    private static void Sane(BmsSnapshot s)
    {
        Assert.InRange(s.SocPermille, 0, 1000);
        Assert.InRange(s.CellCount, 1, BmsSnapshot.MaxCells);
        Assert.InRange(s.TempCount, 0, BmsSnapshot.MaxTemps);
        Assert.True(s.MaxChargeMa is BmsSnapshot.Unknown or >= 0);
        Assert.True(s.MaxDischargeMa is BmsSnapshot.Unknown or >= 0);
    }

    private byte[] Mutate(byte[][] seeds, Action<byte[]> repair)
    {
        var frame = (byte[])seeds[_random.Next(seeds.Length)].Clone();
        for (var n = _random.Next(5); n > 0; n--)
        {
            if (frame.Length == 0) break;
            var at = _random.Next(frame.Length);
            switch (_random.Next(8))
            {
                case 0: frame[at] = 0xFF; break;
                case 1: frame[at] = 0; break;
                case 2: frame = frame[..at]; break;
                case 3: frame = [.. frame[..at], .. frame[Math.Min(frame.Length, at + 1 + _random.Next(4))..]]; break;
                case 4: frame = [.. frame[..at], (byte)_random.Next(256), .. frame[at..]]; break;
                case 5: frame[at] ^= (byte)(1 << _random.Next(8)); break;
                default: frame[at] = (byte)_random.Next(256); break;
            }
        }

        if (_random.Next(4) > 0) repair(frame);
        return frame;
    }

    private static void RepairJk4E57(byte[] f)
    {
        if (f.Length < 21) return;
        Bytes.PutU16Be(f, 2, f.Length - 2);
        f[^5] = Jk4E57Frame.End;
        Bytes.PutU16Be(f, f.Length - 2, Jk4E57Frame.Sum(f, 0, f.Length - 4));
    }

    private static void RepairJk02(byte[] f)
    {
        if (f.Length >= 300) f[299] = Jk02Frame.Sum(f, 0, 299);
    }

    private static void RepairCrc(byte[] f)
    {
        RepairJk02(f);
        if (f.Length > 4) Bytes.PutU16Le(f, f.Length - 2, ModbusRtu.Crc(f, Math.Max(0, f.Length - 8), Math.Min(f.Length, 8) - 2));
    }

    private static byte[] Embed(byte[] frame, byte guard)
    {
        var buffer = new byte[frame.Length + (2 * Guard)];
        buffer.AsSpan().Fill(guard);
        frame.CopyTo(buffer, Guard);
        return buffer;
    }

    private static byte[][] Seeds(string protocol, IEnumerable<byte[]> own) => [.. own, .. VectorFolder.Load(protocol).Select(v => v.Bytes)];

    private static IEnumerable<byte[]> Jk02Seeds()
    {
        foreach (var layout in new[] { Jk02Layout.S24, Jk02Layout.S32 })
        {
            var frame = new byte[300];
            Jk02Encoder.CellInfo(BusBench.Pack(), layout, 1, frame);
            yield return frame;
        }

        var settings = new byte[300];
        Jk02Encoder.Settings(new Jk02Settings(), 1, settings);
        yield return settings;
        var device = new byte[300];
        Jk02Encoder.DeviceInfo(new Jk02DeviceInfo { SoftwareVersion = "11.48" }, 1, device);
        yield return device;
    }

    private static IEnumerable<byte[]> PbSeeds()
    {
        var player = new JkPbPlayer(BusBench.Pack(), 3);
        var request = new byte[16];
        var answer = new byte[BmsPlayers.MaxAnswer];
        int[] registers = [JkPbRegisters.StatusTrigger, JkPbRegisters.SettingsTrigger];
        foreach (var register in registers)
        {
            player.Receive(request, 0, ModbusRtu.WriteRequest(request, 3, register, 0), 0);
            yield return answer[..player.NextAnswer(1000, answer)];
        }

        foreach (var (start, count) in new[] { (0x1000, 40), (0x1050, 28), (0x1200, 36), (0x128A, 37), (0x12FA, 2) })
        {
            player.Receive(request, 0, ModbusRtu.ReadRequest(request, 3, start, count), 0);
            yield return answer[..player.NextAnswer(1000, answer)];
        }
    }
}
