// What a person does with rollouts: make one, pause, resume with a choice, abort. Each is checked, logged and final for
// the next tick; the runner does the rest.
using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Telemetry;

namespace JkFleet.Server.Rollouts;

/// <summary>Which devices a rollout is for; every filter that is set must hold.</summary>
public sealed record RolloutSelection
{
  public IReadOnlyCollection<int> Sites { get; init; } = [];
  public IReadOnlyCollection<string> Tags { get; init; } = [];

  /// <summary>Only devices that run one of these versions now; empty = any.</summary>
  public IReadOnlyCollection<string> Versions { get; init; } = [];
}

/// <summary>What a person wants to happen with the failed devices when a halted rollout goes on.</summary>
public enum ResumeChoice
{
  /// <summary>Offer the build to the failed ones once more.</summary>
  RetryFailed = 0,
  /// <summary>Leave the failed ones out and go on.</summary>
  SkipFailed = 1,
  /// <summary>Offer the former build to all that may run the new one; the rollout ends.</summary>
  RollBack = 2,
}

/// <summary>The operator's desk.</summary>
[Command(Role.Operator)]
public sealed class RolloutDesk(IDbContextFactory<FleetDb> databases, RolloutRunner runner, LiveFleet live, TimeProvider clock)
{
  private const int MostReason = 500;

  /// <summary>Who would take part, in the order of the waves, and who not and why.</summary>
  public async Task<(IReadOnlyList<LiveDevice> Takes, IReadOnlyList<(LiveDevice Device, string Why)> Skips)> Preview(
    ClaimsPrincipal by, int artifactId, RolloutSelection selection, CancellationToken cancellationToken)
  {
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    var artifact = await db.Artifacts.AsNoTracking().SingleAsync(a => a.Id == artifactId, cancellationToken);
    var siteTags = await db.Sites.AsNoTracking().ToDictionaryAsync(s => s.Id, s => Sites.Tags.Of(s.Tags), cancellationToken);
    var open = db.Rollouts.Where(r => r.State == RolloutState.Scheduled || r.State == RolloutState.Running || r.State == RolloutState.Paused || r.State == RolloutState.RollingBack);
    var busy = (await db.RolloutDevices.AsNoTracking().Where(d => open.Any(r => r.Id == d.RolloutId)).Select(d => d.DeviceId).ToListAsync(cancellationToken))
      .ToHashSet(StringComparer.Ordinal);
    var takes = new List<LiveDevice>();
    var skips = new List<(LiveDevice, string)>();
    foreach (var device in live.Snapshot())
    {
      if (selection.Sites.Count > 0 && !selection.Sites.Contains(device.SiteId)) continue;
      if (selection.Tags.Count > 0 && !selection.Tags.Any(t => device.Tags.Contains(t, StringComparer.Ordinal) || siteTags.GetValueOrDefault(device.SiteId, []).Contains(t, StringComparer.Ordinal))) continue;
      var runs = device.Telemetry?.Agent ?? "";
      if (selection.Versions.Count > 0 && !selection.Versions.Contains(runs, StringComparer.Ordinal)) continue;
      var why = !by.Has(Role.Operator, device.SiteId) ? "you have no right to change devices of its site"
        : device.Revoked ? "it is revoked"
        : device.Board != artifact.Board ? $"its board is {(device.Board.Length > 0 ? device.Board : "not known yet")}, the build is for {artifact.Board}"
        : runs == artifact.Version ? $"it runs {artifact.Version} already"
        : busy.Contains(device.Id) ? "it takes part in another rollout"
        : null;
      if (why is null) takes.Add(device);
      else skips.Add((device, why));
    }

    return (takes, skips);
  }

