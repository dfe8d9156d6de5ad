// The clockwork over a real database: a rollout survives the loss of the process at any point, offers once, and ends with
// truthful states. Devices are played at the level of what they report.
using System.Security.Claims;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

public sealed class RolloutRunnerTests : IAsyncLifetime
{
  private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
  private readonly Dictionary<string, string> _runs = new(StringComparer.Ordinal);
  private readonly Dictionary<string, int> _installs = new(StringComparer.Ordinal);
  private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
  private long _seq;
  private TempDatabase _database = null!;
  private LiveFleet _live = null!;
  private DesiredState _door = null!;
  private ReportedState _reports = null!;

  public async ValueTask InitializeAsync()
  {
    _database = await TempDatabase.CreateAsync();
    _live = new LiveFleet(_clock, Options.Create(new TelemetryOptions()));
    _door = new DesiredState(_database, _clock);
    _reports = new ReportedState(_database, _live, new Timeline(_database, _live, Options.Create(new DevicesOptions()), _clock, NullLogger<Timeline>.Instance), _clock);
    await using var db = _database.CreateDbContext();
    db.Sites.Add(new Site { Id = 1, Name = "North", TimeZone = "Europe/Berlin" });
    foreach (var version in new[] { "1.0.0", "2.0.0" })
      db.Artifacts.Add(new Artifact { Name = "agent", Version = version, Board = "sim", Sha256 = version, Size = 10, KeyId = "k", UploadedBy = "op" });
    for (var i = 0; i < 30; i++)
    {
      var device = new Device { Id = $"d{i:D2}", Name = $"d{i:D2}", SiteId = 1, Board = "sim", SecretHash = [1], CreatedAt = _clock.GetUtcNow() };
      db.Devices.Add(device);
      _live.Enrol(device, "North");
      _live.Connected(device.Id);
      _runs[device.Id] = "1.0.0";
    }

    await db.SaveChangesAsync();
    foreach (var id in _runs.Keys) Report(id);
  }

  public ValueTask DisposeAsync() => _database.DisposeAsync();

  [Fact]
  public async Task A_good_build_reaches_everyone_although_the_server_dies_at_every_tick()
  {
    var runner = Runner();
    var id = await Create(runner);
    for (var tick = 0; tick < 400 && await StateOf(id) == RolloutState.Running | await StateOf(id) == RolloutState.Scheduled; tick++)
    {
      // Every tick runs in a process that has just started: nothing lives but the database.
      runner.Dispose();
      runner = Runner();
      await runner.LoadAsync(CancellationToken.None);
      await runner.TickAsync(CancellationToken.None);
      await DevicesAct();
      _clock.Advance(TimeSpan.FromSeconds(20));
    }

    await using var db = _database.CreateDbContext();
    var rollout = await RolloutRunner.Whole(db).SingleAsync();
    Assert.Equal(RolloutState.Completed, rollout.State);
    Assert.All(rollout.Devices, d => Assert.Equal((StageOfDevice.Confirmed, 1), (d.Stage, d.Attempts)));
    Assert.All(_installs, i => Assert.Equal(1, i.Value));
    Assert.Equal(30, _installs.Count);
    runner.Dispose();
  }

  [Fact]
  public async Task A_bad_build_halts_in_the_canary_wave_and_the_wishes_are_taken_back()
  {
    _broken.UnionWith(_runs.Keys);
    using var runner = Runner();
    var id = await Create(runner);
    await Pass(runner, ticks: 30);

    Assert.Equal(RolloutState.Paused, await StateOf(id));
    await using var db = _database.CreateDbContext();
    var rollout = await RolloutRunner.Whole(db).SingleAsync();
    Assert.StartsWith("Halted by itself: 3 devices failed", rollout.StateReason, StringComparison.Ordinal);
    Assert.Equal(3, rollout.Devices.Count(d => d.Stage == StageOfDevice.Reverted));
    Assert.Equal(27, rollout.Devices.Count(d => d.Stage == StageOfDevice.Planned));
    Assert.Equal(3, await db.Desired.CountAsync());
    Assert.All(_runs.Values, v => Assert.Equal("1.0.0", v));

    // The operator chooses to leave the failed ones out; a repaired fleet goes through.
    _broken.Clear();
    Assert.Null(await Desk(runner).Resume(Op, id, ResumeChoice.SkipFailed, "fixed by hand", CancellationToken.None));
    for (var tick = 0; tick < 200 && await StateOf(id) == RolloutState.Running; tick++)
    {
      await runner.TickAsync(CancellationToken.None);
      await DevicesAct();
      _clock.Advance(TimeSpan.FromSeconds(20));
    }

    Assert.Equal(RolloutState.CompletedWithFailures, await StateOf(id));
  }

