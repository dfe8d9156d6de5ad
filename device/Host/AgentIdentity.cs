using System.Reflection;

namespace JkFleet.Agent.Host;

/// <summary>
/// What this agent says it is. The version is that of the program, unless a slot of the store (an update) carries
/// another one: then that is what runs and what is reported.
/// </summary>
/// <param name="Version">E.g. <c>0.1.0</c>.</param>
/// <param name="Board"><c>pc</c> or <c>sim</c>.</param>
internal sealed record AgentIdentity(string Version, string Board)
{
    /// <summary>The version of the program itself, without the commit.</summary>
    public static string ProgramVersion { get; } =
        (typeof(AgentIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];

    /// <summary>The agent on a PC.</summary>
    public static AgentIdentity Pc { get; } = new(ProgramVersion, "pc");

    /// <summary>A simulated agent.</summary>
    public static AgentIdentity Simulated { get; } = new(ProgramVersion, "sim");
}
