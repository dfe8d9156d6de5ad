// The wire contract of telemetry: what is written is read back, garbage is refused with a reason, nothing is allocated.
using System.Text;
using CsCheck;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Shared.Tests.Contracts;

public class TelemetryCodecTests
{
  private readonly TelemetryCodec _codec = new();
  private readonly MessageWriter _writer = new(new byte[TelemetryCodec.MaxBytes]);

  [Fact]
  public void Everything_written_is_read_back()
  {
    AnyTelemetry.Sample(sent =>
    {
      Assert.True(_codec.Write(sent, _writer));
      var read = new Telemetry();
      Assert.True(_codec.TryRead(_writer.Buffer, 0, _writer.Count, read), _codec.Refusal);
      Assert.Equal(Json(sent), Json(read));
      Assert.Equal(sent.Snapshot.Alarms, read.Snapshot.Alarms);
      Assert.Equal(sent.Limits.ChargeReason, read.Limits.ChargeReason);
      Assert.Equal(sent.Limits.ChargeChain.Count, read.Limits.ChargeChain.Count);
      Assert.Equal(sent.Snapshot.CellMaxMv, read.Snapshot.CellMaxMv);
    }, iter: 2_000, threads: 1);
  }

  [Fact]
  public void The_longest_message_fits_its_buffer()
  {
    var t = new Telemetry { Agent = new string('9', 64), Board = new string('b', 32), Bms = LinkState.Ok };
    t.Header.Boot = t.Header.Seq = t.Header.UpMs = t.Header.UtcMs = long.MaxValue;
    t.Snapshot.CellCount = BmsSnapshot.MaxCells;
    Array.Fill(t.Snapshot.CellMv, 65535);
    t.Snapshot.TempCount = BmsSnapshot.MaxTemps;
    t.Snapshot.Alarms = (BmsAlarms)uint.MaxValue;
    t.Snapshot.SoftwareVersion = new string('v', 64);
    for (var i = 0; i < ChargeLimits.MaxChain; i++)
    {
      t.Limits.ChargeChain.Add(LimitReason.SourceMissing, 9_999_999, 32, 65_535);
      t.Limits.DischargeChain.Add(LimitReason.InverterSilent, 9_999_999, 32, 65_535);
    }

    Assert.True(_codec.Write(t, _writer), "grow TelemetryCodec.MaxBytes");
  }

  [Fact]
  public void A_buffer_too_small_is_said_and_never_overrun()
  {
    var t = AnyTelemetry.Single();
    for (var size = 0; size < 200; size++)
      Assert.False(_codec.Write(t, new MessageWriter(new byte[size])));
  }

  [Fact]
  public void Every_cut_message_is_refused()
  {
    Assert.True(_codec.Write(AnyTelemetry.Single(), _writer));
    for (var count = 0; count < _writer.Count; count++)
      Assert.False(_codec.TryRead(_writer.Buffer, 0, count, new Telemetry()), $"accepted after {count} bytes");
  }

  [Fact]
  public void Mutated_messages_never_throw_and_never_read_past_the_end()
  {
    Gen.Select(AnyTelemetry, Gen.Int[0, TelemetryCodec.MaxBytes - 1].Array[1, 6], Gen.Byte.Array[6]).Sample((sent, at, with) =>
    {
      Assert.True(_codec.Write(sent, _writer));
      var exact = _writer.Buffer.AsSpan(0, _writer.Count).ToArray();
      for (var i = 0; i < at.Length; i++) exact[at[i] % exact.Length] = with[i];
      _codec.TryRead(exact, 0, exact.Length, new Telemetry());
    }, iter: 20_000, threads: 1);
  }

  [Theory]
  [InlineData("", "not an object")]
  [InlineData("[]", "not an object")]
  [InlineData("{}", "v is missing")]
  [InlineData("""{"v":2,"boot":1,"seq":1,"up_ms":1}""", "contract version")]
  [InlineData("""{"v":1,"boot":1,"seq":1}""", "up_ms is missing")]
  [InlineData("""{"v":1,"boot":1,"seq":1,"up_ms":1.5}""", "not a fraction")]
  [InlineData("""{"v":1,"boot":1,"seq":1,"up_ms":99999999999999999999}""", "too large")]
  [InlineData("""{"v":1,"boot":1,"seq":1,"up_ms":1,"soc_permille":1001}""", "out of range at or after soc_permille")]
  [InlineData("""{"v":1,"boot":1,"seq":1,"up_ms":1,"cells_mv":[1,2""", "array not closed")]
  [InlineData("""{"v":1,"boot":1,"seq":1,"up_ms":1}x""", "bytes after the object")]
  [InlineData("""{"v":1,"x":[[[[[[[[[1]]]]]]]]],"boot":1,"seq":1,"up_ms":1}""", "nested too deep")]
  public void A_bad_message_is_refused_with_its_reason(string json, string reason)
  {
    Assert.False(Read(json, out _));
    Assert.Contains(reason, _codec.Refusal, StringComparison.Ordinal);
  }

  [Fact]
  public void A_newer_senders_unknown_fields_are_skipped()
  {
    Assert.True(Read("""{ "v":1, "boot":7, "later":{"a":[1,{"b":"}"}]}, "seq":9, "up_ms":5, "alarms":["brand_new"], "x":null }""", out var t), _codec.Refusal);
    Assert.Equal(9, t.Header.Seq);
    Assert.Equal(BmsAlarms.Unknown, t.Snapshot.Alarms);
  }

