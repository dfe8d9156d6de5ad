using System.Security.Claims;
using JkFleet.Bms;
using JkFleet.Server.Accounts;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Ui;

namespace JkFleet.Server.Devices;

/// <summary>
/// The fleet as rows, worst first, built at most twice a second however many people look. A device that has not changed
/// keeps its row object, so a page re-renders only the rows that differ.
/// </summary>
public sealed class FleetBoard(LiveFleet fleet, TimeProvider clock)
{
  private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(500);

  private readonly Lock _lock = new();
  private Dictionary<string, FleetRow> _byId = new(StringComparer.Ordinal);
  private IReadOnlyList<FleetRow> _rows = [];
  private long _builtAt;

  /// <summary>The devices that the person may see, worst first, then by name.</summary>
  public IReadOnlyList<FleetRow> Rows(ClaimsPrincipal person)
  {
    var all = Rows();
    return person.HasEverywhere(Role.Viewer) ? all : all.Where(row => person.Has(Role.Viewer, row.Device.SiteId)).ToList();
  }

  /// <summary>Every device.</summary>
  public IReadOnlyList<FleetRow> Rows()
  {
    lock (_lock)
    {
      if (_builtAt != 0 && clock.GetElapsedTime(_builtAt) < GoodFor) return _rows;
      var devices = fleet.Snapshot();
      var byId = new Dictionary<string, FleetRow>(devices.Count, StringComparer.Ordinal);
      var rows = new List<FleetRow>(devices.Count);
      foreach (var device in devices)
      {
        var row = _byId.TryGetValue(device.Id, out var known) && ReferenceEquals(known.Device, device) ? known : new FleetRow(device);
        byId[device.Id] = row;
        rows.Add(row);
      }

      rows.Sort(static (a, b) =>
      {
        var byRank = a.Rank.CompareTo(b.Rank);
        if (byRank != 0) return byRank;
        var byName = string.Compare(a.Device.Name, b.Device.Name, StringComparison.OrdinalIgnoreCase);
        return byName != 0 ? byName : string.CompareOrdinal(a.Device.Id, b.Device.Id);
      });
      _byId = byId;
      _rows = rows;
      _builtAt = clock.GetTimestamp();
      return rows;
    }
  }
}

/// <summary>The figures of the strip above the list; only devices that report now are added up.</summary>
public sealed record FleetFigures(
  int Devices, int Online, int Late, int Silent, int Never, int WithAlarm, int OpenAlarms, int LinkTrouble, int Limited, int Drifted, int Ok,
  int? SocPermille, double StoredWh, double CapacityWh, double ChargeW, double DischargeW, int Counted)
{
  public static FleetFigures Of(IReadOnlyList<FleetRow> rows)
  {
    int online = 0, late = 0, silent = 0, never = 0, withAlarm = 0, alarms = 0, link = 0, limited = 0, drifted = 0, ok = 0, counted = 0;
    double stored = 0, capacity = 0, charge = 0, discharge = 0;
    foreach (var row in rows)
    {
      switch (row.Device.Connection)
      {
        case Connection.Online: online++; break;
        case Connection.Late: late++; break;
        case Connection.Silent: silent++; break;
        default: never++; break;
      }

      if (row.Facets.HasFlag(Facet.Alarm)) withAlarm++;
      alarms += row.Device.OpenAlarms;
      if (row.Facets.HasFlag(Facet.Link)) link++;
      if (row.Facets.HasFlag(Facet.Limited)) limited++;
      if (row.Facets.HasFlag(Facet.Config)) drifted++;
      if (row.Facets.HasFlag(Facet.Ok)) ok++;
      if (!row.Counts) continue;
      counted++;
      var s = row.Telemetry!.Snapshot;
      var power = Show.PowerOf(s);
      if (power > 0) charge += power;
      else discharge -= power;
      if (s.CapacityMah == BmsSnapshot.Unknown) continue;
      var full = s.CapacityMah / 1000.0 * (s.PackVoltageMv / 1000.0);
      capacity += full;
      stored += full * s.SocPermille / 1000.0;
    }

    return new(rows.Count, online, late, silent, never, withAlarm, alarms, link, limited, drifted, ok,
      capacity > 0 ? (int)Math.Round(1000 * stored / capacity) : null, stored, capacity, charge, discharge, counted);
  }
}
