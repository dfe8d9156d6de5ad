using System.CommandLine;
using JkFleet.Agent.Host.Explain;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Commands;

/// <summary>
/// <c>jkagent frames jk-4e57 HEX</c>: what the inverter would hear after this reading. It is the whole agent on a clock of
/// its own, fed with the same frame until what it says no longer changes; nothing of its judgement is repeated here.
/// </summary>
internal static class FramesLine
{
    private const int TickMs = 100;

    // Recovery takes a few good readings and a starting BMS some 20 s; after this many it is no reading.
    private const int PollsAllowed = 40;

    // Far beyond any hold and rise that a profile may ask for; then what it says is what it says.
    private const long LongestMs = 4 * 3600 * 1000;
    private const long SteadyMs = 10 * 60 * 1000;

    public static Command Build()
    {
        var protocol = new Argument<string>("PROTOCOL") { Description = "jk-4e57." };
        var hex = new Argument<string>("HEX") { Description = "One reply of the BMS in hex." };
        var profile = new Option<string?>("--profile") { Description = "Charge profile as JSON; default: the built-in one.", HelpName = "FILE" };
        var inverter = new Option<string>("--inverter-protocol")
        {
            Description = $"Protocol or inverter: {string.Join(", ", Protocols.InverterNames)}; settings may follow, e.g. deye,period_ms=500.", DefaultValueFactory = _ => "can-pylon-lv", HelpName = "NAME",
        };
        var command = new Command("frames", "The CAN frames that the agent sends once it is settled on one reading, ID#DATA per line; exit code 1 when the reading is refused.")
        {
            protocol, hex, profile, inverter,
        };
        command.SetAction(line => Run(
            line.GetRequiredValue(protocol),
            line.GetRequiredValue(hex),
            RunLine.ReadProfile(line.GetValue(profile), new Envelope()),
            line.GetRequiredValue(inverter),
            Console.Out));
        return command;
    }

    /// <summary>Prints the frames, or one JSON object with <c>error</c>.</summary>
    /// <returns>0, or 1 when the frame was refused.</returns>
    public static int Run(string protocol, string hex, Profile? profile, string inverter, TextWriter output)
    {
        if (protocol != "jk-4e57") return Refuse(output, "unknown_protocol", $"frames knows jk-4e57, not '{protocol}'");
        if (Protocols.Inverter(inverter) is not { } bus) return Refuse(output, "unknown_protocol", $"--inverter-protocol {Protocols.InverterProblem(inverter)}");
        var decoded = DecodeCommand.Decode(protocol, hex);
        if (decoded.ContainsKey("error"))
        {
            output.WriteLine(AsciiJson.Line(decoded));
            return 1;
        }

        var bms = Protocols.Bms(protocol)!;
        var frame = Convert.FromHexString(string.Concat(hex.Where(Uri.IsHexDigit)));
        var agent = new Agent(new AgentSettings { Version = AgentIdentity.ProgramVersion }, bms, bus);
        profile?.CopyTo(agent.Slot.Active);
        var bench = new Bench(frame, extended: !bus.Dialect.ShortIds);
        var loop = new AgentLoop(agent, bench, bench, new NoServer(), bench, new MemoryStore(), boot: 1);
        long steadySince = 0;
        int charge = -1, discharge = -1;
        while (bench.NowMs < LongestMs && bench.NowMs - steadySince < SteadyMs)
        {
            bench.NowMs += TickMs;
            loop.Tick();
            if (bench.Asked > PollsAllowed && agent.Freshness.State != ReadingState.Good) return Refuse(output, WhyNot(agent), "the agent sends nothing after this frame alone");
            if (agent.Limits.ChargeLimitMa == charge && agent.Limits.DischargeLimitMa == discharge) continue;
            charge = agent.Limits.ChargeLimitMa;
            discharge = agent.Limits.DischargeLimitMa;
            steadySince = bench.NowMs;
        }

        foreach (var said in bench.LastSet(loop)) output.WriteLine(said);
        return 0;
    }

    private static string WhyNot(Agent agent) =>
        agent.Bms.Counters.Accepted == 0 ? "not_a_reading" : agent.Freshness.State == ReadingState.Implausible ? "implausible" : "not_trusted";

    private static int Refuse(TextWriter output, string error, string detail)
    {
        output.WriteLine(AsciiJson.Line(Refused.Because(error, detail)));
        return 1;
    }

    /// <summary>A BMS that gives one answer for ever, and a bus that remembers what was said.</summary>
    private sealed class Bench(byte[] answer, bool extended) : IBmsPort, ICanPort, IClock
    {
        private const int Ensemble = 0, Equipment = 2;
        private readonly List<string> _said = [];
        private readonly Queue<int> _questions = new();
        private int _at = answer.Length;

        public int Asked { get; private set; }

        public long NowMs { get; set; } = 1;

        public long UtcMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        public CanPortState State => CanPortState.Up;

        public int Read(byte[] buffer)
        {
            var n = Math.Min(buffer.Length, answer.Length - _at);
            Array.Copy(answer, _at, buffer, 0, n);
            _at += n;
            return n;
        }

        public bool Write(byte[] buffer, int count)
        {
            Asked++;
            _at = 0;
            return true;
        }

        public bool Send(CanFrame frame)
        {
            _said.Add(frame.Id.ToString(frame.Extended ? "X8" : "X3") + "#" + Convert.ToHexString(frame.Data, 0, frame.Length));
            return true;
        }

        public bool Receive(CanFrame frame)
        {
            if (!_questions.TryDequeue(out var topic)) return false;
            PylonHvHost.Ask(topic, extended, frame);
            return true;
        }

        public void Recover()
        {
            // This bus never breaks.
        }

        /// <summary>One whole set of low voltage, or the answers of high voltage to both questions, in the order of the protocol.</summary>
        public IEnumerable<string> LastSet(AgentLoop loop)
        {
            _said.Clear();
            _questions.Enqueue(Ensemble);
            Turn(loop);
            _questions.Enqueue(Equipment);
            Turn(loop);
            // A set repeats every second; it began where its first frame (359) was said.
            var first = Math.Max(0, _said.FindIndex(s => s.StartsWith("359#", StringComparison.Ordinal)));
            return _said.Skip(first).DistinctBy(s => s[..s.IndexOf('#', StringComparison.Ordinal)]);
        }

        private void Turn(AgentLoop loop)
        {
            for (var i = 0; i < 25; i++)
            {
                NowMs += TickMs;
                loop.Tick();
            }
        }
    }
}
