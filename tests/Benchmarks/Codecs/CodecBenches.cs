// ns and garbage per frame of every codec, both directions; the goal is no garbage at all.
using JkFleet.Benchmarks.Harness;
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkCan;
using JkFleet.Bms.JkPb;
using JkFleet.Contracts;
using JkFleet.Inverter;

namespace JkFleet.Benchmarks.Codecs;

internal static class CodecBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("codec_jk_4e57", o => Done(Read(o, "codec_jk_4e57_read", new Jk4E57Protocol(), new Jk4E57Player(SamplePack.Snapshot())))),
        new("codec_jk02_24s", o => Done(Read(o, "codec_jk02_24s_read", new Jk02Protocol(), new Jk02Player(SamplePack.Snapshot(), Jk02Layout.S24)))),
        new("codec_jk02_32s", o => Done(Read(o, "codec_jk02_32s_read", new Jk02Protocol(), new Jk02Player(SamplePack.Snapshot(), Jk02Layout.S32)))),
        new("codec_jk_pb", o => Done(Converse(o, "codec_jk_pb_read", new JkPbProtocol(JkPbMode.Trigger, [1], 1000), new JkPbPlayer(SamplePack.Snapshot(), 1)))),
        new("codec_jk_pb_modbus", o => Done(Converse(o, "codec_jk_pb_modbus_read", new JkPbProtocol(JkPbMode.Registers, [1], 1000), new JkPbPlayer(SamplePack.Snapshot(), 1)))),
        new("codec_can_jk", o => Done(Read(o, "codec_can_jk_read", new JkCanProtocol(0, false), new JkCanPlayer(SamplePack.Snapshot(), false)))),
        new("codec_bms_write", BmsSide),
        new("codec_pylon_lv", o => PylonLowVoltage(o, "codec_pylon_lv", new InverterDialect())),
        new("codec_pylon_lv_all", o => PylonLowVoltage(o, "codec_pylon_lv_all", new InverterDialect { Frames = (LvFrame)((1 << 20) - 1) })),
        new("codec_pylon_hv", o => PylonHighVoltage(o, "codec_pylon_hv", topic: 0)),
        new("codec_pylon_hv_equipment", o => PylonHighVoltage(o, "codec_pylon_hv_equipment", topic: 2)),
        new("codec_pylon_hv_cells", o => PylonHighVoltage(o, "codec_pylon_hv_cells", topic: 1)),
        new("codec_telemetry", TelemetryBothWays),
    ];

    /// <summary>A poll of the reader and all bytes of one reading through framer and parser; recorded beforehand.</summary>
    private static IReadOnlyList<Row> Read(BenchOptions options, string name, IBmsProtocol reader, IBmsPlayer player)
    {
        var request = new byte[512];
        var answer = new byte[BmsPlayers.MaxAnswer];
        var snapshot = new BmsSnapshot();
        var recorded = new List<byte>();
        var now = 0L;
        // The third reading: by then greetings and settings are through, and only cell data flows.
        for (var readings = 0; readings < 3; now += 10)
        {
            if (now > 60_000) throw new InvalidOperationException($"{reader.Name}: the player gives no readings");
            var asked = reader.NextRequest(now, request);
            if (asked > 0) player.Receive(request, 0, asked, now);
            for (int length; (length = player.NextAnswer(now, answer)) > 0;)
            {
                recorded.AddRange(answer.AsSpan(0, length));
                reader.Receive(answer, 0, length, now);
            }

            if (!reader.TryTake(snapshot)) continue;
            if (++readings < 3) recorded.Clear();
        }

        var bytes = recorded.ToArray();
        var taken = 0L;
        var before = reader.Counters.Refused;
        var cost = Pace.Of(options, _ =>
        {
            now += 1000;
            reader.NextRequest(now, request);
            reader.Receive(bytes, 0, bytes.Length, now + 30);
            if (reader.TryTake(snapshot)) taken++;
        });
        if (taken == 0 || reader.Counters.Refused != before) throw new InvalidOperationException($"{reader.Name}: readings were refused");
        return Pace.Rows(name, cost, null, $"{bytes.Length} bytes");
    }

    /// <summary>All requests and answers of one reading; the answers, recorded beforehand, are found by their request.</summary>
    private static IReadOnlyList<Row> Converse(BenchOptions options, string name, IBmsProtocol reader, IBmsPlayer player)
    {
        var request = new byte[64];
        var answer = new byte[BmsPlayers.MaxAnswer];
        var snapshot = new BmsSnapshot();
        var known = new List<(byte[] Request, byte[] Answer)>();
        var now = 0L;
        var exchanges = 0;

        // With pauses that the bus needs anyway; settings come round once a minute, as they do in the field.
        bool Reading(bool record)
        {
            for (var end = now + 5000; now < end; now += 50)
            {
                var asked = reader.NextRequest(now, request);
                if (asked == 0) continue;
                exchanges++;
                var bytes = AnswerTo(known, request, asked);
                if (bytes is null)
                {
                    if (!record) return false;
                    player.Receive(request, 0, asked, now);
                    bytes = answer[..player.NextAnswer(now + BmsPlayers.AnswerDelayMs, answer)];
                    known.Add((request[..asked], bytes));
                }

                reader.Receive(bytes, 0, bytes.Length, now + 40);
                if (reader.TryTake(snapshot)) return true;
            }

            return false;
        }

        for (var i = 0; i < 3; i++)
            if (!Reading(record: true)) throw new InvalidOperationException($"{reader.Name}: the player gives no readings");
        exchanges = 0;
        var missed = 0L;
        var readings = 0L;
        var cost = Pace.Of(options, _ =>
        {
            if (!Reading(record: false)) missed++;
            readings++;
        });
        if (missed > 0 || reader.Counters.Refused > 0) throw new InvalidOperationException($"{reader.Name}: readings were refused");
        return Pace.Rows(name, cost, null, $"{(double)exchanges / readings:0.0} exchanges a reading");
    }

    private static byte[]? AnswerTo(List<(byte[] Request, byte[] Answer)> known, byte[] request, int count)
    {
        foreach (var (question, answer) in known)
            if (question.AsSpan().SequenceEqual(request.AsSpan(0, count))) return answer;
        return null;
    }

    /// <summary>What a simulated BMS costs: its whole state as bytes.</summary>
    private static Task<IReadOnlyList<Row>> BmsSide(BenchOptions options)
    {
        var pack = SamplePack.Snapshot();
        var image = new Jk4E57Image();
        var bytes = new byte[BmsPlayers.MaxAnswer];
        var frame = new CanFrame();
        var jk4E57 = Pace.Of(options, n =>
        {
            pack.CurrentMa = (int)(n & 0xFFFF);
            image.Fill(pack);
            Jk4E57Encoder.Answer(image, bytes);
        });
        var jk02 = Pace.Of(options, n => Jk02Encoder.CellInfo(pack, Jk02Layout.S32, (byte)n, bytes));
        var can = Pace.Of(options, _ =>
        {
            for (var n = 0; JkCanEncoder.Frame(pack, n, frame);) n++;
        });
        return Done(
        [
            .. Pace.Rows("codec_jk_4e57_write", jk4E57, null, "whole answer"),
            .. Pace.Rows("codec_jk02_32s_write", jk02, null, "cell info"),
            .. Pace.Rows("codec_can_jk_write", can, null, $"round of {JkCanEncoder.Frames} frames"),
        ]);
    }

    private static Task<IReadOnlyList<Row>> PylonLowVoltage(BenchOptions options, string name, InverterDialect dialect)
    {
        var snapshot = SamplePack.Snapshot();
        var limits = SamplePack.Limits();
        var frames = new CanFrame[PylonLvEncoder.MostFrames];
        for (var i = 0; i < frames.Length; i++) frames[i] = new CanFrame();
        var count = 0;
        var encode = Pace.Of(options, n =>
        {
            snapshot.CurrentMa = (int)(n & 0xFFFF);
            count = PylonLvEncoder.Encode(snapshot, limits, dialect, frames);
        });

        var state = new PylonLvState();
        var decode = Pace.Of(options, n =>
        {
            for (var i = 0; i < count; i++) PylonLvDecoder.Decode(frames[i], n, state);
        });
        return Done(
        [
            .. Pace.Rows(name + "_encode", encode, null, $"set of {count} frames"),
            .. Pace.Rows(name + "_decode", decode, null, $"set of {count} frames"),
        ]);
    }

    /// <summary>One question of a host and the whole answer, frame by frame; then the host's decoder over it.</summary>
    private static Task<IReadOnlyList<Row>> PylonHighVoltage(BenchOptions options, string name, int topic)
    {
        var snapshot = SamplePack.Snapshot();
        var limits = SamplePack.Limits();
        var battery = new PylonHv(new InverterDialect());
        var question = new CanFrame();
        PylonHvHost.Ask(topic, extended: true, question);
        var answer = new CanFrame[PylonHvEncoder.MostEnsemble];
        for (var i = 0; i < answer.Length; i++) answer[i] = new CanFrame();
        var frame = new CanFrame();
        long now = 0;
        var count = 0;
        var encode = Pace.Of(options, _ =>
        {
            now += 1000;
            battery.Update(snapshot, limits);
            battery.Receive(question, now);
            count = 0;
            for (var ms = 0; ms < 500 && count < answer.Length; ms += 25)
                if (battery.NextFrame(now + ms, frame)) frame.CopyTo(answer[count++]);
        });
        if (count < 4) throw new InvalidOperationException($"the battery answered with {count} frames only");

        var state = new PylonHvState();
        var decode = Pace.Of(options, n =>
        {
            for (var i = 0; i < count; i++) PylonHvDecoder.Decode(answer[i], highFirst: false, n, state);
        });
        return Done(
        [
            .. Pace.Rows(name + "_encode", encode, null, $"answer of {count} frames"),
            .. Pace.Rows(name + "_decode", decode, null, $"answer of {count} frames"),
        ]);
    }

    private static Task<IReadOnlyList<Row>> TelemetryBothWays(BenchOptions options)
    {
        var telemetry = new Telemetry();
        SamplePack.FillTelemetry(telemetry);
        var codec = new TelemetryCodec();
        var writer = new MessageWriter(new byte[TelemetryCodec.MaxBytes]);
        var write = Pace.Of(options, n =>
        {
            telemetry.Header.Seq = n + 1;
            codec.Write(telemetry, writer);
        });

        var got = new Telemetry();
        var refused = 0;
        var read = Pace.Of(options, _ =>
        {
            if (!codec.TryRead(writer.Buffer, 0, writer.Count, got)) refused++;
        });
        if (refused > 0) throw new InvalidOperationException("telemetry refused: " + codec.Refusal);
        return Done(
        [
            .. Pace.Rows("codec_telemetry_write", write, null, $"{writer.Count} bytes of JSON"),
            .. Pace.Rows("codec_telemetry_read", read, null, $"{writer.Count} bytes of JSON"),
        ]);
    }

    private static Task<IReadOnlyList<Row>> Done(IReadOnlyList<Row> rows) => Task.FromResult(rows);
}
