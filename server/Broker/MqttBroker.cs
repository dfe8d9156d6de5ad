using System.Buffers;
using JkFleet.Contracts;
using JkFleet.Server.Telemetry;
using Microsoft.Extensions.Options;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace JkFleet.Server.Broker;

/// <summary>
/// The broker's events, bound to the gate, the ingest and the listeners. Nothing that devices publish is ever routed to
/// another client: the default dispatch costs one test per session and message (fleet.md 0), and nobody else may read it.
/// </summary>
public sealed class MqttBroker(
  MqttServer server,
  DeviceGate gate,
  TelemetryIngest ingest,
  LiveFleet fleet,
  SecurityLog security,
  IEnumerable<IDeviceListener> listeners,
  IOptions<BrokerOptions> options,
  IHostApplicationLifetime lifetime,
  TimeProvider clock,
  ILogger<MqttBroker> log) : IHostedService
{
  private static readonly object ConnectionKey = new();

  private readonly Dictionary<string, IDeviceListener[]> _listeners =
    listeners.GroupBy(l => l.Leaf, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

  private int _connections;

  /// <summary>Called after a device has subscribed its desired state: it can be told now.</summary>
  public event Action<DeviceConnection>? DesiredSubscribed;

  /// <summary>The same for commands.</summary>
  public event Action<DeviceConnection>? CommandSubscribed;

  /// <summary>MQTT connections open now.</summary>
  public int Connections => Volatile.Read(ref _connections);

  public async Task StartAsync(CancellationToken cancellationToken)
  {
    server.ValidatingConnectionAsync += Validate;
    server.InterceptingPublishAsync += Publish;
    server.InterceptingSubscriptionAsync += Subscribe;
    server.ClientConnectedAsync += Connected;
    server.ClientDisconnectedAsync += Disconnected;
    server.ClientSubscribedTopicAsync += Subscribed;
    // Kestrel waits for its connections before it lets anyone else stop; devices never hang up by themselves.
    lifetime.ApplicationStopping.Register(() => Stop().GetAwaiter().GetResult());
    await server.StartAsync();
  }

  public Task StopAsync(CancellationToken cancellationToken) => Stop();

  /// <summary>Ends a device's connection at once, if there is one.</summary>
  public async Task Kick(string deviceId)
  {
    try
    {
      await server.DisconnectClientAsync(deviceId, new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.NotAuthorized });
    }
    catch (InvalidOperationException)
    {
      // Not connected: nothing to end.
    }
  }

  private Task Stop() => server.IsStarted ? server.StopAsync(new MqttServerStopOptions()) : Task.CompletedTask;

  private Task Validate(ValidatingConnectionEventArgs args)
  {
    var remote = Address(args.RemoteEndPoint);
    if (Connections >= options.Value.MaxConnections)
    {
      args.ReasonCode = MqttConnectReasonCode.QuotaExceeded;
      security.Add("too_many_connections", args.ClientId ?? "", remote);
      return Task.CompletedTask;
    }

    var judgement = gate.Judge(args.ClientId, args.UserName, args.RawPassword, args.KeepAlivePeriod ?? 0, remote, options.Value);
    if (!judgement.Accepted)
    {
      args.ReasonCode = judgement.Refusal;
      security.Add(judgement.Kind, args.ClientId ?? "", remote, judgement.Detail);
      return Task.CompletedTask;
    }

    args.SessionItems[ConnectionKey] = new DeviceConnection(judgement.Device, remote, options.Value.Burst, clock.GetUtcNow(), clock.GetTimestamp());
    return Task.CompletedTask;
  }

  private Task Connected(ClientConnectedEventArgs args)
  {
    if (args.SessionItems[ConnectionKey] is not DeviceConnection connection) return Task.CompletedTask;
    var device = connection.Device;
    lock (connection.Lock)
    {
      if (connection.Ended) return Task.CompletedTask;
      connection.Open = true;
      Interlocked.Increment(ref _connections);
      device.Enter(connection);
      fleet.Connected(device.Id);
    }

    fleet.Tally(device.Id, c => c with { Connects = c.Connects + 1 });
    if (device.DisplacedFrom is { } elsewhere && elsewhere != connection.Remote)
      security.Add("duplicate_id", device.Id, connection.Remote, $"was connected from {elsewhere}");
    device.DisplacedFrom = null;
    // Revoked between CONNECT and now: the kick may have come too early to find this connection.
    return device.Credential.Revoked ? Kick(device.Id) : Task.CompletedTask;
  }

  private Task Disconnected(ClientDisconnectedEventArgs args)
  {
    if (args.SessionItems[ConnectionKey] is not DeviceConnection connection) return Task.CompletedTask;
    var device = connection.Device;
    lock (connection.Lock)
    {
      if (connection.Ended) return Task.CompletedTask;
      connection.Ended = true;
      if (connection.Open)
      {
        Interlocked.Decrement(ref _connections);
        device.Leave(connection);
        fleet.Disconnected(device.Id);
      }
    }

    if (args.DisconnectType != MqttClientDisconnectType.Takeover) return Task.CompletedTask;
    device.DisplacedFrom = connection.Remote;
    fleet.Tally(device.Id, c => c with { TakeOvers = c.TakeOvers + 1 });
    return Task.CompletedTask;
  }

  private async Task Publish(InterceptingPublishEventArgs args)
  {
    args.ProcessPublish = false;
    if (args.SessionItems[ConnectionKey] is not DeviceConnection connection)
    {
      args.CloseConnection = true;
      return;
    }

    var message = args.ApplicationMessage;
    var device = connection.Device;
    try
    {
      if (!await Pace(connection)) return;
      if (!message.Retain && message.Topic == device.TelemetryTopic)
      {
        if (message.Payload.Length > options.Value.MaxMessageBytes) Refuse(args, connection, "too_large", message.Topic);
        else await ingest.Take(device, message.Payload);
        return;
      }

      var leaf = DeviceGate.MayPublish(device, message.Topic, message.Retain);
      if (leaf is null) Refuse(args, connection, message.Retain ? "forbidden_retained" : "forbidden_publish", message.Topic);
      else if (message.Payload.Length > options.Value.MaxMessageBytes) Refuse(args, connection, "too_large", message.Topic);
      else await Hear(device, leaf, message.Payload.ToArray(), args.CancellationToken);
    }
    catch (Exception broken)
    {
      // Not stored, so not acknowledged: the device keeps it and comes back.
      args.CloseConnection = true;
      args.Response.ReasonCode = MqttPubAckReasonCode.UnspecifiedError;
      log.LogError(broken, "A message of {Device} could not be taken", device.Id);
    }
  }

  private async Task Hear(DeviceEntry device, string leaf, byte[] payload, CancellationToken stop)
  {
    fleet.Seen(device.Id);
    if (!_listeners.TryGetValue(leaf, out var listeners)) return;
    foreach (var listener in listeners)
    {
      if (await listener.Hear(device.Id, payload, stop) is not { } refusal) continue;
      fleet.Tally(device.Id, c => c with { Refused = c.Refused + 1 });
      log.LogWarning("Message of {Device} on {Leaf} could not be read: {Refusal}", device.Id, leaf, refusal);
    }
  }

  private Task Subscribe(InterceptingSubscriptionEventArgs args)
  {
    if (args.SessionItems[ConnectionKey] is DeviceConnection connection)
    {
      if (DeviceGate.MaySubscribe(connection.Device, args.TopicFilter.Topic))
      {
        if (args.TopicFilter.Topic == connection.Device.DesiredTopic) connection.DesiredMail = args.Session;
        else connection.CommandMail = args.Session;
        return Task.CompletedTask;
      }

      Violation(connection, "forbidden_subscribe", args.TopicFilter.Topic);
    }

    args.ProcessSubscription = false;
    args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
    return Task.CompletedTask;
  }

  private Task Subscribed(ClientSubscribedTopicEventArgs args)
  {
    if (args.SessionItems[ConnectionKey] is not DeviceConnection connection) return Task.CompletedTask;
    if (args.TopicFilter.Topic == connection.Device.DesiredTopic) DesiredSubscribed?.Invoke(connection);
    else if (args.TopicFilter.Topic == connection.Device.CommandTopic) CommandSubscribed?.Invoke(connection);
    return Task.CompletedTask;
  }

  /// <summary>Slows a device down that sends faster than it may. False when it was disconnected meanwhile.</summary>
  private async ValueTask<bool> Pace(DeviceConnection connection)
  {
    var limits = options.Value;
    var now = clock.GetTimestamp();
    var gained = clock.GetElapsedTime(connection.TokensAt, now).TotalSeconds * limits.MessagesPerSecond;
    connection.Tokens = Math.Min(limits.Burst, connection.Tokens + gained) - 1;
    connection.TokensAt = now;
    if (connection.Tokens >= 0) return true;
    security.Add("too_fast", connection.Device.Id, connection.Remote, $"more than {limits.MessagesPerSecond} messages/s");
    await Task.Delay(TimeSpan.FromSeconds(Math.Min(5, -connection.Tokens / limits.MessagesPerSecond)), clock);
    return ReferenceEquals(connection.Device.Connection, connection);
  }

  private void Refuse(InterceptingPublishEventArgs args, DeviceConnection connection, string kind, string topic)
  {
    Violation(connection, kind, topic);
    args.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
    // MQTT 3.1.1 has no way to say no but closing (3.3.5); a version 5 client reads the code first.
    args.CloseConnection = true;
  }

  private void Violation(DeviceConnection connection, string kind, string topic)
  {
    fleet.Tally(connection.Device.Id, c => c with { Violations = c.Violations + 1 });
    security.Add(kind, connection.Device.Id, connection.Remote, topic);
  }

  private static string Address(System.Net.EndPoint? endPoint) =>
    endPoint is System.Net.IPEndPoint ip ? (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address).ToString() : "";
}
