namespace JkFleet.Agent.Host.Ports;

/// <summary>Bounded bytes between one writing and one reading thread; what does not fit is dropped and counted, never waited for.</summary>
internal sealed class ByteRing(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private readonly Lock _gate = new();
    private int _head;
    private int _count;

    /// <summary>Bytes dropped because nobody took them in time.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds bytes; the surplus is dropped (a frame with a hole fails its checksum, which is what we want).</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var room = Math.Min(bytes.Length, _bytes.Length - _count);
            Dropped += bytes.Length - room;
            Copy(bytes[..room]);
        }
    }

    /// <summary>Adds all of the bytes or none: half a request on a wire is noise.</summary>
    public bool TryAddWhole(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (bytes.Length > _bytes.Length - _count) return false;
            Copy(bytes);
            return true;
        }
    }

    /// <summary>Takes up to the length of <paramref name="into"/>.</summary>
    public int Take(Span<byte> into)
    {
        lock (_gate)
        {
            var n = Math.Min(into.Length, _count);
            var first = Math.Min(n, _bytes.Length - _head);
            _bytes.AsSpan(_head, first).CopyTo(into);
            _bytes.AsSpan(0, n - first).CopyTo(into[first..]);
            _head = (_head + n) % _bytes.Length;
            _count -= n;
            return n;
        }
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        lock (_gate) _count = 0;
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        var tail = (_head + _count) % _bytes.Length;
        var first = Math.Min(bytes.Length, _bytes.Length - tail);
        bytes[..first].CopyTo(_bytes.AsSpan(tail));
        bytes[first..].CopyTo(_bytes);
        _count += bytes.Length;
    }
}
