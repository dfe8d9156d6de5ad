using System.CommandLine;
using JkFleet.Agent.Host.Explain;

namespace JkFleet.Agent.Host.Commands;

/// <summary><c>jkagent decode PROTOCOL HEX</c></summary>
internal static class DecodeLine
{
    public static Command Build()
    {
        var protocol = new Argument<string>("PROTOCOL") { Description = $"One of {string.Join(", ", DecodeCommand.Protocols)}." };
        var hex = new Argument<string>("HEX") { Description = "The frame in hex, ID#DATA for CAN, or - for one frame per line of standard input." };
        var command = new Command("decode", "Explain one captured frame as a JSON object; exit code 1 when it must be refused.") { protocol, hex };
        command.SetAction(line => DecodeCommand.Run(line.GetRequiredValue(protocol), line.GetRequiredValue(hex), new StreamReader(Console.OpenStandardInput()), Console.Out));
        return command;
    }
}
