using MethodInfo = System.Reflection.MethodInfo;
using JkFleet.Agent.Tests.Mcp2515;
using JkFleet.Bms;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// The control loop of the firmware as the board composes it, on a counted clock: a BMS that answers in bytes at the pace of its wire, the
/// MCP2515 as a model of the chip, a server that takes everything. The ports belong to this process; everything behind them is counted.
/// </summary>
internal sealed class BoardRig
{
    /// <summary>Sleep of the board's control thread.</summary>
    public const int TickMs = 10;

    /// <summary>Longest record, and the backlog, as <c>device/Esp32</c> sets them.</summary>
    public const int StoreBytes = 24576;

    private const int BytesPerTick = 115200 / 10 * TickMs / 1000;

    // One for all: the runtime remembers proxies of an interface by its name.
    public static readonly CountedFirmware Firmware = new(
        "JkFleet.Bms", "JkFleet.Limits", "JkFleet.Inverter", "JkFleet.Crypto", "JkFleet.Contracts", "JkFleet.Agent.Base", "JkFleet.Agent.Portal", "JkFleet.Agent.Core");

    private readonly Dictionary<string, long> _before = Firmware.ByMethod.ToDictionary(m => m.Method, m => m.Instructions);
    private readonly IBmsPlayer _player;
    private readonly Mcp2515Chip _chip = new();
    private readonly Queue<byte> _wire = new();
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];
    private readonly dynamic _loop;
    private readonly dynamic _feed;
    private readonly dynamic _lines;
    private readonly MethodInfo _code;
    private readonly MethodInfo _light;
    private long _nowMs;

    /// <param name="bms">Name of the BMS protocol.</param>
    /// <param name="inverter">Preset of the inverter.</param>
    public BoardRig(string bms, string inverter)
    {
        _player = BmsProtocols.Play(bms, Pack)!;
        object settings = Firmware.New("JkFleet.Agent.AgentSettings");
        ((dynamic)settings).BacklogBytes = StoreBytes;
        object protocol = Static("JkFleet.Bms.BmsProtocols", "Create", bms, new[] { 1 }, 0, 1000);
        object dialect = Static("JkFleet.Inverter.InverterPresets", "Find", inverter);
        object agent = Firmware.New("JkFleet.Agent.Agent", settings, protocol, Static("JkFleet.Inverter.InverterPresets", "Protocol", dialect), dialect);
        object can = Firmware.New("JkFleet.Agent.Mcp2515.Mcp2515Can", Firmware.Port("JkFleet.Agent.Mcp2515.ISpiBus", (_, a) => Transfer((byte[])a[0]!, (byte[])a[1]!)), Firmware.New("JkFleet.Agent.Mcp2515.Mcp2515Timing", 8_000_000, 500_000));
        _loop = Firmware.New("JkFleet.Agent.AgentLoop", agent, Firmware.Port("JkFleet.Agent.Ports.IBmsPort", Bms), can, Firmware.Port("JkFleet.Agent.Ports.IServerLink", Server), Firmware.Port("JkFleet.Agent.Ports.IClock", Clock), Firmware.Port("JkFleet.Agent.Ports.IStore", (name, _) => name == "Read" ? 0 : true), 7L);
        _feed = Firmware.New("JkFleet.Agent.PortalFeed", (object)_loop, Window, 0L);
        _lines = Firmware.New("JkFleet.Agent.Signals.DisplayLines");
        var light = Firmware.Type("JkFleet.Agent.Signals.StatusLight");
        (_code, _light) = (light.GetMethod("CodeOf")!, light.GetMethod("IsOn")!);
    }

    /// <summary>What the BMS measures.</summary>
    public BmsSnapshot Pack { get; } = Core.Rig.HealthyPack();

    /// <summary>What it shows the portal.</summary>
    public object Window { get; } = Firmware.New("JkFleet.Agent.Portal.PortalWindow");

    public dynamic Agent => _loop.Agent;

    /// <summary>IL instructions since this rig was made, by method, the greatest first.</summary>
    public IReadOnlyList<(string Method, long Instructions)> ByMethod =>
        Firmware.ByMethod.Select(m => (m.Method, m.Instructions - _before.GetValueOrDefault(m.Method))).OrderByDescending(m => m.Item2).ToList();

    /// <summary>Bytes that went to the server.</summary>
    public long Published { get; private set; }

    /// <summary>Frames that the chip sent.</summary>
    public int Frames => _chip.Sent.Count;

    /// <summary>What the control thread holds.</summary>
    public IReadOnlyList<object> Objects => [(object)_loop, (object)_feed, (object)_lines];

    /// <summary>Fills the backlog and has it written down, as happens now and then while the server is away.</summary>
    /// <returns>IL instructions of the writing.</returns>
    public long SaveFullBacklog()
    {
        var backlog = _loop.Post.Backlog;
        for (var i = 0; i < 100; i++) backlog.Add((byte)1, new byte[1100], 1100, 0, false);
        var into = new byte[StoreBytes];
        var before = Firmware.Executed;
        int written = backlog.Save(into);
        Xunit.Assert.InRange(written, StoreBytes - 2000, StoreBytes);
        return Firmware.Executed - before;
    }

    /// <summary>Sixteen points in every ramp, all of which allow what the pack allows, and charge phases.</summary>
    public void WearEverything()
    {
        var profile = _loop.Agent.Slot.Active;
        profile.Number[ProfileField.Phases] = 1;
        profile.Number[ProfileField.CellMicroOhm] = 500;
        foreach (var ramps in new[] { profile.ChargeRamp, profile.DischargeRamp })
        {
            for (var source = 0; source < ramps.Length; source++)
            {
                ramps[source].Count = 0;
                for (var i = 0; i < RampRule.MaxPoints; i++) ramps[source].Add(i * 300, 70_000);
            }
        }
    }

    /// <summary>Runs what the control thread of the board runs, for a while.</summary>
    /// <returns>IL instructions of each tick.</returns>
    public List<long> Run(int ms)
    {
        var ticks = new List<long>();
        for (var end = _nowMs + ms; _nowMs < end; _nowMs += TickMs)
        {
            if (_nowMs % 1000 == 0) _chip.Arrive(new CanFrame { Id = 0x305, Length = 8 }, _chip.NowUs);
            _chip.NowUs = Math.Max(_chip.NowUs, _nowMs * 1000);
            var before = Firmware.Executed;
            _loop.Tick(_nowMs);
            _light.Invoke(null, [_code.Invoke(null, [(object)_loop.Agent, true]), _nowMs]);
            _feed.Step(_nowMs, true);
            if (_nowMs % 1000 == 0) _lines.Fill(_loop.Agent, true);
            ticks.Add(Firmware.Executed - before);
        }

        return ticks;
    }

    private object? Transfer(byte[] write, byte[] read)
    {
        _chip.Transfer(write, read);
        return null;
    }

    private object? Bms(string name, object?[] arguments)
    {
        if (name == "Write")
        {
            _player.Receive((byte[])arguments[0]!, 0, (int)arguments[1]!, _nowMs);
            return true;
        }

        for (int count; (count = _player.NextAnswer(_nowMs, _answer)) > 0;) for (var i = 0; i < count; i++) _wire.Enqueue(_answer[i]);
        var buffer = (byte[])arguments[0]!;
        var taken = Math.Min(Math.Min(_wire.Count, BytesPerTick), buffer.Length);
        for (var i = 0; i < taken; i++) buffer[i] = _wire.Dequeue();
        return taken;
    }

    private object? Server(string name, object?[] arguments)
    {
        switch (name)
        {
            case "get_Connected" or "get_Drained": return true;
            case "get_Connections": return 1;
            case "Offer":
                Published += (int)arguments[2]!;
                return true;
            default:
                arguments[1] = "";
                return 0;
        }
    }

    private object? Clock(string name, object?[] arguments) => name == "get_NowMs" ? _nowMs : 1_795_000_000_000 + _nowMs;

    private object Static(string type, string method, params object[] arguments) => Firmware.Type(type).GetMethod(method)!.Invoke(null, arguments)!;
}
