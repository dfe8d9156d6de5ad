using System.Text;
using CsCheck;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Contracts;

/// <summary>Hello, status, events, desired, reported, commands and verdicts: there and back, and broken on the way.</summary>
public sealed class MessageCodecTests
{
    private static readonly string Widest = new string((char)34, 20) + "äöü";

    private static MessageWriter Writer(int bytes) => new(new byte[bytes]);

    private static string Text(MessageWriter w) => Encoding.UTF8.GetString(w.Buffer, 0, w.Count);

    private static void Stamp(MessageHeader h)
    {
        h.Boot = int.MaxValue;
        h.Seq = 4_000_000_000;
        h.UpMs = long.MaxValue;
        h.UtcMs = 1_795_000_000_000;
        h.Replay = true;
    }

    [Fact]
    public void Hello_survives_the_way_at_its_widest()
    {
        var m = new Hello
        {
            Agent = Widest, Board = "esp32", BmsProtocol = "jk-4e57", InverterProtocol = "can-pylon-lv", DesiredVersion = long.MaxValue,
            ProfileRevision = int.MaxValue, EnvelopeChargeMa = 1000000000, EnvelopeDischargeMa = 1000000000, EnvelopeChargeMv = 1000000000,
            EnvelopeDischargeMv = 1000000000, EnvelopeCellMaxMv = 4300, EnvelopeCellMinMv = 1500, MaySwitch = true, MayRaise = true,
            Backlog = int.MaxValue, Dropped = int.MaxValue,
        };
        Stamp(m.Header);
        var (w, codec, back) = (Writer(HelloCodec.MaxBytes), new HelloCodec(), new Hello());
        Assert.True(codec.Write(m, w));
        Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back), codec.Refusal);
        Same(m, back);
        Mutate(w, (b, n) => codec.TryRead(b, 0, n, back));
    }

    [Fact]
    public void Reported_survives_the_way_for_every_verdict_and_update_state()
    {
        var (w, codec, back) = (Writer(ReportedCodec.MaxBytes), new ReportedCodec(), new Reported());
        for (var verdict = 0; verdict < VerdictStateNames.Count; verdict++)
        {
            for (var update = 0; update < UpdateStateNames.Count; update++)
            {
                var m = new Reported
                {
                    DesiredVersion = long.MaxValue, Verdict = (VerdictState)verdict, Field = new string('f', 48), Bound = int.MinValue, Why = new string('w', 96),
                    ProfileRevision = 3, Agent = Widest, Update = (UpdateState)update, UpdateVersion = "1.2.3", UpdatePermille = 1000, UpdateReason = new string('r', 96),
                };
                Stamp(m.Header);
                Assert.True(codec.Write(m, w));
                Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back), codec.Refusal);
                Same(m, back);
            }
        }

        Mutate(w, (b, n) => codec.TryRead(b, 0, n, back));
    }

    [Fact]
    public void Events_survive_the_way_and_a_newer_kind_is_unknown()
    {
        var (w, codec, back) = (Writer(EventCodec.MaxBytes), new EventCodec(), new DeviceEvent());
        for (var kind = 0; kind < EventKindNames.Count; kind++)
        {
            var m = new DeviceEvent { Kind = (EventKind)kind, Value = int.MinValue };
            Stamp(m.Header);
            Assert.True(codec.Write(m, w));
            Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back), codec.Refusal);
            Same(m, back);
        }

        var newer = Encoding.UTF8.GetBytes("""{"v":1,"boot":1,"seq":2,"up_ms":3,"event":"sang_a_song","value":4,"verse":[1,{"a":2}]}""");
        Assert.True(codec.TryRead(newer, 0, newer.Length, back), codec.Refusal);
        Assert.Equal(EventKind.Unknown, back.Kind);
        Mutate(w, (b, n) => codec.TryRead(b, 0, n, back));
    }

    [Fact]
    public void Commands_and_verdicts_survive_the_way_for_every_kind()
    {
        var (w, codec, back) = (Writer(CommandCodec.MaxBytes), new CommandCodec(), new Command());
        var (vw, vcodec, vback) = (Writer(VerdictCodec.MaxBytes), new VerdictCodec(), new Verdict());
        for (var kind = 0; kind < CommandKindNames.Count; kind++)
        {
            var m = new Command { Id = Widest, Kind = (CommandKind)kind, UntilUtcMs = 5, HoldMs = 86400000, ChargeMa = 1000000, DischargeMa = -1, Switch = 2, On = true };
            Assert.True(codec.Write(m, w));
            Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back), codec.Refusal);
            Same(m, back);
            for (var state = 0; state < VerdictStateNames.Count; state++)
            {
                var v = new Verdict { Id = Widest, Command = m.Kind, State = (VerdictState)state, Why = new string('w', 96) };
                Stamp(v.Header);
                Assert.True(vcodec.Write(v, vw));
                Assert.True(vcodec.TryRead(vw.Buffer, 0, vw.Count, vback), vcodec.Refusal);
                Same(v, vback);
            }
        }

        Mutate(w, (b, n) => codec.TryRead(b, 0, n, back));
        Mutate(vw, (b, n) => vcodec.TryRead(b, 0, n, vback));
    }

    [Fact]
    public void A_message_left_out_of_fields_is_as_if_new()
    {
        var (codec, back) = (new CommandCodec(), new Command { ChargeMa = 7, On = true, Id = "old", HoldMs = 9 });
        var text = Encoding.UTF8.GetBytes("""{"v":1,"id":"x","command":"re_read"}""");
        Assert.True(codec.TryRead(text, 0, text.Length, back));
        Assert.Equal(("x", CommandKind.ReRead, -1, -1, 0, false), (back.Id, back.Kind, back.ChargeMa, back.DischargeMa, back.HoldMs, back.On));
    }

    [Theory]
    [InlineData("""{"boot":1,"seq":2,"up_ms":3,"event":"started"}""", "v is missing")]
    [InlineData("""{"v":2,"boot":1,"seq":2,"up_ms":3,"event":"started"}""", "version")]
    [InlineData("""{"v":1,"boot":1,"up_ms":3,"event":"started"}""", "boot, seq or up_ms")]
    [InlineData("""{"v":1,"boot":1,"seq":2,"up_ms":3,"event":7}""", "text expected")]
    [InlineData("""{"v":1,"boot":1,"seq":2,"up_ms":3,"value":3000000000}""", "out of range")]
    [InlineData("null", "not an object")]
    public void Broken_messages_are_refused_with_a_reason(string text, string why)
    {
        var (codec, bytes) = (new EventCodec(), Encoding.UTF8.GetBytes(text));
        Assert.False(codec.TryRead(bytes, 0, bytes.Length, new DeviceEvent()));
        Assert.Contains(why, codec.Refusal);
    }

    [Fact]
    public void Status_tells_online_boot_and_its_own_will()
    {
        var (w, codec) = (Writer(StatusCodec.MaxBytes), new StatusCodec());
        Assert.True(codec.Write(true, int.MaxValue, w));
        Assert.True(codec.TryRead(w.Buffer, 0, w.Count, out var online, out var boot));
        Assert.Equal((true, (long)int.MaxValue), (online, boot));
        var will = Encoding.UTF8.GetBytes(StatusCodec.Will(42));
        Assert.True(codec.TryRead(will, 0, will.Length, out online, out boot));
        Assert.Equal((false, 42L), (online, boot));
        Assert.False(codec.TryRead("""{"v":1,"boot":1}"""u8.ToArray(), 0, 16, out _, out _));
    }

    [Fact]
    public void Desired_carries_profile_and_firmware_or_either()
    {
        var d = new Desired { Version = 17, HasProfile = true, HasFirmware = true };
        Profiles.OriginDefaults().CopyTo(d.Profile);
        d.Profile.Revision = 4;
        d.Firmware.Name = "agent.jkfw";
        d.Firmware.Version = "1.2.3";
        d.Firmware.Url = "https://fleet.example/api/v1/artifacts/" + new string('t', 340);
        d.Firmware.Size = int.MaxValue;
        d.Firmware.Sha256 = new string('a', 64);
        var (w, codec, back) = (Writer(DesiredCodec.MaxBytes), new DesiredCodec(), new Desired());
        Assert.True(codec.Write(d, w));
        Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back), codec.RefusedField + codec.Refusal);
        Assert.Equal((17, true, true, 4, "origin defaults"), (back.Version, back.HasProfile, back.HasFirmware, back.Profile.Revision, back.Profile.Name));
        Assert.Equal((d.Firmware.Url, d.Firmware.Sha256, d.Firmware.Size), (back.Firmware.Url, back.Firmware.Sha256, back.Firmware.Size));
        var again = Writer(DesiredCodec.MaxBytes);
        codec.Write(back, again);
        Assert.Equal(Text(w), Text(again));
        Mutate(w, (b, n) => codec.TryRead(b, 0, n, back));

        d.HasProfile = false;
        codec.Write(d, w);
        Assert.True(codec.TryRead(w.Buffer, 0, w.Count, back));
        Assert.Equal((false, true), (back.HasProfile, back.HasFirmware));
    }

    [Theory]
    [InlineData("""{"v":1,"version":5,"revision":1,"charge_limit_on_sundays":3}""", "charge_limit_on_sundays", 5)]
    [InlineData("""{"v":1,"version":5,"revision":1,"charge_max_ma":1,"charge_max_ma":2}""", "charge_max_ma", 5)]
    [InlineData("""{"v":1,"version":0,"revision":1}""", "version", 0)]
    [InlineData("""{"v":3,"version":5,"revision":1}""", "v", 5)]
    public void Desired_refuses_what_it_does_not_know_and_keeps_the_version_for_the_verdict(string text, string field, long version)
    {
        var (codec, bytes, back) = (new DesiredCodec(), Encoding.UTF8.GetBytes(text), new Desired());
        Assert.False(codec.TryRead(bytes, 0, bytes.Length, back));
        Assert.Equal((field, version), (codec.RefusedField, back.Version));
    }

    [Fact]
    public void The_contract_page_names_every_word_of_the_wire()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JkFleet.sln"))) folder = Path.GetDirectoryName(folder)!;
        var page = File.ReadAllText(Path.Combine(folder, "shared", "Contracts", "README.md"));
        var words = Enumerable.Range(0, EventKindNames.Count).Select(i => EventKindNames.Of((EventKind)i))
            .Concat(Enumerable.Range(0, CommandKindNames.Count).Select(i => CommandKindNames.Of((CommandKind)i)))
            .Concat(Enumerable.Range(0, VerdictStateNames.Count).Select(i => VerdictStateNames.Of((VerdictState)i)))
            .Concat(Enumerable.Range(0, LimitReasonNames.Count).Select(i => LimitReasonNames.Of((LimitReason)i)))
            .Concat(Enumerable.Range(1, ClaimRefusalNames.Count - 1).Select(i => ClaimRefusalNames.Of((ClaimRefusal)i)))
            .Concat(Enumerable.Range(0, UpdateStateNames.Count).Select(i => UpdateStateNames.Of((UpdateState)i)))
            .Concat(Enumerable.Range(0, ProfileField.Count).Select(ProfileField.Name))
            .Concat(new[] { Topics.Telemetry, Topics.Hello, Topics.Status, Topics.Reported, Topics.Event, Topics.Verdict, Topics.Desired, Topics.Command });
        Assert.All(words, word => Assert.Contains($"`{word}`", page, StringComparison.Ordinal));
        for (var i = 0; i < ProfileField.Count; i++)
            Assert.Contains($"| `{ProfileField.Name(i)}` | {ProfileField.Min(i)} | {ProfileField.Max(i)} | {ProfileField.Default(i)} |", page);
    }

    /// <summary>Every public field and property of two messages is the same.</summary>
    private static void Same<T>(T expected, T actual)
    {
        foreach (var field in typeof(T).GetFields())
        {
            if (field.FieldType == typeof(MessageHeader))
            {
                var (a, b) = ((MessageHeader)field.GetValue(expected)!, (MessageHeader)field.GetValue(actual)!);
                Assert.Equal((a.Boot, a.Seq, a.UpMs, a.UtcMs, a.Replay), (b.Boot, b.Seq, b.UpMs, b.UtcMs, b.Replay));
            }
            else
            {
                Assert.Equal(field.GetValue(expected), field.GetValue(actual));
            }
        }
    }

    /// <summary>Cut anywhere and changed anywhere, a message is answered with yes or no and nothing is thrown.</summary>
    private static void Mutate(MessageWriter w, Func<byte[], int, bool> read)
    {
        var whole = w.Buffer[..w.Count];
        for (var cut = 0; cut < whole.Length; cut++) Assert.False(read(whole[..cut], cut), $"cut at {cut}");
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var changed = (byte[])whole.Clone();
            foreach (var (at, value) in changes) changed[at] = value;
            read(changed, changed.Length);
        }, iter: 500, threads: 1);
    }
}
