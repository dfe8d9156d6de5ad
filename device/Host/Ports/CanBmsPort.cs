using JkFleet.Agent.Ports;
using JkFleet.Bms.JkCan;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Ports;

/// <summary>A BMS that is heard on its own CAN (250 kbit/s): hands each frame over as one record of <see cref="JkCanProtocol"/>.</summary>
internal sealed class CanBmsPort(ICanPort bus) : IBmsPort, IDisposable
{
    private readonly CanFrame _frame = new();

    /// <inheritdoc/>
    public int Read(byte[] buffer)
    {
        if (bus.State == CanPortState.Absent) return -1;
        var count = 0;
        while (count + JkCanProtocol.RecordBytes <= buffer.Length && bus.Receive(_frame)) count += JkCanProtocol.Pack(_frame, buffer, count);
        return count;
    }

    /// <inheritdoc/>
    /// <remarks>The unit talks by itself; there is nothing to say to it.</remarks>
    public bool Write(byte[] buffer, int count) => true;

    /// <inheritdoc/>
    public void Dispose() => (bus as IDisposable)?.Dispose();
}
