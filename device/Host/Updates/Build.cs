using System.Text.Json;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Updates;

/// <summary>
/// The build that a start runs. On a PC an artifact may be any file: the version that it was signed with is what is then
/// reported. A file that is JSON with <c>simulate</c> says what is wrong with that build, so that a fleet can be shown a
/// bad one: <c>{"simulate": ["breaks_bms", "breaks_server", "breaks_inverter", "crashes"]}</c>.
/// </summary>
/// <param name="Version">What is reported.</param>
/// <param name="BreaksBms">It does not hear the BMS.</param>
/// <param name="BreaksServer">It does not reach the server.</param>
/// <param name="BreaksInverter">It does not reach the inverter.</param>
/// <param name="Crashes">It ends as soon as it starts.</param>
internal sealed record Build(string Version, bool BreaksBms = false, bool BreaksServer = false, bool BreaksInverter = false, bool Crashes = false)
{
    private const int LargestDeclaration = 4096;

    /// <summary>Chooses as the launcher of a board does: counts the try, falls back when they are used up.</summary>
    /// <param name="store">Holds the record.</param>
    /// <param name="slots">Hold the builds.</param>
    /// <param name="installed">Version of the program as it was installed.</param>
    /// <returns>The build to start; null = none can be started (only the updater runs).</returns>
    public static Build? Choose(IStore store, IBuildSlots slots, string installed)
    {
        var launcher = new BootPlan(store);
        var slot = launcher.Choose();
        if (slot == BootRecord.None) return null;
        var version = launcher.Record.Version[slot];
        return version == 0 ? new Build(installed) : Declared(FirmwareVersion.Text(version), slots.Content(slot));
    }

    private static Build Declared(string version, byte[] content)
    {
        var build = new Build(version);
        if (content.Length is 0 or > LargestDeclaration || content[0] != '{') return build;
        try
        {
            using var json = JsonDocument.Parse(content);
            if (!json.RootElement.TryGetProperty("simulate", out var faults) || faults.ValueKind != JsonValueKind.Array) return build;
            foreach (var fault in faults.EnumerateArray())
            {
                build = fault.ToString() switch
                {
                    "breaks_bms" => build with { BreaksBms = true },
                    "breaks_server" => build with { BreaksServer = true },
                    "breaks_inverter" => build with { BreaksInverter = true },
                    "crashes" => build with { Crashes = true },
                    _ => build,
                };
            }
        }
        catch (JsonException)
        {
            // Any file is a build; this one only looked like a declaration.
        }

        return build;
    }
}
