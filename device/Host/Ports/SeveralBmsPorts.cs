using JkFleet.Agent.Ports;
using JkFleet.Bms;

namespace JkFleet.Agent.Host.Ports;

/// <summary>Several BMS wires as one port: marks bytes with the number of their wire, as <see cref="BmsGroup"/> wants them.</summary>
internal sealed class SeveralBmsPorts(IBmsPort[] wires) : IBmsPort, IDisposable
{
    private readonly byte[] _one = new byte[byte.MaxValue];
    private readonly byte[] _out = new byte[64];
    private int _turn;

    /// <inheritdoc/>
    /// <remarks>One wire per call, so that a talkative one cannot keep the others out. -1 only when every adapter is gone.</remarks>
    public int Read(byte[] buffer)
    {
        var gone = 0;
        for (var i = 0; i < wires.Length; i++)
        {
            var at = (_turn + i) % wires.Length;
            var n = wires[at].Read(_one);
            if (n < 0) gone++;
            if (n <= 0) continue;
            _turn = at + 1;
            buffer[0] = (byte)at;
            buffer[1] = (byte)n;
            Array.Copy(_one, 0, buffer, BmsGroup.RecordHead, n);
            return n + BmsGroup.RecordHead;
        }

        return gone == wires.Length ? -1 : 0;
    }

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int count)
    {
        Array.Copy(buffer, 1, _out, 0, count - 1);
        return wires[buffer[0]].Write(_out, count - 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var wire in wires) (wire as IDisposable)?.Dispose();
    }
}
