// `jkagent`: the agent on a PC or SBC. This file is the table of contents; each command lives in the room of its noun.
using System.CommandLine;
using JkFleet.Agent.Host.Commands;

var root = new RootCommand("JkFleet agent for a PC: reads a JK BMS, speaks Pylontech to an inverter, reports to a fleet server.")
{
    DecodeLine.Build(),
    ExplainLine.Build(),
};

return await root.Parse(args).InvokeAsync();
