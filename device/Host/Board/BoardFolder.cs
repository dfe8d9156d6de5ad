using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using JkFleet.Agent.Host.Release;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Store;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Board;

/// <summary>
/// What a board must find on its flash drive at the first start: the agent in slot 0 and its settings, in the board's own forms, and
/// the list by which nanoff copies them there.
/// </summary>
internal static class BoardFolder
{
    /// <summary>Names that <c>device/Esp32/Ports/BoardSettings.cs</c> reads.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "ssid", "wifi_password", "server_host", "server_port", "server_tls", "server_ca", "device_id", "secret",
        "bms_protocol", "bms_bits", "inverter_protocol", "release_key", KeyName,
    ];

    // What belongs to the board and not to its owner: a factory reset leaves it.
    private static readonly string[] OfTheBoard = [KeyName, "release_key", "server_ca"];

    private const string Record = "settings";
    private const string KeyName = "ap_password";
    private const int KeyLength = 12;

    // Nothing that is mistaken for something else on a label.
    private const string KeyLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int MostSettingsBytes = 4096;

    /// <summary>Puts assemblies one after the other, each at a multiple of four: what an update or a slot holds.</summary>
    public static byte[] Bundle(IEnumerable<byte[]> assemblies)
    {
        using var bundle = new MemoryStream();
        foreach (var assembly in assemblies)
        {
            bundle.Write(assembly);
            while (bundle.Length % 4 != 0) bundle.WriteByte(0);
        }

        var bytes = bundle.ToArray();
        var image = new NanoImage();
        return image.TryRead(bytes, bytes.Length) ? bytes : throw new ReleaseException($"not nanoFramework assemblies: {image.Fault}");
    }

    /// <summary>Writes slot, settings, label and the copy list into a folder.</summary>
    /// <param name="folder">The folder; made when it is not there.</param>
    /// <param name="bundle">The agent's assemblies.</param>
    /// <param name="settings">Lines <c>name=value</c>.</param>
    /// <returns>Password of the board's access point, for its label: as given, or a new one.</returns>
    public static string Write(string folder, byte[] bundle, IEnumerable<string> settings)
    {
        var lines = Lines(settings);
        if (!lines.TryGetValue(KeyName, out var key)) key = lines[KeyName] = RandomNumberGenerator.GetString(KeyLetters, KeyLength);
        if (key.Length is < 8 or > 63 || key.Any(c => c is <= ' ' or > '~')) throw new ReleaseException($"'{KeyName}' has 8 to 63 printable characters: WPA2 wants that");

        Directory.CreateDirectory(folder);
        foreach (var old in Directory.GetFiles(folder, "*.rec")) File.Delete(old);
        var files = new Dictionary<string, byte[]> { ["slot0.bin"] = bundle };
        Add(files, Record, lines.Where(l => !OfTheBoard.Contains(l.Key, StringComparer.Ordinal)));
        Add(files, FactoryReset.Label, lines.Where(l => OfTheBoard.Contains(l.Key, StringComparer.Ordinal)));
        foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(folder, name), bytes);
        using var list = File.Create(Path.Combine(folder, "deploy.json"));
        using var json = new Utf8JsonWriter(list, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("files");
        foreach (var name in files.Keys)
        {
            json.WriteStartObject();
            json.WriteString("DestinationFilePath", "I:\\" + name);
            json.WriteString("SourceFilePath", Path.GetFullPath(Path.Combine(folder, name)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return key;
    }

    private static void Add(Dictionary<string, byte[]> files, string name, IEnumerable<KeyValuePair<string, string>> lines)
    {
        var text = Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => l.Key + "=" + l.Value)));
        if (text.Length == 0) return;
        if (text.Length > MostSettingsBytes) throw new ReleaseException($"the {name} have {text.Length} bytes, at most {MostSettingsBytes}");
        var record = new OneRecord();
        if (!new TwoCopyStore(record, MostSettingsBytes).Write(name, text, text.Length)) throw new ReleaseException($"the {name} could not be written");
        files[name + record.Copy + ".rec"] = record.Bytes;
    }

    private static Dictionary<string, string> Lines(IEnumerable<string> settings)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? setting[..equals] : setting;
            if (equals <= 0 || !Names.Contains(name, StringComparer.Ordinal)) throw new ReleaseException($"'{name}' is no setting; there are {string.Join(", ", Names)}");
            var value = setting[(equals + 1)..];
            // Files are named with @; their lines are folded into one.
            if (value.StartsWith('@')) value = string.Join('|', File.ReadLines(value[1..]).Where(l => l.Length > 0 && l[0] != '#'));
            if (value.Contains('\n', StringComparison.Ordinal)) throw new ReleaseException($"'{name}' must be one line");
            lines[name] = value;
        }

        return lines;
    }

    // Catches what the board's own store would write to flash.
    private sealed class OneRecord : IRawStore
    {
        public byte[] Bytes { get; private set; } = [];

        public int Copy { get; private set; }

        public int Read(string name, int copy, byte[] buffer)
        {
            if (Bytes.Length == 0 || copy != Copy) return -1;
            Bytes.CopyTo(buffer, 0);
            return Bytes.Length;
        }

        public bool Write(string name, int copy, byte[] buffer, int count)
        {
            Bytes = buffer[..count];
            Copy = copy;
            return true;
        }
    }
}
