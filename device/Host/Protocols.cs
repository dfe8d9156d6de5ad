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

    /// <summary>The agent's side of the bus; null for an unknown name or setting (<see cref="InverterProblem"/> says which).</summary>
    /// <param name="text">A name of <see cref="InverterNames"/>, perhaps with settings: <c>deye,period_ms=500,maker=PYLON</c>.</param>
    public static IInverterProtocol? Inverter(string text) =>
        Dialect(text, out _) is { } dialect ? InverterPresets.Protocol(dialect) : null;

    /// <summary>What is wrong with the text for an inverter, for a person; "" when nothing is.</summary>
    /// <param name="text">As for <see cref="Inverter"/>.</param>
    public static string InverterProblem(string text)
    {
        Dialect(text, out var problem);
        return problem;
    }

    /// <summary>What the text for an inverter says; null when it says nothing sensible.</summary>
    /// <param name="text">As for <see cref="Inverter"/>.</param>
    /// <param name="problem">Then why, for a person; "" otherwise.</param>
    public static InverterDialect? Dialect(string text, out string problem)
    {
        var parts = text.Split(',');
        var dialect = InverterPresets.Find(parts[0]);
        problem = dialect is null ? $"'{parts[0]}' is none of {string.Join(", ", InverterNames)}" : "";
        foreach (var part in parts.Skip(1))
        {
            if (dialect is null) break;
            var setting = part.Split('=', 2);
            var why = setting.Length == 2 ? InverterSettings.Set(dialect, setting[0], setting[1]) : "a setting is written name=value";
            if (why.Length == 0) continue;
            problem = $"'{part}': {why}; settings are {string.Join(", ", InverterSettings.Names())}";
            dialect = null;
        }

        return dialect;
    }
}
