using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>A serial device that udev knows by name, as a USB adapter that was just plugged in; pulled again at the end.</summary>
public sealed class NamedAdapter : IDisposable
{
  private const string ById = "/dev/serial/by-id";
  private readonly string? _link;

  private NamedAdapter(string? link, string? title) => (_link, Title) = (link, title);

  /// <summary>What the portal calls it; null where this machine lets nobody name a device, except in CI.</summary>
  public string? Title { get; }

  /// <param name="name">Maker and product, without blanks.</param>
  /// <param name="device">Where it is.</param>
  public static NamedAdapter Plug(string name, string device)
  {
    // Several runs may share a machine.
    var unique = $"{name}_{Guid.NewGuid():N}"[..(name.Length + 9)];
    try
    {
      Directory.CreateDirectory(ById);
      var target = File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device;
      var link = Path.Combine(ById, $"usb-{unique}-if00-port0");
      File.CreateSymbolicLink(link, target);
      return new NamedAdapter(link, $"{unique.Replace('_', ' ')} · {Path.GetFileName(target)}");
    }
    catch (Exception e) when (e is UnauthorizedAccessException or IOException)
    {
      if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail($"CI must be able to name a device: {e.Message}");
      return new NamedAdapter(null, null);
    }
  }

  public void Dispose()
  {
    if (_link is not null) File.Delete(_link);
  }
}
