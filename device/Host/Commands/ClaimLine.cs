using System.CommandLine;
using JkFleet.Agent.Host.Ports;

namespace JkFleet.Agent.Host.Commands;

/// <summary><c>jkagent claim</c>: a new board becomes a device of the fleet.</summary>
internal static class ClaimLine
{
    public static Command Build()
    {
        var server = new Option<string>("--server") { Description = "Web address of the fleet server, e.g. http://fleet.local:8080.", Required = true, HelpName = "URL" };
        var code = new Option<string>("--code") { Description = "Claim code as shown by the server.", Required = true };
        var store = new Option<string>("--store") { Description = "Folder that will know everything; give it to 'jkagent run' afterwards.", Required = true, HelpName = "DIR" };
        var again = new Option<bool>("--again") { Description = "Claim although the store already belongs to a device." };
        var command = new Command("claim", "Exchange a claim code for a device id and a secret, kept in the store.") { server, code, store, again };
        command.SetAction(async (line, stop) =>
        {
            var folder = RunLine.OpenStore(line.GetRequiredValue(store));
            if (Enrolment.Load(folder) is { } there && !line.GetValue(again))
                throw new ComplaintException($"the store {folder.Folder} already belongs to device {there.DeviceId}; use another folder, or --again");
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
            var claimed = await new Claiming(http, Address(line.GetRequiredValue(server))).ClaimAsync(line.GetRequiredValue(code), folder, AgentIdentity.Pc, stop);
            if (claimed.Enrolment is not { } enrolment)
            {
                await Console.Error.WriteLineAsync("jkagent: " + claimed.Why);
                return 1;
            }

            await Console.Out.WriteLineAsync($"claimed: device {enrolment.DeviceId}, broker {enrolment.Address}; next: jkagent run --store {folder.Folder} --bms DEV --inverter slcan:DEV");
            return 0;
        });
        return command;
    }

    /// <summary>A web address with the slash that relative addresses need.</summary>
    public static Uri Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new ComplaintException($"'{text}' is no web address of a server; write http://host:8080");
}
