// kill -9 of the real server in the middle of a bulk push and of a rollout: afterwards every device is where it was wished
// to be or says why not, and nothing was done twice. Seed and kill points are printed; JKFLEET_CHAOS=20 gives the long run.
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace JkFleet.Server.Tests.Chaos;

public sealed class KillTests(ITestOutputHelper output)
{
  private const int Devices = 200;

  private static readonly int Kills =
    int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_CHAOS"), out var wanted) ? wanted : 4;

  [Fact]
  public async Task A_bulk_push_survives_kill_9_at_any_moment()
  {
    var random = Seeded();
    await using var server = new ServerChild(Devices);
    await server.Start();
    await server.SignIn();
    await using var fleet = new ChaosFleet(server.MqttPort, Devices, refuseEvery: 10);
    await fleet.Connected();

    var profile = 0;
    for (var round = 1; round <= Kills; round++)
    {
      var content = JkFleet.Limits.Profiles.OriginDefaults();
      content.Name = "winter";
      content.Number[ProfileField.ChargeMaxMa] = 50_000 + (round * 1_000);
      var saved = await Posted(await server.Person.PostAsJsonAsync("/api/v1/profiles", new
      {
        ProfileId = profile == 0 ? (int?)null : profile, Name = "winter", Content = ProfileText.Write(content), Reason = $"round {round}", BasedOn = round - 1,
      }));
      profile = (int)saved["profileId"]!;
      var push = Push(server, profile, round);
      // Points of time for what happens before the commit, points of progress for what happens after it.
      var moment = random.Next(2) == 0 ? (After: random.Next(0, 600), Settled: 0) : (After: 0, Settled: random.Next(1, Devices));
      await Moment(moment.After);
      var version = round;
      if (moment.Settled > 0) await Eventually.True(() => fleet.Count(d => d.Version >= version) >= moment.Settled, "the push is under way", seconds: 60);
      var settled = fleet.Count(d => d.Version >= version);
      await server.Kill();
      var answered = await Answer(push);
      output.WriteLine($"round {round}: killed {moment.After} ms after the push was sent, {settled} devices had settled it; it had answered {answered?.ToString() ?? "nothing"}");
      await server.Start();
      // Who got no answer asks again: done already is a refusal, not a second push.
      if (answered != HttpStatusCode.OK)
      {
        var again = await Push(server, profile, round);
        if (again.StatusCode != HttpStatusCode.OK) Assert.Contains("No device would change", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
      }
    }

    await fleet.Until(d => d.Version == Kills, "every device has settled the last version", server);
    await using var db = server.Db();
    await Eventually.True(async () => await db.Reported.AsNoTracking().CountAsync(r => r.State == SyncState.InSync) == Devices * 9 / 10
      && await db.Reported.AsNoTracking().CountAsync(r => r.State == SyncState.Refused) == Devices / 10, "the server knows it", seconds: 60);
    foreach (var row in await db.Reported.AsNoTracking().ToListAsync())
    {
      var device = fleet[row.DeviceId];
      Assert.Equal((device.Version, device.ProfileRevision), (row.DesiredVersion, row.ProfileRevision));
      if (row.State == SyncState.Refused) Assert.Equal(("charge_max_ma", "50000", "above the envelope of this board"), (row.Field, row.Bound, row.Reason));
      else Assert.Equal(Kills, row.ProfileRevision);
    }

    // Once each: as many versions as rounds, as many entries of the log, and no device went back or did one twice.
    Assert.All(await db.Desired.AsNoTracking().ToListAsync(), d => Assert.Equal((Kills, Kills), ((int)d.Version, d.ProfileRevision)));
    Assert.Equal(Kills, await db.Activities.CountAsync(a => a.Action == "desired.profile"));
    Assert.All(fleet, d => Assert.Equal(d.Settled.Distinct().Order(), d.Settled));
    output.WriteLine($"{server.Starts} starts in {server.Starting.TotalSeconds:0} s, {fleet.Sum(d => d.Connects)} connects");
  }

  [Fact]
  public async Task A_rollout_survives_kill_9_at_any_moment()
  {
    var random = Seeded();
    var (artifact, publicKey) = await SignedBuild();
    await using var server = new ServerChild(Devices, "--Firmware:Keys:0", publicKey);
    await server.Start();
    await server.SignIn();
    await using var fleet = new ChaosFleet(server.MqttPort, Devices, refuseEvery: 0);
    await fleet.Connected();
    var uploaded = await Posted(await server.Person.PostAsync("/api/v1/artifacts?name=agent-2.0.0.jkfw", new ByteArrayContent(artifact)));
    var policy = new RolloutPolicy { Canary = 3, Percents = [10, 50, 100], JitterSeconds = 1, SoakSeconds = 1, MaxConcurrent = 60, PerMinute = 10_000, SilenceSeconds = 60 };
    var created = await server.Person.PostAsJsonAsync("/api/v1/rollouts", new { Name = "two", ArtifactId = (int)uploaded["id"]!, Policy = policy, Reason = "chaos" });
    Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync());

    // Points of progress and not of time: a slow machine must not end with twenty deaths before the first offer.
    var points = Enumerable.Range(0, Kills).Select(_ => random.Next(0, Devices + 1)).Order().ToArray();
    foreach (var point in points)
    {
      try
      {
        await Eventually.True(() => fleet.Count(d => d.Agent == "2.0.0") >= point, $"{point} devices run the new build", seconds: 90);
      }
      catch (TimeoutException late)
      {
        await using var now = server.Db();
        throw new TimeoutException($"{late.Message}; {Standing(await RolloutRunner.Whole(now).SingleAsync())}", late);
      }

      var moment = random.Next(0, 300);
      await Moment(moment);
      await server.Kill();
      output.WriteLine($"killed {moment} ms after {point} devices ran the new build; {fleet.Count(d => d.Agent == "2.0.0")} of {Devices} do now");
      await server.Start();
    }

    await using var db = server.Db();
    await Eventually.True(async () => await db.Rollouts.AsNoTracking().Select(r => r.State).SingleAsync() is not (RolloutState.Scheduled or RolloutState.Running), "the rollout is at its end", seconds: 120);
    var rollout = await RolloutRunner.Whole(db).SingleAsync();
    Assert.True(rollout.State == RolloutState.Completed, Standing(rollout));
    Assert.Equal(Devices, rollout.Devices.Count);
    Assert.All(rollout.Devices, d => Assert.Equal((StageOfDevice.Confirmed, 1), (d.Stage, d.Attempts)));
    Assert.All(fleet, d => Assert.Null(d.Fault));
    Assert.All(fleet, d => Assert.Equal(["2.0.0"], d.Installs));
    Assert.All(fleet, d => Assert.Equal([1L], d.Settled));
    Assert.All(await db.Desired.AsNoTracking().ToListAsync(), d => Assert.Equal((1, "2.0.0"), ((int)d.Version, d.FirmwareVersion)));
    Assert.Equal(1, await db.Activities.CountAsync(a => a.Action == "rollout.created"));
    output.WriteLine($"{server.Starts} starts in {server.Starting.TotalSeconds:0} s, {fleet.Sum(d => d.Connects)} connects");
  }

