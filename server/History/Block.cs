using System.Buffers;
using System.Buffers.Binary;

namespace JkFleet.Server.History;

/// <summary>
/// Packed samples of one device within one hour, column by column: about a byte per value that moves, nearly nothing for
/// one that stands still. Layout: version byte, varint rows, int64 first t, varint columns; per column: id byte (250 =
/// time, 251 = boot, 252 = seq), varint length, then content. Content: presence flag byte (1 = bitmap follows), then
/// zigzag deltas as varints, where 0 is followed by the run length of zeros minus one.
/// </summary>
public static class Block
{
  public const long HourMs = 3_600_000;
  private const byte Version = 1;
  private const byte TimeColumn = 250;
  private const byte BootColumn = 251;
  private const byte SeqColumn = 252;

  /// <summary>Packs rows (see <see cref="HistoryRow"/>) that lie within one hour, sorted by time.</summary>
  public static byte[] Pack(IReadOnlyList<ReadOnlyMemory<byte>> rows)
  {
    var count = rows.Count;
    var into = new BlockWriter(count * 24);
    into.Byte(Version);
    into.Varint((ulong)count);
    into.Int64(HistoryRow.Time(rows[0].Span));
    ulong mask = 0;
    // An hour of one device is a large object of 100 KB and more, and a pack has thousands of them: borrowed.
    var values = ArrayPool<int>.Shared.Rent(count * Metric.MaxCount);
    try
    {
      for (var r = 0; r < count; r++)
      {
        mask |= HistoryRow.Mask(rows[r].Span);
        HistoryRow.Values(rows[r].Span, values.AsSpan(r * Metric.MaxCount, Metric.MaxCount));
      }

      into.Varint((ulong)(System.Numerics.BitOperations.PopCount(mask) + 3));
      var column = new long?[count];
      for (var r = 0; r < count; r++) column[r] = HistoryRow.Time(rows[r].Span);
      into.Column(TimeColumn, column);
      for (var r = 0; r < count; r++) column[r] = HistoryRow.Boot(rows[r].Span);
      into.Column(BootColumn, column);
      for (var r = 0; r < count; r++) column[r] = HistoryRow.Seq(rows[r].Span);
      into.Column(SeqColumn, column);
      for (var id = 0; id < Metric.MaxCount; id++)
      {
        if ((mask >> id & 1) == 0) continue;
        for (var r = 0; r < count; r++)
        {
          var value = values[(r * Metric.MaxCount) + id];
          column[r] = value == Metric.Absent ? null : value;
        }

        into.Column((byte)id, column);
      }

      return into.ToArray();
    }
    finally
    {
      ArrayPool<int>.Shared.Return(values);
    }
  }

  /// <summary>Number of samples in a block.</summary>
  public static int Rows(ReadOnlySpan<byte> block)
  {
    if (block.Length < 2 || block[0] != Version) throw new InvalidDataException("A history block is damaged.");
    var at = 1;
    return (int)Varint.Read(block, ref at);
  }

  /// <summary>Adds the wanted columns of a block to a picture.</summary>
  public static void AddTo(ReadOnlySpan<byte> block, IReadOnlyList<Metric> metrics, Thinner thinner)
  {
    var rows = Rows(block);
    var at = 1;
    Varint.Read(block, ref at);
    at += 8;
    var columns = (int)Varint.Read(block, ref at);
    var numbers = new long[rows];
    var present = new bool[rows];
    var buckets = new int[rows];
    for (var c = 0; c < columns; c++)
    {
      var id = block[at++];
      var length = (int)Varint.Read(block, ref at);
      var content = block.Slice(at, length);
      at += length;
      if (id == TimeColumn)
      {
        Unpack(content, numbers, present);
        for (var r = 0; r < rows; r++)
        {
          buckets[r] = thinner.BucketOf(numbers[r]);
          if (buckets[r] >= 0) thinner.Sample(buckets[r], numbers[r]);
        }

        continue;
      }

      if (id >= Metric.MaxCount) continue;
      var wanted = -1;
      for (var m = 0; m < metrics.Count; m++)
        if (metrics[m].Id == id) { wanted = m; break; }
      if (wanted < 0) continue;
      Unpack(content, numbers, present);
      for (var m = wanted; m < metrics.Count; m++)
      {
        if (metrics[m].Id != id) continue;
        for (var r = 0; r < rows; r++)
          if (present[r] && buckets[r] >= 0) thinner.Value(m, buckets[r], (int)numbers[r]);
      }
    }
  }

  private static void Unpack(ReadOnlySpan<byte> content, long[] numbers, bool[] present)
  {
    var rows = numbers.Length;
    var at = 1;
    if (content[0] == 0)
    {
      Array.Fill(present, true);
    }
    else
    {
      for (var r = 0; r < rows; r++) present[r] = (content[1 + (r >> 3)] >> (r & 7) & 1) != 0;
      at += (rows + 7) / 8;
    }

    long value = 0;
    ulong zeros = 0;
    for (var r = 0; r < rows; r++)
    {
      if (!present[r]) continue;
      if (zeros > 0)
      {
        zeros--;
      }
      else
      {
        var word = Varint.Read(content, ref at);
        if (word == 0) zeros = Varint.Read(content, ref at);
        else value += Varint.Zag(word);
      }

      numbers[r] = value;
    }
  }

  private sealed class BlockWriter(int guess)
  {
    private byte[] _bytes = new byte[Math.Max(256, guess)];
    private int _at;

    public void Byte(byte value)
    {
      Room(1);
      _bytes[_at++] = value;
    }

    public void Varint(ulong value)
    {
      Room(10);
      _at += History.Varint.Write(_bytes.AsSpan(_at), value);
    }

    public void Int64(long value)
    {
      Room(8);
      BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_at), value);
      _at += 8;
    }

    public void Column(byte id, long?[] values)
    {
      var content = new BlockWriter(values.Length * 2);
      content.Content(values);
      Byte(id);
      Varint((ulong)content._at);
      Room(content._at);
      content._bytes.AsSpan(0, content._at).CopyTo(_bytes.AsSpan(_at));
      _at += content._at;
    }

    public byte[] ToArray() => _bytes.AsSpan(0, _at).ToArray();

    private void Content(long?[] values)
    {
      var sparse = Array.Exists(values, v => v is null);
      Byte((byte)(sparse ? 1 : 0));
      if (sparse)
      {
        var bytes = (values.Length + 7) / 8;
        Room(bytes);
        for (var r = 0; r < values.Length; r++)
          if (values[r] is not null) _bytes[_at + (r >> 3)] |= (byte)(1 << (r & 7));
        _at += bytes;
      }

      long last = 0;
      ulong zeros = 0;
      foreach (var value in values)
      {
        if (value is not { } number) continue;
        var delta = number - last;
        last = number;
        if (delta == 0)
        {
          zeros++;
          continue;
        }

        Zeros(ref zeros);
        Varint(History.Varint.Zig(delta));
      }

      Zeros(ref zeros);
    }

    private void Zeros(ref ulong zeros)
    {
      if (zeros == 0) return;
      Varint(0);
      Varint(zeros - 1);
      zeros = 0;
    }

    private void Room(int count)
    {
      if (_bytes.Length - _at < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _at + count));
    }
  }
}
