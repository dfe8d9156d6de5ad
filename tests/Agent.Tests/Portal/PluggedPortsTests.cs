using JkFleet.Agent.Host.Portal;
using Xunit;

namespace JkFleet.Agent.Tests.Portal;

/// <summary>Which serial devices an installer may pick from, and under which names.</summary>
public sealed class PluggedPortsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jk-ports-").FullName;

    [Fact]
    public void Every_device_stands_once_under_its_most_stable_name()
    {
        var (byId, byPath) = (Folder("by-id"), Folder("by-path"));
        Link(byId, "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", Device("ttyUSB0"));
        Link(byPath, "platform-3f980000.usb-usb-0:1.2:1.0-port0", Device("ttyUSB0"));
        Link(byPath, "platform-3f980000.usb-usb-0:1.3:1.0-port0", Device("ttyUSB1")); // no serial number: only its place is its own
        Link(byId, "usb-pulled_out-if00", Path.Combine(_folder, "ttyUSB9"));
        var ports = new PluggedPorts([byId, byPath, Folder("none", exists: false)], () => [Device("ttyUSB0"), Device("ttyUSB1"), Device("ttyAMA0")]);
        Assert.Equal(0, ports.Count);
        ports.Look();
        Assert.Equal(
            [
                (Device("ttyAMA0"), Device("ttyAMA0")),
                (Path.Combine(byId, "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"), "FTDI FT232R USB UART A50285BI · ttyUSB0"),
                (Path.Combine(byPath, "platform-3f980000.usb-usb-0:1.3:1.0-port0"), "platform-3f980000.usb-usb-0:1.3:1.0-port0 · ttyUSB1"),
            ],
            Enumerable.Range(0, ports.Count).Select(i => (ports.Name(i), ports.Title(i))));
        File.Delete(Path.Combine(byId, "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"));
        ports.Look();
        Assert.Equal("platform-3f980000.usb-usb-0:1.2:1.0-port0 · ttyUSB0", ports.Title(1));
    }

    [Fact]
    public void Where_nobody_may_look_nothing_is_listed_and_nothing_breaks()
    {
        var ports = new PluggedPorts([], () => throw new UnauthorizedAccessException());
        ports.Look();
        Assert.Equal(0, ports.Count);
        new PluggedPorts().Look(); // this machine's own
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Link(string folder, string name, string device) => File.CreateSymbolicLink(Path.Combine(folder, name), device);

    private string Folder(string name, bool exists = true) => exists ? Directory.CreateDirectory(Path.Combine(_folder, name)).FullName : Path.Combine(_folder, name);

    private string Device(string name)
    {
        var path = Path.Combine(_folder, name);
        if (!File.Exists(path)) File.WriteAllText(path, "");
        return path;
    }
}
