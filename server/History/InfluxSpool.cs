namespace JkFleet.Server.History;

/// <summary>
/// What InfluxDB has not taken yet, as files of lines in a folder: a batch is acknowledged when it is here. Bounded: when
/// it is full the oldest file goes, and is counted. After a crash whole files are sent again, which changes nothing there.
/// </summary>
public sealed class InfluxSpool : IDisposable
{
  private const long RollBytes = 4 * 1024 * 1024;
  private const string Ending = ".lines";

  private readonly string _folder;
  private readonly long _maxBytes;
  private readonly Lock _lock = new();
  private FileStream? _current;
  private long _next;
  private long _bytes;
  private long _droppedBytes;

  public InfluxSpool(string folder, long maxBytes)
  {
    _folder = folder;
    _maxBytes = maxBytes;
    Directory.CreateDirectory(folder);
    foreach (var file in Files())
    {
      _bytes += new FileInfo(file).Length;
      _next = long.Parse(Path.GetFileNameWithoutExtension(file)) + 1;
    }
  }

  /// <summary>Bytes waiting.</summary>
  public long Bytes
  {
    get { lock (_lock) return _bytes; }
  }

  /// <summary>Bytes that had to go because the spool was full, since start.</summary>
  public long DroppedBytes
  {
    get { lock (_lock) return _droppedBytes; }
  }

  /// <summary>Appends whole lines; they are on the disk when it returns.</summary>
  public void Append(ReadOnlySpan<byte> lines)
  {
    lock (_lock)
    {
      if (_current is null || _current.Length >= RollBytes)
      {
        _current?.Dispose();
        _current = new FileStream(NameOf(_next++), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1);
      }

      _current.Write(lines);
      _current.Flush(flushToDisk: true);
      _bytes += lines.Length;
      if (_bytes > _maxBytes) DropOldest();
    }
  }

  /// <summary>The oldest file, closed to further lines, or null when nothing waits.</summary>
  public string? Oldest()
  {
    lock (_lock)
    {
      var oldest = Files().FirstOrDefault();
      if (oldest is not null && _current?.Name == oldest)
      {
        _current.Dispose();
        _current = null;
      }

      return oldest;
    }
  }

  /// <summary>A file was taken over.</summary>
  public void Remove(string file)
  {
    lock (_lock)
    {
      var info = new FileInfo(file);
      if (!info.Exists) return;
      _bytes -= info.Length;
      info.Delete();
    }
  }

  public void Dispose()
  {
    lock (_lock) _current?.Dispose();
  }

  private void DropOldest()
  {
    foreach (var file in Files())
    {
      if (_bytes <= _maxBytes || file == _current?.Name) return;
      var length = new FileInfo(file).Length;
      File.Delete(file);
      _bytes -= length;
      _droppedBytes += length;
    }
  }

  private string NameOf(long number) => Path.Combine(_folder, number.ToString("D12") + Ending);

  private IEnumerable<string> Files() => Directory.GetFiles(_folder, "*" + Ending).Order(StringComparer.Ordinal);
}
