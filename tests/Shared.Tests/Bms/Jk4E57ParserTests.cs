// What a reading says, and what must give none.
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class Jk4E57ParserTests
{
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Jk4E57FrameReaderTests.RealAnswers), MemberType = typeof(Jk4E57FrameReaderTests))]
    public void Real_answer_gives_the_reading_its_vector_states(string name)
    {
        var vector = Jk4E57FrameReaderTests.Answers().Single(v => v.Name == name);
        int Expected(string key) => vector.Expected.GetProperty(key).GetInt32();
        var reading = Parse(vector.Bytes);

        Assert.Equal(vector.Expected.GetProperty("cells_mv").EnumerateArray().Select(c => c.GetInt32()), reading.CellMv[..reading.CellCount]);
        Assert.Equal(Expected("pack_voltage_mv"), reading.PackVoltageMv);
        Assert.Equal(Expected("current_ma"), reading.CurrentMa);
        Assert.Equal(Expected("soc_pct") * 10, reading.SocPermille);
        Assert.Equal(Expected("cycles"), reading.Cycles);
        Assert.Equal(Expected("temp_mos_c") * 10, reading.TempMosDeciC);
        Assert.Equal(Expected("temp1_c") * 10, reading.TempDeciC[0]);
        Assert.Equal(Expected("temp2_c") * 10, reading.TempDeciC[1]);
        Assert.Equal((uint)Expected("alarms_raw"), (uint)reading.Alarms);
        Assert.Equal((Expected("status_raw") & 1) != 0, reading.ChargeMosOn);
        Assert.Equal((Expected("status_raw") & 2) != 0, reading.DischargeMosOn);
        Assert.Equal(Expected("charge_ocp_a") * 1000, reading.MaxChargeMa);
        Assert.Equal(Expected("discharge_ocp_a") * 1000, reading.MaxDischargeMa);
        Assert.Equal(Expected("pack_ovp_mv"), reading.PackOvpMv);
        Assert.Equal(Expected("pack_uvp_mv"), reading.PackUvpMv);
        Assert.Equal(Expected("cell_ovp_mv"), reading.CellOvpMv);
        Assert.Equal(Expected("cell_uvp_mv"), reading.CellUvpMv);
        Assert.Equal(vector.Expected.GetProperty("software_version").GetString(), reading.SoftwareVersion);
        Assert.Equal(Expected("cell_max_no"), reading.CellMaxNo);
        Assert.Equal(Expected("cell_avg_mv"), reading.CellMeanMv);
    }

    [Theory]
    [InlineData(1, 0x8000, 0)]
    [InlineData(1, 0x0000, 0)]
    [InlineData(1, 0x81F4, 5000)]
    [InlineData(1, 0x01F4, -5000)]
    [InlineData(0, 10000, 0)]
    [InlineData(0, 9500, 5000)]
    [InlineData(0, 11000, -10000)]
    [InlineData(-1, 9500, 5000)]
    [InlineData(-1, 11000, -10000)]
    public void Current_follows_the_version_that_stands_behind_it(int version, int raw, int expectedMa)
    {
        var image = new Jk4E57Image();
        image.Set(0x84, (uint)raw);
        if (version < 0) image.Remove(0xC0);
        else image.Set(0xC0, (uint)version);

        Assert.Equal(expectedMa, Parse(Jk4E57FrameReaderTests.Encode(image)).CurrentMa);
    }

    [Fact]
    public void Version_is_not_remembered_from_another_frame()
    {
        var parser = new Jk4E57Parser();
        var image = new Jk4E57Image();
        image.Set(0x84, 9500);
        Parse(Jk4E57FrameReaderTests.Encode(image), parser);
        image.Remove(0xC0);

        Assert.Equal(5000, Parse(Jk4E57FrameReaderTests.Encode(image), parser).CurrentMa);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 990)]
    [InlineData(100, 1000)]
    [InlineData(101, -10)]
    [InlineData(140, -400)]
    [InlineData(141, BmsSnapshot.Unknown)]
    [InlineData(0xFFFF, BmsSnapshot.Unknown)]
    public void Temperature_above_140_is_a_broken_sensor(int raw, int expectedDeciC)
    {
        var image = new Jk4E57Image();
        image.Set(0x81, (uint)raw);

        Assert.Equal(expectedDeciC, Parse(Jk4E57FrameReaderTests.Encode(image)).TempDeciC[0]);
    }

    [Theory]
    [InlineData(0x79, "incomplete")]
    [InlineData(0x83, "incomplete")]
    [InlineData(0x84, "incomplete")]
    [InlineData(0x85, "incomplete")]
    [InlineData(0x8B, "incomplete")]
    [InlineData(0x8C, "incomplete")]
    public void Answer_without_what_the_limits_need_is_no_reading(int missing, string why)
    {
        var image = new Jk4E57Image();
        if (missing == 0x79) image.CellCount = 0;
        else image.Remove(missing);

        Assert.Equal(why, Refusal(image));
    }

    [Theory]
    [InlineData(0x85, 101, "bad_soc")]
    [InlineData(0xC0, 2, "unknown_protocol_version")]
    public void Value_that_nobody_can_interpret_is_no_reading(int id, int value, string why)
    {
        var image = new Jk4E57Image();
        image.Set(id, (uint)value);

        Assert.Equal(why, Refusal(image));
    }

    [Fact]
    public void Status_bit_3_changes_nothing()
    {
        var image = new Jk4E57Image();
        image.Set(0x8C, 0x0B);

        var reading = Parse(Jk4E57FrameReaderTests.Encode(image));

        Assert.True(reading.ChargeMosOn);
        Assert.True(reading.DischargeMosOn);
        Assert.False(reading.Balancing);
        Assert.Equal(BmsAlarms.None, reading.Alarms);
    }

    [Fact]
    public void Refused_frame_leaves_the_snapshot_alone()
    {
        var snapshot = new BmsSnapshot { PackVoltageMv = 1234 };
        var image = new Jk4E57Image();
        image.Set(0x85, 200);
        var frame = Jk4E57FrameReaderTests.Encode(image);

        Assert.False(new Jk4E57Parser().TryParse(frame, 0, frame.Length, 0, snapshot));
        Assert.Equal(1234, snapshot.PackVoltageMv);
    }

    [Fact]
    public void Unknown_register_names_itself_and_its_place()
    {
        var registers = new Jk4E57Registers();
        var frame = Jk4E57FrameReaderTests.Encode(new Jk4E57Image());
        var at = Array.IndexOf(frame, (byte)0x89, Jk4E57Frame.InfoAt + 60);
        frame[at] = 0x88;

        Assert.False(registers.Walk(frame, 0, frame.Length));
        Assert.Equal(("unknown_register", 0x88, at), (registers.Refusal, registers.RefusedId, registers.RefusedAt));
        Assert.False(registers.Has(0x83));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Jk4E57FrameReaderTests.RealAnswers), MemberType = typeof(Jk4E57FrameReaderTests))]
    public void Encoder_rebuilds_a_real_answer_byte_for_byte(string name)
    {
        var frame = Jk4E57FrameReaderTests.Frame(name);
        var registers = new Jk4E57Registers();
        Assert.True(registers.Walk(frame, 0, frame.Length));
        var image = new Jk4E57Image();
        image.Load(registers, frame);
        var buffer = new byte[Jk4E57Frame.MaxBytes];

        var count = Jk4E57Encoder.Answer(image, frame[Jk4E57Frame.CommandAt], frame[Jk4E57Frame.TransferAt], buffer);
        frame.AsSpan(Jk4E57Frame.TerminalAt, 4).CopyTo(buffer.AsSpan(Jk4E57Frame.TerminalAt));

        // The source byte of an answer is whatever the unit likes; everything else is ours to match.
        if (frame[Jk4E57Frame.SourceAt] == Jk4E57Frame.FromBms) Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(buffer, 0, count));
    }

    [Theory]
    [InlineData("4E570014000000000502000000000000006800000128", "password")]
    [InlineData("4E57001400000000020200AB010000000068000001D1", "charge on")]
    [InlineData("4E57001400000000020200AB000000000068000001D0", "charge off")]
    [InlineData("4E57001400000000020200AC010000000068000001D2", "discharge on")]
    [InlineData("4E57001400000000020200AC000000000068000001D1", "discharge off")]
    [InlineData("4E570014000000000202009D010000000068000001C3", "balancer on")]
    [InlineData("4E5700130000000006030000000000006800000129", "read all")]
    [InlineData("4E570013000000000303008300000000680000 01A9", "read 83")]
    [InlineData("4E5700130000000001030000000000006800000124", "activate")]
    public void Requests_are_those_of_the_handbook(string hex, string what)
    {
        var buffer = new byte[32];
        var count = what switch
        {
            "password" => Jk4E57Requests.Password(buffer),
            "charge on" => Jk4E57Requests.Switch(buffer, BmsSwitch.Charge, true),
            "charge off" => Jk4E57Requests.Switch(buffer, BmsSwitch.Charge, false),
            "discharge on" => Jk4E57Requests.Switch(buffer, BmsSwitch.Discharge, true),
            "discharge off" => Jk4E57Requests.Switch(buffer, BmsSwitch.Discharge, false),
            "balancer on" => Jk4E57Requests.Switch(buffer, BmsSwitch.Balancer, true),
            "read all" => Jk4E57Requests.ReadAll(buffer),
            "read 83" => Jk4E57Requests.ReadOne(buffer, 0x83),
            _ => Jk4E57Requests.Activate(buffer),
        };

        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(buffer, 0, count));
    }

    private static BmsSnapshot Parse(byte[] frame, Jk4E57Parser? parser = null)
    {
        var snapshot = new BmsSnapshot();
        parser ??= new Jk4E57Parser();
        Assert.True(parser.TryParse(frame, 0, frame.Length, 5, snapshot), parser.Refusal);
        return snapshot;
    }

    private static string Refusal(Jk4E57Image image)
    {
        var frame = Jk4E57FrameReaderTests.Encode(image);
        var parser = new Jk4E57Parser();
        Assert.False(parser.TryParse(frame, 0, frame.Length, 0, new BmsSnapshot()));
        return parser.Refusal;
    }
}