  [Fact]
  public void Writing_and_reading_again_allocates_nothing()
  {
    var sent = AnyTelemetry.Single();
    sent.Agent = "1.2.3";
    var read = new Telemetry();
    for (var i = 0; i < 50; i++) Once();
    var before = GC.GetAllocatedBytesForCurrentThread();
    for (var i = 0; i < 200; i++) Once();
    Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

    void Once()
    {
      _codec.Write(sent, _writer);
      _codec.TryRead(_writer.Buffer, 0, _writer.Count, read);
    }
  }

  [Fact]
  public void Texts_survive_quotes_controls_and_other_scripts()
  {
    Gen.String.Sample(text =>
    {
      var writer = new MessageWriter(new byte[4096]);
      writer.Begin();
      writer.Text(MessageWriter.KeyOf("k"), text);
      Assert.True(writer.End());
      using var seenByOthers = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(writer.Buffer, 0, writer.Count));
      var reader = new MessageReader();
      var read = "";
      Assert.True(reader.Open(writer.Buffer, 0, writer.Count) && reader.Next() && reader.Text(ref read, 4096), reader.Error);
      Assert.Equal(text, read);
    }, iter: 2_000, threads: 1);
  }

  [Fact]
  public void A_text_is_as_long_as_what_it_says_however_it_is_written()
  {
    foreach (var (written, bytes) in new[] { ("abc", 3), ("ä", 2), ("\\u00e4", 2), ("界", 3), ("\\u754c", 3), ("😀", 4), ("\\ud83d\\ude00", 4), ("\\n", 1), ("\\u000a", 1), ("\\\"", 1), ("", 0) })
    {
      var message = Encoding.UTF8.GetBytes($"{{\"k\":\"{written}\"}}");
      bool Fits(int most)
      {
        var (reader, read) = (new MessageReader(), "");
        return reader.Open(message, 0, message.Length) && reader.Next() && reader.Text(ref read, most);
      }

      Assert.True(Fits(bytes), written);
      if (bytes > 0) Assert.False(Fits(bytes - 1), written);
    }

    Gen.Select(Gen.String, Gen.Int[0, 40]).Sample((text, most) =>
    {
      var fits = MessageReader.Fitting(text, most);
      Assert.True(fits == text.Length || !(fits > 0 && char.IsHighSurrogate(text[fits - 1]) && char.IsLowSurrogate(text[fits])), "a pair was cut in two");
      if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) != text) return; // halves of pairs alone have no length in UTF-8
      Assert.True(Encoding.UTF8.GetByteCount(text.AsSpan(0, fits)) <= most);
      Assert.Equal(Encoding.UTF8.GetByteCount(text) <= most, fits == text.Length);
    }, iter: 2_000, threads: 1);
  }

  private bool Read(string json, out Telemetry telemetry)
  {
    telemetry = new Telemetry();
    var bytes = Encoding.UTF8.GetBytes(json);
    return _codec.TryRead(bytes, 0, bytes.Length, telemetry);
  }

  private string Json(Telemetry t)
  {
    Assert.True(_codec.Write(t, _writer));
    return Encoding.UTF8.GetString(_writer.Buffer, 0, _writer.Count);
  }

  private static readonly Gen<Telemetry> AnyTelemetry =
    Gen.Select(Gen.Int[0, 32], Gen.Int[0, 65535].Array[32], Gen.Int[-10_000_000, 10_000_000], Gen.Int[0, 1000], Gen.UInt, Gen.Int[1, 5], Gen.Int[0, 30], Gen.Int[0, 5])
      .Select((cells, mv, ma, soc, alarms, link, reason, temps) =>
      {
        var t = new Telemetry { Agent = "1.0.0", Board = "sim", Bms = (LinkState)link, Inverter = (LinkState)(link % 6), RssiDbm = -60, BmsAgeMs = 12 };
        t.Header.Boot = 1;
        t.Header.Seq = ma + 10_000_000L;
        t.Header.UpMs = soc;
        t.Header.UtcMs = 1_795_000_000_000;
        var s = t.Snapshot;
        s.CellCount = cells;
        Array.Copy(mv, s.CellMv, 32);
        s.PackVoltageMv = mv[0];
        s.CurrentMa = ma;
        s.SocPermille = soc;
        // Bits without a name of their own are told as one: unknown.
        s.Alarms = (BmsAlarms)(alarms & ((1u << BmsAlarmNames.Named) - 1 | (uint)BmsAlarms.Unknown));
        s.TempCount = temps;
        for (var i = 0; i < temps; i++) s.TempDeciC[i] = i == 1 ? BmsSnapshot.Unknown : mv[i] % 1000;
        s.Summarise();
        t.Limits.ChargeReason = (LimitReason)reason;
        t.Limits.ChargeLimitMa = soc * 100;
        t.Limits.ChargeAllowed = soc > 500;
        for (var i = 0; i < temps * 2; i++) t.Limits.ChargeChain.Add((LimitReason)reason, soc * 100, i, mv[i]);
        return t;
      });
}
