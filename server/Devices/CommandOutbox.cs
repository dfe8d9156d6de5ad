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

  // Ids only, each at most once.
  private readonly HashSet<string> _due = new(StringComparer.Ordinal);
  private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

  public CommandOutbox(IDbContextFactory<FleetDb> databases, DeviceGate gate, MqttBroker broker, LiveFleet fleet, TimeProvider clock, ILogger<CommandOutbox> log)
  {
    (_databases, _gate, _broker, _fleet, _clock, _log) = (databases, gate, broker, fleet, clock, log);
    broker.CommandSubscribed += Subscribed;
  }

  /// <summary>A command for this device was stored.</summary>
  public void Ring(string deviceId)
  {
    lock (_due) _due.Add(deviceId);
    _bell.Writer.TryWrite(true);
  }

  public override void Dispose()
  {
    _broker.CommandSubscribed -= Subscribed;
    base.Dispose();
  }

  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    await foreach (var _ in _bell.Reader.ReadAllAsync(stoppingToken))
    {
      string[] due;
      lock (_due)
      {
        due = [.. _due];
        _due.Clear();
      }

      try
      {
        foreach (var ids in due.Chunk(500)) await Send(ids, stoppingToken);
      }
      catch (Exception broken) when (broken is not OperationCanceledException)
      {
        _log.LogError(broken, "Commands could not be sent; trying again");
        await Task.Delay(TimeSpan.FromSeconds(1), _clock, stoppingToken);
        foreach (var id in due) Ring(id);
      }
    }
  }

  /// <summary>Doing it twice is the same as once.</summary>
  private static bool MayRepeat(CommandKind kind) => kind is not (CommandKind.Reboot or CommandKind.Switch or CommandKind.FullCharge);

  private void Subscribed(DeviceConnection connection) => Ring(connection.Device.Id);

  private async Task Send(string[] ids, CancellationToken stop)
  {
    var now = _clock.GetUtcNow();
    await using var db = await _databases.CreateDbContextAsync(stop);
    var open = await db.DeviceCommands.Where(c => c.State == VerdictState.None && c.Until > now && ids.Contains(c.DeviceId)).OrderBy(c => c.At).ToListAsync(stop);
    foreach (var command in open)
    {
      if (_gate.Find(command.DeviceId) is not { Connection: { CommandMail: { } session } connection } device) continue;
      // Handed to this very connection it is on its way; one that broke may have swallowed it. Milliseconds, as they are stored.
      if (command.HandedAt is { } handed && (!MayRepeat(command.Kind) || handed.ToUnixTimeMilliseconds() >= connection.Since.ToUnixTimeMilliseconds())) continue;
      // Noted before it goes: killed in between, a restart is rather lost than done twice.
      command.HandedAt = _clock.GetUtcNow();
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
