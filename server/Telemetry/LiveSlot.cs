using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// The changing state of one device behind <see cref="LiveFleet"/>. Its lock is held for a few assignments only and
/// never while calling out. Telemetry changes hands by reference: a reading that a reader may hold is never written again.
/// </summary>
internal sealed class LiveSlot(string id, DateTimeOffset enrolledAt)
{
  private readonly Lock _lock = new();
  private TelemetryMessage? _telemetry;
  private bool _handedOut;
  private long _lastUpMs;
  private long _lastBoot;
  private LiveDevice? _view;
  private LiveCounters _counters;
  private Connection _judged;

  public string Id { get; } = id;
  public DateTimeOffset EnrolledAt { get; } = enrolledAt;

  /// <summary>Grows with every change; read without the lock.</summary>
  public long Version;

  public string Name = id;
  public int SiteId;
  public string SiteName = "";
  public string Board = "";
  public IReadOnlyList<string> Tags = [];
  public bool Revoked;
  public Connection Connection = Connection.Never;
  public DateTimeOffset Since = enrolledAt;
  public DateTimeOffset? SeenAt;
  public DateTimeOffset? TelemetryAt;
  public int PeriodMs;
  public int OpenAlarms;
  public AlarmSeverity WorstAlarm;
  public long AlarmNotes;
  public SyncState Sync;
  public DateTimeOffset? SyncSince;
  public LiveUpdate? Update;
  public long Notes;

  /// <summary>MQTT connections open now; above 1 only while one takes over from another.</summary>
  public int Sessions;

  /// <summary>Takes the decoded message and gives back one to decode the next into.</summary>
  public TelemetryMessage Take(TelemetryMessage message, DateTimeOffset now)
  {
    lock (_lock)
    {
      var header = message.Header;
      SeenAt = now;
      if (header.Replay)
      {
        _counters = _counters with { Messages = _counters.Messages + 1, Replayed = _counters.Replayed + 1 };
        Touch();
        return message;
      }

      if (_lastBoot == header.Boot && header.UpMs > _lastUpMs)
      {
        var step = (int)Math.Min(header.UpMs - _lastUpMs, 3_600_000);
        PeriodMs = PeriodMs == 0 ? step : PeriodMs + ((step - PeriodMs) / 4);
      }

      _lastBoot = header.Boot;
      _lastUpMs = header.UpMs;
      _counters = _counters with { Messages = _counters.Messages + 1 };
      TelemetryAt = now;
      Enter(Connection.Online, now);
      if (message.Board.Length > 0) Board = message.Board;
      var spare = _handedOut ? null : _telemetry;
      _telemetry = message;
      _handedOut = false;
      Touch();
      return spare ?? new TelemetryMessage();
    }
  }

  /// <summary>Takes a report from before the start, if nothing came since.</summary>
  public void Restore(TelemetryMessage message, DateTimeOffset at)
  {
    lock (_lock)
    {
      if (_telemetry is not null) return;
      (_telemetry, TelemetryAt) = (message, at);
      if (message.Board.Length > 0) Board = message.Board;
      if (SeenAt is null || SeenAt < at) (SeenAt, Since) = (at, at);
      if (Connection == Connection.Never) Connection = Connection.Silent;
      Touch();
    }
  }

  public void Change(Action<LiveSlot> change)
  {
    lock (_lock)
    {
      change(this);
      Touch();
    }
  }

  public void Count(Func<LiveCounters, LiveCounters> count)
  {
    lock (_lock)
    {
      _counters = count(_counters);
      Touch();
    }
  }

  /// <summary>Enters a state if it is a new one; call under <see cref="Change"/>.</summary>
  public void Enter(Connection connection, DateTimeOffset now)
  {
    if (Connection == connection) return;
    Connection = connection;
    Since = now;
  }

  /// <summary>Judges by the clock whether the device is late or silent. True when the connection is another than at the last judgement.</summary>
  public bool Judge(DateTimeOffset now, TelemetryOptions options)
  {
    lock (_lock)
    {
      if (Sessions == 0)
      {
        if (Connection is Connection.Online or Connection.Late) Enter(Connection.Silent, now);
      }
      else if (Connection is Connection.Online or Connection.Late)
      {
        var age = now - (TelemetryAt ?? Since);
        var period = TimeSpan.FromMilliseconds(Math.Max(PeriodMs, 1000));
        if (age > options.SilentAfter) Enter(Connection.Silent, now);
        else if (age > (3 * period) + options.LateGrace) Enter(Connection.Late, now);
      }

      if (_judged == Connection) return false;
      _judged = Connection;
      Touch();
      return true;
    }
  }

  public LiveDevice View()
  {
    lock (_lock)
    {
      if (_view is not null) return _view;
      _handedOut = true;
      return _view = new LiveDevice
      {
        Id = Id,
        Name = Name,
        SiteId = SiteId,
        SiteName = SiteName,
        Board = Board,
        Tags = Tags,
        Revoked = Revoked,
        EnrolledAt = EnrolledAt,
        Connection = Connection,
        Since = Since,
        SeenAt = SeenAt,
        TelemetryAt = TelemetryAt,
        Telemetry = _telemetry,
        PeriodMs = PeriodMs,
        OpenAlarms = OpenAlarms,
        WorstAlarm = WorstAlarm,
        AlarmNotes = AlarmNotes,
        Sync = Sync,
        SyncSince = SyncSince,
        Update = Update,
        Notes = Notes,
        Counters = _counters,
      };
    }
  }

  private void Touch()
  {
    _view = null;
    Volatile.Write(ref Version, Version + 1);
  }
}
