// Wishes and answers under everything a network and two restarting programs can do: the real device slot against the real
// door, mail and reports over a real database. Only the wire is played: it loses, doubles and reorders.
using CsCheck;
using JkFleet.Agent;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Xunit;

namespace JkFleet.Server.Tests.Devices;

public sealed class DesiredModelTests : IAsyncLifetime
{
  private TempDatabase _database = null!;
  private int _worlds;

  public async ValueTask InitializeAsync()
  {
    _database = await TempDatabase.CreateAsync();
    await using var db = _database.CreateDbContext();
    db.Sites.Add(new Site { Name = "s" });
    await db.SaveChangesAsync();
  }

  public ValueTask DisposeAsync() => _database.DisposeAsync();

  [Fact]
  public async Task It_converges_and_an_older_version_is_never_applied()
  {
    await Gen.Select(Gen.Int[0, 10], Gen.Int[0, 1000]).Array[10, 45].SampleAsync(
      async steps =>
      {
        var world = await World.Make(_database, $"d{Interlocked.Increment(ref _worlds)}");
        foreach (var (what, which) in steps) await world.Do(what, which);
        await world.Settle();
      },
      iter: 40,
      threads: 1);
  }

  private sealed class World(IDbContextFactory<FleetDb> databases, string id)
  {
    private readonly DesiredMail _mail = new(new FirmwareLinks(new EphemeralDataProtectionProvider(), Options.Create(new FirmwareOptions()), new WebAddresses()));
    private readonly List<byte[]> _down = [];
    private readonly List<Reported> _up = [];
    private DesiredState _door = new(databases, TimeProvider.System);
    private ReportedState _reports = NewReports(databases, id);
    private ProfileSlot _slot = new(new Envelope());
    private byte[]? _stored;
    private bool _connected;
    private bool _lastIsGood = true;
    private int _revision;
    private long _boot = 1;
    private long _seq;
    private long _highest;

    public static async Task<World> Make(TempDatabase databases, string id)
    {
      await using var db = databases.CreateDbContext();
      db.Devices.Add(new Device { Id = id, Name = id, SiteId = 1, SecretHash = new byte[32] });
      await db.SaveChangesAsync();
      return new World(databases, id);
    }

    public async Task Do(int what, int which)
    {
      switch (what)
      {
        case 0 or 1: await Wish(good: which % 4 != 0); break;
        case 2: await Connect(); break;
        case 3: Disconnect(); break;
        case 4 or 5: Deliver(which); break;
        case 6: Save(works: which % 5 != 0); break;
        case 7: Report(); break;
        case 8: await Hear(which); break;
        case 9: RestartDevice(); break;
        default: RestartServer(); break;
      }

      Assert.True(_slot.Version >= _highest, $"went back from {_highest} to {_slot.Version}");
      _highest = _slot.Version;
    }

    /// <summary>The wire behaves at last.</summary>
    public async Task Settle()
    {
      if (_slot.IsSettling) Save(works: true);
      Disconnect();
      await Connect();
      while (_down.Count > 0) Deliver(0);
      Save(works: true);
      _slot.ReportWanted = true;
      Report();
      while (_up.Count > 0) await Hear(0);

      await using var db = databases.CreateDbContext();
      var desired = await db.Desired.AsNoTracking().SingleOrDefaultAsync(r => r.DeviceId == id);
      var reported = await db.Reported.AsNoTracking().SingleAsync(r => r.DeviceId == id);
      Assert.Equal(desired?.Version ?? 0, _slot.Version);
      Assert.Equal(_slot.Version, reported.DesiredVersion);
      Assert.Equal(_lastIsGood ? SyncState.InSync : SyncState.Refused, reported.State);
      if (desired is not null && _lastIsGood) Assert.Equal(_revision, _slot.Active.Revision);
    }

    private async Task Wish(bool good)
    {
      var before = await Version();
      var content = $"{{\"revision\":{(good ? ++_revision : 0)},\"name\":\"n\"}}";
      _lastIsGood = good;
      await _door.ChangeAsync([id], new DesiredChange.Profile(1, good ? _revision : 0, content), "model", "because");
      Assert.Equal(before + 1, await Version());
      await _reports.WishedAsync([id]);
      if (_connected) await Send();
    }

    private async Task Connect()
    {
      Disconnect();
      _connected = true;
      await Send();
    }

    private void Disconnect()
    {
      _connected = false;
      _down.Clear();
      _up.Clear();
    }

    private async Task Send()
    {
      await using var db = databases.CreateDbContext();
      if (await db.Desired.AsNoTracking().SingleOrDefaultAsync(r => r.DeviceId == id) is { } row && _mail.Write(row) is { } message) _down.Add(message);
    }

    private void Deliver(int which)
    {
      if (_down.Count == 0 || _slot.IsSettling && which > 0) return;
      if (_slot.IsSettling) Save(works: true);
      var message = _down[which % _down.Count];
      // Every seventh is delivered once more later.
      if (which % 7 != 1) _down.Remove(message);
      _slot.Take(message, message.Length);
    }

    private void Save(bool works)
    {
      if (!_slot.IsSettling) return;
      var writer = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
      Assert.True(_slot.Encode(writer));
      if (works) _stored = writer.Buffer.AsSpan(0, writer.Count).ToArray();
      _slot.Saved(works);
    }

    private void Report()
    {
      if (!_connected || !_slot.ReportWanted) return;
      _slot.ReportWanted = false;
      var report = new Reported { DesiredVersion = _slot.VerdictVersion, Verdict = _slot.Verdict, Field = _slot.Field, Why = _slot.Why, ProfileRevision = _slot.Active.Revision };
      report.Header.Boot = _boot;
      report.Header.Seq = ++_seq;
      _up.Add(report);
    }

    private async Task Hear(int which)
    {
      if (_up.Count == 0) return;
      var report = _up[which % _up.Count];
      if (which % 7 != 1) _up.Remove(report);
      await _reports.TakeAsync(id, report);
    }

    private void RestartDevice()
    {
      Disconnect();
      _boot++;
      _seq = 0;
      _slot = new ProfileSlot(new Envelope());
      if (_stored is not null) Assert.True(_slot.Load(_stored, _stored.Length));
    }

    private void RestartServer()
    {
      Disconnect();
      _reports.Dispose();
      _reports = NewReports(databases, id);
      _door = new DesiredState(databases, TimeProvider.System);
    }

    private async Task<long> Version()
    {
      await using var db = databases.CreateDbContext();
      return await db.Desired.AsNoTracking().Where(r => r.DeviceId == id).Select(r => r.Version).FirstOrDefaultAsync();
    }

    private static ReportedState NewReports(IDbContextFactory<FleetDb> databases, string id)
    {
      var fleet = new LiveFleet(TimeProvider.System, Options.Create(new TelemetryOptions()));
      fleet.Enrol(new Device { Id = id, Name = id, SecretHash = [] }, "s");
      return new ReportedState(databases, fleet, TimeProvider.System);
    }
  }
}
