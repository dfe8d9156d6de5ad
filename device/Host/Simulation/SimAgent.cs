using System.Security.Cryptography;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>How the agents of a simulation are made.</summary>
internal sealed record SimPlan
{
    /// <summary>Seed of the whole fleet.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>So many hours of the packs' day pass in one real hour.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>Hour of the day at which the packs start, 0..24.</summary>
    public double StartHour { get; init; } = 9;

    /// <summary>BMS protocol that every pack speaks.</summary>
    public string BmsProtocol { get; init; } = "jk-4e57";

    /// <summary>Protocol or preset that every inverter speaks.</summary>
    public string InverterProtocol { get; init; } = "can-pylon-lv";

    /// <summary>Board variant that the devices report.</summary>
    public string Board { get; init; } = AgentIdentity.Simulated.Board;

    /// <summary>Pinned release keys.</summary>
    public byte[][] ReleaseKeys { get; init; } = [];

    /// <summary>Telemetry period, ms.</summary>
    public int TelemetryMs { get; init; } = 5000;
}

/// <summary>
/// One simulated device: a house with a roof, an inverter, a pack with its BMS, and between them the very agent that runs
/// on a board, hearing bytes and speaking frames. The agent's clock is real; only the physics may run faster.
/// </summary>
internal sealed class SimAgent
{
    // The physics moves this often; faster would cost and show nothing.
    private const int PhysicsMs = 200;

    // One step of a fast day must stay short against the thermal and electrical time constants.
    private const double LongestStepSeconds = 20;

    private const int CrashPauseMs = 2000;
    private const double FastestUpdate = 20;

    private readonly SimPlan _plan;
    private readonly SimCast _cast;
    private readonly IStore _store;
    private readonly IBuildSlots _slots;
    private readonly IBmsPlayer _player;
    private readonly InverterDialect _dialect;
    private readonly HousePower _power;
    private readonly SolarDay _house;
    private readonly SimCanBus _bus = new();
    private double _hours;
    private long _physicsAt = -1;
    private long _deadUntilMs;
    private long _updateMs;
    private long _updateAt;
    private Updater? _updater;

    /// <summary>A device.</summary>
    /// <param name="id">Device id.</param>
    /// <param name="number">1 and up; with the seed it decides everything about the pack.</param>
    /// <param name="plan">Of the fleet.</param>
    /// <param name="basis">The process's clocks.</param>
    /// <param name="server">Way to the server.</param>
    /// <param name="store">What survives a restart of this agent.</param>
    /// <param name="slots">Hold its builds.</param>
    /// <param name="boot">Random number of this start; the link's last will carries it too.</param>
    public SimAgent(string id, int number, SimPlan plan, IClock basis, IServerLink server, IStore store, IBuildSlots slots, int boot)
    {
        Id = id;
        _plan = plan;
        _store = store;
        _slots = slots;
        Clock = new SimClock(basis);
        _cast = new SimCast(plan.Seed, number);
        Pack = new PackModel(_cast.Traits, _cast.Random);
        Board = new PackBms(Pack, _cast.Traits, _cast.Random);
        _player = Protocols.Player(plan.BmsProtocol, Board.Reading) ?? throw new ArgumentException($"no player for {plan.BmsProtocol}", nameof(plan));
        _dialect = Protocols.Dialect(plan.InverterProtocol, out _) ?? throw new ArgumentException($"no inverter {plan.InverterProtocol}", nameof(plan));
        Inverter = _dialect.HighVoltage ? new HvInverter(_dialect) : new LvInverter();
        _bus.Inverter = Inverter;
        _power = new HousePower(_cast.Character == SimCharacter.TooSmall ? 0 : 12);
        _house = new SolarDay(_cast.Random, _cast.HouseAh);
        Wire = new SimBmsPort(_player, Clock, _cast.Random) { Noise = _cast.Character == SimCharacter.NoisyWire ? 0.04 : 0 };
        Link = new ScenarioLink(server);
        _hours = plan.StartHour + _cast.HourShift;
        _updateAt = Clock.NowMs;
        Boot(boot);
    }

    /// <summary>Device id.</summary>
    public string Id { get; }

    /// <summary>Its weakness.</summary>
    public SimCharacter Character => _cast.Character;

    /// <summary>The agent with its ports.</summary>
    public AgentLoop Loop { get; private set; } = null!;

    /// <summary>Its clocks.</summary>
    public SimClock Clock { get; }

    /// <summary>The cells.</summary>
    public PackModel Pack { get; }

    /// <summary>The JK board on them.</summary>
    public PackBms Board { get; }

    /// <summary>The wire between board and agent.</summary>
    public SimBmsPort Wire { get; }

