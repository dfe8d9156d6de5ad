using System.Buffers.Text;
using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Simulation;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using Command = System.CommandLine.Command;

namespace JkFleet.Agent.Host.Commands;

/// <summary><c>jkagent simulate</c>: a fleet of the real agent core between simulated packs and inverters.</summary>
internal static class SimulateLine
{
    private const int MostAgents = 20_000;

    // So many agents knock per second at the start.
    private const int KnocksPerSecond = 200;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    public static Command Build()
    {
        var agents = new Option<int>("--agents") { Description = $"How many, 1..{MostAgents}.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same packs and the same weather.", DefaultValueFactory = _ => 1 };
        var scale = new Option<double>("--time-scale") { Description = "How much faster than real the days of the packs pass, 0.1..600 (the agents' clocks are real).", DefaultValueFactory = _ => 1 };
        var start = new Option<double?>("--start-hour") { Description = "Hour of the packs' day at the start, 0..24; default: now (UTC), or 9 with a time scale." };
        var telemetry = new Option<int>("--telemetry-ms") { Description = "Telemetry period, 200..600000.", DefaultValueFactory = _ => 5000 };
        var bmsProtocol = new Option<string>("--bms-protocol") { Description = $"What the packs speak: {string.Join(", ", Protocols.BmsNames)}.", DefaultValueFactory = _ => "jk-4e57", HelpName = "NAME" };
        var inverterProtocol = new Option<string>("--inverter-protocol")
        {
            Description = $"What the inverters are: {string.Join(", ", Protocols.InverterNames)}.", DefaultValueFactory = _ => "can-pylon-lv", HelpName = "NAME",
        };
        var prefix = new Option<string>("--id-prefix") { Description = "Devices are PREFIX-0001 and so on (one agent with --id has that id).", DefaultValueFactory = _ => "sim" };
        var seedFile = new Option<string?>("--seed-file") { Description = "File with the server's Devices:Seed:Secret; each device's secret is derived from it.", HelpName = "FILE" };
        var store = new Option<string?>("--store") { Description = "Folder with one folder per agent; default: memory only.", HelpName = "DIR" };
        var scenario = new Option<string?>("--scenario") { Description = "A story played on the first agent; 'list' prints all.", HelpName = "NAME" };
        var scenarioOn = new Option<int>("--scenario-on") { Description = "How many agents play the story.", DefaultValueFactory = _ => 1 };
        var seconds = new Option<int?>("--seconds") { Description = "End by itself after so many seconds." };
        var server = new ServerOptions();
        var command = new Command("simulate", "Run simulated devices: the real agent core between packs that answer in bytes and inverters that obey frames.")
        {
            agents, server.Server, server.Authority, server.Id, server.SecretFile, prefix, seedFile, store, seed, scale, start, telemetry,
            bmsProtocol, inverterProtocol, scenario, scenarioOn, seconds,
        };
        command.SetAction(line =>
        {
            if (line.GetValue(scenario) == "list") return List();
            var timeScale = line.GetValue(scale);
            var plan = new SimPlan
            {
                Seed = line.GetValue(seed),
                TimeScale = InRange("--time-scale", timeScale, 0.1, 600),
                StartHour = InRange("--start-hour", line.GetValue(start) ?? (timeScale > 1 ? 9 : DateTime.UtcNow.TimeOfDay.TotalHours), 0, 24),
                TelemetryMs = (int)InRange("--telemetry-ms", line.GetValue(telemetry), 200, 600_000),
                BmsProtocol = Known("--bms-protocol", line.GetRequiredValue(bmsProtocol), Protocols.BmsNames),
                InverterProtocol = Known("--inverter-protocol", line.GetRequiredValue(inverterProtocol), Protocols.InverterNames),
            };
            var story = line.GetValue(scenario) is not { } name ? null
                : Scenario.Find(name) ?? throw new ComplaintException($"--scenario '{name}' is none of {string.Join(", ", Scenario.All.Select(s => s.Name))}");
            var identities = Identities(line, (int)InRange("--agents", line.GetValue(agents), 1, MostAgents), line.GetRequiredValue(prefix), line.GetValue(seedFile), server);
            using var journal = new Journal();
            var run = new SimulationRun(plan, identities, server.Address(line), line.GetValue(store), journal);
            return run.UntilStopped(story, line.GetValue(scenarioOn), line.GetValue(seconds) is { } s ? TimeSpan.FromSeconds(s) : null);
        });
        return command;
    }

