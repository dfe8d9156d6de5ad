using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core;

/// <summary>A whole agent on five ports that a test holds in its hands, with a clock that only the test moves.</summary>
internal sealed class Rig : IBmsPort, ICanPort, IClock
{
    public const int TickMs = 20;

    private readonly Jk4E57Player _player;
    private readonly Queue<CanFrame> _toAgent = new();
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];

    public Rig(AgentSettings? settings = null, HandStore? store = null, HandServer? server = null, long startMs = 0, Profile? profile = null)
    {
        Settings = settings ?? new AgentSettings { Version = "1.2.3", Board = "test" };
        Store = store ?? new HandStore();
        Server = server ?? new HandServer();
        NowMs = startMs;
        Pack = HealthyPack();
        _player = new Jk4E57Player(Pack);
        _player.Image.Set(0x99, 100);
        _player.Image.Set(0x97, 100);
        Loop = Boot(profile);
    }

    public AgentSettings Settings { get; }
    public HandStore Store { get; }
    public HandServer Server { get; }
    public BmsSnapshot Pack { get; }
    public AgentLoop Loop { get; private set; }
    public Agent Agent => Loop.Agent;
    public ChargeLimits Limits => Agent.Limits;
    public PylonLvState Inverter { get; } = new();
    public List<(long AtMs, int Id, byte[] Data)> Sent { get; } = [];

    /// <summary>The cable to the BMS.</summary>
    public bool BmsPlugged { get; set; } = true;

    /// <summary>The inverter says 305 once a second.</summary>
    public bool InverterAlive { get; set; } = true;

    public CanPortState BusState { get; set; }
    public int Recoveries { get; private set; }
    public long NowMs { get; set; }
    public long UtcMs { get; set; } = 1_795_000_000_000;

    /// <summary>Called for every frame that was sent.</summary>
    public Action? AfterFrame { get; set; }

    /// <summary>Called after every tick.</summary>
    public Action? AfterTick { get; set; }

    public Jk4E57Image Image => _player.Image;

    /// <summary>In the middle of a charge at full height.</summary>
    public static Rig Charging(Profile? profile = null, AgentSettings? settings = null)
    {
        var rig = new Rig(settings, profile: profile);
        rig.RunUntil(() => rig.Limits.ChargeLimitMa >= 60000 && rig.Limits.DischargeLimitMa == 70000, 90_000);
        rig.Run(2000);
        return rig;
    }

    /// <summary>The origin's profile with ramps over the highest cell and the temperature.</summary>
    public static Profile CellProfile()
    {
        var p = Profiles.OriginDefaults();
        p.Revision = 5;
        p.Name = "cells and cold";
        foreach (var (mv, ma) in new[] { (3375, 100000), (3400, 25000), (3425, 5000), (3450, 500), (3500, 0) })
            p.ChargeRamp[(int)RampSource.CellMaxMv].Add(mv, ma);
        foreach (var (dc, ma) in new[] { (0, 0), (50, 15000), (100, 60000), (400, 60000), (500, 30000), (550, 0) })
            p.ChargeRamp[(int)RampSource.CellTempDeciC].Add(dc, ma);
        return p;
    }

    public static BmsSnapshot HealthyPack()
    {
        var pack = new BmsSnapshot
        {
            CellCount = 16, CellCountSetting = 16, SocPermille = 600, ChargeMosOn = true, DischargeMosOn = true, Cycles = 12,
            MaxChargeMa = 100000, MaxDischargeMa = 100000, PackOvpMv = 58400, PackUvpMv = 41600, CellOvpMv = 3650, CellUvpMv = 2600,
            TempMosDeciC = 300, TempCount = 2, CapacityMah = 280000,
        };
        pack.TempDeciC[0] = pack.TempDeciC[1] = 250;
        SetCells(pack, 3330);
        return pack;
    }

    public static void SetCells(BmsSnapshot pack, int mv)
    {
        for (var i = 0; i < pack.CellCount; i++) pack.CellMv[i] = mv;
        Settle(pack);
    }

    /// <summary>Makes sums agree with the cells, as in a real pack.</summary>
    public static void Settle(BmsSnapshot pack)
    {
        pack.Summarise();
        pack.PackVoltageMv = pack.CellSumMv;
    }

    public void Cells(int mv) => SetCells(Pack, mv);

    public void Cell(int number, int mv)
    {
        Pack.CellMv[number - 1] = mv;
        Settle(Pack);
    }

    /// <summary>Power off and on again: everything but the store, the world and the server is new.</summary>
    public void PowerCycle() => Loop = Boot(null);

    private AgentLoop Boot(Profile? profile)
    {
        var agent = new Agent(Settings, new Jk4E57Protocol(), new PylonLv());
        profile?.CopyTo(agent.Slot.Active);
        Sent.Clear();
        return new AgentLoop(agent, this, this, Server, this, Store, 1000 + Store.Boots++);
    }

    public void Run(long ms)
    {
        for (long passed = 0; passed < ms; passed += TickMs)
        {
            NowMs += TickMs;
            if (UtcMs > 0) UtcMs += TickMs;
            if (InverterAlive && NowMs % 1000 == 0)
            {
                var sign = new CanFrame();
                sign.Reset(0x305, false, 8);
                _toAgent.Enqueue(sign);
            }

            Loop.Tick(NowMs);
            AfterTick?.Invoke();
        }
    }

    /// <summary>Runs until a condition holds; fails the test when it does not within the time.</summary>
    public long RunUntil(Func<bool> condition, long withinMs)
    {
        for (long passed = 0; passed <= withinMs; passed += TickMs)
        {
            if (condition()) return passed;
            Run(TickMs);
        }

        throw new Xunit.Sdk.XunitException($"not within {withinMs} ms; charge {Limits.ChargeLimitMa} {Limits.ChargeReason}, state {Agent.Freshness.State}");
    }

    public int Events(EventKind kind) => Server.Of(Topics.Event).Count(e => e["event"]!.GetValue<string>() == EventKindNames.Of(kind));

    int IBmsPort.Read(byte[] buffer)
    {
        if (!BmsPlugged) return 0;
        var count = _player.NextAnswer(NowMs, _answer);
        Array.Copy(_answer, buffer, count);
        return count;
    }

    bool IBmsPort.Write(byte[] buffer, int count)
    {
        if (BmsPlugged) _player.Receive(buffer, 0, count, NowMs);
        return true;
    }

    bool ICanPort.Send(CanFrame frame)
    {
        if (BusState != CanPortState.Up) return false;
        Sent.Add((NowMs, frame.Id, frame.Data[..frame.Length]));
        PylonLvDecoder.Decode(frame, NowMs, Inverter);
        AfterFrame?.Invoke();
        return true;
    }

    bool ICanPort.Receive(CanFrame frame)
    {
        if (BusState != CanPortState.Up || !_toAgent.TryDequeue(out var next)) return false;
        next.CopyTo(frame);
        return true;
    }

    CanPortState ICanPort.State => BusState;

    void ICanPort.Recover() => Recoveries++;
}

