using JkFleet.Bms;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>One thing that happens in a story.</summary>
/// <param name="AtSeconds">Real seconds after the story began.</param>
/// <param name="Says">What a spectator is told.</param>
/// <param name="Do">What happens to the device.</param>
internal sealed record SceneAct(double AtSeconds, string Says, Action<SimAgent> Do);

/// <summary>A bad day of one device, to be watched in the dashboard: <c>jkagent simulate --scenario NAME</c>.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Story">What happens and what must be seen.</param>
/// <param name="Acts">In order of time.</param>
internal sealed record Scenario(string Name, string Story, SceneAct[] Acts)
{
    private const double SunWatt = 5000, EveningWatt = -2500;

    /// <summary>All stories.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("bms-cable-pulled", "The BMS cable is pulled at full charge: limits go to zero, then the agent falls silent; the cable returns and three good readings end it.",
        [
            new(0, "sun, 80 % charged", a => { a.Pack.Fill(0.80); a.ForcedWatt = SunWatt; }),
            new(60, "the BMS cable is pulled", a => a.Wire.Unplugged = true),
            new(180, "the cable is back", a => a.Wire.Unplugged = false),
        ]),
        new("inverter-reboot", "The inverter restarts: silent for a minute, then it must hear the limits anew.",
        [
            new(0, "evening, the house draws from the battery", a => a.ForcedWatt = EveningWatt),
            new(40, "the inverter restarts", a => { a.InverterOff = true; a.Inverter.Restart(); }),
            new(100, "the inverter is back", a => a.InverterOff = false),
        ]),
        new("cell-overshoot", "One cell runs away at the top: the BMS opens its charge switch, the limit names the reason, discharging stays allowed.",
        [
            new(0, "sun, nearly full", a => { a.Pack.Fill(0.97); a.ForcedWatt = SunWatt; }),
            new(40, "cell 7 runs away", a => a.Pack.Overfill(6, 1.012)),
            new(240, "the house draws the cell down", a => a.ForcedWatt = EveningWatt),
        ]),
        new("cold-morning", "The pack is below freezing at sunrise: no charging until it is warm.",
        [
            new(0, "five degrees below zero", a => { a.Pack.Soak(-5); a.PlaceShift = -25; a.ForcedWatt = SunWatt; }),
            new(120, "somebody lights a stove", a => { a.PlaceShift = 5; a.Pack.Soak(8); }),
        ]),
        new("power-cut", "The agent loses power without a warning, three times: nothing is sent before a new reading, stops and profile are still known.",
        [
            new(30, "power cut", a => a.PowerCut()),
            new(60, "power cut", a => a.PowerCut()),
            new(62, "power cut in the middle of the start", a => a.PowerCut()),
        ]),
        new("server-gone", "The server cannot be reached for three minutes: nothing changes for the inverter, the backlog is replayed with its times.",
        [
            new(20, "the way to the server is cut", a => a.Link.Cut = true),
            new(200, "the server is back", a => a.Link.Cut = false),
        ]),
        new("clock-jump", "The clocks jump: a reading of unknown age is no reading, and the wall clock may be wrong without any effect on limits.",
        [
            new(20, "the wall clock falls back by a day", a => a.Clock.UtcShiftMs = -86_400_000),
            new(60, "the monotonic clock leaps ten minutes", a => a.Clock.ShiftMs += 600_000),
            new(120, "the wall clock is unknown", a => a.Clock.UtcUnknown = true),
            new(180, "the wall clock is right again", a => { a.Clock.UtcUnknown = false; a.Clock.UtcShiftMs = 0; }),
        ]),
        new("hostile-server", "Somebody owns the server and pushes absurd profiles, rubbish and a flood: the limits stay what BMS and envelope allow.",
        [
            new(20, "rubbish instead of a desired state", a => a.Link.SlipIn(Topics.Desired, "{\"v\":1,\"version\":999999,\"profile\":")),
            new(25, "a field that nobody knows", a => a.Link.SlipIn(Topics.Desired, "{\"v\":1,\"version\":1000000,\"ignore_bms\":true}")),
            new(30, "4000 A at 100 % SOC", a => a.Link.SlipIn(
                Topics.Desired,
                "{\"v\":1,\"version\":1000001,\"revision\":1000001,\"name\":\"absurd\",\"charge_soc_permille\":[0,1000],\"charge_soc_ma\":[4000000,4000000]}")),
            new(35, "no trust at all: three good readings become one, stale becomes an hour", a =>
            {
                a.Link.SlipIn(Topics.Desired, "{\"v\":1,\"version\":1000002,\"revision\":1000002,\"name\":\"absurd\",\"good_readings\":1}");
                a.Link.SlipIn(Topics.Desired, "{\"v\":1,\"version\":1000003,\"revision\":1000003,\"name\":\"absurd\",\"stale_ms\":3600000}");
            }),
            new(40, "a flood of commands: overrides of 1000 A, switches, rubbish", a =>
            {
                for (var i = 0; i < 200; i++)
                {
                    a.Link.SlipIn(Topics.Command, $"{{\"v\":1,\"id\":\"o{i}\",\"command\":\"override\",\"charge_ma\":1000000,\"discharge_ma\":1000000}}");
                    a.Link.SlipIn(Topics.Command, $"{{\"v\":1,\"id\":\"s{i}\",\"command\":\"switch\",\"switch\":1,\"on\":false}}");
                    a.Link.SlipIn(Topics.Command, $"{{\"v\":1,\"id\":\"x{i}\",\"command\":");
                }
            }),
        ]),
        new("bus-off", "The CAN wires touch: bus-off, zero, and a rejoin with growing pauses.",
        [
            new(20, "the CAN bus is short", a => a.Bus.Broken = true),
            new(80, "the bus is whole again", a => a.Bus.Broken = false),
        ]),
        new("noisy-wire", "A third of the BMS's answers arrive with a wrong bit: refused and counted, never believed.",
        [
            new(10, "the BMS wire lies beside the inverter's cable", a => a.Wire.Noise = 0.33),
            new(180, "the wire is moved", a => a.Wire.Noise = 0),
        ]),
        new("unknown-alarm", "The BMS raises a bit that no table names: unknown is an alarm.",
        [
            new(20, "bit 14 of the warning word is set", a => a.Board.Forced = BmsAlarms.Reserved14),
            new(120, "the bit is gone", a => a.Board.Forced = BmsAlarms.None),
        ]),
        new("adapter-gone", "The serial adapter is unplugged and plugged in again.",
        [
            new(20, "the adapter is pulled", a => a.Wire.Absent = true),
            new(90, "the adapter is back", a => a.Wire.Absent = false),
        ]),
    ];

    /// <summary>The story of that name, or null.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}

/// <summary>Plays a story on one device.</summary>
internal sealed class ScenarioPlayer(Scenario scenario, SimAgent agent, Action<string, string> say)
{
    private long _begunMs = -1;
    private int _next;

    /// <summary>Every act was played.</summary>
    public bool Over => _next >= scenario.Acts.Length;

    /// <summary>Plays what is due; called on the thread that ticks the agent.</summary>
    /// <param name="nowMs">The process's clock, which no story moves.</param>
    public void Tick(long nowMs)
    {
        if (_begunMs < 0) _begunMs = nowMs;
        while (!Over && nowMs - _begunMs >= scenario.Acts[_next].AtSeconds * 1000)
        {
            var act = scenario.Acts[_next++];
            say(agent.Id, $"{scenario.Name}: {act.Says}");
            act.Do(agent);
        }
    }
}