    /// <summary>The bus between agent and inverter.</summary>
    public SimCanBus Bus => _bus;

    /// <summary>The way to the server, as a scenario leaves it.</summary>
    public ScenarioLink Link { get; }

    /// <summary>The inverter's ears and mouth.</summary>
    public ISimInverter Inverter { get; }

    /// <summary>The inverter is switched off until then: deaf, mute, no current.</summary>
    public bool InverterOff { get; set; }

    /// <summary>Power that a scenario wants instead of roof and household, W; null = the house decides.</summary>
    public double? ForcedWatt { get; set; }

    /// <summary>Temperature that a scenario adds to the place, K.</summary>
    public double PlaceShift { get; set; }

    /// <summary>Hour of the pack's day, 0..24.</summary>
    public double Hour => ((_hours % 24) + 24) % 24;

    /// <summary>One pass: physics when it is due, then the agent.</summary>
    public void Tick()
    {
        var nowMs = Clock.NowMs;
        _bus.NowMs = nowMs;
        if (_physicsAt < 0) _physicsAt = nowMs;
        var passed = nowMs - _physicsAt;
        if (passed is >= PhysicsMs or < 0)
        {
            // A clock that a scenario moved has not made more time pass.
            Live(Math.Clamp(passed, 0, 2000) / 1000.0);
            _physicsAt = nowMs;
        }

        if (!InverterOff) Inverter.Speak(nowMs, _bus);
        if (_deadUntilMs > 0)
        {
            if (nowMs < _deadUntilMs) return;
            PowerCut();
            if (_deadUntilMs > 0) return;
        }

        Loop.Tick();
        PassUpdateTime(nowMs);
        _updater!.AfterTick(_updateMs, Clock.UtcMs);
        _updater.Work(_updateMs, Clock.UtcMs);
        if (!Loop.RestartDue && !_updater.RestartWanted) return;
        _updater.Leave();
        PowerCut();
    }

    /// <summary>The agent loses its memory and starts anew on the same store.</summary>
    public void PowerCut()
    {
        var boot = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        Link.PowerCut(boot);
        Boot(boot);
    }

    private void Boot(int boot)
    {
        _updater?.Dispose();
        var build = Build.Choose(_store, _slots, AgentIdentity.Simulated.Version) ?? new Build(AgentIdentity.Simulated.Version);
        // A build that crashes is tried again by its launcher until the tries are used up.
        _deadUntilMs = build.Crashes ? Clock.NowMs + CrashPauseMs : 0;
        Wire.Deaf = build.BreaksBms;
        _bus.Deaf = build.BreaksInverter;
        Link.Barred = build.BreaksServer || build.Crashes;
        var settings = new AgentSettings
        {
            Version = build.Version,
            Board = _plan.Board,
            TelemetryMs = _plan.TelemetryMs,
            BacklogBytes = 16 * 1024, // a thousand of them share one process
            SwitchingAllowed = true,
        };
        var agent = new Agent(settings, Protocols.Bms(_plan.BmsProtocol)!, InverterPresets.Protocol(_dialect));
        Loop = new AgentLoop(agent, Wire, _bus, Link, Clock, _store, boot);
        _updater = new Updater(Loop, Link, _store, _slots, _plan.ReleaseKeys, build);
    }

    // The minutes that a new build needs to prove itself pass with the packs' day. A transfer's do not: its network is real,
    // and one that is asked to answer in a twentieth of its time looks broken.
    private void PassUpdateTime(long nowMs)
    {
        var passed = Math.Max(nowMs - _updateAt, 0);
        _updateAt = nowMs;
        _updateMs += _updater!.Downloading ? passed : (long)(passed * Math.Clamp(_plan.TimeScale, 1, FastestUpdate));
    }

    private void Live(double realSeconds)
    {
        var left = realSeconds * _plan.TimeScale;
        var nowMs = Clock.NowMs;
        while (left > 0)
        {
            var step = Math.Min(left, LongestStepSeconds);
            left -= step;
            _hours += step / 3600;
            _house.Step(Hour, step);
            var surplus = ForcedWatt ?? _house.SunWatt - _house.LoadWatt;
            var wanted = InverterOff ? 0 : _power.Decide(surplus, Pack.Volt, Inverter, nowMs, realSeconds);
            Pack.Step(Board.Gate(wanted), step, Place());
            Board.Step(step);
        }
    }

    // Coldest at five in the morning.
    private double Place() =>
        _cast.Traits.PlaceCelsius + PlaceShift - (_cast.Traits.PlaceSwing * Math.Cos((Hour - 5) / 24 * 2 * Math.PI));
}
