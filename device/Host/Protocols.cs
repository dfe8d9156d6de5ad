using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host;

/// <summary>The protocols by the names of the command line, both sides of each wire.</summary>
internal static class Protocols
{
    private const int PbPollMs = 2000;

    /// <summary>Names for <c>--bms-protocol</c>.</summary>
    public static IReadOnlyList<string> BmsNames { get; } = BmsProtocols.Names;

    /// <summary>Names for <c>--inverter-protocol</c>.</summary>
    public static IReadOnlyList<string> InverterNames { get; } = ["can-pylon-lv", "can-pylon-hv", .. InverterPresets.Names()];

    /// <summary>The agent's side of a BMS link; null for an unknown name.</summary>
    /// <param name="name">One of <see cref="BmsNames"/>.</param>
    /// <param name="addresses">Bus addresses for the protocols that have them; null = 1.</param>
    /// <param name="cells">Cell count for old units on JK's own CAN; 0 = they send every cell.</param>
    public static IBmsProtocol? Bms(string name, int[]? addresses = null, int cells = 0) =>
        BmsProtocols.Create(name, addresses ?? [1], cells, name.StartsWith("jk-pb", StringComparison.Ordinal) ? PbPollMs : Jk4E57Protocol.DefaultPollMs);

    /// <summary>The BMS's side of the same link.</summary>
    /// <param name="name">As for <see cref="Bms"/>.</param>
    /// <param name="pack">What the BMS measures.</param>
    public static IBmsPlayer? Player(string name, BmsSnapshot pack) => BmsProtocols.Play(name, pack);

    /// <summary>The agent's side of the bus; null for an unknown name.</summary>
    public static IInverterProtocol? Inverter(string name) =>
        InverterPresets.Find(name) is { } dialect ? InverterPresets.Protocol(dialect) : null;
}
