// Hands commands to devices: from the database, when one is given and again when its device connects, until it is answered
// or expired. What may not happen twice (a restart, a switch) is handed over once only, whatever becomes of the connection.
using System.Threading.Channels;
using JkFleet.Contracts;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;
using MQTTnet;
using MQTTnet.Protocol;

namespace JkFleet.Server.Devices;

/// <summary>The one sender of commands.</summary>
public sealed class CommandOutbox : BackgroundService
{
  private readonly IDbContextFactory<FleetDb> _databases;
  private readonly DeviceGate _gate;
  private readonly MqttBroker _broker;
  private readonly LiveFleet _fleet;
  private readonly TimeProvider _clock;
  private readonly ILogger<CommandOutbox> _log;

  // Ids only, each at most once; true = the device has just connected and may have missed what was handed over before.
  private readonly Dictionary<string, bool> _due = new(StringComparer.Ordinal);
  private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

  public CommandOutbox(IDbContextFactory<FleetDb> databases, DeviceGate gate, MqttBroker broker, LiveFleet fleet, TimeProvider clock, ILogger<CommandOutbox> log)
  {
    (_databases, _gate, _broker, _fleet, _clock, _log) = (databases, gate, broker, fleet, clock, log);
    broker.CommandSubscribed += Subscribed;
  }

  /// <summary>A command for this device was stored.</summary>
  public void Ring(string deviceId) => Add(deviceId, connected: false);

  public override void Dispose()
  {
    _broker.CommandSubscribed -= Subscribed;
    base.Dispose();
  }

  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    await foreach (var _ in _bell.Reader.ReadAllAsync(stoppingToken))
    {
      KeyValuePair<string, bool>[] due;
      lock (_due)
      {
        due = [.. _due];
        _due.Clear();
      }

      try
      {
        foreach (var part in due.Chunk(500)) await Send(part.ToDictionary(StringComparer.Ordinal), stoppingToken);
      }
      catch (Exception broken) when (broken is not OperationCanceledException)
      {
        _log.LogError(broken, "Commands could not be sent; trying again");
        await Task.Delay(TimeSpan.FromSeconds(1), _clock, stoppingToken);
        foreach (var (id, connected) in due) Add(id, connected);
      }
    }
  }

  /// <summary>Doing it twice is the same as once.</summary>
  private static bool MayRepeat(CommandKind kind) => kind is not (CommandKind.Reboot or CommandKind.Switch or CommandKind.FullCharge);

  private void Subscribed(DeviceConnection connection) => Add(connection.Device.Id, connected: true);

  private void Add(string deviceId, bool connected)
  {
    lock (_due) _due[deviceId] = connected || _due.GetValueOrDefault(deviceId);
    _bell.Writer.TryWrite(true);
  }

  private async Task Send(Dictionary<string, bool> due, CancellationToken stop)
  {
    var ids = due.Keys.ToArray();
    var now = _clock.GetUtcNow();
    await using var db = await _databases.CreateDbContextAsync(stop);
    var open = await db.DeviceCommands.Where(c => c.State == VerdictState.None && c.Until > now && ids.Contains(c.DeviceId)).OrderBy(c => c.At).ToListAsync(stop);
    foreach (var command in open)
    {
      if (command.HandedAt is not null && !(due[command.DeviceId] && MayRepeat(command.Kind))) continue;
      if (_gate.Find(command.DeviceId) is not { Connection.CommandMail: { } session } device) continue;
      // Noted before it goes: killed in between, a restart is rather lost than done twice.
      command.HandedAt = now;
      await db.SaveChangesAsync(stop);
      var accepted = session.TryEnqueueApplicationMessage(
        new MqttApplicationMessage { Topic = device.CommandTopic, PayloadSegment = Write(command), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce }, out var result);
      if (!accepted)
      {
        _log.LogWarning("Command {Command} to {Device} was not queued: {Result}", command.Id, command.DeviceId, result);
        command.HandedAt = null;
        await db.SaveChangesAsync(stop);
      }

      _fleet.Noted(command.DeviceId);
    }
  }

  private static byte[] Write(SentCommand command)
  {
    var message = new Command
    {
      Id = command.Id,
      Kind = command.Kind,
      UntilUtcMs = command.Until.ToUnixTimeMilliseconds(),
      HoldMs = command.HoldMs,
      ChargeMa = command.ChargeMa,
      DischargeMa = command.DischargeMa,
      Switch = (int)command.Switch,
      On = command.On,
    };
    var writer = new MessageWriter(new byte[CommandCodec.MaxBytes]);
    if (!new CommandCodec().Write(message, writer)) throw new InvalidOperationException($"Command {command.Id} does not fit a message.");
    return writer.Buffer.AsSpan(0, writer.Count).ToArray();
  }
}
