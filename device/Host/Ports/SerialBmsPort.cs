using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Ports;

/// <summary>The BMS on a serial adapter of the PC: 115200 8N1 unless told otherwise.</summary>
internal sealed class SerialBmsPort(string path, int baud, Journal journal) : IBmsPort, IDisposable
{
    /// <summary>What every JK UART speaks.</summary>
    public const int DefaultBaud = 115200;

    private readonly SerialWire _wire = new(path, baud, journal);

    /// <inheritdoc/>
    public int Read(byte[] buffer)
    {
        var n = _wire.Read(buffer);
        return n > 0 || _wire.Present ? n : -1;
    }

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int count) => _wire.Write(buffer.AsSpan(0, count));

    /// <inheritdoc/>
    public void Dispose() => _wire.Dispose();
}
