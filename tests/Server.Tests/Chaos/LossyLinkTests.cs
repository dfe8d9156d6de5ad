// Desired and reported from the door to the control loop: the real door, mail and reports over a real database, the whole agent
// loop with a store that may fail, and a link that repeats, swaps and loses. A failing history is shortened and printed.
using JkFleet.Limits;
using JkFleet.Server.Devices;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace JkFleet.Server.Tests.Chaos;

public sealed class LossyLinkTests(ITestOutputHelper output) : IAsyncLifetime
{
  private const int Steps = 200;

  /// <summary>Histories to try: JKFLEET_MODEL gives a longer run, JKFLEET_MODEL_SEED a known one.</summary>
  private static readonly int Histories = int.TryParse(Environment.GetEnvironmentVariable("JKFLEET_MODEL"), out var wanted) ? wanted : 5;

  private TempDatabase _database = null!;
  private int _runs;

  public async ValueTask InitializeAsync()
  {
    _database = await TempDatabase.CreateAsync();
    await using var db = _database.CreateDbContext();
    db.Sites.Add(new Site { Id = 1, Name = "s" });
    await db.SaveChangesAsync();
  }

  public ValueTask DisposeAsync() => _database.DisposeAsync();

  [Fact]
  public async Task Desired_and_reported_converge_and_never_go_back()
  {
    var known = Environment.GetEnvironmentVariable("JKFLEET_MODEL_SEED");
    var (refused, inSync) = (0, 0);
    for (var history = 0; history < Histories; history++)
    {
      var seed = known is not null ? int.Parse(known) : Random.Shared.Next();
      var random = new Random(seed);
      var steps = Enumerable.Range(0, Steps).Select(_ => new ModelStep((ModelAct)random.Next(ModelStep.Acts), random.Next())).ToList();
      var (wrong, standing) = await Try(steps);
      if (wrong is not null)
      {
        var shortest = await Shorten(steps);
        Assert.Fail($"JKFLEET_MODEL_SEED={seed}: {(await Try(shortest)).Wrong ?? wrong}\nafter {shortest.Count} steps:\n{string.Join('\n', shortest)}");
      }

      refused += standing!.Refused;
      inSync += standing.InSync;
    }

    output.WriteLine($"{Histories} histories of {Steps} steps: at the end {inSync} in sync, {refused} refused with a reason");
    // A model in which nothing is ever refused or applied proves nothing.
    Assert.True(inSync > 0);
    if (known is null) Assert.True(refused > 0);
  }

  /// <summary>Leaves out ever smaller parts as long as it still fails.</summary>
  private async Task<List<ModelStep>> Shorten(List<ModelStep> steps)
  {
    for (var part = steps.Count / 2; part > 0; part /= 2)
    {
      for (var from = 0; from + part <= steps.Count;)
      {
        var fewer = steps.Take(from).Concat(steps.Skip(from + part)).ToList();
        if ((await Try(fewer)).Wrong is not null) steps = fewer;
        else from += part;
      }
    }

    return steps;
  }

  private async Task<(string? Wrong, DesiredModel? Standing)> Try(List<ModelStep> steps)
  {
    var model = await DesiredModel.Begin(_database, ++_runs);
    try
    {
      foreach (var step in steps) await model.Do(step);
      await model.Settle();
      return (null, model);
    }
    catch (ModelBroken broken)
    {
      return (broken.Message, null);
    }
  }
}

internal enum ModelAct
{
  Connect, Disconnect, PowerCut, Tick, TickAlso, StoreWorks, StoreWorksAlso, UpArrives, UpArrivesAlso, UpTwice, UpSwapped, DownArrives, DownArrivesAlso, DownTwice, DownSwapped,
  DownLost, Push, PushAll, PushUntold, ServerRestarts, StoreBreaks, StoreHeals, LinkBusy, LinkFree,
}

internal sealed record ModelStep(ModelAct Act, int Dice)
{
  public static readonly int Acts = Enum.GetValues<ModelAct>().Length;
}

internal sealed class ModelBroken(string message) : Exception(message);

/// <summary>One server and three devices, and what must hold after every step.</summary>
internal sealed class DesiredModel
{
  private readonly TempDatabase _database;
  private readonly ModelDevice[] _devices;
  private readonly Dictionary<(string Device, long Version), string> _wished = [];
  private readonly Dictionary<string, (long Version, string Content)> _inForce = new(StringComparer.Ordinal);
  private readonly DesiredMail _mail = new(new FirmwareLinks(new EphemeralDataProtectionProvider(), Options.Create(new FirmwareOptions { PublicUrl = "http://fleet.example" }), new WebAddresses()));
  private DesiredState _door = null!;
  private ReportedState _reports = null!;
  private ReportedListener _listener = null!;
  private IReadOnlyCollection<string> _told = [];
  private int _revision;

