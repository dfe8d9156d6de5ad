using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using JkFleet.Agent.Host.Commands;
using JkFleet.Agent.Host.Portal;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
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

    /// <summary>A new build must be healthy for so long, ms; not healthy within ten times that, it goes back.</summary>
    public int TrialMs { get; init; } = UpdatePlan.DefaultTrialMs;

    /// <summary>Who we are to the server.</summary>
    public DeviceIdentity? Identity { get; init; }

    /// <summary>Where the local portal listens; null = no portal.</summary>
    public IPEndPoint? PortalAt { get; init; }
}

/// <summary>Builds the agent from a plan and runs it until somebody stops the process; a restart that the server asks for is a new agent on the same plan.</summary>
internal sealed class RunningAgent(RunPlan given, Journal journal)
{
    // Iterations of a password's hash: some 20 ms on a small SBC.
    private const int PasswordRounds = 20_000;
    private static readonly TimeSpan CrashPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(6);
    private readonly ManualResetEventSlim _stop = new();
    // Of the portal, which outlives an agent; every agent counts from its own start.
    private readonly SystemClock _clock = new();
    private readonly PortalWindow _window = new();
    private readonly RunPlan _given = given;
    private RunPlan _plan = given;
    private readonly IStore _store = given.Store ?? (IStore)new MemoryStore();
    private readonly IBuildSlots _slots = given.Store is { } files ? new FileSlots(files.Folder) : new MemorySlots();

    /// <summary>Runs until Ctrl-C or SIGTERM; returns the exit code.</summary>
    public int UntilStopped()
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var claim = _given is { PortalAt: not null, Store: { } folder } ? new BackgroundClaim(folder, AgentIdentity.Pc) : null;
        using var portal = claim is null ? null : OpenPortal(_given.PortalAt!, claim);
        do
        {
            _plan = LocalSetup.Apply(_given, journal);
            Introduce();
        }
        while (RunOnce());
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

        _plan.Settings.Version = build.Version;
        var boot = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        var agent = new Agent(_plan.Settings, BmsWires.Protocol(_plan), Protocols.Inverter(_plan.InverterProtocol)!);
        _plan.Profile?.CopyTo(agent.Slot.Active);
        var bms = build.BreaksBms ? null : BmsWires.Open(_plan, journal);
        var can = _plan.Inverter is null || build.BreaksInverter ? null : new SlcanPort(_plan.Inverter, '6', journal);
        var link = _plan.Server is null || build.BreaksServer ? null
            : new MqttServerLink(_plan.Server, _plan.Identity!, Encoding.UTF8.GetBytes(StatusCodec.Will(boot)), journal);
        var forget = false;
        try
        {
            var way = link ?? (IServerLink)new NoServer();
            var loop = new AgentLoop(agent, bms ?? new NoBms(), can ?? (ICanPort)new NoBus(), way, new SystemClock(), _store, boot);
            using var updater = new Updater(loop, way, _store, _slots, _plan.ReleaseKeys, build, _plan.TrialMs);
            var feed = _plan.PortalAt is null ? null : new PortalFeed(loop, _window, _clock.NowMs);
            using var control = new ControlLoop(loop, journal, updater, afterTick: feed is null ? null : () => feed.Step(_clock.NowMs, way.Connected));
            var anew = WaitHandle.WaitAny([control.Restart, control.Ended, _stop.WaitHandle]) == 0;
            // A server that is slow to take the goodbye must not prolong the inverter's silence.
            if (anew) HangUp(link, boot);
            control.Stop();
            if (!anew) HangUp(link, boot);
            control.Dispose(); // the store thread has written its last record
            forget = feed is { ForgetWanted: true };
            if (!anew || _stop.IsSet) return false;
            journal.Say("agent", "starts anew");
            return true;
        }
        finally
        {
            HangUp(link, boot);
            can?.Dispose();
            (bms as IDisposable)?.Dispose();
            if (forget && _plan.Store is { } everything) LocalSetup.Forget(everything);
        }
    }

    private static void HangUp(MqttServerLink? link, int boot)
    {
        link?.SayGoodbye(boot);
        link?.DisposeAsync().AsTask().Wait(LongestGoodbye);
    }

    private PortalServer OpenPortal(IPEndPoint at, BackgroundClaim claim)
    {
        try
        {
            return new PortalServer(at, address => new LocalPortal(new PortalSettings(_store, new SystemRandom(), new SystemWifi(), claim, _window)
            {
                Address = address.ToString(), PasswordRounds = PasswordRounds, Ports = new PluggedPorts(), WiringGiven = _given.Bms is not null || _given.Inverter is not null, PageBytes = 64 * 1024,
            }), _clock, journal);
        }
        catch (SocketException e)
        {
            throw new ComplaintException($"--portal {at}: {e.Message}");
        }
    }

    private void Introduce()
    {
        journal.Say("agent", $"jkagent {_plan.Settings.Version}: BMS {_plan.Bms ?? "none"} ({_plan.BmsProtocol}), inverter {_plan.Inverter ?? "none"} ({_plan.InverterProtocol}), "
            + (_plan.Server is null ? "no server: the emulation alone" : $"server {_plan.Server} as {_plan.Identity}"));
        if (_plan.Bms is null) journal.Say("agent", "no --bms: nothing is read, so nothing will be sent to an inverter");
        if (_plan.Inverter is null) journal.Say("agent", "no --inverter: the battery is only watched");
        if (_plan.Store is null && _plan.Server is not null)
            journal.Say("agent", "no --store: profiles, stops and waiting messages are forgotten at the next start");
    }
}
