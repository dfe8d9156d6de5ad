// Tells devices what they shall be: always from the database, on every change and on every connect, so that a lost
// message needs no retry of its own. Messages go straight to the device's session (fleet.md 0: injecting costs a test per session).
using System.Threading.Channels;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using MQTTnet;
using MQTTnet.Protocol;

namespace JkFleet.Server.Broker;

/// <summary>The one sender of desired states.</summary>
public sealed class DeviceOutbox : BackgroundService
{
  private const int Chunk = 500;

  private readonly IDbContextFactory<FleetDb> _databases;
  private readonly DesiredMail _mail;
  private readonly DeviceGate _gate;
  private readonly ReportedState _reports;
  private readonly DesiredState _door;
  private readonly MqttBroker _broker;
  private readonly ILogger<DeviceOutbox> _log;

  // Ids only, each at most once: bounded by the fleet, and a burst of changes to one device is one message.
  private readonly HashSet<string> _due = new(StringComparer.Ordinal);
  private readonly HashSet<string> _wished = new(StringComparer.Ordinal);
  private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

  public DeviceOutbox(
    IDbContextFactory<FleetDb> databases, DesiredMail mail, DeviceGate gate, ReportedState reports, DesiredState door, MqttBroker broker, ILogger<DeviceOutbox> log)
  {
    (_databases, _mail, _gate, _reports, _door, _broker, _log) = (databases, mail, gate, reports, door, broker, log);
    door.Changed += Changed;
    broker.DesiredSubscribed += Subscribed;
  }

  /// <summary>Desired states handed to sessions since the start.</summary>
  public long Sent { get; private set; }

  public override void Dispose()
  {
    _door.Changed -= Changed;
    _broker.DesiredSubscribed -= Subscribed;
    base.Dispose();
  }

  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    await foreach (var _ in _bell.Reader.ReadAllAsync(stoppingToken))
    {
      string[] due, wished;
      lock (_due)
      {
        due = [.. _due];
        wished = [.. _wished];
        _due.Clear();
        _wished.Clear();
      }

      try
      {
        // Compared before it is sent: nobody may read "in sync" while the device already follows the newer wish.
        if (wished.Length > 0) await _reports.WishedAsync(wished, stoppingToken);
        foreach (var ids in due.Chunk(Chunk)) await SendAsync(ids, stoppingToken);
      }
      catch (Exception broken) when (broken is not OperationCanceledException)
      {
        // Whoever was not told hears it at the next change or connect; what is due is put back for the next ring.
        _log.LogError(broken, "Desired states could not be sent; trying again");
        await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
        Add(due, wished);
      }
    }
  }

  private void Changed(IReadOnlyCollection<string> ids) => Add(ids, ids);

  private void Subscribed(DeviceConnection connection) => Add([connection.Device.Id], []);

  private void Add(IReadOnlyCollection<string> due, IReadOnlyCollection<string> wished)
  {
    lock (_due)
    {
      _due.UnionWith(due);
      _wished.UnionWith(wished);
    }

    _bell.Writer.TryWrite(true);
  }

  private async Task SendAsync(string[] ids, CancellationToken stop)
  {
    await using var db = await _databases.CreateDbContextAsync(stop);
    foreach (var row in await db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToListAsync(stop))
    {
      if (_gate.Find(row.DeviceId) is not { Connection.DesiredMail: { } session } device || Write(row) is not { } message) continue;
      var accepted = session.TryEnqueueApplicationMessage(
        new MqttApplicationMessage { Topic = device.DesiredTopic, PayloadSegment = message, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce }, out var result);
      if (accepted) Sent++;
      else _log.LogWarning("The desired state {Version} of {Device} was not queued: {Result}", row.Version, row.DeviceId, result);
    }
  }
  /// <summary>One row that cannot be written must not keep the mail of all others.</summary>
  private byte[]? Write(DesiredRow row)
  {
    try
    {
      return _mail.Write(row);
    }
    catch (InvalidOperationException broken)
    {
      _log.LogError(broken, "The desired state {Version} of {Device} cannot be sent", row.Version, row.DeviceId);
      return null;
    }
  }
}
