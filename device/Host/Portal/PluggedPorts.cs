using System.IO.Ports;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Portal;

/// <summary>
/// The serial devices of this machine. On Linux each under its most stable name: by its serial number, else by the place
/// where it is plugged in (two cheap adapters without serial numbers have one name between them), else as the system counts it,
/// which may change with every start.
/// </summary>
/// <param name="folders">Folders of links to devices, the most stable names first.</param>
/// <param name="names">Every device of the machine.</param>
internal sealed class PluggedPorts(IReadOnlyList<string> folders, Func<string[]> names) : ISerialPorts
{
    private const string Usb = "usb-";
    private (string Name, string Title)[] _found = [];

    /// <summary>Those of this machine.</summary>
    public PluggedPorts() : this(["/dev/serial/by-id", "/dev/serial/by-path"], SerialPort.GetPortNames)
    {
    }

    /// <inheritdoc/>
    public int Count => _found.Length;

    /// <inheritdoc/>
    public void Look()
    {
        var byDevice = new Dictionary<string, (string Name, string Title)>(StringComparer.Ordinal);
        try
        {
            foreach (var folder in folders.Where(Directory.Exists))
                foreach (var link in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
                    if (File.ResolveLinkTarget(link, returnFinalTarget: true) is { Exists: true } device) byDevice.TryAdd(device.FullName, (link, TitleOf(link, device.Name)));
            foreach (var name in names()) byDevice.TryAdd(name, (name, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // An adapter was pulled while we looked, or nobody may look: what was found until then is true, and typing is always possible.
        }

        _found = [.. byDevice.Values.OrderBy(found => found.Title, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public string Name(int index) => _found[index].Name;

    /// <inheritdoc/>
    public string Title(int index) => _found[index].Title;

    // usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0 -> FTDI FT232R USB UART A50285BI · ttyUSB0
    private static string TitleOf(string link, string device)
    {
        var name = Path.GetFileName(link);
        if (name.StartsWith(Usb, StringComparison.Ordinal)) name = name[Usb.Length..];
        if (name.IndexOf("-if", StringComparison.Ordinal) is var at and > 0) name = name[..at];
        return $"{name.Replace('_', ' ')} · {device}";
    }
}
