using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace JkFleet.Server;

/// <summary>
/// Where the server listens. Kestrel forgets <c>urls</c> as soon as one endpoint is added in code, and the broker's is,
/// so both kinds are listed here; after the start the real ports stand here too (port 0 = any free one).
/// </summary>
public sealed class WebAddresses
{
  private readonly List<(string Scheme, ListenOptions Listener)> _web = [];
  private ListenOptions? _mqtt;
  private ListenOptions? _mqttTls;

  /// <summary>Addresses of the pages.</summary>
  public IReadOnlyList<Uri> Web => _web.Select(w => new Uri($"{w.Scheme}://{Show(w.Listener.IPEndPoint!)}")).ToArray();

  /// <summary>Port of the broker.</summary>
  public int MqttPort => _mqtt?.IPEndPoint?.Port ?? 0;

  /// <summary>Port of the broker over TLS; 0 = there is none.</summary>
  public int MqttTlsPort => _mqttTls?.IPEndPoint?.Port ?? 0;

  /// <summary>The instance that <see cref="WebModule.AddWeb"/> registered.</summary>
  public static WebAddresses Of(WebApplicationBuilder builder) =>
    (WebAddresses)builder.Services.Single(s => s.ServiceType == typeof(WebAddresses)).ImplementationInstance!;

  public void AddWeb(KestrelServerOptions kestrel, string urls)
  {
    foreach (var text in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
    {
      var address = BindingAddress.Parse(text);
      kestrel.Listen(AddressOf(address.Host), address.Port, listen =>
      {
        if (address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase)) listen.UseHttps();
        _web.Add((address.Scheme, listen));
      });
    }
  }

  public void AddMqtt(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> configure) =>
    kestrel.Listen(AddressOf(address), port, listen =>
    {
      configure(listen);
      _mqtt = listen;
    });

  public void AddMqttTls(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> configure) =>
    kestrel.Listen(AddressOf(address), port, listen =>
    {
      configure(listen);
      _mqttTls = listen;
    });

  private static IPAddress AddressOf(string host) => host switch
  {
    "localhost" => IPAddress.Loopback,
    "*" or "+" or "" => IPAddress.IPv6Any,
    _ => IPAddress.Parse(host.Trim('[', ']')),
  };

  private static string Show(IPEndPoint endPoint) =>
    endPoint.Address.Equals(IPAddress.IPv6Any) || endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.Loopback)
      ? $"localhost:{endPoint.Port}"
      : endPoint.ToString();
}
