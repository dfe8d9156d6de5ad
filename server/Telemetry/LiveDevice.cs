using JkFleet.Contracts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;

namespace JkFleet.Server.Telemetry;

/// <summary>How well the server hears a device.</summary>
public enum Connection
{
  /// <summary>Enrolled, never heard.</summary>
  Never = 0,
  /// <summary>Connected and reporting.</summary>
  Online = 1,
  /// <summary>Connected, but its reports are overdue.</summary>
  Late = 2,
  /// <summary>Not connected, or connected and mute for long.</summary>
  Silent = 3,
}

/// <summary>
/// One device as it stood when it was asked for: never changes afterwards, so a page may keep it and compare.
/// </summary>
public sealed class LiveDevice
{
  public required string Id { get; init; }
  public required string Name { get; init; }
  public required int SiteId { get; init; }
  public required string SiteName { get; init; }
  public required string Board { get; init; }
  public required IReadOnlyList<string> Tags { get; init; }
  public required bool Revoked { get; init; }

  /// <summary>When it was enrolled: no history is older.</summary>
  public DateTimeOffset EnrolledAt { get; init; }

  public required Connection Connection { get; init; }

  /// <summary>Since when it is in <see cref="Connection"/>.</summary>
  public required DateTimeOffset Since { get; init; }

  /// <summary>When the last message of any kind came (server clock); null = never.</summary>
  public required DateTimeOffset? SeenAt { get; init; }

  /// <summary>When the last live telemetry came (server clock). The reading in it is <c>BmsAgeMs</c> older.</summary>
  public required DateTimeOffset? TelemetryAt { get; init; }

  /// <summary>The last live telemetry; null = none since the server started. Read only.</summary>
  public required TelemetryMessage? Telemetry { get; init; }

  /// <summary>Usual distance between two reports, ms, as observed; 0 = not known yet.</summary>
  public required int PeriodMs { get; init; }

  public required int OpenAlarms { get; init; }

  /// <summary>The worst open alarm; meaningless while there is none.</summary>
  public required AlarmSeverity WorstAlarm { get; init; }

  /// <summary>Grows whenever an alarm is opened, cleared or acknowledged: who lists them knows when to look again.</summary>
  public required long AlarmNotes { get; init; }

  public required SyncState Sync { get; init; }
  public required DateTimeOffset? SyncSince { get; init; }
  public required LiveCounters Counters { get; init; }

  /// <summary>Where its firmware update stands; null = never reported.</summary>
  public required LiveUpdate? Update { get; init; }

  /// <summary>Grows with every entry of its timeline: who shows that one knows when to look again.</summary>
  public required long Notes { get; init; }
}

/// <summary>What a device last said about its firmware update.</summary>
/// <param name="DesiredVersion">The desired state that the report answers: an older one says nothing about a newer offer.</param>
/// <param name="State">Step.</param>
/// <param name="Version">Version that it is about.</param>
/// <param name="Permille">Progress of the download.</param>
/// <param name="Reason">Why it waits, failed, was refused or went back.</param>
public sealed record LiveUpdate(long DesiredVersion, UpdateState State, string Version, int Permille, string Reason);

/// <summary>Counted since the server started.</summary>
/// <param name="Messages">Telemetry taken.</param>
/// <param name="Duplicates">Telemetry that had come before.</param>
/// <param name="Refused">Messages that could not be read.</param>
/// <param name="Replayed">Telemetry that came late out of the device's backlog.</param>
/// <param name="Violations">Publishes and subscribes that are not the device's to make.</param>
/// <param name="Connects">Connections made.</param>
/// <param name="TakeOvers">Connections that pushed out an older one with the same id.</param>
public readonly record struct LiveCounters(
  long Messages, long Duplicates, long Refused, long Replayed, long Violations, long Connects, long TakeOvers);