  /// <summary>Makes a rollout; it starts by itself when its time has come.</summary>
  /// <returns>Its id, or every reason why not.</returns>
  public async Task<(int? Id, IReadOnlyList<string> Refusals)> Create(
    ClaimsPrincipal by, string name, int artifactId, RolloutSelection selection, RolloutPolicy policy, string why, CancellationToken cancellationToken)
  {
    if (!by.Has(Role.Operator)) return (null, ["Your role does not allow this."]);
    var author = by.Identity?.Name ?? "";
    var refusals = new List<string>(policy.Mistakes());
    if (name.Trim().Length is 0 or > 200) refusals.Add("Name: give it one of 1..200 characters.");
    if (why.Trim().Length is 0 or > MostReason) refusals.Add($"Reason: say why in 1..{MostReason} characters; those who come later will ask.");
    await using var db = await databases.CreateDbContextAsync(cancellationToken);
    var artifact = await db.Artifacts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == artifactId, cancellationToken);
    if (artifact is null || artifact.RetiredAt is not null) return (null, [.. refusals, "Firmware: choose one that is not retired."]);
    if (artifact.ExpiresAt is { } expires && expires < clock.GetUtcNow()) refusals.Add($"Firmware: {artifact.Version} expired on {expires:yyyy-MM-dd}; devices would refuse it.");
    var (takes, _) = await Preview(by, artifactId, selection, cancellationToken);
    if (takes.Count == 0) refusals.Add("Selection: no device would take part.");
    if (refusals.Count > 0) return (null, refusals);

