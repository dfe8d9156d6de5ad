// `jkagent profile check|show|import-origin FILE`
using System.CommandLine;
using System.Text.Json.Nodes;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Limits;

/// <summary>The command <c>jkagent profile</c>: everything on standard output is one JSON object.</summary>
public static class ProfileLine
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("profile", "Judge, show or import charge profiles.");
        command.Add(Verb("check", "Judge a profile as a device would; exit code 1 with every fault when it would be refused.", Check));
        command.Add(Verb("show", "Print a profile with every number, defaults included.", Show));
        command.Add(Verb("import-origin", "Turn the forms of JKbms_Emu_Pylon's page /reglas into a profile.", Import));
        return command;
    }

    /// <summary>Judges a file.</summary>
    /// <param name="path">Profile.</param>
    /// <param name="output">Receives the JSON.</param>
    /// <returns>0 = good, 1 = would be refused.</returns>
    public static int Check(string path, TextWriter output)
    {
        if (!ProfileFile.TryRead(path, out var profile, out var refused)) return Refuse(refused, output);
        var verdict = ProfileFile.Judge(profile, new Envelope());
        output.WriteLine(AsciiJson.Lines(verdict));
        return verdict["ok"]!.GetValue<bool>() ? 0 : 1;
    }

    /// <summary>Prints a file with every number.</summary>
    /// <param name="path">Profile.</param>
    /// <param name="output">Receives the JSON.</param>
    public static int Show(string path, TextWriter output)
    {
        if (!ProfileFile.TryRead(path, out var profile, out var refused)) return Refuse(refused, output);
        output.WriteLine(AsciiJson.Lines(JsonNode.Parse(ProfileFile.Text(profile))!));
        return 0;
    }

    /// <summary>Imports the origin's forms and prints the profile.</summary>
    /// <param name="path">Forms.</param>
    /// <param name="output">Receives the JSON.</param>
    public static int Import(string path, TextWriter output)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(ProfileFile.Error("no_file", "", e.Message), output);
        }

        if (!OriginImport.TryRead(text, out var profile, out var why)) return Refuse(ProfileFile.Error("bad_forms", "", why), output);
        var verdict = ProfileFile.Judge(profile, new Envelope());
        if (!verdict["ok"]!.GetValue<bool>()) return Refuse(verdict, output);
        output.WriteLine(AsciiJson.Lines(JsonNode.Parse(ProfileFile.Text(profile))!));
        return 0;
    }

    private static Command Verb(string name, string description, Func<string, TextWriter, int> run)
    {
        var file = new Argument<string>("FILE") { Description = "The file." };
        var verb = new Command(name, description) { file };
        verb.SetAction(line => run(line.GetRequiredValue(file), line.InvocationConfiguration.Output));
        return verb;
    }

    private static int Refuse(JsonObject refused, TextWriter output)
    {
        output.WriteLine(AsciiJson.Lines(refused));
        return 1;
    }
}