/// <summary>A server and broker that a test holds in its hands.</summary>
internal sealed class HandServer : IServerLink
{
    private readonly Queue<(string Leaf, byte[] Body)> _mail = new();
    private bool _connected = true;

    public List<(string Leaf, JsonNode Body, bool Retain)> Got { get; } = [];

    /// <summary>The broker acknowledges at once; false = it keeps silent.</summary>
    public bool Acknowledges { get; set; } = true;

    public bool Connected
    {
        get => _connected;
        set
        {
            if (value && !_connected) Connections++;
            _connected = value;
        }
    }

    public int Connections { get; private set; } = 1;

    public bool Drained => Connected && Acknowledges;

    public IEnumerable<JsonNode> Of(string leaf) => Got.Where(m => m.Leaf == leaf).Select(m => m.Body);

    public JsonNode Last(string leaf) => Of(leaf).Last();

    /// <summary>Called for every message.</summary>
    public Action? AfterOffer { get; set; }

    public bool Offer(string leaf, byte[] buffer, int count, bool retain)
    {
        if (!Connected) return false;
        AfterOffer?.Invoke();
        Got.Add((leaf, JsonNode.Parse(buffer.AsSpan(0, count))!, retain));
        return true;
    }

    public int Take(byte[] buffer, out string leaf)
    {
        leaf = "";
        if (!Connected || !_mail.TryDequeue(out var mail)) return 0;
        leaf = mail.Leaf;
        mail.Body.CopyTo(buffer, 0);
        return mail.Body.Length;
    }

    public void Send(string leaf, string json) => _mail.Enqueue((leaf, Encoding.UTF8.GetBytes(json)));

    public void Push(long version, Profile profile)
    {
        var desired = new Desired { Version = version, HasProfile = true };
        profile.CopyTo(desired.Profile);
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        if (!new DesiredCodec().Write(desired, w)) throw new InvalidOperationException("does not fit");
        Send(Topics.Desired, Encoding.UTF8.GetString(w.Buffer, 0, w.Count));
    }
}

/// <summary>Records that survive what the test calls a power cut.</summary>
internal sealed class HandStore : IStore
{
    public Dictionary<string, byte[]> Records { get; } = [];
    public int Writes { get; private set; }
    public bool Broken { get; set; }
    public int Boots { get; set; }

    public int Read(string name, byte[] buffer)
    {
        if (!Records.TryGetValue(name, out var record)) return -1;
        record.CopyTo(buffer, 0);
        return record.Length;
    }

    public bool Write(string name, byte[] buffer, int count)
    {
        if (Broken) return false;
        Writes++;
        Records[name] = buffer[..count];
        return true;
    }
}