    /// <summary>The secret that a server seeded with <c>Devices:Seed</c> expects of a device.</summary>
    public static string SeededSecret(string seedSecret, string deviceId) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(seedSecret), Encoding.UTF8.GetBytes(deviceId)));

    private static DeviceIdentity[] Identities(ParseResult line, int count, string prefix, string? seedFile, ServerOptions server)
    {
        var alone = line.GetValue(server.Server) is null;
        if (line.GetValue(server.Id) is not null)
        {
            if (count != 1) throw new ComplaintException("--id names one device; use --id-prefix for several");
            return [alone ? new DeviceIdentity(line.GetValue(server.Id)!, "") : server.Identity(line)];
        }

        if (!alone && seedFile is null) throw new ComplaintException("--server needs --seed-file (or --id with --secret-file for one agent)");
        if (!Topics.IsDeviceId(prefix + "-00000")) throw new ComplaintException($"--id-prefix '{prefix}': a-z, 0-9, '-', '_', at most {Topics.MaxDeviceId - 6} characters");
        var secret = alone ? "" : ServerOptions.ReadSecret(seedFile!, "--seed-file");
        return [.. Enumerable.Range(1, count).Select(i => $"{prefix}-{i:0000}").Select(id => new DeviceIdentity(id, SeededSecret(secret, id)))];
    }

    private static int List()
    {
        foreach (var story in Scenario.All) Console.Out.WriteLine($"{story.Name,-18} {story.Story}");
        return 0;
    }

    private static double InRange(string option, double value, double least, double most) =>
        value >= least && value <= most ? value : throw new ComplaintException($"{option} {value}: {least}..{most}");

    private static string Known(string option, string name, IReadOnlyList<string> names) =>
        names.Contains(name) ? name : throw new ComplaintException($"{option} '{name}' is none of {string.Join(", ", names)}");

    /// <summary>Builds the fleet, tells its state now and then, and takes it down in order.</summary>
    private sealed class SimulationRun(SimPlan plan, DeviceIdentity[] identities, ServerAddress? address, string? storeFolder, Journal journal)
    {
        private readonly SystemClock _clock = new();
        private readonly ManualResetEventSlim _stop = new();
        private readonly List<MqttServerLink> _links = [];

        public int UntilStopped(Scenario? story, int playedOn, TimeSpan? limit)
        {
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            if (story is not null) journal.Say(story.Name, story.Story);
            var agents = identities.Select(Make).ToArray();
            journal.Say("fleet", $"{agents.Length} agents on {plan.BmsProtocol} and {plan.InverterProtocol}, day x{plan.TimeScale:0.#}, "
                + (address is null ? "no server" : $"server {address}"));
            using (new SimFleet(agents, _clock, journal, story, playedOn))
            {
                var started = Stopwatch.GetTimestamp();
                while (!_stop.Wait(Shorter(limit - Stopwatch.GetElapsedTime(started))))
                {
                    if (limit <= Stopwatch.GetElapsedTime(started)) break;
                    Tell(agents);
                }
            }

            Tell(agents);
            for (var i = 0; i < _links.Count; i++) _links[i].SayGoodbye(agents[i].Loop.Post.Boot);
            Task.WhenAll(_links.Select(l => l.DisposeAsync().AsTask())).Wait(TimeSpan.FromSeconds(10));
            journal.Say("fleet", "stopped");
            return 0;
        }

        private static TimeSpan Shorter(TimeSpan? left) => left is { } time && time < TellEvery ? (time > TimeSpan.Zero ? time : TimeSpan.Zero) : TellEvery;

        private SimAgent Make(DeviceIdentity identity, int index)
        {
            var boot = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            IServerLink link = new NoServer();
            var store = storeFolder is null ? (IStore)new MemoryStore() : RunLine.OpenStore(Path.Combine(storeFolder, identity.DeviceId));
            if (address is not null)
            {
                // The first one speaks for all: a thousand lines of the same trouble help nobody.
                var mqtt = new MqttServerLink(
                    address, identity, Encoding.UTF8.GetBytes(StatusCodec.Will(boot)), index == 0 ? journal : Journal.Silent, TimeSpan.FromSeconds(index / (double)KnocksPerSecond));
                _links.Add(mqtt);
                link = mqtt;
            }

            return new SimAgent(identity.DeviceId, index + 1, plan, _clock, link, store, boot);
        }

        private void Tell(SimAgent[] agents)
        {
            using var me = Process.GetCurrentProcess();
            var up = DateTime.Now - me.StartTime;
            journal.Say("fleet", $"{agents.Count(a => a.Link.Connected)} of {agents.Length} connected, "
                + $"{agents.Count(a => a.Board.Reading.CurrentMa > 0)} charging, {agents.Count(a => a.Board.Reading.CurrentMa < 0)} discharging, "
                + $"{agents.Count(a => a.Board.Reading.Alarms != 0)} with an alarm; "
                + $"{100 * me.TotalProcessorTime.TotalSeconds / Math.Max(1, up.TotalSeconds):0} % of a core since the start, {me.WorkingSet64 / 1_048_576} MB");
        }

        private void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _stop.Set();
        }
    }
}
