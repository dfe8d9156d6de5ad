using Microsoft.AspNetCore.Server.Kestrel.Core;
using MQTTnet;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Server;

namespace JkFleet.Server.Broker;

public static class BrokerModule
{
  public static WebApplicationBuilder AddBroker(this WebApplicationBuilder builder)
  {
    var services = builder.Services;
    services.AddCheckedOptions<BrokerOptions>(BrokerOptions.Section);
    services.AddSingleton<DeviceGate>();
    services.AddSingleton<SecurityLog>();
    services.AddHostedService(provider => provider.GetRequiredService<SecurityLog>());

    // Not AddHostedMqttServer: that one starts after Kestrel accepts, unawaited, and its first connections fall through.
    services.AddMqttConnectionHandler();
    services.AddSingleton<MqttServer>(provider => new MqttServerFactory().CreateMqttServer(
      new MqttServerOptionsBuilder().WithoutDefaultEndpoint().WithDefaultCommunicationTimeout(TimeSpan.FromSeconds(30)).Build(),
      provider.GetServices<IMqttServerAdapter>(),
      MqttNetNullLogger.Instance));
    services.AddSingleton<MqttBroker>();
    services.AddHostedService(provider => provider.GetRequiredService<MqttBroker>());
    services.AddSingleton<DeviceOutbox>();
    services.AddHostedService(provider => provider.GetRequiredService<DeviceOutbox>());

    var options = builder.Configuration.GetSection(BrokerOptions.Section).Get<BrokerOptions>() ?? new BrokerOptions();
    var addresses = WebAddresses.Of(builder);
    var certificate = options.Certificate();
    // A message is small work: handing it from the socket's thread to another one and back costs as much as decoding it.
    // "Unsafe" is what blocks meanwhile, as SQLite does under a page: .NET completes sockets on pool threads, so it holds up its
    // own connection and no other. Not to be combined with DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS.
    builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
      addresses.AddMqtt(kestrel, options.Address, options.Port, listen => Speak(listen, options));
      if (certificate is null) return;
      addresses.AddMqttTls(kestrel, options.Address, options.TlsPort, listen =>
      {
        listen.UseHttps(certificate);
        Speak(listen, options);
      });
    });
    return builder;
  }

  private static void Speak(ListenOptions listen, BrokerOptions options)
  {
    // Twice the message: one that is a little too long is still read, refused and counted.
    listen.UsePacketLimit((2 * options.MaxMessageBytes) + 1024);
    listen.UseMqtt();
  }
}