  [Fact]
  public async Task Failed_devices_that_are_tried_again_count_as_the_second_attempt()
  {
    _broken.UnionWith(["d00", "d01", "d02"]);
    using var runner = Runner();
    var id = await Create(runner);
    await Pass(runner, ticks: 30);

    Assert.Equal(RolloutState.Paused, await StateOf(id));
    _broken.Clear();
    Assert.Null(await Desk(runner).Resume(Op, id, ResumeChoice.RetryFailed, "cable mended", CancellationToken.None));
    for (var tick = 0; tick < 200 && await StateOf(id) == RolloutState.Running; tick++)
    {
      await runner.TickAsync(CancellationToken.None);
      await DevicesAct();
      _clock.Advance(TimeSpan.FromSeconds(20));
    }

    await using var db = _database.CreateDbContext();
    var rollout = await RolloutRunner.Whole(db).SingleAsync();
    Assert.Equal(RolloutState.Completed, rollout.State);
    Assert.All(rollout.Devices, d => Assert.Equal((StageOfDevice.Confirmed, d.Wave == 0 ? 2 : 1), (d.Stage, d.Attempts)));
    Assert.All(_runs.Values, v => Assert.Equal("2.0.0", v));
  }

  [Fact]
  public async Task An_aborted_rollout_offers_nothing_more_and_takes_its_wishes_back()
  {
    using var runner = Runner();
    var id = await Create(runner);
    await runner.TickAsync(CancellationToken.None);
    await runner.TickAsync(CancellationToken.None);
    await using (var before = _database.CreateDbContext()) Assert.Equal(3, await before.Desired.CountAsync(d => d.FirmwareVersion == "2.0.0"));
    Assert.Null(await Desk(runner).Abort(Op, id, "wrong build", CancellationToken.None));
    for (var tick = 0; tick < 20; tick++)
    {
      await runner.TickAsync(CancellationToken.None);
      _clock.Advance(TimeSpan.FromSeconds(60));
    }

    Assert.Equal(RolloutState.Aborted, await StateOf(id));
    Assert.NotNull(await Desk(runner).Resume(Op, id, ResumeChoice.RetryFailed, "no, go on", CancellationToken.None));
    await using var db = _database.CreateDbContext();
    Assert.Equal(0, await db.Desired.CountAsync(d => d.FirmwareVersion != null));
    // None of the three had begun; they are left out like the others.
    Assert.Equal(30, await db.RolloutDevices.CountAsync(d => d.Stage == StageOfDevice.Skipped));
    Assert.Empty(_installs);
  }

  [Fact]
  public async Task Rolling_back_brings_the_former_build_to_those_that_changed()
  {
    using var runner = Runner();
    var id = await Create(runner);
    await runner.TickAsync(CancellationToken.None);
    await runner.TickAsync(CancellationToken.None);
    await DevicesAct();
    await DevicesAct();
    await runner.TickAsync(CancellationToken.None);
    Assert.Null(await Desk(runner).Pause(Op, id, "second thoughts", CancellationToken.None));
    Assert.Equal("It cannot be halted: it is halted.", await Desk(runner).Pause(Op, id, "again", CancellationToken.None));
    Assert.Null(await Desk(runner).Resume(Op, id, ResumeChoice.RollBack, "back", CancellationToken.None));
    for (var tick = 0; tick < 20 && await StateOf(id) == RolloutState.RollingBack; tick++)
    {
      await runner.TickAsync(CancellationToken.None);
      await DevicesAct();
      _clock.Advance(TimeSpan.FromSeconds(1));
    }

    Assert.Equal(RolloutState.RolledBack, await StateOf(id));
    Assert.All(_runs.Values, v => Assert.Equal("1.0.0", v));
    await using var db = _database.CreateDbContext();
    Assert.Equal(["rollout.created", "rollout.paused", "rollout.resumed"],
      await db.Activities.Where(a => a.Actor == "op").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync());
  }

