using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using JkFleet.Agent.Host.Board;
using JkFleet.Contracts;
using Command = System.CommandLine.Command;

namespace JkFleet.Agent.Host.Release;

/// <summary><c>jkagent release keygen | sign | verify | inspect</c>: everything that happens to a build before a server sees it.</summary>
internal sealed class ReleaseCommand(TextWriter output, TextWriter error)
{
    /// <summary>Exit code of a refused artifact or of a mistake.</summary>
    public const int Refused = 1;

    public static Command Create() => Create(Console.Out, Console.Error);

    /// <summary>The same with its own outputs, so that tests may run beside each other.</summary>
    internal static Command Create(TextWriter output, TextWriter error)
    {
        var verbs = new ReleaseCommand(output, error);
        return new("release", "Make, sign and check agent builds (.jkfw).") { verbs.Keygen(), verbs.Sign(), verbs.Verify(), verbs.Inspect(), verbs.Bundle(), verbs.Board() };
    }

    private Command Keygen()
    {
        var folder = new Option<string>("--out") { Description = "Folder for release.key and release.pub.", Required = true };
        var passphrase = PassphraseFile();
        var command = new Command("keygen", "Make a release key. Keep release.key off every server; release.pub goes to servers and devices.") { folder, passphrase };
        command.SetAction(line => Run(() =>
        {
            var key = ReleaseKey.Create();
            key.Save(line.GetRequiredValue(folder), ReadPassphrase(line.GetValue(passphrase)));
            output.WriteLine($"public key {Convert.ToHexStringLower(key.Public)}");
            return 0;
        }));
        return command;
    }

    private Command Sign()
    {
        var key = new Option<string>("--key") { Description = "release.key.", Required = true };
        var passphrase = PassphraseFile();
        var name = new Option<string>("--name") { Description = "What the build is.", DefaultValueFactory = _ => "jkfleet-agent" };
        var version = new Option<string>("--version") { Description = "Its version, major.minor.patch.", Required = true };
        var board = new Option<string>("--board") { Description = "The board it is for, e.g. esp32 or linux-x64.", Required = true };
        var minVersion = new Option<string>("--min-version") { Description = "Lowest version that may be installed once this one is confirmed.", DefaultValueFactory = _ => "0.0.0" };
        var expires = new Option<string?>("--expires") { Description = "Not to be installed after this UTC date or time, e.g. 2027-06-30." };
        var contract = new Option<int>("--contract") { Description = "Contract version it speaks.", DefaultValueFactory = _ => Topics.Version };
        var clr = new Option<string>("--clr") { Description = "nano builds: major.minor of the board's runtime.", DefaultValueFactory = _ => NanoBuild.Clr };
        var file = new Argument<string>("FILE") { Description = "The build: any file; for esp32 boards a .pe or a bundle of them." };
        var target = new Option<string>("--out") { Description = "The artifact to write.", Required = true };
        var command = new Command("sign", "Sign a build.") { key, passphrase, name, version, board, minVersion, expires, contract, clr, file, target };
        command.SetAction(line => Run(() =>
        {
            var request = new ReleaseRequest(line.GetRequiredValue(name), line.GetRequiredValue(version), line.GetRequiredValue(board))
            {
                MinVersion = line.GetRequiredValue(minVersion),
                Expires = ParseTime(line.GetValue(expires)),
                Contract = line.GetRequiredValue(contract),
                Clr = line.GetRequiredValue(clr),
            };
            var secret = ReleaseKey.Load(line.GetRequiredValue(key), ReadPassphrase(line.GetValue(passphrase)));
            var artifact = ReleaseArtifact.Sign(secret, File.ReadAllBytes(line.GetRequiredValue(file)), request);
            File.WriteAllBytes(line.GetRequiredValue(target), artifact);
            output.WriteLine($"{request.Name} {request.Version} for {request.Board}: {artifact.Length} bytes");
            return 0;
        }));
        return command;
    }

