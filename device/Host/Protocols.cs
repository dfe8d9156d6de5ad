using JkFleet.Bms;
using JkFleet.Bms.Jk02;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.JkPb;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host;

/// <summary>The protocols by the names of the command line, both sides of each wire.</summary>
internal static class Protocols
{
    private const int PbPollMs = 2000;

    /// <summary>Names for <c>--bms-protocol</c>.</summary>
    public static IReadOnlyList<string> BmsNames { get; } = ["jk-4e57", "jk02", "jk-pb", "jk-pb-modbus"];

    /// <summary>Names for <c>--inverter-protocol</c>.</summary>
    public static IReadOnlyList<string> InverterNames { get; } = ["can-pylon-lv", "can-pylon-hv", .. InverterPresets.Names()];

    /// <summary>The agent's side of a BMS link; null for an unknown name.</summary>
    /// <param name="name">One of <see cref="BmsNames"/>.</param>
    /// <param name="addresses">Bus addresses for the protocols that have them; null = 1.</param>
    public static IBmsProtocol? Bms(string name, int[]? addresses = null) => name switch
    {
        "jk-4e57" => new Jk4E57Protocol(),
        "jk02" => new Jk02Protocol(),
        "jk-pb" => new JkPbProtocol(JkPbMode.Trigger, addresses ?? [1], PbPollMs),
        "jk-pb-modbus" => new JkPbProtocol(JkPbMode.Registers, addresses ?? [1], PbPollMs),
        _ => null,
    };

    /// <summary>The BMS's side of the same link.</summary>
    /// <param name="name">As for <see cref="Bms"/>.</param>
    /// <param name="pack">What the BMS measures.</param>
    public static IBmsPlayer? Player(string name, BmsSnapshot pack) => name switch
    {
        "jk-4e57" => new Jk4E57Player(pack),
        "jk02" => new Jk02Player(pack, Jk02Layout.S32),
        "jk-pb" or "jk-pb-modbus" => new JkPbPlayer(pack, 1),
        _ => null,
    };

    /// <summary>The agent's side of the bus; null for an unknown name.</summary>
    public static IInverterProtocol? Inverter(string name) =>
        InverterPresets.Find(name) is { } dialect ? InverterPresets.Protocol(dialect) : null;
}