  private DesiredModel(TempDatabase database, int run)
  {
    _database = database;
    _devices = [new($"m{run}-a", 500_000), new($"m{run}-b", 75_000), new($"m{run}-c", 90_000)];
  }

  public int InSync { get; private set; }
  public int Refused { get; private set; }

  public static async Task<DesiredModel> Begin(TempDatabase database, int run)
  {
    var model = new DesiredModel(database, run);
    await using var db = database.CreateDbContext();
    foreach (var device in model._devices)
    {
      db.Devices.Add(new Device { Id = device.Id, Name = device.Id, SiteId = 1, SecretHash = [1] });
      model._inForce[device.Id] = (0, device.Content);
    }

    await db.SaveChangesAsync();
    await model.StartServer();
    return model;
  }

  public async Task Do(ModelStep step)
  {
    var device = _devices[step.Dice % _devices.Length];
    switch (step.Act)
    {
      case ModelAct.Connect:
        await Connect(device);
        break;
      case ModelAct.Disconnect:
        device.Disconnect();
        break;
      case ModelAct.PowerCut:
        device.PowerCut();
        break;
      case ModelAct.Tick or ModelAct.TickAlso:
        device.Tick();
        break;
      case ModelAct.StoreWorks or ModelAct.StoreWorksAlso:
        device.Loop.Keeper.Slot.Work();
        break;
      case ModelAct.UpArrives or ModelAct.UpArrivesAlso:
        await Up(device, keep: false);
        break;
      case ModelAct.UpTwice:
        await Up(device, keep: true);
        break;
      case ModelAct.UpSwapped:
        Swap(device.Up);
        break;
      case ModelAct.DownArrives or ModelAct.DownArrivesAlso:
        Down(device, keep: false);
        break;
      case ModelAct.DownTwice:
        Down(device, keep: true);
        break;
      case ModelAct.DownSwapped:
        Swap(device.Down);
        break;
      case ModelAct.DownLost:
        if (device.Down.Count > 0) device.Down.RemoveAt(0);
        break;
      case ModelAct.Push:
        await Push([device.Id], step.Dice);
        break;
      case ModelAct.PushAll:
        await Push([.. _devices.Select(d => d.Id)], step.Dice);
        break;
      case ModelAct.PushUntold:
        // Committed, then the power of the server is gone: nobody was told.
        await Push([device.Id], step.Dice, tell: false);
        await StartServer();
        break;
      case ModelAct.ServerRestarts:
        await StartServer();
        break;
      case ModelAct.StoreBreaks:
        device.StoreBroken = true;
        break;
      case ModelAct.StoreHeals:
        device.StoreBroken = false;
        break;
      case ModelAct.LinkBusy:
        device.Busy = true;
        break;
      default:
        device.Busy = false;
        break;
    }

    foreach (var one in _devices) Watch(one);
    // Only what reaches the database or the agent can make the page untrue; the rest is mail.
    if (step.Act is ModelAct.Tick or ModelAct.TickAlso or ModelAct.UpArrives or ModelAct.UpArrivesAlso or ModelAct.UpTwice or ModelAct.PowerCut or >= ModelAct.Push and <= ModelAct.ServerRestarts)
      await Compare();
  }

  /// <summary>Quiet: stores work, links work, everybody connects once more. Then all must agree.</summary>
  public async Task Settle()
  {
    foreach (var device in _devices)
    {
      (device.StoreBroken, device.Busy) = (false, false);
      device.Disconnect();
    }

    // Time passes too: hello and telemetry take their turns on the link.
    for (var round = 0; round < 40; round++)
    {
      foreach (var device in _devices)
      {
        await Connect(device);
        while (device.Down.Count > 0) Down(device, keep: false);
        device.Tick();
        device.Loop.Keeper.Slot.Work();
        Watch(device);
        while (device.Up.Count > 0) await Up(device, keep: false);
      }
    }

    await Compare();
    await using var db = _database.CreateDbContext();
    foreach (var device in _devices)
    {
      var desired = await db.Desired.AsNoTracking().SingleOrDefaultAsync(r => r.DeviceId == device.Id);
      var row = await db.Reported.AsNoTracking().SingleAsync(r => r.DeviceId == device.Id);
      if (desired is null || row.State == SyncState.InSync)
      {
        Must(row.State == SyncState.InSync, $"{device.Id} was never wished anything and is {row.State}");
        InSync++;
        continue;
      }

      Must(row.State == SyncState.Refused, $"{device.Id} ends {row.State}: desired {desired.Version}, reported {row.DesiredVersion} {row.Reason}, device {device.Slot.Version}");
      var (profile, _) = ProfileText.Read(desired.ProfileContent!, new Envelope());
      Must(!ProfileRules.Check(profile!, device.Envelope, new ProfileFaults()), $"{device.Id} refused a profile that its envelope allows: {row.Field} {row.Reason}");
      Must(row.Field.Length > 0 && row.Reason.Length > 0 && row.DesiredVersion == desired.Version, $"{device.Id} refused without saying what");
      Refused++;
    }
  }