    var now = clock.GetUtcNow();
    var former = await FormerAsync(db, artifact, takes, cancellationToken);
    var rollout = new Rollout
    {
      Name = name.Trim(), ArtifactId = artifactId, Version = artifact.Version, Board = artifact.Board, CreatedBy = author, CreatedAt = now, Why = why.Trim(),
      State = RolloutState.Scheduled, StateSince = now, StateReason = RolloutNews.Scheduled(policy, now), Policy = policy,
      FormerArtifactId = former?.Id, FormerVersion = former?.Version,
    };
    var waves = policy.WavesFor(takes.Count);
    for (var i = 0; i < takes.Count; i++)
      rollout.Devices.Add(new RolloutDevice { DeviceId = takes[i].Id, Wave = waves[i], StageSince = now, ProgressAt = now, FromVersion = takes[i].Telemetry?.Agent ?? "" });
    for (var w = 0; w <= waves[^1] + 1; w++) rollout.Waves.Add(new RolloutWave { Index = w, IsTail = w > waves[^1], StateSince = now });
    db.Rollouts.Add(rollout);
    await db.SaveChangesAsync(cancellationToken);
    db.Activities.Add(new Activity
    {
      At = now, Actor = author, Action = "rollout.created", Subject = $"rollout:{rollout.Id}", After = $"{artifact.Name} {artifact.Version} to {Ui.Show.Devices(takes.Count)} in {waves[^1] + 1} waves", Reason = rollout.Why,
    });
    await db.SaveChangesAsync(cancellationToken);
    await runner.AdoptAsync(rollout.Id, cancellationToken);
    return (rollout.Id, []);
  }

  /// <summary>Halts: offers that have not begun to switch are taken back.</summary>
  public Task<string?> Pause(ClaimsPrincipal by, int id, string reason, CancellationToken cancellationToken) =>
    ChangeAsync(by, id, (rollout, name) =>
    {
      if (rollout.State is not (RolloutState.Running or RolloutState.Scheduled)) return $"It cannot be halted: it is {RolloutWords.Of(rollout.State).Text.ToLowerInvariant()}.";
      (rollout.State, rollout.StateReason) = (RolloutState.Paused, $"Halted by {name}: {reason}");
      return null;
    }, "rollout.paused", reason, cancellationToken);

  /// <summary>Goes on after a halt, with a choice about the failed devices.</summary>
  public Task<string?> Resume(ClaimsPrincipal by, int id, ResumeChoice choice, string reason, CancellationToken cancellationToken) =>
    ChangeAsync(by, id, (rollout, name) =>
    {
      if (rollout.State != RolloutState.Paused) return $"It cannot go on: it is {RolloutWords.Of(rollout.State).Text.ToLowerInvariant()}.";
      var now = clock.GetUtcNow();
      if (choice == ResumeChoice.RollBack)
      {
        if (rollout.FormerArtifactId is null) return "There is no former build on this server to roll back to.";
        (rollout.State, rollout.StateReason) = (RolloutState.RollingBack, $"Rolled back by {name}: {reason}");
        return null;
      }

      foreach (var device in rollout.Devices.Where(d => RolloutJudge.IsBad(d.Stage)))
      {
        (device.Stage, device.StageSince, device.ProgressAt, device.ProgressPermille) =
          (choice == ResumeChoice.RetryFailed ? StageOfDevice.Planned : StageOfDevice.Skipped, now, now, 0);
        device.Reason = (choice == ResumeChoice.RetryFailed ? "will be tried again: " : "left out after it failed: ") + Ui.Words.UpdateReason(device.Reason);
      }

      // A wave with work left opens again; the judge closes it anew by its own rules.
      foreach (var wave in rollout.Waves.Where(w => w.State is WaveState.Failed or WaveState.Soaking or WaveState.Passed))
      {
        var work = rollout.Devices.Exists(d => d.Wave == wave.Index && d.Stage is StageOfDevice.Planned or StageOfDevice.Gated);
        if (wave.State == WaveState.Failed || work) (wave.State, wave.StateSince) = (WaveState.Open, now);
      }

      // Halted before its start it has nothing to go on with, and goes back to waiting.
      var early = rollout.Policy.StartAt > now && rollout.Waves.TrueForAll(w => w.State == WaveState.Pending);
      (rollout.State, rollout.StateReason) = (early ? RolloutState.Scheduled : RolloutState.Running, $"Resumed by {name}: {reason}{(early ? $" ({RolloutNews.Scheduled(rollout.Policy, now)})" : "")}");
      return null;
    }, "rollout.resumed", reason, cancellationToken);

  /// <summary>Ends it for good; devices already restarting are followed to their end.</summary>
  public Task<string?> Abort(ClaimsPrincipal by, int id, string reason, CancellationToken cancellationToken) =>
    ChangeAsync(by, id, (rollout, name) =>
    {
      if (rollout.State is not (RolloutState.Running or RolloutState.Scheduled or RolloutState.Paused)) return $"It cannot be aborted: it is {RolloutWords.Of(rollout.State).Text.ToLowerInvariant()}.";
      (rollout.State, rollout.StateReason) = (RolloutState.Aborted, $"Aborted by {name}: {reason}");
      return null;
    }, "rollout.aborted", reason, cancellationToken);

  /// <summary>Everyone who touches a rollout must be an operator at every site that it reaches.</summary>
  private Task<string?> ChangeAsync(
    ClaimsPrincipal by, int id, Func<Rollout, string, string?> change, string action, string reason, CancellationToken cancellationToken)
  {
    var name = by.Identity?.Name ?? "";
    if (reason.Trim().Length is 0 or > MostReason) return Task.FromResult<string?>($"Say why in 1..{MostReason} characters: those who come later will ask.");
    return runner.ChangeAsync(
      id,
      rollout => rollout.Devices.TrueForAll(d => live.Find(d.DeviceId) is { } device ? by.Has(Role.Operator, device.SiteId) : by.HasEverywhere(Role.Operator))
        ? change(rollout, name)
        : "It reaches devices of sites where you are no operator.",
      action, name, reason, cancellationToken);
  }

  /// <summary>The build most of them run now, when the server holds it.</summary>
  private static async Task<Artifact?> FormerAsync(FleetDb db, Artifact artifact, IReadOnlyList<LiveDevice> devices, CancellationToken cancellationToken)
  {
    var most = devices.GroupBy(d => d.Telemetry?.Agent ?? "", StringComparer.Ordinal).MaxBy(g => g.Count())?.Key;
    return string.IsNullOrEmpty(most)
      ? null
      : await db.Artifacts.AsNoTracking().Where(a => a.Board == artifact.Board && a.Version == most).OrderByDescending(a => a.Id).FirstOrDefaultAsync(cancellationToken);
  }
}