    private Command Verify()
    {
        var key = new Option<string>("--public") { Description = "release.pub.", Required = true };
        var board = new Option<string>("--board") { Description = "Also ask: is it for this board?", DefaultValueFactory = _ => "" };
        var floor = new Option<string>("--floor") { Description = "Also ask: is it at least this version?", DefaultValueFactory = _ => "0.0.0" };
        var file = new Argument<string>("FILE") { Description = "The artifact (.jkfw)." };
        var command = new Command("verify", "Check an artifact as a device does; exit code 0, or 1 with the reason.") { key, board, floor, file };
        command.SetAction(line => Run(() =>
        {
            var lowest = FirmwareVersion.Parse(line.GetRequiredValue(floor));
            if (lowest == FirmwareVersion.None) throw new ReleaseException("--floor is major.minor.patch");
            var target = new FirmwareTarget { Board = line.GetRequiredValue(board), Floor = lowest, UtcMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() };
            var manifest = new FirmwareManifest();
            var refusal = ReleaseArtifact.Judge(File.ReadAllBytes(line.GetRequiredValue(file)), ReleaseKey.LoadPublic(line.GetRequiredValue(key)), target, manifest);
            if (refusal != FirmwareRefusal.None)
            {
                error.WriteLine($"refused: {FirmwareRefusalNames.Of(refusal)}");
                return Refused;
            }

            output.WriteLine($"good: {manifest.Name} {FirmwareVersion.Text(manifest.Version)} for {manifest.Board}");
            return 0;
        }));
        return command;
    }

    private Command Inspect()
    {
        var file = new Argument<string>("FILE") { Description = "An artifact (.jkfw), a nanoFramework assembly (.pe) or a bundle of them." };
        var command = new Command("inspect", "Print what a file says of itself as one JSON object; nothing is trusted.") { file };
        command.SetAction(line => Run(() =>
        {
            var view = ArtifactView.Of(File.ReadAllBytes(line.GetRequiredValue(file)));
            output.WriteLine(JsonSerializer.Serialize(view, ReleaseJson.Default.ArtifactView));
            return view.Fault is null ? 0 : Refused;
        }));
        return command;
    }

    private Command Bundle()
    {
        var files = new Argument<string[]>("PE") { Description = "Assemblies in the order of loading, the agent itself last.", Arity = ArgumentArity.OneOrMore };
        var target = new Option<string>("--out") { Description = "The bundle to write: the FILE of sign for esp32.", Required = true };
        var command = new Command("bundle", "Put nanoFramework assemblies into one file for a slot.") { files, target };
        command.SetAction(line => Run(() =>
        {
            var bundle = BoardFolder.Bundle(line.GetRequiredValue(files).Select(File.ReadAllBytes));
            File.WriteAllBytes(line.GetRequiredValue(target), bundle);
            output.WriteLine($"{bundle.Length} bytes");
            return 0;
        }));
        return command;
    }

    private Command Board()
    {
        var bundle = new Option<string>("--bundle") { Description = "The agent (release bundle).", Required = true };
        var settings = new Option<string[]>("--set") { Description = $"name=value, or name=@FILE: {string.Join(", ", BoardFolder.Names)}.", AllowMultipleArgumentsPerToken = true };
        var folder = new Option<string>("--out") { Description = "Folder for device/flash.", Required = true };
        var command = new Command("board", "Prepare the files that a new ESP32 board needs on its drive.") { bundle, settings, folder };
        command.SetAction(line => Run(() =>
        {
            var key = BoardFolder.Write(line.GetRequiredValue(folder), File.ReadAllBytes(line.GetRequiredValue(bundle)), line.GetValue(settings) ?? []);
            output.WriteLine($"ready: device/flash PORT {line.GetRequiredValue(folder)}");
            output.WriteLine($"for the board's label: Wi-Fi JkFleet-...., password {key}");
            return 0;
        }));
        return command;
    }

    private static Option<string?> PassphraseFile() => new("--passphrase-file") { Description = "File whose first line seals the key." };

    private static string? ReadPassphrase(string? path)
    {
        if (path is null) return null;
        var line = File.ReadLines(path).FirstOrDefault();
        return string.IsNullOrEmpty(line) ? throw new ReleaseException($"{path} holds no passphrase") : line;
    }

    private static DateTimeOffset? ParseTime(string? text)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time > DateTimeOffset.UnixEpoch
            ? time
            : throw new ReleaseException("--expires is a date or time, e.g. 2027-06-30 or 2027-06-30T12:00Z");
    }

    // A mistake at the keyboard or a missing file is an answer, not a crash.
    private int Run(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is ReleaseException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message);
            return Refused;
        }
    }
}
