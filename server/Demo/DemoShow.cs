// What a person would do on the first day, done through the same commands and rights as by a person: a claim code,
// two profiles pushed to the sites, one rollout under way.
using System.Security.Claims;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Demo;

/// <summary>Acts once on a server without profiles; a kept demo stays as its people left it.</summary>
public sealed class DemoShow(
  IOptions<DemoOptions> options,
  IDbContextFactory<FleetDb> databases,
  LiveFleet live,
  MakeClaimCode claims,
  SaveProfile profiles,
  PushProfile pushes,
  UploadArtifact uploads,
  RolloutDesk rollouts,
  TimeProvider clock,
  ILogger<DemoShow> log) : BackgroundService
{
  private const int ClaimDevices = 5;

  private static readonly ClaimsPrincipal Person = new(new ClaimsIdentity(
    [new Claim(ClaimTypes.Name, "demo"), new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "demo", Role = Role.Administrator }))], "demo"));

  protected override async Task ExecuteAsync(CancellationToken stoppingToken)
  {
    if (!options.Value.Enabled) return;
    try
    {
      await Show(stoppingToken);
    }
    catch (Exception broken) when (broken is not OperationCanceledException)
    {
      log.LogError(broken, "The demo shows less than it could");
    }
  }

  private async Task Show(CancellationToken stop)
  {
    int[] sites;
    await using (var db = await databases.CreateDbContextAsync(stop))
    {
      if (await db.Profiles.AnyAsync(stop)) return;
      sites = await db.Sites.OrderBy(s => s.Id).Select(s => s.Id).ToArrayAsync(stop);
    }

    if (sites.Length == 0) return;
    var code = await claims.Run(Person, sites[0], ClaimDevices, TimeSpan.FromDays(1), "mine", stop);
    if (code.Done) Console.Out.WriteLine($"Claim code for {ClaimDevices} devices: {code.Value.Text}");
    await Push("Gentle winter", Gentle(), sites.Where((_, i) => i % 2 == 0), stop);
    await Push("Solar summer", Limits.Profiles.OriginDefaults(), sites.Where((_, i) => i % 2 == 1), stop);
    if (options.Value.Artifact.Length > 0) await RollOut(options.Value.Artifact, stop);
  }

  private async Task Push(string name, Profile content, IEnumerable<int> sites, CancellationToken stop)
  {
    var targets = sites.Select(s => new PushTarget(AssignmentScope.Site, $"{s}")).ToArray();
    var saved = await profiles.Run(Person, null, name, content, "shown in the demo", 0, stop);
    if (saved.Revision is not { } revision) throw new InvalidOperationException($"{name}: {string.Join("; ", saved.Faults)}");
    if (targets.Length == 0) return;
    var preview = await pushes.Preview(Person, revision.ProfileId, revision.Number, targets, stop);
    await pushes.Run(Person, revision.ProfileId, revision.Number, targets, preview, "shown in the demo", stop);
  }

  /// <summary>The board of a device is known when it has reported: a rollout over nobody would be refused.</summary>
  private async Task RollOut(string file, CancellationToken stop)
  {
    using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
    for (var patience = 60; patience > 0 && (!File.Exists(file) || live.Snapshot().Any(d => d.Telemetry is null)); patience--)
      await timer.WaitForNextTickAsync(stop);
    await using var content = File.OpenRead(file);
    var artifact = await uploads.Run(Person, Path.GetFileName(file), content, stop);
    if (!artifact.Done) throw new InvalidOperationException($"{file}: {artifact.Why}");
    var policy = new RolloutPolicy { Canary = 2, Percents = [25, 50, 100], SoakSeconds = 120, MaxConcurrent = 5, PerMinute = 10, JitterSeconds = 5 };
    var (id, refusals) = await rollouts.Create(Person, "Demo build", artifact.Value!.Id, new RolloutSelection(), policy, "shown in the demo", stop);
    if (id is null) log.LogWarning("The demo has no rollout: {Refusals}", string.Join("; ", refusals));
  }

  /// <summary>Slow when cold and at both ends.</summary>
  private static Profile Gentle()
  {
    var profile = Limits.Profiles.OriginDefaults();
    profile.Number[ProfileField.ChargeMaxMa] = 50_000;
    var cold = profile.ChargeRamp[(int)RampSource.CellTempDeciC];
    cold.Add(0, 0);
    cold.Add(50, 10_000);
    cold.Add(150, 50_000);
    return profile;
  }
}
