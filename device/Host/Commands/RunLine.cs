using System.CommandLine;
using System.Net;
using JkFleet.Agent.Host.Limits;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Release;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Update;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Commands;

/// <summary><c>jkagent run</c>: the agent on real ports.</summary>
internal static class RunLine
{
    public static Command Build()
    {
        var bms = new Option<string?>("--bms") { Description = "Serial device of the BMS, e.g. /dev/ttyUSB0; several separated by commas are combined; slcan:DEV for JK's own CAN.", HelpName = "DEV" };
        var cells = new Option<int>("--bms-cells") { Description = "Cell count, for old units on JK's own CAN that send only their highest and lowest cell." };
        var baud = new Option<int>("--bms-baud") { Description = "Its speed.", DefaultValueFactory = _ => SerialBmsPort.DefaultBaud };
        var bmsProtocol = new Option<string>("--bms-protocol")
        {
            Description = $"One of {string.Join(", ", Protocols.BmsNames)}.", DefaultValueFactory = _ => "jk-4e57", HelpName = "NAME",
        };
        var addresses = new Option<int[]>("--bms-address")
        {
            Description = "Bus addresses of the packs (PB on RS485: 1..15); several are combined.", AllowMultipleArgumentsPerToken = true, HelpName = "N",
        };
        var inverter = new Option<string?>("--inverter") { Description = "USB-CAN adapter, e.g. slcan:/dev/ttyACM0.", HelpName = "slcan:DEV" };
        var inverterProtocol = new Option<string>("--inverter-protocol")
        {
            Description = $"Protocol or inverter: {string.Join(", ", Protocols.InverterNames)}; settings may follow, e.g. deye,period_ms=500.", DefaultValueFactory = _ => "can-pylon-lv", HelpName = "NAME",
        };
        var profile = new Option<string?>("--profile") { Description = "Charge profile as JSON; a profile of the server replaces it.", HelpName = "FILE" };
        var store = new Option<string?>("--store") { Description = "Folder for what survives a restart; after a claim it also says who we are.", HelpName = "DIR" };
        var mostCharge = new Option<double?>("--envelope-charge-a") { Description = "Hard ceiling of this site: charge current, A." };
        var mostDischarge = new Option<double?>("--envelope-discharge-a") { Description = "Hard ceiling of this site: discharge current, A." };
        var mostCell = new Option<int?>("--envelope-cell-mv") { Description = "Hard ceiling of this site: highest cell, mV." };
        var keys = new Option<string[]>("--release-key") { Description = "Public release key (release.pub) that updates must be signed with; *.pub in the store count too.", HelpName = "FILE" };
        var trial = new Option<int>("--update-trial-s") { Description = "A new build must be healthy for so long, 2..3600 s; not healthy within ten times that, or without a BMS for three times, it goes back.", DefaultValueFactory = _ => UpdatePlan.DefaultTrialMs / 1000 };
        var maySwitch = new Option<bool>("--allow-switching") { Description = "The server may switch the MOS of the BMS." };
        var portal = new Option<string?>("--portal") { Description = "Local web page to set up and watch this agent, e.g. 127.0.0.1:8090; needs --store.", HelpName = "ADDR:PORT" };
        var server = new ServerOptions();
        var command = new Command("run", "Read a BMS, speak to an inverter, and report to a server if one is given.")
        {
            bms, baud, bmsProtocol, addresses, cells, inverter, inverterProtocol, server.Server, server.Id, server.SecretFile, server.Authority, profile, store,
            mostCharge, mostDischarge, mostCell, keys, trial, maySwitch, portal,
        };
        command.SetAction(line =>
        {
            var settings = new AgentSettings { Version = AgentIdentity.Pc.Version, Board = AgentIdentity.Pc.Board, SwitchingAllowed = line.GetValue(maySwitch) };
            Lower(settings.Envelope, line.GetValue(mostCharge), line.GetValue(mostDischarge), line.GetValue(mostCell));
            var plan = new RunPlan
            {
                Settings = settings,
                Bms = line.GetValue(bms),
                BmsBaud = line.GetValue(baud),
                BmsProtocol = line.GetRequiredValue(bmsProtocol),
                BmsAddresses = line.GetValue(addresses) is { Length: > 0 } given ? given : null,
                BmsCells = line.GetValue(cells),
                Inverter = Device(line.GetValue(inverter)),
                InverterProtocol = line.GetRequiredValue(inverterProtocol),
                Profile = ReadProfile(line.GetValue(profile), settings.Envelope),
                Store = line.GetValue(store) is { } folder ? OpenStore(folder) : null,
                Server = server.Address(line),
                PortalAt = PortalAt(line.GetValue(portal), line.GetValue(store)),
                ReleaseKeys = Keys(line.GetValue(keys), line.GetValue(store)),
                TrialMs = Trial(line.GetValue(trial)),
            };
            if (Protocols.Bms(plan.BmsProtocol) is null)
                throw new ComplaintException($"--bms-protocol '{plan.BmsProtocol}' is none of {string.Join(", ", Protocols.BmsNames)}");
            if (BmsWires.Complaint(plan) is { } wires) throw new ComplaintException(wires);
            if (Protocols.InverterProblem(plan.InverterProtocol) is { Length: > 0 } problem)
                throw new ComplaintException($"--inverter-protocol {problem}");
            if (plan.Server is not null) plan = plan with { Identity = server.Identity(line) };
            else if (plan.PortalAt is null && plan.Store is not null && Enrolment.Load(plan.Store) is { } enrolled)
                plan = plan with { Server = server.Address(line, enrolled), Identity = enrolled.Identity };
            if (plan.Bms is null && plan.Inverter is null && plan.Server is null && plan.PortalAt is null)
                throw new ComplaintException("nothing to do: give --bms DEV and --inverter slcan:DEV (and --server or a claimed --store to be seen in the fleet), or --portal ADDR:PORT --store DIR to set it up in a browser");
            using var journal = new Journal();
            return new RunningAgent(plan, journal).UntilStopped();
        });
        return command;
    }

