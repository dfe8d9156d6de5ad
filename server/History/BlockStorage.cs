using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace JkFleet.Server.History;

/// <summary>
/// The four tables behind <see cref="BlockHistory"/>, in SQLite or PostgreSQL: devices (id to key), hot (batches as they
/// came: the log that survives a crash), blocks (packed hours) and recent (the last (boot, seq) of each device).
/// </summary>
public sealed class BlockStorage : IDisposable
{
  private readonly Func<DbConnection> _connect;
  private readonly bool _sqlite;
  private readonly Lock _lock = new();
  private DbConnection? _writer;
  private DbCommand? _insertHot;
  private DbParameter? _hotBytes;

  private BlockStorage(Func<DbConnection> connect, bool sqlite)
  {
    _connect = connect;
    _sqlite = sqlite;
  }

  public static BlockStorage Sqlite(string file, bool syncEveryCommit)
  {
    var source = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ToString();
    return new BlockStorage(
      () =>
      {
        var connection = new SqliteConnection(source);
        connection.Open();
        Run(connection, $"PRAGMA journal_mode=WAL; PRAGMA synchronous={(syncEveryCommit ? "FULL" : "NORMAL")}");
        return connection;
      },
      sqlite: true);
  }

  public static BlockStorage PostgreSql(string connectionString) => new(
    () =>
    {
      var connection = new NpgsqlConnection(connectionString);
      connection.Open();
      return connection;
    },
    sqlite: false);

  /// <summary>Makes the tables where they are missing.</summary>
  public void Open()
  {
    lock (_lock)
    {
      var bytes = _sqlite ? "BLOB" : "BYTEA";
      var number = _sqlite ? "INTEGER PRIMARY KEY" : "BIGSERIAL PRIMARY KEY";
      _writer = _connect();
      Run(_writer, $"""
        CREATE TABLE IF NOT EXISTS history_devices (key {(_sqlite ? number : "SERIAL PRIMARY KEY")}, id TEXT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS history_hot (id {number}, rows {bytes} NOT NULL);
        CREATE TABLE IF NOT EXISTS history_blocks (id {number}, device BIGINT NOT NULL, hour BIGINT NOT NULL, pack BIGINT NOT NULL, data {bytes} NOT NULL);
        CREATE INDEX IF NOT EXISTS history_blocks_device_hour ON history_blocks (device, hour);
        CREATE TABLE IF NOT EXISTS history_recent (device BIGINT PRIMARY KEY, pairs {bytes} NOT NULL);
        CREATE TABLE IF NOT EXISTS history_state (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
        """);
      _insertHot = Command(_writer, "INSERT INTO history_hot (rows) VALUES (@rows) RETURNING id");
      _hotBytes = Add(_insertHot, "@rows", Array.Empty<byte>());
    }
  }

  public Dictionary<string, int> Devices()
  {
    using var connection = _connect();
    using var command = Command(connection, "SELECT key, id FROM history_devices");
    using var reader = command.ExecuteReader();
    var keys = new Dictionary<string, int>(StringComparer.Ordinal);
    while (reader.Read()) keys[reader.GetString(1)] = reader.GetInt32(0);
    return keys;
  }

  public int AddDevice(string id)
  {
    lock (_lock)
    {
      using var command = Command(Writer(), "INSERT INTO history_devices (id) VALUES (@id) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING key");
      Add(command, "@id", id);
      return Convert.ToInt32(command.ExecuteScalar());
    }
  }

  /// <summary>Appends a batch; committed on return. Gives its number.</summary>
  public long AppendHot(byte[] rows, int length)
  {
    lock (_lock)
    {
      Writer();
      if (_hotBytes is SqliteParameter sqlite)
      {
        // Size cuts the value, so the reused buffer need not be copied.
        sqlite.Value = rows;
        sqlite.Size = length;
      }
      else
      {
        _hotBytes!.Value = new ArraySegment<byte>(rows, 0, length);
      }

      return (long)_insertHot!.ExecuteScalar()!;
    }
  }

  /// <summary>The unpacked batches in order.</summary>
  public IEnumerable<(long Id, byte[] Rows)> Hot()
  {
    using var connection = _connect();
    using var command = Command(connection, "SELECT id, rows FROM history_hot ORDER BY id");
    using var reader = command.ExecuteReader();
    while (reader.Read()) yield return (reader.GetInt64(0), (byte[])reader.GetValue(1));
  }

  /// <summary>The pairs remembered of packed samples, per device key.</summary>
  public IEnumerable<(int Device, byte[] Pairs)> Recent()
  {
    using var connection = _connect();
    using var command = Command(connection, "SELECT device, pairs FROM history_recent");
    using var reader = command.ExecuteReader();
    while (reader.Read()) yield return (reader.GetInt32(0), (byte[])reader.GetValue(1));
  }

