// `jkagent run --bms`: several serial devices as one battery, and a BMS heard on its own CAN.
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkCan;
using JkFleet.Inverter;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class BmsWiresTests
{
    private readonly Journal _journal = new(TextWriter.Null, TimeProvider.System);
    private readonly SystemClock _clock = new();
    private readonly BmsSnapshot _reading = new();
    private readonly byte[] _buffer = new byte[512];
    private readonly byte[] _request = new byte[64];

    [Fact]
    public void Two_serial_devices_are_one_battery()
    {
        using var first = new PseudoTerminal();
        using var second = new PseudoTerminal();
        Answer(first);
        Answer(second);
        var plan = Plan($"{first.Path}, {second.Path}", "jk-4e57");
        Assert.Null(BmsWires.Complaint(plan));
        var port = BmsWires.Open(plan, _journal)!;
        using var closing = (IDisposable)port;
        var link = BmsWires.Protocol(plan);

        Wait.Until(() => Turn(link, port) && _reading.PacksOnline == 2, "both packs");

        Assert.Equal((2, 2 * 100000), (_reading.PacksTotal, _reading.MaxChargeMa));
    }

    [Fact]
    public void Bms_on_its_own_can_is_heard_through_an_slcan_adapter_at_250_kbit()
    {
        using var tty = new PseudoTerminal();
        var plan = Plan(SlcanPort.Scheme + tty.Path, "can-jk");
        Assert.Null(BmsWires.Complaint(plan));
        var port = BmsWires.Open(plan, _journal)!;
        using var closing = (IDisposable)port;
        var link = BmsWires.Protocol(plan);
        Wait.Until(() => port.Read(_buffer) >= 0 && tty.ReceivedText.Contains("S5\rO\r", StringComparison.Ordinal), "greeting");
        var frame = new CanFrame();
        var text = new byte[64];
        for (var n = 0; JkCanEncoder.Frame(Pack(), n, frame); n++)
            tty.Write(System.Text.Encoding.ASCII.GetString(text, 0, SlcanText.Format(frame, text)));

        Wait.Until(() => Turn(link, port), "a reading");

        Assert.Equal((16, 3300, 500), (_reading.CellCount, _reading.CellMaxMv, _reading.SocPermille));
    }

    [Theory]
    [InlineData("/dev/a", "can-jk")]
    [InlineData("/dev/a", "can-jk-doc")]
    [InlineData("slcan:/dev/a", "jk-4e57")]
    [InlineData("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "jk-4e57")]
    public void Wires_that_do_not_fit_their_protocol_are_complained_about(string bms, string protocol) =>
        Assert.NotNull(BmsWires.Complaint(Plan(bms, protocol)));

    private static RunPlan Plan(string bms, string protocol) => new() { Settings = new AgentSettings(), Bms = bms, BmsProtocol = protocol };

    private static BmsSnapshot Pack()
    {
        var pack = new BmsSnapshot
        {
            CellCount = 16, PackVoltageMv = 52800, SocPermille = 500, Cycles = 3, TempCount = 2, TempMosDeciC = 300, ChargeMosOn = true, DischargeMosOn = true,
        };
        Array.Fill(pack.CellMv, 3300, 0, 16);
        (pack.TempDeciC[0], pack.TempDeciC[1]) = (200, 210);
        pack.Summarise();
        return pack;
    }

    private static void Answer(PseudoTerminal tty)
    {
        var player = new Jk4E57Player(Pack());
        var answer = new byte[BmsPlayers.MaxAnswer];
        tty.OnBytes = bytes =>
        {
            player.Receive(bytes, 0, bytes.Length, 0);
            var n = player.NextAnswer(BmsPlayers.AnswerDelayMs, answer);
            if (n > 0) tty.Write(answer.AsSpan(0, n).ToArray());
        };
    }

    private bool Turn(IBmsProtocol link, IBmsPort port)
    {
        var now = _clock.NowMs;
        var n = port.Read(_buffer);
        if (n > 0) link.Receive(_buffer, 0, n, now);
        var count = link.NextRequest(now, _request);
        if (count > 0) port.Write(_request, count);
        return link.TryTake(_reading);
    }
}