  private async Task StartServer()
  {
    foreach (var device in _devices) device.Disconnect();
    _reports?.Dispose();
    var live = new LiveFleet(TimeProvider.System, Options.Create(new TelemetryOptions()));
    _door = new DesiredState(_database, TimeProvider.System);
    var timeline = new Timeline(_database, live, Options.Create(new DevicesOptions()), TimeProvider.System, NullLogger<Timeline>.Instance);
    _reports = new ReportedState(_database, live, timeline, TimeProvider.System);
    _listener = new ReportedListener(_reports);
    _door.Changed += ids => _told = ids;
    await _reports.LoadAsync();
  }

  private async Task Connect(ModelDevice device)
  {
    if (device.Connected) return;
    device.Connect();
    await Send([device.Id]);
  }

  private async Task Push(string[] ids, int dice, bool tell = true)
  {
    var profile = JkFleet.Limits.Profiles.OriginDefaults();
    profile.Revision = ++_revision;
    profile.Number[ProfileField.ChargeMaxMa] = 40_000 + (dice % 70 * 1_000);
    var content = ProfileText.Write(profile);
    DesiredOutcome outcome;
    await using (var db = _database.CreateDbContext())
    {
      await using var transaction = await db.Database.BeginTransactionAsync();
      outcome = await _door.StageAsync(db, ids, new DesiredChange.Profile(1, _revision, content), "model", "step");
      await transaction.CommitAsync();
    }

    foreach (var (id, version) in outcome.Versions)
    {
      Must(!_wished.ContainsKey((id, version)), $"version {version} of {id} was given twice");
      _wished[(id, version)] = content;
    }

    if (!tell) return;
    _door.Tell(outcome);
    await _reports.WishedAsync(_told);
    await Send(_told);
  }

  private async Task Send(IReadOnlyCollection<string> ids)
  {
    await using var db = _database.CreateDbContext();
    foreach (var row in await db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToListAsync())
      if (_devices.Single(d => d.Id == row.DeviceId) is { Connected: true } device && _mail.Write(row) is { } message) device.Down.Add(message);
  }

  private async Task Up(ModelDevice device, bool keep)
  {
    if (!device.Connected || device.Up.Count == 0) return;
    var message = device.Up[0];
    if (!keep) device.Up.RemoveAt(0);
    Must(await _listener.Hear(device.Id, message, CancellationToken.None) is null, "a report could not be read");
  }

  private static void Down(ModelDevice device, bool keep)
  {
    if (!device.Connected || device.Down.Count == 0) return;
    device.Arrive(device.Down[0]);
    if (!keep) device.Down.RemoveAt(0);
  }

  private static void Swap(List<byte[]> mail)
  {
    if (mail.Count >= 2) (mail[0], mail[1]) = (mail[1], mail[0]);
  }

  /// <summary>A device never goes back, and runs exactly what was wished under the version that it names.</summary>
  private void Watch(ModelDevice device)
  {
    var (version, content) = _inForce[device.Id];
    var slot = device.Slot;
    Must(slot.Version >= version, $"{device.Id} went back from {version} to {slot.Version}");
    if (slot.Version == version)
    {
      Must(device.Content == content, $"{device.Id} changed its profile without a new version ({version})");
      return;
    }

    Must(_wished.TryGetValue((device.Id, slot.Version), out var wished), $"{device.Id} took version {slot.Version} that nobody wished");
    Must(device.Content == content || device.Content == wished, $"{device.Id} runs a profile that was never wished under version {slot.Version}");
    _inForce[device.Id] = (slot.Version, device.Content);
  }

  /// <summary>Whoever reads "in sync" may rely on it.</summary>
  private async Task Compare()
  {
    await using var db = _database.CreateDbContext();
    var ids = _devices.Select(d => d.Id).ToArray();
    var wished = await db.Desired.AsNoTracking().Where(r => ids.Contains(r.DeviceId)).ToDictionaryAsync(r => r.DeviceId, StringComparer.Ordinal);
    foreach (var row in await db.Reported.AsNoTracking().Where(r => ids.Contains(r.DeviceId) && r.State == SyncState.InSync).ToListAsync())
    {
      var device = _devices.Single(d => d.Id == row.DeviceId);
      var desired = wished.GetValueOrDefault(device.Id);
      Must((desired?.Version ?? 0) == row.DesiredVersion, $"{device.Id} is called in sync at {row.DesiredVersion}, wished is {desired?.Version}");
      Must(desired is null || device.Content == desired.ProfileContent, $"{device.Id} is called in sync at {row.DesiredVersion}, but runs revision {device.Slot.Active.Revision}");
    }
  }

  private static void Must(bool holds, string otherwise)
  {
    if (!holds) throw new ModelBroken(otherwise);
  }
}
