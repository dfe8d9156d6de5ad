using System.CommandLine;
using System.Text.Json;
using JkFleet.Agent.Host.Release;
using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Release;

public sealed class ReleaseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jkfleet-release-").FullName;

    [Fact]
    public void A_build_is_signed_verified_and_inspected()
    {
        Run("keygen", "--out", _folder);
        File.WriteAllBytes(At("build"), [1, 2, 3]);
        Run("sign", "--key", At("release.key"), "--version", "1.2.3", "--board", "linux-x64", "--min-version", "1.0.0", "--expires", "2099-12-31", At("build"), "--out", At("build.jkfw"));
        Assert.StartsWith("good: jkfleet-agent 1.2.3 for linux-x64", Run("verify", "--public", At("release.pub"), At("build.jkfw")), StringComparison.Ordinal);
        var view = JsonDocument.Parse(Run("inspect", At("build.jkfw"))).RootElement;
        Assert.Equal("1.0.0", view.GetProperty("min_version").GetString());
        Assert.Equal("2099-12-31T00:00:00Z", view.GetProperty("expires").GetString());
        Assert.Equal(3, view.GetProperty("payload_bytes").GetInt32());
    }

    [Fact]
    public void Each_defect_is_refused_with_its_own_reason_and_exit_code_1()
    {
        Run("keygen", "--out", _folder);
        Run("keygen", "--out", At("other"));
        File.WriteAllBytes(At("build"), [1, 2, 3]);
        Sign("good.jkfw");
        var good = File.ReadAllBytes(At("good.jkfw"));

        Assert.Contains("wrong_hash", Refused("verify", "--public", At("release.pub"), Put([.. good[..^1], 9])), StringComparison.Ordinal);
        Assert.Contains("truncated", Refused("verify", "--public", At("release.pub"), Put(good[..^1])), StringComparison.Ordinal);
        Assert.Contains("trailing_bytes", Refused("verify", "--public", At("release.pub"), Put([.. good, 9])), StringComparison.Ordinal);
        Assert.Contains("not_firmware", Refused("verify", "--public", At("release.pub"), At("build")), StringComparison.Ordinal);
        Assert.Contains("wrong_key", Refused("verify", "--public", Path.Combine(At("other"), "release.pub"), At("good.jkfw")), StringComparison.Ordinal);
        Assert.Contains("wrong_board", Refused("verify", "--public", At("release.pub"), "--board", "esp32", At("good.jkfw")), StringComparison.Ordinal);
        Assert.Contains("older", Refused("verify", "--public", At("release.pub"), "--floor", "1.2.4", At("good.jkfw")), StringComparison.Ordinal);
        Sign("expired.jkfw", "--expires", "2001-01-01");
        Assert.Contains("expired", Refused("verify", "--public", At("release.pub"), At("expired.jkfw")), StringComparison.Ordinal);
        Sign("contract.jkfw", "--contract", "99");
        Assert.Contains("wrong_contract", Refused("verify", "--public", At("release.pub"), At("contract.jkfw")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_key_signs_only_with_its_passphrase_and_no_key_is_overwritten()
    {
        File.WriteAllText(At("pass"), "correct horse\n");
        File.WriteAllText(At("wrong"), "battery staple\n");
        File.WriteAllBytes(At("build"), [1]);
        Run("keygen", "--out", _folder, "--passphrase-file", At("pass"));
        var file = File.ReadAllText(At("release.key"));
        Assert.Contains("scrypt", file, StringComparison.Ordinal);
        Assert.Contains("give --passphrase-file", Refused("sign", "--key", At("release.key"), "--version", "1.0.0", "--board", "pc", At("build"), "--out", At("x")), StringComparison.Ordinal);
        Assert.Contains("passphrase is wrong", Refused("sign", "--key", At("release.key"), "--version", "1.0.0", "--board", "pc", At("build"), "--out", At("x"), "--passphrase-file", At("wrong")), StringComparison.Ordinal);
        Run("sign", "--key", At("release.key"), "--version", "1.0.0", "--board", "pc", At("build"), "--out", At("x"), "--passphrase-file", At("pass"));
        Run("verify", "--public", At("release.pub"), At("x"));
        Refused("keygen", "--out", _folder);
        Assert.Equal(file, File.ReadAllText(At("release.key")));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("release.key")));
    }

    [Fact]
    public void A_nano_build_for_another_runtime_is_not_signed()
    {
        Run("keygen", "--out", _folder);
        File.WriteAllBytes(At("app.pe"), new NanoPeBuilder("JkFleet.Agent", "1.0.0.0").Needs("mscorlib", "1.17.11.0").Needs("System.Math", "1.5.116.0").Build());
        File.WriteAllBytes(At("old.pe"), new NanoPeBuilder("JkFleet.Agent", "1.0.0.0").Needs("mscorlib", "1.15.6.0").Build());
        string[] common = ["sign", "--key", At("release.key"), "--version", "1.0.0", "--board", "esp32", "--out", At("app.jkfw")];
        Run([.. common, At("app.pe")]);
        Run("verify", "--public", At("release.pub"), "--board", "esp32", At("app.jkfw"));
        Assert.Contains("1.15.6.0", Refused([.. common, At("old.pe")]), StringComparison.Ordinal);
        File.WriteAllText(At("text"), "no assembly");
        Assert.Contains("not a nanoFramework build", Refused([.. common, At("text")]), StringComparison.Ordinal);

        var view = JsonDocument.Parse(Run("inspect", At("app.jkfw"))).RootElement;
        Assert.Equal("System.Math", view.GetProperty("needs")[1].GetProperty("name").GetString());
        Assert.Equal("JkFleet.Agent", JsonDocument.Parse(Run("inspect", At("app.pe"))).RootElement.GetProperty("assemblies")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_new_board_finds_its_agent_and_its_settings()
    {
        File.WriteAllBytes(At("core.pe"), new NanoPeBuilder("JkFleet.Agent.Core", "1.0.0.0").Needs("mscorlib", "1.17.11.0").Build(codeBytes: 41));
        File.WriteAllBytes(At("app.pe"), new NanoPeBuilder("JkFleet.Agent.Esp32", "1.0.0.0").Needs("JkFleet.Agent.Core", "1.0.0.0").Build());
        File.WriteAllText(At("ca.pem"), "-----BEGIN-----\nabc\n-----END-----\n");
        Run("bundle", At("core.pe"), At("app.pe"), "--out", At("slot.bin"));
        var said = Run("board", "--bundle", At("slot.bin"), "--set", "ssid=home", "--set", "wifi_password=a=b", "--set", "server_ca=@" + At("ca.pem"), "--out", At("board"));

        var image = new NanoImage();
        var slot = File.ReadAllBytes(Path.Combine(At("board"), "slot0.bin"));
        Assert.True(image.TryRead(slot, slot.Length), image.Fault);
        Assert.Equal(["JkFleet.Agent.Core", "JkFleet.Agent.Esp32"], image.Names[..image.Count]);

        // The board's own store reads it.
        var store = new JkFleet.Agent.Store.TwoCopyStore(new FolderStore(At("board")), 4096);
        var buffer = new byte[4096];
        var count = store.Read("settings", buffer);
        Assert.Equal("ssid=home\nwifi_password=a=b", System.Text.Encoding.UTF8.GetString(buffer, 0, count));
        // What belongs to the board lies where a factory reset leaves it, the password of its access point with it.
        count = store.Read(JkFleet.Agent.Store.FactoryReset.Label, buffer);
        var label = System.Text.Encoding.UTF8.GetString(buffer, 0, count).Split('\n');
        Assert.Equal("server_ca=-----BEGIN-----|abc|-----END-----", label[0]);
        var key = label[1]["ap_password=".Length..];
        Assert.Equal(12, key.Length);
        Assert.Contains("password " + key, said, StringComparison.Ordinal);
        Assert.Equal(3, JsonDocument.Parse(File.ReadAllText(Path.Combine(At("board"), "deploy.json"))).RootElement.GetProperty("files").GetArrayLength());

        Assert.Contains("password my-own-key", Run("board", "--bundle", At("slot.bin"), "--set", "ap_password=my-own-key", "--out", At("board")), StringComparison.Ordinal);
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllText(Path.Combine(At("board"), "deploy.json"))).RootElement.GetProperty("files").GetArrayLength());
        Assert.Contains("8 to 63", Refused("board", "--bundle", At("slot.bin"), "--set", "ap_password=short", "--out", At("board")), StringComparison.Ordinal);
        Assert.Contains("no setting", Refused("board", "--bundle", At("slot.bin"), "--set", "sid=home", "--out", At("board")), StringComparison.Ordinal);
        Assert.Contains("not nanoFramework", Refused("bundle", At("ca.pem"), "--out", At("x")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_read_by_the_board()
    {
        var source = File.ReadAllText(Path.Combine(Root(), "device", "Esp32", "Ports", "BoardSettings.cs"));
        Assert.All(JkFleet.Agent.Host.Board.BoardFolder.Names, name => Assert.Contains($"case \"{name}\":", source, StringComparison.Ordinal));
    }

    [Fact]
    public void A_signed_payload_that_does_not_match_its_manifest_is_a_bad_image()
    {
        var key = ReleaseKey.Create();
        var pe = new NanoPeBuilder("JkFleet.Agent", "1.0.0.0").Needs("mscorlib", "1.17.11.0").Build();
        var artifact = ReleaseArtifact.Sign(key, pe, new ReleaseRequest("a", "1.0.0", "esp32"));
        Assert.Equal(FirmwareRefusal.None, ReleaseArtifact.Judge(artifact, key.Public, null, new FirmwareManifest()));
        // A foreign signer with our key could claim the board for any bytes; the image itself is looked at too.
        var foreign = ReleaseArtifact.Sign(key, [1, 2, 3], new ReleaseRequest("a", "1.0.0", "pc"));
        var relabelled = Relabel(key, foreign);
        Assert.Equal(FirmwareRefusal.BadImage, ReleaseArtifact.Judge(relabelled, key.Public, null, new FirmwareManifest()));
        // Signed with --clr for a board of another line: our boards and servers refuse it.
        var old = new NanoPeBuilder("JkFleet.Agent", "1.0.0.0").Needs("mscorlib", "1.15.6.0").Build();
        var other = ReleaseArtifact.Sign(key, old, new ReleaseRequest("a", "1.0.0", "esp32") { Clr = "1.15" });
        Assert.Equal(FirmwareRefusal.WrongClr, ReleaseArtifact.Judge(other, key.Public, null, new FirmwareManifest()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Relabel(ReleaseKey key, byte[] artifact)
    {
        var manifest = new FirmwareManifest();
        manifest.TryParse(artifact, artifact.Length);
        var payload = artifact[manifest.HeaderBytes..];
        manifest.Board = "esp32";
        var header = new byte[FirmwareManifest.MostHeaderBytes];
        var signed = manifest.Write(header);
        return [.. header[..signed], .. key.Sign(header.AsSpan(0, signed)), .. payload];
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JkFleet.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private sealed class FolderStore(string folder) : JkFleet.Agent.Ports.IRawStore
    {
        public int Read(string name, int copy, byte[] buffer)
        {
            var path = Path.Combine(folder, $"{name}{copy}.rec");
            if (!File.Exists(path)) return -1;
            var bytes = File.ReadAllBytes(path);
            bytes.CopyTo(buffer, 0);
            return bytes.Length;
        }

        public bool Write(string name, int copy, byte[] buffer, int count) => false;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Put(byte[] bytes)
    {
        File.WriteAllBytes(At("case.jkfw"), bytes);
        return At("case.jkfw");
    }

    private void Sign(string target, params string[] more) =>
        Run(["sign", "--key", At("release.key"), "--version", "1.2.3", "--board", "linux-x64", At("build"), "--out", At(target), .. more]);

    private static string Run(params string[] arguments)
    {
        var (code, output, error) = Invoke(arguments);
        Assert.True(code == 0, error + output);
        return output;
    }

    private static string Refused(params string[] arguments)
    {
        var (code, _, error) = Invoke(arguments);
        Assert.Equal(ReleaseCommand.Refused, code);
        return error;
    }

    private static (int Code, string Output, string Error) Invoke(string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = ReleaseCommand.Create(output, error).Parse(arguments).Invoke();
        return (code, output.ToString(), error.ToString());
    }
}
