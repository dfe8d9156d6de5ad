using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Ports;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Supervision;

/// <summary>Everything an agent on a PC is made of, as the command line said it.</summary>
internal sealed record RunPlan
{
    /// <summary>What the owner of the board decided.</summary>
    public required AgentSettings Settings { get; init; }

    /// <summary>Serial device, several separated by commas, <c>slcan:DEV</c> for JK's own CAN, or null for none.</summary>
    public string? Bms { get; init; }

    /// <summary>Its speed.</summary>
    public int BmsBaud { get; init; } = SerialBmsPort.DefaultBaud;

    /// <summary>Name of <see cref="Protocols.BmsNames"/>.</summary>
    public string BmsProtocol { get; init; } = "jk-4e57";

    /// <summary>Bus addresses of the packs, or null.</summary>
    public int[]? BmsAddresses { get; init; }

    /// <summary>Cell count of an old unit on JK's own CAN, 0 = it sends every cell.</summary>
    public int BmsCells { get; init; }

    /// <summary>Serial device of the CAN adapter, or null for none.</summary>
    public string? Inverter { get; init; }

    /// <summary>Name of <see cref="Protocols.InverterNames"/>.</summary>
    public string InverterProtocol { get; init; } = "can-pylon-lv";

    /// <summary>Profile of a file, or null for the built-in one.</summary>
    public Profile? Profile { get; init; }

    /// <summary>Where things are kept, or null for nowhere.</summary>
    public FileStore? Store { get; init; }

    /// <summary>Broker, or null for the emulation alone.</summary>
    public ServerAddress? Server { get; init; }

    /// <summary>Pinned release keys.</summary>
    public byte[][] ReleaseKeys { get; init; } = [];

    /// <summary>Who we are to the server.</summary>
    public DeviceIdentity? Identity { get; init; }
}

/// <summary>Builds the agent from a plan and runs it until somebody stops the process; a restart that the server asks for is a new agent on the same plan.</summary>
internal sealed class RunningAgent(RunPlan plan, Journal journal)
{
    private static readonly TimeSpan CrashPause = TimeSpan.FromSeconds(2);
    private readonly ManualResetEventSlim _stop = new();
    private readonly SystemClock _clock = new();
    private readonly IStore _store = plan.Store ?? (IStore)new MemoryStore();
    private readonly IBuildSlots _slots = plan.Store is { } files ? new FileSlots(files.Folder) : new MemorySlots();

    /// <summary>Runs until Ctrl-C or SIGTERM; returns the exit code.</summary>
    public int UntilStopped()
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Introduce();
        while (RunOnce()) journal.Say("agent", "starts anew");
        journal.Say("agent", "stopped");
        return 0;
    }

    /// <summary>Ends <see cref="UntilStopped"/>.</summary>
    public void Stop() => _stop.Set();

    private void Stop(PosixSignalContext signal)
    {
        // The process goes on until the inverter has heard its zeros.
        signal.Cancel = true;
        _stop.Set();
    }

    /// <returns>True when the agent is to be started again.</returns>
    private bool RunOnce()
    {
        var build = Build.Choose(_store, _slots, AgentIdentity.Pc.Version) ?? new Build(AgentIdentity.Pc.Version);
        if (build.Crashes)
        {
            journal.Say("agent", $"build {build.Version} crashed; next try");
            return !_stop.Wait(CrashPause);
        }

        plan.Settings.Version = build.Version;
        var boot = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        var agent = new Agent(plan.Settings, BmsWires.Protocol(plan), Protocols.Inverter(plan.InverterProtocol)!);
        plan.Profile?.CopyTo(agent.Slot.Active);
        var bms = build.BreaksBms ? null : BmsWires.Open(plan, journal);
        var can = plan.Inverter is null || build.BreaksInverter ? null : new SlcanPort(plan.Inverter, '6', journal);
        var link = plan.Server is null || build.BreaksServer ? null
            : new MqttServerLink(plan.Server, plan.Identity!, Encoding.UTF8.GetBytes(StatusCodec.Will(boot)), journal);
        try
        {
            var way = link ?? (IServerLink)new NoServer();
            var loop = new AgentLoop(agent, bms ?? new NoBms(), can ?? (ICanPort)new NoBus(), way, _clock, _store, boot);
            using var updater = new Updater(loop, way, _store, _slots, plan.ReleaseKeys, build);
            using var control = new ControlLoop(loop, journal, updater);
            WaitHandle.WaitAny([_stop.WaitHandle, control.Ended]);
            control.Stop();
            link?.SayGoodbye(boot);
            return control.RestartWanted && !_stop.IsSet;
        }
        finally
        {
            link?.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(6));
            can?.Dispose();
            (bms as IDisposable)?.Dispose();
        }
    }

    private void Introduce()
    {
        journal.Say("agent", $"jkagent {plan.Settings.Version}: BMS {plan.Bms ?? "none"} ({plan.BmsProtocol}), inverter {plan.Inverter ?? "none"} ({plan.InverterProtocol}), "
            + (plan.Server is null ? "no server: the emulation alone" : $"server {plan.Server} as {plan.Identity}"));
        if (plan.Bms is null) journal.Say("agent", "no --bms: nothing is read, so nothing will be sent to an inverter");
        if (plan.Inverter is null) journal.Say("agent", "no --inverter: the battery is only watched");
        if (plan.Store is null && plan.Server is not null)
            journal.Say("agent", "no --store: profiles, stops and waiting messages are forgotten at the next start");
    }
}
