using System.Buffers.Text;
using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Simulation;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Host.Updates;
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
            Description = $"What the inverters are: {string.Join(", ", Protocols.InverterNames)}; settings may follow, e.g. deye,period_ms=500.", DefaultValueFactory = _ => "can-pylon-lv", HelpName = "NAME",
        };
        var prefix = new Option<string>("--id-prefix") { Description = "Devices are PREFIX-0001 and so on (one agent with --id has that id).", DefaultValueFactory = _ => "sim" };
        var seedFile = new Option<string?>("--seed-file") { Description = "File with the server's Devices:Seed:Secret; each device's secret is derived from it.", HelpName = "FILE" };
        var claim = new Option<string?>("--claim") { Description = "Claim code for as many devices as there are agents; --server is then the server's web address.", HelpName = "CODE" };
        var web = new Option<string?>("--server-url") { Description = "The server's web address for --claim, when --server is not it.", HelpName = "URL" };
        var store = new Option<string?>("--store") { Description = "Folder with one folder per agent; default: memory only.", HelpName = "DIR" };
        var scenario = new Option<string?>("--scenario") { Description = $"A story played on the first agent: {string.Join(", ", Scenario.All.Select(s => s.Name))}; 'list' tells them.", HelpName = "NAME" };
        var scenarioOn = new Option<int>("--scenario-on") { Description = "How many agents play the story.", DefaultValueFactory = _ => 1 };
        var board = new Option<string>("--board") { Description = "Board variant that the devices report; updates must be signed for it.", DefaultValueFactory = _ => AgentIdentity.Simulated.Board };
        var keys = new Option<string[]>("--release-key") { Description = "Public release key (release.pub) that updates must be signed with.", HelpName = "FILE" };
        var seconds = new Option<int?>("--seconds") { Description = "End by itself after so many seconds." };
        var server = new ServerOptions();
        var command = new Command("simulate", "Run simulated devices: the real agent core between packs that answer in bytes and inverters that obey frames.")
        {
            agents, server.Server, server.Authority, server.Id, server.SecretFile, prefix, seedFile, claim, web, store, seed, scale, start, telemetry,
            bmsProtocol, inverterProtocol, scenario, scenarioOn, board, keys, seconds,
        };
        command.SetAction(async (line, stop) =>
        {
            if (line.GetValue(scenario) == "list") return List();
            var timeScale = line.GetValue(scale);
            var plan = new SimPlan
            {
                Seed = line.GetValue(seed),
                TimeScale = InRange("--time-scale", timeScale, 0.1, 600),
                StartHour = InRange("--start-hour", line.GetValue(start) ?? (timeScale > 1 ? 9 : DateTime.UtcNow.TimeOfDay.TotalHours), 0, 24),
                Board = line.GetRequiredValue(board),
                ReleaseKeys = RunLine.Keys(line.GetValue(keys), null),
                TelemetryMs = (int)InRange("--telemetry-ms", line.GetValue(telemetry), 200, 600_000),
                BmsProtocol = Known("--bms-protocol", line.GetRequiredValue(bmsProtocol), Protocols.BmsNames),
                InverterProtocol = InverterText(line.GetRequiredValue(inverterProtocol)),
            };
            var story = line.GetValue(scenario) is not { } name ? null
                : Scenario.Find(name) ?? throw new ComplaintException($"--scenario '{name}' is none of {string.Join(", ", Scenario.All.Select(s => s.Name))}");
            var count = (int)InRange("--agents", line.GetValue(agents), 1, MostAgents);
            using var journal = new Journal();
            var devices = line.GetValue(claim) is { } code
                ? await ClaimAllAsync(code, count, ClaimLine.Address(line.GetValue(web) ?? line.GetValue(server.Server) ?? throw new ComplaintException("--claim needs --server http://host:8080")), line.GetValue(store), journal, stop)
                : Seeded(line, count, line.GetRequiredValue(prefix), line.GetValue(seedFile), server, line.GetValue(store));
            var run = new SimulationRun(plan, devices, journal);
            return run.UntilStopped(story, line.GetValue(scenarioOn), line.GetValue(seconds) is { } s ? TimeSpan.FromSeconds(s) : null);
        });
        return command;
    }

    /// <summary>The secret that a server seeded with <c>Devices:Seed</c> expects of a device.</summary>
    public static string SeededSecret(string seedSecret, string deviceId) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(seedSecret), Encoding.UTF8.GetBytes(deviceId)));

    private static Device[] Seeded(ParseResult line, int count, string prefix, string? seedFile, ServerOptions server, string? store)
    {
        var address = server.Address(line);
        if (line.GetValue(server.Id) is not null)
        {
            if (count != 1) throw new ComplaintException("--id names one device; use --id-prefix for several");
            return [new Device(address is null ? new DeviceIdentity(line.GetValue(server.Id)!, "") : server.Identity(line), address, StoreOf(store, line.GetValue(server.Id)!))];
        }

        if (address is not null && seedFile is null) throw new ComplaintException("--server needs --seed-file or --claim (or --id with --secret-file for one agent)");
        if (!Topics.IsDeviceId(prefix + "-00000")) throw new ComplaintException($"--id-prefix '{prefix}': a-z, 0-9, '-', '_', at most {Topics.MaxDeviceId - 6} characters");
        var secret = address is null ? "" : ServerOptions.ReadSecret(seedFile!, "--seed-file");
        return [.. Enumerable.Range(1, count).Select(i => $"{prefix}-{i:0000}").Select(id => new Device(new DeviceIdentity(id, SeededSecret(secret, id)), address, StoreOf(store, id)))];
    }

    /// <summary>Every agent claims for itself, unless its store already belongs to a device.</summary>
    private static async Task<Device[]> ClaimAllAsync(string code, int count, Uri server, string? store, Journal journal, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var claiming = new Claiming(http, server);
        var devices = new Device[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stop }, async (i, giveUp) =>
        {
            var own = StoreOf(store, $"agent-{i + 1:0000}");
            var there = own is null ? null : Enrolment.Load(own);
            var claimed = there is not null ? new Claimed(there, "", "")
                : own is null ? await claiming.ClaimAsync(code, AgentIdentity.Simulated, giveUp)
                : await claiming.ClaimAsync(code, own, AgentIdentity.Simulated, giveUp);
            if (claimed.Enrolment is not { } enrolment) throw new ComplaintException($"agent {i + 1} of {count} could not claim: {claimed.Why}");
            devices[i] = new Device(enrolment.Identity, enrolment.Address, own);
        });
        journal.Say("fleet", $"{count} devices claimed at {server}");
        return devices;
    }

    private static FileStore? StoreOf(string? folder, string name) => folder is null ? null : RunLine.OpenStore(Path.Combine(folder, name));

    private static int List()
    {
        foreach (var story in Scenario.All) Console.Out.WriteLine($"{story.Name,-18} {story.Story}");
        return 0;
    }

    private static double InRange(string option, double value, double least, double most) =>
        value >= least && value <= most ? value : throw new ComplaintException($"{option} {value}: {least}..{most}");

    private static string InverterText(string text) =>
        Protocols.InverterProblem(text) is { Length: > 0 } problem ? throw new ComplaintException($"--inverter-protocol {problem}") : text;

    private static string Known(string option, string name, IReadOnlyList<string> names) =>
        names.Contains(name) ? name : throw new ComplaintException($"{option} '{name}' is none of {string.Join(", ", names)}");

    /// <summary>One simulated device before it runs.</summary>
    private sealed record Device(DeviceIdentity Identity, ServerAddress? Address, FileStore? Store);

    /// <summary>Builds the fleet, tells its state now and then, and takes it down in order.</summary>
    private sealed class SimulationRun(SimPlan plan, Device[] devices, Journal journal)
    {
        private readonly SystemClock _clock = new();
        private readonly ManualResetEventSlim _stop = new();
        private readonly List<MqttServerLink> _links = [];

        public int UntilStopped(Scenario? story, int playedOn, TimeSpan? limit)
        {
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            if (story is not null) journal.Say(story.Name, story.Story);
            var agents = devices.Select(Make).ToArray();
            journal.Say("fleet", $"{agents.Length} agents on {plan.BmsProtocol} and {plan.InverterProtocol}, day x{plan.TimeScale:0.#}, "
                + (devices[0].Address is { } address ? $"server {address}" : "no server"));
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

        private SimAgent Make(Device device, int index)
        {
            var identity = device.Identity;
            var boot = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            IServerLink link = new NoServer();
            if (device.Address is not null)
            {
                // The first one speaks for all: a thousand lines of the same trouble help nobody.
                var mqtt = new MqttServerLink(
                    device.Address, identity, Encoding.UTF8.GetBytes(StatusCodec.Will(boot)), index == 0 ? journal : Journal.Silent, TimeSpan.FromSeconds(index / (double)KnocksPerSecond));
                _links.Add(mqtt);
                link = mqtt;
            }

            return new SimAgent(identity.DeviceId, index + 1, plan, _clock, link, device.Store ?? (IStore)new MemoryStore(), device.Store is { } files ? new FileSlots(files.Folder) : new MemorySlots(), boot);
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
