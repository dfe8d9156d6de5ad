using System.Security.Claims;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;

namespace JkFleet.Server.Devices;

/// <summary>What a person asks of one device.</summary>
/// <param name="Kind">What.</param>
/// <param name="ChargeMa">Override: charge ceiling, mA; -1 = leave alone.</param>
/// <param name="DischargeMa">Override: discharge ceiling, mA; -1 = leave alone.</param>
/// <param name="HoldMs">How long an override or maintenance holds, ms; 0 = maintenance until ended.</param>
/// <param name="Switch">Which switch of the BMS.</param>
/// <param name="On">Wanted position of the switch, or maintenance begins.</param>
public sealed record CommandWish(CommandKind Kind, int ChargeMa = -1, int DischargeMa = -1, int HoldMs = 0, BmsSwitch Switch = BmsSwitch.Charge, bool On = false);

/// <summary>
/// Gives a device a command. It is stored first and handed over from the database; the device judges it by its own rules
/// and answers with a verdict. Whoever onboards may look for the board and read it again; all else is the operator's.
/// </summary>
[Command(Role.Installer)]
public sealed class SendCommand(IDbContextFactory<FleetDb> databases, ActivityLog activity, CommandOutbox outbox, TimeProvider clock)
{
  /// <summary>A command that was not done by then is not done at all.</summary>
  public static readonly TimeSpan Valid = TimeSpan.FromMinutes(2);

  /// <summary>Commands of one device that may wait for their answer.</summary>
  public const int MostOpen = 10;

  private const int MaxHoldMs = 24 * 3_600_000;
  private const int MaxMa = 1_000_000;

  /// <summary>The least role that may ask for this.</summary>
  public static Role RoleFor(CommandKind kind) => kind is CommandKind.Identify or CommandKind.ReRead ? Role.Installer : Role.Operator;

  public async Task<Outcome<SentCommand>> Run(ClaimsPrincipal by, string deviceId, CommandWish wish, string reason, CancellationToken stop)
  {
    await using var db = await databases.CreateDbContextAsync(stop);
    var device = await db.Devices.AsNoTracking().FirstOrDefaultAsync(d => d.Id == deviceId, stop);
    if (device is null || !by.Has(RoleFor(wish.Kind), device.SiteId)) return Outcome<SentCommand>.NotAllowed();
    var hello = await db.Hellos.AsNoTracking().FirstOrDefaultAsync(h => h.DeviceId == deviceId, stop);
    var now = clock.GetUtcNow();
    var open = await db.DeviceCommands.Where(c => c.DeviceId == deviceId && c.State == VerdictState.None && c.Until > now).ToListAsync(stop);
    var refusals = Check(wish, device, hello, reason).ToList();
    if (open.Count >= MostOpen) refusals.Add(new($"{open.Count} commands to this device wait for their answer. Let them be answered first."));
    if (refusals.Count > 0) return Outcome<SentCommand>.Refused(refusals);
    // A later wish about the same thing ends the earlier one, or a lost connection could bring them in the wrong order.
    foreach (var older in open.Where(c => SameThing(c, wish))) older.Until = now;
    var command = new SentCommand
    {
      Id = $"c-{Guid.NewGuid():N}",
      DeviceId = deviceId,
      Kind = wish.Kind,
      ChargeMa = wish.ChargeMa,
      DischargeMa = wish.DischargeMa,
      HoldMs = wish.HoldMs,
      Switch = wish.Switch,
      On = wish.On,
      At = now,
      By = by.Identity?.Name ?? "",
      Reason = reason.Trim(),
      Until = now + Valid,
    };
    db.DeviceCommands.Add(command);
    activity.Add(db, command.By, "device.command", "device:" + deviceId, device.SiteId, null, new { command = CommandKindNames.Of(wish.Kind), what = TimelineWords.What(command), command.Id }, reason);
    await db.SaveChangesAsync(stop);
    outbox.Ring(deviceId);
    return Outcome<SentCommand>.Of(command);
  }

  private static IEnumerable<Refusal> Check(CommandWish wish, Device device, DeviceHello? hello, string reason)
  {
    if (device.RevokedAt is not null) yield return new("This device is revoked and may not connect.");
    if (RoleFor(wish.Kind) == Role.Operator && string.IsNullOrWhiteSpace(reason)) yield return new("Say why: those who come later will ask.", "reason");
    if (reason.Length > 1000) yield return new("A reason has at most 1000 characters.", "reason");
    if (wish.HoldMs is < 0 or > MaxHoldMs) yield return new("It holds for at most 24 hours.", "hold");
    switch (wish.Kind)
    {
      case CommandKind.Override:
        if (wish is { ChargeMa: < 0, DischargeMa: < 0 }) yield return new("Name a charge or a discharge limit.", "limits");
        if (wish.ChargeMa > MaxMa || wish.DischargeMa > MaxMa) yield return new("A limit is 0..1000 A.", "limits");
        if (wish.HoldMs < 60_000) yield return new("A temporary limit holds for 1 minute to 24 hours.", "hold");
        break;
      case CommandKind.Switch:
        if (!Enum.IsDefined(wish.Switch)) yield return new("There is no such switch.", "switch");
        if (hello is { MaySwitch: false }) yield return new("Switching is not enabled on this device; its owner enables it at the board.", "switch");
        break;
      case CommandKind.ClearOverride or CommandKind.Maintenance or CommandKind.Identify or CommandKind.Reboot or CommandKind.ReRead or CommandKind.FullCharge:
        break;
      default:
        yield return new("There is no such command.", "command");
        break;
    }
  }

  private static bool SameThing(SentCommand older, CommandWish wish) => wish.Kind switch
  {
    CommandKind.Override or CommandKind.ClearOverride => older.Kind is CommandKind.Override or CommandKind.ClearOverride,
    CommandKind.Switch => older.Kind == CommandKind.Switch && older.Switch == wish.Switch,
    _ => older.Kind == wish.Kind,
  };
}
