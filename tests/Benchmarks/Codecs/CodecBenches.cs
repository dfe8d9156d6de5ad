// ns and garbage per frame of every codec, both directions; the goal is no garbage at all.
using JkFleet.Benchmarks.Harness;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Contracts;
using JkFleet.Inverter;

namespace JkFleet.Benchmarks.Codecs;

internal static class CodecBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("codec_jk_4e57", o => Done(Read(o, "codec_jk_4e57_read", new Jk4E57Protocol(), new Jk4E57Player(SamplePack.Snapshot())))),
        new("codec_pylon_lv", PylonLowVoltage),
        new("codec_telemetry", TelemetryBothWays),
    ];

    /// <summary>A poll of the reader and the whole answer through framer and parser. The answer is recorded beforehand.</summary>
    private static IReadOnlyList<Row> Read(BenchOptions options, string name, IBmsProtocol reader, IBmsPlayer player)
    {
        var request = new byte[64];
        var answer = new byte[BmsPlayers.MaxAnswer];
        var snapshot = new BmsSnapshot();
        var now = 0L;
        var length = 0;
        for (; length == 0 && now < 60_000; now += 10)
        {
            var asked = reader.NextRequest(now, request);
            if (asked > 0) player.Receive(request, 0, asked, now);
            length = player.NextAnswer(now, answer);
            if (length > 0) reader.Receive(answer, 0, length, now);
        }

        if (!reader.TryTake(snapshot)) throw new InvalidOperationException($"{reader.Name}: the player gave no reading");
        var taken = 0L;
        var cost = Pace.Of(options, _ =>
        {
            now += 1000;
            reader.NextRequest(now, request);
            reader.Receive(answer, 0, length, now + 30);
            if (reader.TryTake(snapshot)) taken++;
        });
        if (taken == 0 || reader.Counters.Refused != 0) throw new InvalidOperationException($"{reader.Name}: readings were refused");
        return Pace.Rows(name, cost, null, $"{length} bytes");
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
