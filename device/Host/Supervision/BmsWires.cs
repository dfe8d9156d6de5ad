using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Bms.JkCan;

namespace JkFleet.Agent.Host.Supervision;

/// <summary>Opens what <c>--bms</c> names: one serial device, several separated by commas, or <c>slcan:DEV</c> for JK's own CAN.</summary>
internal static class BmsWires
{
    // LAWICEL speed code of 250 kbit/s.
    private const char JkCanSpeed = '5';

    /// <summary>The agent's side of the links: one protocol, or a group with one per wire.</summary>
    public static IBmsProtocol Protocol(RunPlan plan)
    {
        var links = Names(plan).Select(_ => Link(plan)).ToArray();
        return links.Length > 1 ? new BmsGroup(links) : Link(plan);
    }

    /// <summary>The port under it; nothing is there yet when an adapter is missing, it is waited for.</summary>
    public static IBmsPort? Open(RunPlan plan, Journal journal)
    {
        var wires = Names(plan).Select(name => Wire(name, plan.BmsBaud, journal)).ToArray();
        return wires.Length switch { 0 => null, 1 => wires[0], _ => new SeveralBmsPorts(wires) };
    }

    /// <summary>What is wrong with the names, for a person; null = nothing.</summary>
    public static string? Complaint(RunPlan plan)
    {
        var names = Names(plan);
        if (names.Length > PackAggregator.MaxPacks) return $"--bms names {names.Length} wires; at most {PackAggregator.MaxPacks} are combined";
        var can = plan.BmsProtocol is JkCanProtocol.PlainName or JkCanProtocol.DocumentName;
        if (Array.Exists(names, name => name.StartsWith(SlcanPort.Scheme, StringComparison.Ordinal) != can))
            return can ? $"--bms-protocol {plan.BmsProtocol} is heard on a CAN adapter: write --bms slcan:DEV" : $"--bms slcan:DEV goes with --bms-protocol can-jk, not {plan.BmsProtocol}";
        return null;
    }

    private static IBmsProtocol Link(RunPlan plan) => Protocols.Bms(plan.BmsProtocol, plan.BmsAddresses, plan.BmsCells)!;

    private static IBmsPort Wire(string name, int baud, Journal journal) =>
        name.StartsWith(SlcanPort.Scheme, StringComparison.Ordinal)
            ? new CanBmsPort(new SlcanPort(name[SlcanPort.Scheme.Length..], JkCanSpeed, journal))
            : new SerialBmsPort(name, baud, journal);

    private static string[] Names(RunPlan plan) =>
        plan.Bms?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
