using System.CommandLine;
using JkFleet.Agent.Host.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Commands;

/// <summary>The options that say where the server is and who we are to it.</summary>
internal sealed class ServerOptions
{
    /// <summary><c>--server</c></summary>
    public Option<string?> Server { get; } = new("--server") { Description = "Fleet server: mqtt://host[:1883] or mqtts://host[:8883].", HelpName = "URL" };

    /// <summary><c>--ca</c></summary>
    public Option<string?> Authority { get; } = new("--ca") { Description = "PEM file with the only authority to believe for mqtts://.", HelpName = "FILE" };

    /// <summary><c>--id</c></summary>
    public Option<string?> Id { get; } = new("--id") { Description = "Device id given by the server." };

    /// <summary><c>--secret-file</c></summary>
    public Option<string?> SecretFile { get; } = new("--secret-file") { Description = "File that holds the device's secret.", HelpName = "FILE" };

    /// <summary>The broker's address, or null when no server was given.</summary>
    public ServerAddress? Address(ParseResult line) => line.GetValue(Server) is { } text ? Parse(line, text) : null;

    /// <summary>The broker's address that a claim gave, believed by the authority of the command line when there is one.</summary>
    public ServerAddress Address(ParseResult line, Enrolment enrolled) =>
        line.GetValue(Authority) is null ? enrolled.Address : Parse(line, enrolled.Address.ToString());

    private ServerAddress Parse(ParseResult line, string text) =>
        ServerAddress.TryParse(text, line.GetValue(Authority), out var address, out var wrong) ? address : throw new ComplaintException(wrong);

    /// <summary>Id and secret.</summary>
    public DeviceIdentity Identity(ParseResult line)
    {
        var id = line.GetValue(Id) ?? throw new ComplaintException("--server needs --id (or claim first: jkagent claim, then run --store)");
        if (!Topics.IsDeviceId(id)) throw new ComplaintException($"--id '{id}' is no device id (1..{Topics.MaxDeviceId} of a-z, 0-9, '-', '_')");
        return new DeviceIdentity(id, ReadSecret(line.GetValue(SecretFile) ?? throw new ComplaintException("--server needs --secret-file"), "--secret-file"));
    }

    /// <summary>A secret from a file, without the line end that editors add.</summary>
    public static string ReadSecret(string path, string option)
    {
        try
        {
            var secret = File.ReadAllText(path).Trim();
            return secret.Length > 0 ? secret : throw new ComplaintException($"{option} {path} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ComplaintException($"{option} {path}: {e.Message}");
        }
    }
}