    /// <summary>Opens the folder of a store.</summary>
    public static FileStore OpenStore(string folder)
    {
        try
        {
            return new FileStore(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ComplaintException($"--store {folder}: {e.Message}");
        }
    }

    /// <summary>The pinned release keys.</summary>
    public static byte[][] Keys(string[]? files, string? store)
    {
        try
        {
            return PinnedKeys.Load(files ?? [], store);
        }
        catch (Exception e) when (e is ReleaseException or IOException or UnauthorizedAccessException)
        {
            throw new ComplaintException($"--release-key: {e.Message}");
        }
    }

    private static IPEndPoint? PortalAt(string? text, string? store)
    {
        if (text is null) return null;
        if (store is null) throw new ComplaintException("--portal needs --store: what is set there must survive a restart");
        return IPEndPoint.TryParse(text, out var at) && text.Contains(':', StringComparison.Ordinal) ? at : throw new ComplaintException($"--portal '{text}': write ADDRESS:PORT, e.g. 127.0.0.1:8090");
    }

    private static int Trial(int seconds) =>
        seconds is >= 2 and <= 3600 ? seconds * 1000 : throw new ComplaintException($"--update-trial-s {seconds}: 2..3600 s");

    private static string? Device(string? inverter)
    {
        if (inverter is null) return null;
        if (inverter.StartsWith(SlcanPort.Scheme, StringComparison.Ordinal) && inverter.Length > SlcanPort.Scheme.Length)
            return inverter[SlcanPort.Scheme.Length..];
        throw new ComplaintException($"--inverter '{inverter}': write slcan:DEV, e.g. slcan:/dev/ttyACM0 (an adapter with LAWICEL firmware)");
    }

    /// <summary>A profile of a file that this board's envelope allows.</summary>
    public static Profile? ReadProfile(string? path, Envelope envelope)
    {
        if (path is null) return null;
        if (!ProfileFile.TryRead(path, out var profile, out var refused)) throw new ComplaintException($"--profile {path}: {refused["detail"]} {refused["field"]}".TrimEnd());
        var faults = new ProfileFaults();
        if (ProfileRules.Check(profile, envelope, faults)) return profile;
        throw new ComplaintException($"--profile {path}: " + string.Join("; ", Enumerable.Range(0, faults.Count).Select(faults.Sentence)));
    }

    private static void Lower(Envelope envelope, double? chargeA, double? dischargeA, int? cellMv)
    {
        envelope.MaxChargeMa = Ma("--envelope-charge-a", chargeA, envelope.MaxChargeMa);
        envelope.MaxDischargeMa = Ma("--envelope-discharge-a", dischargeA, envelope.MaxDischargeMa);
        if (cellMv is null) return;
        if (cellMv < 2000 || cellMv > envelope.MaxCellMv) throw new ComplaintException($"--envelope-cell-mv {cellMv}: 2000..{envelope.MaxCellMv} mV");
        envelope.MaxCellMv = cellMv.Value;
    }

    private static int Ma(string option, double? amps, int most)
    {
        if (amps is null) return most;
        return amps >= 0 && amps * 1000 <= most ? (int)(amps * 1000) : throw new ComplaintException($"{option} {amps}: 0..{most / 1000} A");
    }
}