  [Fact]
  public async Task A_rollout_that_cannot_work_is_refused_with_every_reason()
  {
    using var runner = Runner();
    var (id, refusals) = await Desk(runner).Create(
      Op, " ", 2, new RolloutSelection { Tags = ["nobody"] }, new RolloutPolicy { FailPercent = 0 }, "", CancellationToken.None);
    Assert.Null(id);
    Assert.Equal(4, refusals.Count);
    var (_, skips) = await Desk(runner).Preview(Person(Role.Viewer), 2, new RolloutSelection(), CancellationToken.None);
    Assert.All(skips, s => Assert.Equal("you have no right to change devices of its site", s.Why));
  }

  [Fact]
  public async Task The_maintenance_window_is_the_sites_own_time()
  {
    using var runner = Runner();
    // 12:00 UTC in November is 13:00 in Berlin; the window opens at 14:00 there.
    var policy = new RolloutPolicy { JitterSeconds = 0, SoakSeconds = 0, MaxConcurrent = 100, PerMinute = 1000, WindowFromMinute = 14 * 60, WindowToMinute = 15 * 60 };
    var (id, _) = await Desk(runner).Create(Op, "r", 2, new RolloutSelection { Sites = [1] }, policy, "because", CancellationToken.None);
    await Ticks(58);
    await using (var db = _database.CreateDbContext())
    {
      var held = (await RolloutRunner.Whole(db).SingleAsync(r => r.Id == id)).Devices.Where(d => d.Wave == 0).ToList();
      Assert.All(held, d => Assert.Equal((StageOfDevice.Gated, "outside its maintenance window (14:00 to 15:00 local time)"), (d.Stage, d.Reason)));
      Assert.Equal(0, await db.Desired.CountAsync());
      // What it waits for stands in the rollout and is no entry of its log: nothing happened.
      Assert.Equal(
        "Wave 1 of 3 waits for the maintenance window, 14:00 to 15:00 local time: 0 of 3 devices confirmed, 3 to go. Who is still held back at 12:00 UTC on 23 Nov moves to the tail.",
        (await db.Rollouts.SingleAsync(r => r.Id == id)).StateReason);
      Assert.Equal(["rollout.created", "rollout.moved"], await db.Activities.Where(a => a.Subject == $"rollout:{id}").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync());
    }

    await Ticks(4);
    await using (var db = _database.CreateDbContext()) Assert.Equal(3, await db.Desired.CountAsync(d => d.FirmwareVersion == "2.0.0"));

    async Task Ticks(int minutes)
    {
      for (var minute = 0; minute < minutes; minute++)
      {
        foreach (var device in _runs.Keys) Report(device);
        await runner.TickAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromMinutes(1));
      }
    }
  }

  [Fact]
  public async Task A_rollout_that_was_halted_before_its_start_still_waits_for_it_when_it_goes_on()
  {
    using var runner = Runner();
    var policy = new RolloutPolicy { JitterSeconds = 0, StartAt = _clock.GetUtcNow().AddHours(2) };
    var (id, _) = await Desk(runner).Create(Op, "r", 2, new RolloutSelection { Sites = [1] }, policy, "because", CancellationToken.None);
    await runner.TickAsync(CancellationToken.None);
    Assert.Null(await Desk(runner).Pause(Op, id!.Value, "wait", CancellationToken.None));
    Assert.Null(await Desk(runner).Resume(Op, id.Value, ResumeChoice.RetryFailed, "now", CancellationToken.None));
    await runner.TickAsync(CancellationToken.None);
    await using (var db = _database.CreateDbContext())
      Assert.Equal((RolloutState.Scheduled, "Waits for its start at 14:00 UTC."), (await StateOf(id.Value), (await db.Rollouts.SingleAsync()).StateReason));
    _clock.Advance(TimeSpan.FromHours(2));
    await runner.TickAsync(CancellationToken.None);
    Assert.Equal(RolloutState.Running, await StateOf(id.Value));
  }

  [Fact]
  public async Task The_list_counts_the_devices_of_the_reader_by_stage()
  {
    using var runner = Runner();
    await Create(runner);
    await runner.TickAsync(CancellationToken.None);
    await runner.TickAsync(CancellationToken.None);
    var line = Assert.Single(await new RolloutList(_database, _live).All(Op, CancellationToken.None));
    Assert.Equal((3, 27), (line.ByStage[StageOfDevice.Offered], line.ByStage[StageOfDevice.Planned]));
    var elsewhere = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "b", Role = Role.Operator, SiteId = 2 }))], "test"));
    Assert.Empty(await new RolloutList(_database, _live).All(elsewhere, CancellationToken.None));
  }

  private static readonly ClaimsPrincipal Op = Person(Role.Operator);

  private static ClaimsPrincipal Person(Role role) => new(new ClaimsIdentity(
    [new Claim(ClaimTypes.Name, "op"), new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "a", Role = role }))], "test"));

  private RolloutRunner Runner() => new(_database, _door, _live, _clock, NullLogger<RolloutRunner>.Instance);

  private RolloutDesk Desk(RolloutRunner runner) => new(_database, runner, _live, _clock);

  private async Task<int> Create(RolloutRunner runner)
  {
    var policy = new RolloutPolicy { JitterSeconds = 0, SoakSeconds = 30, StepSeconds = 120, MaxConcurrent = 100, PerMinute = 1000 };
    var (id, refusals) = await Desk(runner).Create(Op, "r", 2, new RolloutSelection { Sites = [1] }, policy, "because", CancellationToken.None);
    Assert.Empty(refusals);
    return id!.Value;
  }

  private async Task<RolloutState> StateOf(int id)
  {
    await using var db = _database.CreateDbContext();
    return await db.Rollouts.Where(r => r.Id == id).Select(r => r.State).SingleAsync();
  }

  /// <summary>Ticks with what the devices do in between, whatever becomes of the rollout.</summary>
  private async Task Pass(RolloutRunner runner, int ticks)
  {
    for (var tick = 0; tick < ticks; tick++)
    {
      await runner.TickAsync(CancellationToken.None);
      await DevicesAct();
      _clock.Advance(TimeSpan.FromSeconds(5));
    }
  }

  /// <summary>Each device does what its desired state says: installs once, confirms or reverts.</summary>
  private async Task DevicesAct()
  {
    await using var db = _database.CreateDbContext();
    foreach (var wish in await db.Desired.AsNoTracking().ToListAsync())
    {
      var state = UpdateState.Idle;
      if (wish.FirmwareVersion is { } version)
      {
        state = _broken.Contains(wish.DeviceId) ? UpdateState.Reverted : UpdateState.Confirmed;
        if (state == UpdateState.Confirmed && _runs[wish.DeviceId] != version)
        {
          _installs[wish.DeviceId] = _installs.GetValueOrDefault(wish.DeviceId) + 1;
          _runs[wish.DeviceId] = version;
        }
      }

      await _reports.TakeAsync(wish.DeviceId, new Reported
      {
        Header = { Boot = 1, Seq = ++_seq }, DesiredVersion = wish.Version, Verdict = VerdictState.Applied, Agent = _runs[wish.DeviceId],
        Update = state, UpdateVersion = wish.FirmwareVersion ?? "", UpdateReason = state == UpdateState.Reverted ? "no BMS frames" : "",
      });
    }

    foreach (var id in _runs.Keys) Report(id);
  }

  private void Report(string id)
  {
    var t = new TelemetryMessage { Bms = LinkState.Ok, Inverter = LinkState.Ok, Agent = _runs[id], Board = "sim" };
    (t.Header.Boot, t.Header.Seq, t.Header.UpMs) = (1, ++_seq, _seq);
    t.Snapshot.SocPermille = 700;
    _live.Apply(id, t);
  }
}