  /// <summary>Number of the newest pack, 0 = none.</summary>
  public long LastPack()
  {
    using var connection = _connect();
    using var command = Command(connection, "SELECT value FROM history_state WHERE name = 'pack'");
    return command.ExecuteScalar() is { } value ? Convert.ToInt64(value) : 0;
  }

  /// <summary>In one transaction: the blocks are there, the batches that they hold are gone.</summary>
  public void CommitPack(long pack, long throughHot, IReadOnlyList<(int Device, long Hour, byte[] Data)> blocks, IReadOnlyList<(int Device, byte[] Pairs)> recent)
  {
    lock (_lock)
    {
      using var transaction = Writer().BeginTransaction();
      using (var insert = Command(Writer(), "INSERT INTO history_blocks (device, hour, pack, data) VALUES (@device, @hour, @pack, @data)", transaction))
      {
        var device = Add(insert, "@device", 0L);
        var hour = Add(insert, "@hour", 0L);
        Add(insert, "@pack", pack);
        var data = Add(insert, "@data", Array.Empty<byte>());
        foreach (var block in blocks)
        {
          device.Value = (long)block.Device;
          hour.Value = block.Hour;
          data.Value = block.Data;
          insert.ExecuteNonQuery();
        }
      }

      using (var upsert = Command(Writer(), "INSERT INTO history_recent (device, pairs) VALUES (@device, @pairs) ON CONFLICT (device) DO UPDATE SET pairs = excluded.pairs", transaction))
      {
        var device = Add(upsert, "@device", 0L);
        var pairs = Add(upsert, "@pairs", Array.Empty<byte>());
        foreach (var row in recent)
        {
          device.Value = (long)row.Device;
          pairs.Value = row.Pairs;
          upsert.ExecuteNonQuery();
        }
      }

      using (var state = Command(Writer(), "INSERT INTO history_state (name, value) VALUES ('pack', @pack) ON CONFLICT (name) DO UPDATE SET value = excluded.value", transaction))
      {
        Add(state, "@pack", pack);
        state.ExecuteNonQuery();
      }

      using (var delete = Command(Writer(), "DELETE FROM history_hot WHERE id <= @id", transaction))
      {
        Add(delete, "@id", throughHot);
        delete.ExecuteNonQuery();
      }

      transaction.Commit();
    }
  }

  /// <summary>Blocks of a device that overlap the hours, up to a pack.</summary>
  public List<byte[]> Blocks(int device, long fromHour, long toHour, long pack)
  {
    using var connection = _connect();
    using var command = Command(connection, "SELECT data FROM history_blocks WHERE device = @device AND hour BETWEEN @from AND @to AND pack <= @pack ORDER BY hour");
    Add(command, "@device", (long)device);
    Add(command, "@from", fromHour);
    Add(command, "@to", toHour);
    Add(command, "@pack", pack);
    using var reader = command.ExecuteReader();
    var blocks = new List<byte[]>();
    while (reader.Read()) blocks.Add((byte[])reader.GetValue(0));
    return blocks;
  }

  /// <summary>Deletes whole hours before one.</summary>
  public int Trim(long beforeHour)
  {
    lock (_lock)
    {
      using var command = Command(Writer(), "DELETE FROM history_blocks WHERE hour < @hour");
      Add(command, "@hour", beforeHour);
      return command.ExecuteNonQuery();
    }
  }

  public void Dispose()
  {
    lock (_lock)
    {
      _insertHot?.Dispose();
      _writer?.Dispose();
      _writer = null;
    }
  }

  /// <summary>The writing connection, opened anew after the database was away.</summary>
  private DbConnection Writer()
  {
    if (_writer is { State: System.Data.ConnectionState.Open }) return _writer;
    ObjectDisposedException.ThrowIf(_writer is null, this);
    _insertHot?.Dispose();
    _writer.Dispose();
    _writer = _connect();
    _insertHot = Command(_writer, "INSERT INTO history_hot (rows) VALUES (@rows) RETURNING id");
    _hotBytes = Add(_insertHot, "@rows", Array.Empty<byte>());
    return _writer;
  }

  private static DbCommand Command(DbConnection connection, string sql, DbTransaction? transaction = null)
  {
    var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this file; values are parameters.
    command.CommandText = sql;
#pragma warning restore CA2100
    command.Transaction = transaction;
    return command;
  }

  private static DbParameter Add(DbCommand command, string name, object value)
  {
    var parameter = command.CreateParameter();
    parameter.ParameterName = name;
    parameter.Value = value;
    command.Parameters.Add(parameter);
    return parameter;
  }

  private static void Run(DbConnection connection, string sql)
  {
    using var command = Command(connection, sql);
    command.ExecuteNonQuery();
  }
}
