using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class SlcanPortTests
{
    private readonly Journal _journal = new(TextWriter.Null, TimeProvider.System);

    [Fact]
    public void Opening_closes_sets_500_kbit_and_opens_the_channel()
    {
        using var tty = new PseudoTerminal();
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(() => port.State == CanPortState.Up && tty.ReceivedText.Contains("O\r", StringComparison.Ordinal), "greeting");
        Assert.Matches("\rC\rS6\rO\r", tty.ReceivedText);
    }

    [Fact]
    public void Frames_of_both_kinds_go_out_as_text()
    {
        using var tty = new PseudoTerminal();
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(() => port.State == CanPortState.Up, "adapter up");
        Assert.True(port.Send(Frame(0x351, false, 0x14, 0x02, 0x74, 0x0E)));
        Assert.True(port.Send(Frame(0x4211, true, 0xAB)));
        Wait.Until(() => tty.ReceivedText.Contains("t35141402740E\rT000042111AB\r", StringComparison.Ordinal), "both lines");
    }

    [Fact]
    public void Received_lines_become_frames_whatever_stands_between_them()
    {
        using var tty = new PseudoTerminal();
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(() => port.State == CanPortState.Up, "adapter up");
        tty.Write("\rz\rt30580000000000000000\rV1013\rNA123\rt30");
        tty.Write("520102\rT000042001001234\rtXYZ1FF\rt3059\r" + new string('t', 200) + "\rt12301234\r");
        var got = Take(port, 4);
        Assert.Equal("305#0000000000000000", got[0]);
        Assert.Equal("305#0102", got[1]);
        Assert.Equal("00004200#00", got[2]); // 1 byte, timestamp 1234 behind it
        Assert.Equal("123#", got[3]); // no data, timestamp 1234
    }

    [Fact]
    public void Adapter_that_refuses_every_frame_is_off_the_bus_until_recovered()
    {
        using var tty = new PseudoTerminal();
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(() => port.State == CanPortState.Up, "adapter up");
        tty.Write("\a\a\a\a\a\a\a\a\a\a");
        Wait.Until(() => port.State == CanPortState.BusOff, "bus-off");
        Assert.False(port.Send(Frame(0x351, false, 1)));
        tty.Forget();
        port.Recover();
        Assert.Equal(CanPortState.Up, port.State);
        Wait.Until(() => tty.ReceivedText.Contains("C\rS6\rO\r", StringComparison.Ordinal), "adapter greeted again");
    }

    [Fact]
    public void Clone_that_does_not_know_the_status_command_is_not_taken_for_a_dead_bus()
    {
        using var tty = new PseudoTerminal();
        tty.OnBytes = bytes =>
        {
            foreach (var b in bytes) if (b == 'F') tty.Write("\a");
        };
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(
            () => port.State == CanPortState.Up && tty.ReceivedText.Contains('F', StringComparison.Ordinal), "status asked");
        tty.Write("\a\a\a\a\a\a");
        tty.Write("t1230\r");
        Take(port, 1);
        Assert.Equal(CanPortState.Up, port.State);
    }

    [Fact]
    public void Returning_adapter_is_greeted_again()
    {
        using var tty = new PseudoTerminal();
        using var port = new SlcanPort(tty.Path, '6', _journal);
        Wait.Until(() => port.State == CanPortState.Up, "adapter up");
        tty.Unplug();
        Wait.Until(() => port.State == CanPortState.Absent, "absence");
        Assert.False(port.Send(Frame(0x351, false, 1)));
        tty.Plug();
        Wait.Until(() => port.State == CanPortState.Up && tty.ReceivedText.Contains("S6\rO\r", StringComparison.Ordinal), "greeting");
        tty.Write("t3051AA\r");
        Assert.Equal(["305#AA"], Take(port, 1));
    }

    [Fact]
    public void Every_frame_survives_text_and_back()
    {
        var random = new Random(4);
        var line = new byte[SlcanText.MaxLine];
        var back = new CanFrame();
        for (var i = 0; i < 2000; i++)
        {
            var extended = random.Next(2) == 0;
            var frame = new CanFrame();
            frame.Reset(random.Next(extended ? 0x20000000 : 0x800), extended, random.Next(9));
            for (var b = 0; b < frame.Length; b++) frame.Data[b] = (byte)random.Next(256);
            var n = SlcanText.Format(frame, line);
            Assert.True(SlcanText.TryParse(line.AsSpan(0, n - 1), back));
            Assert.Equal(Text(frame), Text(back));
        }
    }

    internal static string Text(CanFrame f) =>
        f.Id.ToString(f.Extended ? "X8" : "X3") + "#" + Convert.ToHexString(f.Data, 0, f.Length);

    private static CanFrame Frame(int id, bool extended, params byte[] data)
    {
        var frame = new CanFrame();
        frame.Reset(id, extended, data.Length);
        data.CopyTo(frame.Data, 0);
        return frame;
    }

    private static List<string> Take(SlcanPort port, int count)
    {
        var got = new List<string>();
        var frame = new CanFrame();
        Wait.Until(
            () =>
            {
                while (port.Receive(frame)) got.Add(Text(frame));
                return got.Count >= count;
            },
            $"{count} frames");
        return got;
    }
}
