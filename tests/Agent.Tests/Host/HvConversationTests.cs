// A high-voltage host on the far end of a pseudo-terminal, in the text form of slcan: it asks as the real ones do
// (protocols.md 3) and reads what our battery answers.
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public sealed class HvConversationTests : IDisposable
{
    private static readonly int[] EnsembleGroups = [0x4210, 0x4220, 0x4230, 0x4240, 0x4250, 0x4260, 0x4270, 0x4280, 0x4290, 0x42A0];
    private static readonly int[] EquipmentGroups = [0x7310, 0x7320, 0x7330, 0x7340];

    private readonly PseudoTerminal _tty = new();
    private readonly SlcanPort _port;
    private readonly InverterDialect _dialect = InverterPresets.Find("generic-hv")!;
    private readonly PylonHv _battery;
    private readonly CanFrame _frame = new();
    private readonly BmsSnapshot _pack = new();
    private long _now;
    private readonly ChargeLimits _limits = new()
    {
        ChargeLimitMa = 40_000,
        DischargeLimitMa = 60_000,
        ChargeVoltageMv = 87_600,
        DischargeVoltageMv = 67_200,
        ChargeAllowed = true,
        DischargeAllowed = true,
        ShownSocPermille = 640,
    };

    public HvConversationTests()
    {
        _port = new SlcanPort(_tty.Path, '6', new Journal(TextWriter.Null, TimeProvider.System));
        _battery = new PylonHv(_dialect);
        _pack.CellCount = 24;
        for (var i = 0; i < 24; i++) _pack.CellMv[i] = 3310 + i;
        _pack.PackVoltageMv = 79_716;
        _pack.CurrentMa = 12_500;
        _pack.CapacityMah = 100_000;
        _pack.TempCount = 1;
        _pack.TempDeciC[0] = 223;
        _pack.ChargeMosOn = true;
        _pack.DischargeMosOn = true;
        _pack.Summarise();
        Wait.Until(() => _port.State == CanPortState.Up && _tty.ReceivedText.Contains("O\r", StringComparison.Ordinal), "adapter up");
        _tty.Forget();
    }

    public void Dispose()
    {
        _port.Dispose();
        _tty.Dispose();
    }

    [Fact]
    public void A_growatt_that_tries_everything_at_once_gets_both_answers_in_29_bits()
    {
        _battery.Update(_pack, _limits);
        // 3010, 4200/2 with junk in byte 7, 4200/0, 8210 AA, as in the capture of ai-republic #85.
        Say("T0000301080100000000000000", "T00004200802000000000000E8", "T00004200800000000000000E3", "T000082108AA00000000000000");

        var heard = Hear(14);

        Assert.Equal([.. EnsembleGroups.Concat(EquipmentGroups).Select(group => group + 1)], heard.Select(f => f.Id));
        Assert.All(heard, f => Assert.True(f.Extended && f.Length == 8));
        var s = Understand(heard);
        Assert.Equal((79_700, 12_500, 64, 1), (s.VoltageMv, s.CurrentMa, s.SocPercent, s.Status));
        Assert.Equal((87_600, 67_200, 40_000, 60_000), (s.ChargeCutoffMv, s.DischargeCutoffMv, s.AllowedChargeMa(), s.AllowedDischargeMa()));
        Assert.Equal((24, 1, 24, 76, 100), (s.Cells, s.Modules, s.CellsPerModule, s.VoltageLevelV, s.CapacityAh));
        Assert.Equal("PYLONTECH", Encoding.ASCII.GetString(s.Maker).TrimEnd('\0'));
        Assert.True(_battery.ChargeCommanded);
        Assert.Equal(4, _battery.Heard);
    }

    [Fact]
    public void An_11_bit_host_is_answered_in_11_bits()
    {
        _battery.Update(_pack, _limits);
        Say("t42080000000000000000", "t42080200000000000000");

        var heard = Hear(14);

        Assert.Equal([0x421, 0x422, 0x423, 0x424, 0x425, 0x426, 0x427, 0x428, 0x429, 0x42A, 0x731, 0x732, 0x733, 0x734], heard.Select(f => f.Id));
        Assert.All(heard, f => Assert.False(f.Extended));
        Assert.Equal(40_000, Understand(heard).AllowedChargeMa());
    }

    [Theory]
    [InlineData("T000042008", "T000082018", "T000082008")]
    [InlineData("t4208", "t6208", "t6208")]
    public void Sleep_stops_both_directions_and_waking_brings_them_back(string ask, string sleep, string wake)
    {
        _battery.Update(_pack, _limits);
        Say(sleep + "5500000000000000");
        Wait.Until(() => Pump() && _battery.SleepRequested, "sleep heard");
        var asleep = new ChargeLimits { ChargeVoltageMv = 87_600, DischargeVoltageMv = 67_200, ShownSocPermille = 640 };
        asleep.Forbid(LimitReason.Sleep);
        _battery.Update(_pack, asleep);
        Say(ask + "0000000000000000");
        var s = Understand(Hear(10));
        Assert.Equal((0, true, true, 0, 0), (s.Status, s.ChargeForbidden, s.DischargeForbidden, s.ChargeLimitMa, s.DischargeLimitMa));

        Say(wake + "AA00000000000000");
        Wait.Until(() => Pump() && !_battery.SleepRequested, "waking heard");
        _battery.Update(_pack, _limits);
        Say(ask + "0000000000000000");
        s = Understand(Hear(10));
        Assert.Equal((1, false, 40_000), (s.Status, s.ChargeForbidden, s.AllowedChargeMa()));
    }

    [Theory]
    [InlineData("T000082418AA00000000000000", "T000082518AA00000000000000")]
    [InlineData("t6248AA00000000000000", "t6258AA00000000000000")]
    public void A_host_that_announces_its_silence_is_told_that_it_is_believed(string mask, string answer)
    {
        _battery.Update(_pack, _limits);
        Say(mask);
        Wait.Until(() => Pump() && _tty.ReceivedText.EndsWith('\r'), "an answer");
        Assert.Equal(answer + "\r", _tty.ReceivedText);
        Assert.InRange(_battery.SilenceMaskedUntilMs, PylonHv.MaskMs, PylonHv.MaskMs + _now);

        // Anything but AA in byte 0 asks for nothing.
        _tty.Forget();
        Say(mask.Replace("AA", "55", StringComparison.Ordinal), mask[0] == 'T' ? "T0000420080000000000000000" : "t42080000000000000000");
        Assert.DoesNotContain(Hear(10), f => HvId.Group(f.Id, f.Extended) == HvId.MaskAnswer);
    }

    [Fact]
    public void Nothing_is_said_before_the_first_reading_and_a_lost_bms_forbids_everything()
    {
        Say("T0000420080000000000000000");
        Wait.Until(() => Pump() && _battery.Dropped == 1, "the question was dropped");
        Assert.DoesNotContain('T', _tty.ReceivedText);

        _limits.BmsLost = true;
        _battery.Update(_pack, _limits);
        Say("T0000420080000000000000000");
        var s = Understand(Hear(10));
        Assert.Equal((HvFaults.InternalComm, 4, true, true, 0), (s.Faults, s.MoreFaults, s.ChargeForbidden, s.DischargeForbidden, s.ChargeLimitMa));
    }

    private void Say(params string[] lines) => _tty.Write(string.Concat(lines.Select(line => line + "\r")));

    /// <summary>One pass of the battery's side: bus in, bus out; its clock counts passes, so that a busy machine changes nothing.</summary>
    private bool Pump()
    {
        var now = _now += 5;
        while (_port.Receive(_frame)) _battery.Receive(_frame, now);
        while (_battery.NextFrame(now, _frame)) Assert.True(_port.Send(_frame));
        return true;
    }

    private List<CanFrame> Hear(int count)
    {
        List<CanFrame> heard = [];
        Wait.Until(() => Pump() && (heard = Frames()).Count >= count, $"{count} frames");
        _tty.Forget();
        return heard;
    }

    private List<CanFrame> Frames()
    {
        var frames = new List<CanFrame>();
        var text = _tty.ReceivedText;
        foreach (var line in text[..(text.LastIndexOf('\r') + 1)].Split('\r', StringSplitOptions.RemoveEmptyEntries))
        {
            var frame = new CanFrame();
            if (SlcanText.TryParse(Encoding.ASCII.GetBytes(line), frame)) frames.Add(frame);
        }

        return frames;
    }

    private PylonHvState Understand(List<CanFrame> frames)
    {
        var s = new PylonHvState();
        foreach (var frame in frames) Assert.True(PylonHvDecoder.Decode(frame, _dialect.HighByteFirst, 1, s));
        return s;
    }
}
