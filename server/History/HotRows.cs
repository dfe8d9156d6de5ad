namespace JkFleet.Server.History;

/// <summary>Unpacked samples in memory, per device: the readable side of the hot log. The owner locks.</summary>
internal sealed class HotRows
{
  private readonly Dictionary<int, Rows> _devices = [];

  public long Bytes { get; private set; }

  /// <summary>Number of the newest hot batch in here.</summary>
  public long LastHot { get; private set; }

  public IEnumerable<int> Devices => _devices.Keys;

  public void Add(long hot, ReadOnlySpan<byte> batch)
  {
    LastHot = hot;
    for (var at = 0; at < batch.Length;)
    {
      var row = batch.Slice(at, HistoryRow.Length(batch[at..]));
      var device = HistoryRow.Device(row);
      if (!_devices.TryGetValue(device, out var rows)) _devices[device] = rows = new Rows();
      rows.Add(row);
      Bytes += row.Length;
      at += row.Length;
    }
  }

  /// <summary>The device's rows so far; stays valid while more are added, because bytes are only ever appended.</summary>
  public ReadOnlyMemory<byte> Of(int device) => _devices.TryGetValue(device, out var rows) ? rows.Memory : default;

  private sealed class Rows
  {
    private byte[] _bytes = new byte[512];
    private int _length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public void Add(ReadOnlySpan<byte> row)
    {
      if (_bytes.Length - _length < row.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + row.Length));
      row.CopyTo(_bytes.AsSpan(_length));
      _length += row.Length;
    }
  }
}
