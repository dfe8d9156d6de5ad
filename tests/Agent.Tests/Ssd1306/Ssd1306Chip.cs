using JkFleet.Agent.Ssd1306;

namespace JkFleet.Agent.Tests.Ssd1306;

/// <summary>
/// The SSD1306 as its data sheet (rev 1.1) describes it: control bytes, commands with their parameters, the memory of 8 pages and
/// 128 columns, and what of it the glass shows. It knows nothing of the driver and refuses what the chip does not define.
/// </summary>
internal sealed class Ssd1306Chip : II2cBus
{
    private readonly byte[,] _memory = new byte[8, 128];
    private int _page;
    private int _column;
    private int _multiplex;
    private int _offset;
    private int _startLine;
    private int _comPins;
    private int _addressing;
    private bool _on;
    private bool _pump;
    private bool _allOn;
    private bool _inverted;
    private bool _segmentsTurned;
    private bool _rowsTurned;

    public Ssd1306Chip() => PowerUp();

    /// <summary>On the bus.</summary>
    public bool Plugged { get; set; } = true;

    public int Messages { get; private set; }

    public int DataBytes { get; private set; }

    /// <summary>Acknowledges so many more bytes, then is gone; null = all.</summary>
    public int? BytesUntilGone { get; set; }

    /// <summary>Loses its power for a moment: registers as after reset, the memory holds noise.</summary>
    public void PowerUp()
    {
        var random = new Random(1306);
        for (var p = 0; p < 8; p++)
            for (var c = 0; c < 128; c++) _memory[p, c] = (byte)random.Next(256);
        (_page, _column, _multiplex, _offset, _startLine, _comPins, _addressing) = (0, 0, 63, 0, 0, 0x12, 2);
        (_on, _pump, _allOn, _inverted, _segmentsTurned, _rowsTurned) = (false, false, false, false, false, false);
    }

    public bool Write(byte[] message)
    {
        Messages++;
        if (!Plugged) return false;
        if (message.Length == 0) return true;
        var at = 1;
        if (message[0] == 0x00)
        {
            while (at < message.Length)
            {
                var from = at;
                Command(message, ref at);
                if (Gone(at - from)) return false;
            }

            return true;
        }

        if (message[0] != 0x40) throw new InvalidOperationException($"control byte {message[0]:X2}: this model takes one kind per message");
        for (; at < message.Length; at++)
        {
            if (Gone(1)) return false;
            _memory[_page, _column] = message[at];
            DataBytes++;
            Advance();
        }

        return true;
    }

    /// <summary>Is this dot of the glass lit, seen with the plug on top? Row 0 is the upper one.</summary>
    public bool IsLit(int x, int y)
    {
        if (!_on || !_pump) return false;
        if (_allOn) return true;
        if (_multiplex != 63 || _offset != 0 || _startLine != 0 || _comPins != 0x12) throw new InvalidOperationException("the rows of a 128x64 glass are not where they should be");
        // Modules have the glass with its plug on top: segment 0 is on the right and COM0 at the bottom unless both are turned.
        var column = _segmentsTurned ? x : 127 - x;
        var row = _rowsTurned ? y : 63 - y;
        return ((_memory[row / 8, column] >> (row % 8)) & 1) == 1 != _inverted;
    }

    /// <summary>A cell of the glass as a drawing: '#' is lit.</summary>
    public string[] Cell(int line, int column) =>
        [.. Enumerable.Range(0, 8).Select(y => string.Concat(Enumerable.Range(0, 6).Select(x => IsLit((column * 6) + x, (line * 8) + y) ? '#' : '.')))];

    public bool AnyLit => Enumerable.Range(0, 64).Any(y => Enumerable.Range(0, 128).Any(x => IsLit(x, y)));

    private bool Gone(int bytes)
    {
        if (BytesUntilGone is null) return false;
        BytesUntilGone -= bytes;
        return BytesUntilGone < 0;
    }

    private void Advance()
    {
        // Page addressing: the column wraps, the page stays. Horizontal: the page follows.
        _column = (_column + 1) % 128;
        if (_column == 0 && _addressing == 0) _page = (_page + 1) % 8;
    }

    private void Command(byte[] m, ref int at)
    {
        var c = m[at++];
        switch (c)
        {
            case <= 0x0F: _column = (_column & 0xF0) | c; break;
            case <= 0x1F: _column = ((c & 0x07) << 4) | (_column & 0x0F); break;
            case 0x20: _addressing = Parameter(m, ref at, 0, 2); break;
            case 0x2E: break;
            case >= 0x40 and <= 0x7F: _startLine = c & 0x3F; break;
            case 0x81: Parameter(m, ref at, 0, 255); break;
            case 0x8D:
                if (_on) throw new InvalidOperationException("the charge pump is set while the display is off");
                _pump = Parameter(m, ref at, 0x10, 0x14) == 0x14;
                break;
            case 0xA0 or 0xA1: _segmentsTurned = c == 0xA1; break;
            case 0xA4 or 0xA5: _allOn = c == 0xA5; break;
            case 0xA6 or 0xA7: _inverted = c == 0xA7; break;
            case 0xA8: _multiplex = Parameter(m, ref at, 15, 63); break;
            case 0xAE or 0xAF: _on = c == 0xAF; break;
            case >= 0xB0 and <= 0xB7: _page = c & 7; break;
            case 0xC0 or 0xC8: _rowsTurned = c == 0xC8; break;
            case 0xD3: _offset = Parameter(m, ref at, 0, 63); break;
            case 0xD5: Parameter(m, ref at, 0, 255); break;
            case 0xD9: Parameter(m, ref at, 0x11, 255); break;
            case 0xDA: _comPins = Parameter(m, ref at, 0x02, 0x32); break;
            case 0xDB: Parameter(m, ref at, 0, 0x70); break;
            case 0xE3: break;
            default: throw new InvalidOperationException($"command {c:X2} does not exist");
        }
    }

    private static int Parameter(byte[] m, ref int at, int lowest, int highest)
    {
        if (at >= m.Length) throw new InvalidOperationException("a parameter is missing");
        var value = m[at++];
        return value >= lowest && value <= highest ? value : throw new InvalidOperationException($"parameter {value:X2} is out of range");
    }
}
