using JkFleet.Agent.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Ports;

/// <summary>No BMS port was configured: absent for ever.</summary>
internal sealed class NoBms : IBmsPort
{
    /// <inheritdoc/>
    public int Read(byte[] buffer) => -1;

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int count) => false;
}

/// <summary>No CAN adapter was configured: absent for ever.</summary>
internal sealed class NoBus : ICanPort
{
    /// <inheritdoc/>
    public CanPortState State => CanPortState.Absent;

    /// <inheritdoc/>
    public bool Send(CanFrame frame) => false;

    /// <inheritdoc/>
    public bool Receive(CanFrame frame) => false;

    /// <inheritdoc/>
    public void Recover()
    {
        // There is nothing to recover.
    }
}

/// <summary>Remembers within one process only: for an agent without a store and for simulated ones.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer)
    {
        lock (_records)
        {
            if (!_records.TryGetValue(name, out var record) || record.Length > buffer.Length) return -1;
            record.CopyTo(buffer, 0);
            return record.Length;
        }
    }

    /// <inheritdoc/>
    public bool Write(string name, byte[] buffer, int count)
    {
        lock (_records) _records[name] = buffer.AsSpan(0, count).ToArray();
        return true;
    }
}
