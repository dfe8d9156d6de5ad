// ns and garbage per frame of every codec, both directions; the goal is no garbage at all.
using JkFleet.Benchmarks.Harness;
using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
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
        new("codec_pylon_lv", PylonLowVoltage),
        new("codec_pylon_hv", PylonHighVoltage),
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

    private static Task<IReadOnlyList<Row>> PylonLowVoltage(BenchOptions options)
    {
        var snapshot = SamplePack.Snapshot();
        var limits = SamplePack.Limits();
        var dialect = new InverterDialect();
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
            .. Pace.Rows("codec_pylon_lv_encode", encode, null, $"set of {count} frames"),
            .. Pace.Rows("codec_pylon_lv_decode", decode, null, $"set of {count} frames"),
        ]);
    }

    /// <summary>One question of a host and the whole answer, frame by frame; then the host's decoder over it.</summary>
    private static Task<IReadOnlyList<Row>> PylonHighVoltage(BenchOptions options)
    {
        var snapshot = SamplePack.Snapshot();
        var limits = SamplePack.Limits();
        var battery = new PylonHv(new InverterDialect());
        var question = new CanFrame();
        question.Reset(HvId.Ask, true, 8);
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
        if (count < 9) throw new InvalidOperationException($"the battery answered with {count} frames only");

        var state = new PylonHvState();
        var decode = Pace.Of(options, n =>
        {
            for (var i = 0; i < count; i++) PylonHvDecoder.Decode(answer[i], highFirst: false, n, state);
        });
        return Done(
        [
            .. Pace.Rows("codec_pylon_hv_encode", encode, null, $"answer of {count} frames"),
            .. Pace.Rows("codec_pylon_hv_decode", decode, null, $"answer of {count} frames"),
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
