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
        "bms_protocol", "bms_bits", "inverter_protocol", "release_key",
    ];

    private const string Record = "settings";
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

    /// <summary>Writes slot, settings and the copy list into a folder.</summary>
    /// <param name="folder">The folder; made when it is not there.</param>
    /// <param name="bundle">The agent's assemblies.</param>
    /// <param name="settings">Lines <c>name=value</c>.</param>
    public static void Write(string folder, byte[] bundle, IEnumerable<string> settings)
    {
        var record = new OneRecord();
        var text = Encoding.UTF8.GetBytes(Settings(settings));
        if (text.Length > MostSettingsBytes) throw new ReleaseException($"the settings have {text.Length} bytes, at most {MostSettingsBytes}");
        if (!new TwoCopyStore(record, MostSettingsBytes).Write(Record, text, text.Length)) throw new ReleaseException("the settings could not be written");

        Directory.CreateDirectory(folder);
        var files = new Dictionary<string, byte[]> { ["slot0.bin"] = bundle, [Record + record.Copy + ".rec"] = record.Bytes };
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
    }

    private static string Settings(IEnumerable<string> settings)
    {
        var lines = new List<string>();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? setting[..equals] : setting;
            if (equals <= 0 || !Names.Contains(name, StringComparer.Ordinal)) throw new ReleaseException($"'{name}' is no setting; there are {string.Join(", ", Names)}");
            var value = setting[(equals + 1)..];
            // Files are named with @; their lines are folded into one.
            if (value.StartsWith('@')) value = string.Join('|', File.ReadLines(value[1..]).Where(l => l.Length > 0 && l[0] != '#'));
            if (value.Contains('\n', StringComparison.Ordinal)) throw new ReleaseException($"'{name}' must be one line");
            lines.Add(name + "=" + value);
        }

        return string.Join('\n', lines);
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
