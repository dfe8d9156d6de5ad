using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Tests.Network;

/// <summary>A store that lives as long as a test; it may be full.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    public bool Full { get; set; }

    public int Writes { get; private set; }

    public int Read(string name, byte[] buffer)
    {
        if (!_records.TryGetValue(name, out var record) || record.Length > buffer.Length) return -1;
        record.CopyTo(buffer, 0);
        return record.Length;
    }

    public bool Write(string name, byte[] buffer, int count)
    {
        if (Full) return false;
        Writes++;
        _records[name] = buffer[..count];
        return true;
    }
}
