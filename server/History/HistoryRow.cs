using System.Buffers.Binary;
using System.Numerics;

namespace JkFleet.Server.History;

/// <summary>
/// One sample of one device as bytes: what batches, the hot table and the spool hold. Little endian:
/// int32 length of the whole, int32 device key, int64 t (ms since 1970 UTC), int64 boot, int64 seq,
/// uint64 mask of the columns, then one zigzag varint per marked column.
/// </summary>
public static class HistoryRow
{
  public const int HeaderBytes = 4 + 4 + 8 + 8 + 8 + 8;

  /// <summary>No row is longer.</summary>
  public const int MaxBytes = HeaderBytes + (Metric.MaxCount * 5);

  /// <summary>Writes a row; returns its length.</summary>
  public static int Write(Span<byte> into, int device, long t, long boot, long seq, ReadOnlySpan<int> values)
  {
    ulong mask = 0;
    var at = HeaderBytes;
    for (var i = 0; i < values.Length; i++)
    {
      var value = values[i];
      if (value == Metric.Absent) continue;
      mask |= 1UL << i;
      at += Varint.Write(into[at..], Varint.Zig(value));
    }

    BinaryPrimitives.WriteInt32LittleEndian(into, at);
    BinaryPrimitives.WriteInt32LittleEndian(into[4..], device);
    BinaryPrimitives.WriteInt64LittleEndian(into[8..], t);
    BinaryPrimitives.WriteInt64LittleEndian(into[16..], boot);
    BinaryPrimitives.WriteInt64LittleEndian(into[24..], seq);
    BinaryPrimitives.WriteUInt64LittleEndian(into[32..], mask);
    return at;
  }

  public static int Length(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt32LittleEndian(row);

  public static int Device(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt32LittleEndian(row[4..]);

  public static long Time(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row[8..]);

  public static long Boot(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row[16..]);

  public static long Seq(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row[24..]);

  public static ulong Mask(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt64LittleEndian(row[32..]);

  /// <summary>Reads every column (absent ones as <see cref="Metric.Absent"/>).</summary>
  public static void Values(ReadOnlySpan<byte> row, Span<int> into)
  {
    into.Fill(Metric.Absent);
    var mask = Mask(row);
    var at = HeaderBytes;
    while (mask != 0)
    {
      into[BitOperations.TrailingZeroCount(mask)] = (int)Varint.Zag(Varint.Read(row, ref at));
      mask &= mask - 1;
    }
  }
}

/// <summary>Integers in 7-bit groups, low first; signed ones folded so that small stays small.</summary>
public static class Varint
{
  public static ulong Zig(long value) => (ulong)((value << 1) ^ (value >> 63));

  public static long Zag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

  public static int Write(Span<byte> into, ulong value)
  {
    var n = 0;
    while (value >= 0x80)
    {
      into[n++] = (byte)(value | 0x80);
      value >>= 7;
    }

    into[n++] = (byte)value;
    return n;
  }

  public static ulong Read(ReadOnlySpan<byte> from, ref int at)
  {
    ulong value = 0;
    for (var shift = 0; shift < 64; shift += 7)
    {
      var b = from[at++];
      value |= (ulong)(b & 0x7F) << shift;
      if (b < 0x80) return value;
    }

    throw new InvalidDataException("A varint of a stored row does not end.");
  }
}