  private static string Standing(Rollout rollout) =>
    $"{rollout.State}: {rollout.StateReason}; {string.Join(", ", rollout.Devices.CountBy(d => d.Stage).Select(s => $"{s.Value} {s.Key}"))}; "
    + string.Join("; ", rollout.Devices.Where(d => d.Stage is not (StageOfDevice.Confirmed or StageOfDevice.Planned)).Take(5).Select(d => $"{d.DeviceId} {d.Stage} {d.Reason}"));

  private Random Seeded()
  {
    var seed = int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_CHAOS_SEED"), out var wanted) ? wanted : Random.Shared.Next();
    output.WriteLine($"JKFLEET_CHAOS_SEED={seed}, {Kills} kill points");
    return new Random(seed);
  }

  /// <summary>A random moment is the point here, not a wait for something.</summary>
  private static async Task Moment(int ms)
  {
    using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(ms + 1));
    await timer.WaitForNextTickAsync();
  }

  private static Task<HttpResponseMessage> Push(ServerChild server, int profile, int revision) =>
    server.Person.PostAsJsonAsync($"/api/v1/profiles/{profile}/push", new
    {
      Revision = revision, Targets = new[] { new PushTarget(AssignmentScope.Site, "1") }, Reason = $"round {revision}",
    });

  private static async Task<HttpStatusCode?> Answer(Task<HttpResponseMessage> asked)
  {
    try
    {
      return (await asked).StatusCode;
    }
    catch (HttpRequestException)
    {
      return null;
    }
  }

  private static async Task<JsonNode> Posted(HttpResponseMessage answer)
  {
    var text = await answer.Content.ReadAsStringAsync();
    Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
    return JsonNode.Parse(text)!;
  }

  /// <summary>A build signed by the release tool of the project.</summary>
  private static async Task<(byte[] Artifact, string PublicKey)> SignedBuild()
  {
    using var folder = new TestFolder();
    await File.WriteAllTextAsync(folder.File("build"), "a build that only simulated devices run", TestContext.Current.CancellationToken);
    await Release("keygen", "--out", folder.Path);
    await Release("sign", "--key", folder.File("release.key"), "--version", "2.0.0", "--board", "sim", folder.File("build"), "--out", folder.File("build.jkfw"));
    var line = (await File.ReadAllLinesAsync(folder.File("release.pub"), TestContext.Current.CancellationToken)).First(l => !l.StartsWith('#'));
    return (await File.ReadAllBytesAsync(folder.File("build.jkfw"), TestContext.Current.CancellationToken), line.Trim());
  }

  private static async Task Release(params string[] arguments)
  {
    using var process = Process.Start(new ProcessStartInfo(ServerChild.Program("device/Host", "jkagent"), ["release", .. arguments]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
    var error = await process.StandardError.ReadToEndAsync();
    await process.WaitForExitAsync();
    Assert.True(process.ExitCode == 0, error);
  }
}

/// <summary>All the devices.</summary>
internal sealed class ChaosFleet : List<ChaosDevice>, IAsyncDisposable
{
  public ChaosFleet(int port, int count, int refuseEvery)
  {
    for (var n = 1; n <= count; n++) Add(new ChaosDevice(port, $"dev-{n:0000}", refuseEvery > 0 && n % refuseEvery == 0));
  }

  public ChaosDevice this[string id] => Find(d => d.Id == id)!;

  public Task Connected() => Eventually.True(() => TrueForAll(d => d.Connects > 0), "every device is connected", seconds: 60);

  public async Task Until(Predicate<ChaosDevice> condition, string what, ServerChild server)
  {
    try
    {
      await Eventually.True(() => TrueForAll(condition), what, seconds: 60);
      Assert.All(this, d => Assert.Null(d.Fault));
    }
    catch (TimeoutException late)
    {
      throw new TimeoutException($"{late.Message}; {Count - FindAll(condition).Count} are not there. The server said:\n{server.Lines()}", late);
    }
  }

  public async ValueTask DisposeAsync() => await Task.WhenAll(this.Select(d => d.DisposeAsync().AsTask()));
}
