using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Alarms;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Ui;

namespace JkFleet.Server.Devices;

/// <summary>The facets by which the fleet is filtered; a device can have several.</summary>
[Flags]
public enum Facet
{
  None = 0,
  Silent = 1,
  Late = 2,
  Alarm = 4,
  Link = 8,
  Limited = 16,
  Config = 32,
  Ok = 64,
  Never = 128,
}

/// <summary>One line of the fleet page, computed once per change of its device and shared by all who look.</summary>
public sealed class FleetRow
{
  /// <summary>A reading counts as live so long although the device's period is not known yet.</summary>
  public const int UnknownPeriodMs = 5000;

  public LiveDevice Device { get; }
  public TelemetryMessage? Telemetry => Device.Telemetry;

  /// <summary>The worst thing about the device, in a word.</summary>
  public Said State { get; }

  /// <summary>0 = look here first. Only changes of state move a row, never changes of a number.</summary>
  public int Rank { get; }

  public Facet Facets { get; }

  /// <summary>When the reading was taken (server clock), Unix ms; 0 = none.</summary>
  public long ReadingAtMs { get; }

  public int PeriodMs { get; }

  /// <summary>There is a reading of the BMS to show.</summary>
  public bool HasReading => Telemetry is { Bms: not LinkState.Never };

  /// <summary>The device reports now, so its numbers may be added to those of others.</summary>
  public bool Counts => HasReading && Device.Connection is Connection.Online or Connection.Late && Telemetry is { Bms: LinkState.Ok };

  private readonly string _haystack;

  public FleetRow(LiveDevice device)
  {
    Device = device;
    PeriodMs = device.PeriodMs > 0 ? device.PeriodMs : UnknownPeriodMs;
    ReadingAtMs = device is { TelemetryAt: { } at, Telemetry: { } t } ? at.ToUnixTimeMilliseconds() - Math.Max(t.BmsAgeMs, 0) : 0;
    Facets = FacetsOf(device);
    (Rank, State) = Judge(device, Facets);
    _haystack = string.Join('\n', device.Name, device.Id, device.SiteName, device.Board, device.Telemetry?.Agent, string.Join(' ', device.Tags))
      .ToLowerInvariant();
  }

  /// <summary>True when every word stands somewhere in name, id, site, tags, board or agent version.</summary>
  public bool Matches(string[] words)
  {
    foreach (var word in words)
      if (!_haystack.Contains(word, StringComparison.Ordinal)) return false;
    return true;
  }

  private static Facet FacetsOf(LiveDevice d)
  {
    if (d.Connection == Connection.Never) return Facet.Never;
    var facets = Facet.None;
    if (d.Connection == Connection.Silent) facets |= Facet.Silent;
    if (d.Connection == Connection.Late) facets |= Facet.Late;
    if (d.OpenAlarms > 0) facets |= Facet.Alarm;
    if (d.Sync is SyncState.Drifted or SyncState.Refused) facets |= Facet.Config;
    if (d is { Telemetry: { } t, Connection: not Connection.Silent })
    {
      if (t.Bms is not LinkState.Ok || t.Inverter is not LinkState.Ok) facets |= Facet.Link;
      if (Words.IsHoldingBack(t.Limits.ChargeReason) || Words.IsHoldingBack(t.Limits.DischargeReason)) facets |= Facet.Limited;
    }

    return (facets & ~Facet.Limited) == Facet.None ? facets | Facet.Ok : facets;
  }

  private static (int Rank, Said State) Judge(LiveDevice d, Facet facets)
  {
    if (d.Revoked) return (90, new("Revoked", Tone.Quiet));
    if (facets.HasFlag(Facet.Never)) return (70, new("Never seen", Tone.Quiet));
    if (facets.HasFlag(Facet.Alarm) && d.WorstAlarm == AlarmSeverity.Critical) return (0, new(AlarmText(d), Tone.Bad));
    if (facets.HasFlag(Facet.Silent)) return (10, new("Silent", Tone.Bad));
    if (facets.HasFlag(Facet.Link) && d.Telemetry is { } t)
    {
      if (t.Bms is not LinkState.Ok) return (20, new("BMS " + Words.Of(t.Bms).Text.ToLowerInvariant(), t.Bms == LinkState.Never ? Tone.Warn : Tone.Bad));
      return (30, new("Inverter " + Words.Of(t.Inverter).Text.ToLowerInvariant(), Tone.Warn));
    }

    if (facets.HasFlag(Facet.Late)) return (40, new("Late", Tone.Warn));
    if (facets.HasFlag(Facet.Alarm)) return (50, new(AlarmText(d), d.WorstAlarm == AlarmSeverity.Warning ? Tone.Warn : Tone.Info));
    if (facets.HasFlag(Facet.Config)) return (60, Words.Of(d.Sync));
    return (80, new("OK", Tone.Ok));
  }

  private static string AlarmText(LiveDevice d) => d.OpenAlarms == 1 ? "1 alarm" : $"{d.OpenAlarms} alarms";
}
