// The clockwork of rollouts: gathers facts, lets RolloutJudge decide, writes the decision and the wishes in one
// transaction, then tells the outbox. It holds the running rollouts in memory, but only what was committed: after a kill
// at any point it starts again from the database, and nothing is offered twice.
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Rollouts;

/// <summary>Ticks every rollout that is not at its end.</summary>
public sealed class RolloutRunner(
  IDbContextFactory<FleetDb> databases, DesiredState door, LiveFleet live, TimeProvider clock, ILogger<RolloutRunner> log) : BackgroundService
{
  private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

  private readonly SemaphoreSlim _turn = new(1, 1);
  private readonly Dictionary<int, Rollout> _open = [];
  private readonly Dictionary<string, DateTimeOffset> _illSince = new(StringComparer.Ordinal);
  private Dictionary<int, TimeZoneInfo> _zones = [];
  private DateTimeOffset _zonesAt;
  private readonly DateTimeOffset _listensSince = clock.GetUtcNow();

  /// <summary>A rollout moved; for pages.</summary>
  public event Action<int>? Moved;

  /// <summary>One pass over all open rollouts; tests call it by hand.</summary>
  public async Task TickAsync(CancellationToken cancellationToken)
  {
    await _turn.WaitAsync(cancellationToken);
    try
    {
      if (_open.Count == 0) return;
      await RefreshZonesAsync(cancellationToken);
      foreach (var rollout in _open.Values.ToList()) await TickAsync(rollout, cancellationToken);
    }
    finally
    {
      _turn.Release();
    }
  }

  /// <summary>Reads every open rollout from the database, forgetting what memory held.</summary>
  public async Task LoadAsync(CancellationToken cancellationToken)
  {
    await _turn.WaitAsync(cancellationToken);
    try
    {
      await using var db = await databases.CreateDbContextAsync(cancellationToken);
      _open.Clear();
      foreach (var rollout in await Whole(db).Where(r => r.State != RolloutState.Completed && r.State != RolloutState.CompletedWithFailures && r.State != RolloutState.RolledBack).ToListAsync(cancellationToken))
        if (IsOpen(rollout)) _open[rollout.Id] = rollout;
    }
    finally
    {
      _turn.Release();
    }
  }

  /// <summary>A person's change: made between two ticks, saved with an entry in the log, seen by the next tick.</summary>
  /// <param name="id">The rollout.</param>
  /// <param name="change">Changes the entity; returns why it cannot be done, or null.</param>
  /// <param name="action">For the log, e.g. <c>rollout.paused</c>.</param>
  /// <param name="by">Account name.</param>
  /// <param name="reason">Why.</param>
  /// <param name="cancellationToken">Gives up before anything is saved.</param>
  public async Task<string?> ChangeAsync(int id, Func<Rollout, string?> change, string action, string by, string reason, CancellationToken cancellationToken)
  {
    await _turn.WaitAsync(cancellationToken);
    try
    {
      await using var db = await databases.CreateDbContextAsync(cancellationToken);
      var rollout = await Whole(db).AsTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken);
      if (rollout is null) return "The rollout does not exist.";
      var before = rollout.State;
      if (change(rollout) is { } refusal) return refusal;
      rollout.Revision++;
      if (rollout.State != before) rollout.StateSince = clock.GetUtcNow();
      db.Activities.Add(new Activity
      {
        At = clock.GetUtcNow(), Actor = by, Action = action, Subject = $"rollout:{id}", Before = before.ToString(), After = rollout.State.ToString(), Reason = reason,
      });
      await db.SaveChangesAsync(cancellationToken);
      db.ChangeTracker.Clear();
      if (IsOpen(rollout)) _open[id] = rollout;
      else _open.Remove(id);
    }
    finally
    {
      _turn.Release();
    }

    Moved?.Invoke(id);
    return null;
  }

  /// <summary>Takes a new rollout under its care; it is in the database already.</summary>
  public async Task AdoptAsync(int id, CancellationToken cancellationToken)
  {
    await _turn.WaitAsync(cancellationToken);
    try
    {
      await using var db = await databases.CreateDbContextAsync(cancellationToken);
      _open[id] = await Whole(db).SingleAsync(r => r.Id == id, cancellationToken);
    }
    finally
    {
      _turn.Release();
    }

    Moved?.Invoke(id);
  }

  /// <summary>A rollout with its waves and devices, for reading.</summary>
  public static IQueryable<Rollout> Whole(FleetDb db) =>
    db.Rollouts.AsNoTracking().Include(r => r.Waves).Include(r => r.Devices.OrderBy(d => d.Id)).AsSplitQuery();

  public override void Dispose()
  {
    base.Dispose();
    _turn.Dispose();
  }

  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    await LoadAsync(stoppingToken);
    using var timer = new PeriodicTimer(Period, clock);
    while (await timer.WaitForNextTickAsync(stoppingToken))
    {
      try
      {
        await TickAsync(stoppingToken);
      }
      catch (Exception broken) when (broken is not OperationCanceledException)
      {
        // The decision was not committed: memory may be ahead of the database, so start from there again.
        log.LogError(broken, "A rollout tick failed; state is read again from the database");
        await ReloadAfterFailureAsync(stoppingToken);
      }
    }
  }

  private async Task ReloadAfterFailureAsync(CancellationToken cancellationToken)
  {
    try
    {
      await LoadAsync(cancellationToken);
    }
    catch (Exception broken) when (broken is not OperationCanceledException)
    {
      log.LogError(broken, "The rollouts could not be read; the next tick tries again");
    }
  }

  private async Task TickAsync(Rollout rollout, CancellationToken cancellationToken)
  {
    var now = clock.GetUtcNow();
    var step = RolloutJudge.Decide(rollout, id => FactsOf(id, now), now);
    if (step.IsEmpty) return;
    var told = await CommitAsync(rollout, step, now, cancellationToken);
    foreach (var outcome in told) door.Tell(outcome);
    if (step.Rollout is { } to) log.LogInformation("Rollout {Rollout} is {State}: {Reason}", rollout.Id, to.State, to.Reason);
    if (!IsOpen(rollout)) _open.Remove(rollout.Id);
    Moved?.Invoke(rollout.Id);
  }

  private async Task<List<DesiredOutcome>> CommitAsync(Rollout rollout, RolloutStep step, DateTimeOffset now, CancellationToken cancellationToken)
  {
    var by = $"rollout:{rollout.Id}";
    var told = new List<DesiredOutcome>();
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
    foreach (var device in step.Offers) device.InverterWasHeard = FactsOf(device.DeviceId, now)?.InverterHeard ?? false;
    step.ApplyTo(rollout, now);
    await WishAsync(step.Offers, rollout.ArtifactId);
    if (rollout.FormerArtifactId is { } former) await WishAsync(step.Returns, former);
    if (step.Withdrawals.Count > 0)
      told.Add(await door.StageAsync(db, [.. step.Withdrawals.Select(d => d.DeviceId)], new DesiredChange.NoFirmware(rollout.Id), by, rollout.StateReason, cancellationToken: cancellationToken));

    // Only what changed is tracked: attaching the rollout would bring every device of it along, tick after tick.
    rollout.Revision++;
    var written = await db.Rollouts.Where(r => r.Id == rollout.Id && r.Revision == rollout.Revision - 1).ExecuteUpdateAsync(
      row => row.SetProperty(r => r.Revision, rollout.Revision)
        .SetProperty(r => r.State, rollout.State).SetProperty(r => r.StateSince, rollout.StateSince).SetProperty(r => r.StateReason, rollout.StateReason),
      cancellationToken);
    if (written != 1) throw new DbUpdateConcurrencyException($"Rollout {rollout.Id} was changed by somebody else.");
    if (step.Rollout is not null)
    {
      db.Activities.Add(new Activity
      {
        At = now, Actor = by, Action = "rollout.moved", Subject = $"rollout:{rollout.Id}", After = step.Rollout.Value.State.ToString(), Reason = step.Rollout.Value.Reason,
      });
    }

    foreach (var (wave, _) in step.Waves) db.Entry(wave).State = EntityState.Modified;
    foreach (var move in step.Devices) db.Entry(move.Device).State = EntityState.Modified;
    foreach (var device in step.Offers.Concat(step.Returns).Concat(step.Withdrawals)) db.Entry(device).State = EntityState.Modified;
    await db.SaveChangesAsync(cancellationToken);
    await transaction.CommitAsync(cancellationToken);
    return told;

    async Task WishAsync(List<RolloutDevice> devices, int artifactId)
    {
      if (devices.Count == 0) return;
      var artifact = await db.Artifacts.AsNoTracking().SingleAsync(a => a.Id == artifactId, cancellationToken);
      var outcome = await door.StageAsync(
        db, [.. devices.Select(d => d.DeviceId)], new DesiredChange.Firmware(artifact.Version, artifact.Sha256, artifact.Size, rollout.Id), by, rollout.Why, cancellationToken: cancellationToken);
      foreach (var device in devices) device.OfferDesired = outcome.Versions.GetValueOrDefault(device.DeviceId);
      told.Add(outcome);
    }
  }

  private RolloutFacts? FactsOf(string id, DateTimeOffset now)
  {
    if (live.Find(id) is not { } device) return null;
    var telemetry = device.Telemetry;
    var bms = telemetry?.Bms == LinkState.Ok;
    var inverter = telemetry?.Inverter == LinkState.Ok;
    if (bms) _illSince.Remove(id);
    else _illSince.TryAdd(id, now);
    return new RolloutFacts
    {
      Online = device.Connection is Connection.Online or Connection.Late,
      SilentFor = device.SeenAt is not { } seen ? now - _listensSince : seen > _listensSince ? now - seen : now - _listensSince,
      ListenedFor = now - _listensSince,
      Runs = telemetry?.Agent ?? "",
      BmsHeard = bms,
      InverterHeard = inverter,
      IllFor = bms ? TimeSpan.Zero : now - _illSince[id],
      SocPermille = telemetry?.Snapshot.SocPermille ?? 0,
      CurrentMa = telemetry?.Snapshot.CurrentMa ?? 0,
      AlarmActive = telemetry is not null && (telemetry.Snapshot.Alarms & ~Bms.BmsAlarms.LowCapacity) != 0,
      Site = $"{device.SiteId}",
      LocalMinute = LocalMinute(device.SiteId, now),
      ReportedDesired = device.Update?.DesiredVersion ?? 0,
      Update = device.Update?.State ?? UpdateState.Idle,
      UpdateVersion = device.Update?.Version ?? "",
      UpdatePermille = device.Update?.Permille ?? 0,
      UpdateReason = device.Update?.Reason ?? "",
      Gone = device.Revoked,
    };
  }

  private int LocalMinute(int siteId, DateTimeOffset now)
  {
    var local = TimeZoneInfo.ConvertTime(now, _zones.GetValueOrDefault(siteId, TimeZoneInfo.Utc));
    return (local.Hour * 60) + local.Minute;
  }

  private async Task RefreshZonesAsync(CancellationToken cancellationToken)
  {
    var now = clock.GetUtcNow();
    if (_zones.Count > 0 && now - _zonesAt < TimeSpan.FromMinutes(1)) return;
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    var sites = await db.Sites.AsNoTracking().Select(s => new { s.Id, s.TimeZone }).ToListAsync(cancellationToken);
    _zones = sites.ToDictionary(s => s.Id, s => LocalClock.Zone(s.TimeZone));
    _zonesAt = now;
  }

  private static bool IsOpen(Rollout rollout) =>
    rollout.State is RolloutState.Scheduled or RolloutState.Running or RolloutState.Paused or RolloutState.RollingBack
    || rollout.State == RolloutState.Aborted && rollout.Devices.Exists(d => RolloutJudge.IsInFlight(d.Stage) || d.Stage is StageOfDevice.Planned or StageOfDevice.Gated);
}
