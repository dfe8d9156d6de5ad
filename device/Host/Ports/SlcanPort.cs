using System.Diagnostics;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Ports;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// A USB-CAN adapter with LAWICEL firmware. Everything happens inside the calls of the control loop on what the
/// <see cref="SerialWire"/> has buffered; the adapter is greeted again after every opening, so pulling it costs nothing
/// but the frames of that time.
/// </summary>
internal sealed class SlcanPort : ICanPort, IDisposable
{
    /// <summary>Prefix on the command line.</summary>
    public const string Scheme = "slcan:";

    // The serial speed means nothing to most USB adapters; the real LAWICEL CANUSB and clones with an UART take this.
    private const int DefaultBaud = 115200;

    // An adapter that is off the bus answers every transmit with BEL; one BEL alone is a full queue.
    private const int RefusalsForBusOff = 8;

    // LAWICEL status flags: bit 5 error passive, bit 7 bus error. Both together with refusals mean off the bus.
    private const uint StatusBusError = 0x80;
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(1);

    private readonly SerialWire _wire;
    private readonly Journal _journal;
    private readonly string _name;
    private readonly byte[] _line = new byte[SlcanText.MaxLine];
    private readonly byte[] _scratch = new byte[SlcanText.MaxLine];
    private readonly byte[] _chunk = new byte[256];
    private readonly CanFrame _parsed = new();
    private readonly Queue<CanFrame> _received = new();
    private readonly Stack<CanFrame> _spare = new();
    private int _lineLength;
    private bool _lineTooLong;
    private int _greeted;
    private int _refusedInARow;
    private bool _statusAsked;
    private bool _knowsStatus = true;
    private bool _busOff;
    private long _statusAskedAt;

    /// <summary>Opens the adapter as soon as it is there.</summary>
    /// <param name="path">Serial device of the adapter, without the scheme.</param>
    /// <param name="bitrateCode">LAWICEL speed: <c>6</c> = 500 kbit/s, <c>5</c> = 250 kbit/s.</param>
    /// <param name="journal">Hears about loss and return.</param>
    public SlcanPort(string path, char bitrateCode, Journal journal)
    {
        _name = path;
        _journal = journal;
        Bitrate = bitrateCode;
        _wire = new SerialWire(path, DefaultBaud, journal);
        for (var i = 0; i < 256; i++) _spare.Push(new CanFrame());
    }

    /// <summary>Speed code sent after every opening.</summary>
    public char Bitrate { get; }

    /// <summary>Frames that arrived when 256 others had not been taken yet.</summary>
    public int Overrun { get; private set; }

    /// <inheritdoc/>
    public CanPortState State
    {
        get
        {
            Pump();
            return !_wire.Present ? CanPortState.Absent : _busOff ? CanPortState.BusOff : CanPortState.Up;
        }
    }

    /// <inheritdoc/>
    public bool Send(CanFrame frame)
    {
        Pump();
        if (_busOff) return false;
        var n = SlcanText.Format(frame, _scratch);
        return _wire.Write(_scratch.AsSpan(0, n));
    }

    /// <inheritdoc/>
    public bool Receive(CanFrame frame)
    {
        Pump();
        if (!_received.TryDequeue(out var got)) return false;
        got.CopyTo(frame);
        _spare.Push(got);
        return true;
    }

    /// <inheritdoc/>
    public void Recover()
    {
        if (!_wire.Present) return;
        _journal.Say(_name, "CAN adapter is asked to rejoin the bus");
        Greet();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Leave the channel closed, so that the next program finds the adapter as it expects it.
        if (_wire.Write("C\r"u8)) _wire.Drain();
        _wire.Dispose();
    }

    private void Pump()
    {
        var openings = _wire.Openings;
        if (openings != _greeted && _wire.Present)
        {
            _greeted = openings;
            _knowsStatus = true;
            _lineLength = 0;
            Greet();
        }

        int n;
        while ((n = _wire.Read(_chunk)) > 0)
            for (var i = 0; i < n; i++) Take(_chunk[i]);
        AskStatus();
    }

    private void Greet()
    {
        _busOff = false;
        _refusedInARow = 0;
        // Empty lines end whatever a former program left half typed; a channel must be closed before its speed is set.
        ReadOnlySpan<byte> greeting = [.. "\r\r\rC\rS"u8, (byte)Bitrate, .. "\rO\r"u8];
        _wire.Write(greeting);
        _statusAsked = false;
        _statusAskedAt = Stopwatch.GetTimestamp();
    }

    private void AskStatus()
    {
        if (!_knowsStatus || !_wire.Present || Stopwatch.GetElapsedTime(_statusAskedAt) < StatusPeriod) return;
        _statusAskedAt = Stopwatch.GetTimestamp();
        _statusAsked = _wire.Write("F\r"u8);
    }

    private void Take(byte b)
    {
        if (b == SlcanText.Bell)
        {
            _lineLength = 0;
            _lineTooLong = false;
            // The adapter does not say what it refused: an unknown F (many clones) must not look like a dead bus.
            if (_statusAsked)
            {
                _statusAsked = false;
                _knowsStatus = false;
            }
            else if (++_refusedInARow >= RefusalsForBusOff && !_busOff)
            {
                _busOff = true;
                _journal.Say(_name, "CAN adapter refuses every frame: bus-off, no termination, or nobody else on the bus");
            }

            return;
        }

        if (b != SlcanText.Return)
        {
            if (_lineLength < _line.Length) _line[_lineLength++] = b;
            else _lineTooLong = true;
            return;
        }

        if (!_lineTooLong) Understand(_line.AsSpan(0, _lineLength));
        _lineLength = 0;
        _lineTooLong = false;
    }

    private void Understand(ReadOnlySpan<byte> line)
    {
        // An empty line or z/Z is "done".
        if (line.IsEmpty || line[0] is (byte)'z' or (byte)'Z')
        {
            _refusedInARow = 0;
            return;
        }

        if (line[0] == (byte)'F' && line.Length == 3 && SlcanText.TryHex(line[1..], out var flags))
        {
            _statusAsked = false;
            if ((flags & StatusBusError) != 0) _journal.Say(_name, $"CAN adapter reports bus errors (flags {flags:X2}); check wiring, termination and speed");
            return;
        }

        if (!SlcanText.TryParse(line, _parsed)) return;
        _refusedInARow = 0;
        if (!_spare.TryPop(out var slot))
        {
            Overrun++;
            return;
        }

        _parsed.CopyTo(slot);
        _received.Enqueue(slot);
    }
}
