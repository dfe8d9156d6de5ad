// `jkagent`: the agent on a PC or SBC. This file is the table of contents; each command lives in the room of its noun.
using System.CommandLine;
using JkFleet.Agent.Host.Commands;
using JkFleet.Agent.Host.Limits;
using JkFleet.Agent.Host.Release;

var root = new RootCommand("JkFleet agent for a PC: reads a JK BMS, speaks Pylontech to an inverter, reports to a fleet server.")
{
    RunLine.Build(),
    ClaimLine.Build(),
    SimulateLine.Build(),
    FramesLine.Build(),
    DecodeLine.Build(),
    ExplainLine.Build(),
    LimitsLine.Build(),
    ProfileLine.Build(),
    ReleaseCommand.Create(),
};

try
{
    var line = root.Parse(args);
    if (line.Errors.Count > 0 && args.Length > 0)
    {
        foreach (var mistake in line.Errors) await Console.Error.WriteLineAsync("jkagent: " + mistake.Message);
        var path = line.CommandResult.Command == root ? "" : " " + line.CommandResult.Command.Name;
        await Console.Error.WriteLineAsync($"'jkagent{path} --help' says how it is written.");
        return ComplaintException.ExitUsage;
    }

    return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (ComplaintException.In(e) is { } complaint)
{
    await Console.Error.WriteLineAsync("jkagent: " + complaint.Message);
    return ComplaintException.ExitUsage;
}
