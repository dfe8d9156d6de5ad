using System.CommandLine;
using JkFleet.Agent.Host.Explain;

namespace JkFleet.Agent.Host.Commands;

/// <summary><c>jkagent explain FILE</c></summary>
internal static class ExplainLine
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "A candump log, slcan lines, ID#DATA lines, or a serial capture in hex or raw bytes; - for standard input." };
        var command = new Command("explain", "Explain a capture: one line per frame with values, units and what is odd.") { file };
        command.SetAction(line => ExplainCommand.Run(line.GetRequiredValue(file), Console.Out));
        return command;
    }
}
