using JkFleet.Agent.Mcp2515;
using JkFleet.Inverter;

namespace JkFleet.Agent.Tests.Mcp2515;

/// <summary>
/// The MCP2515 at register level, on a bus with time: what the data sheet (DS20001801) says the chip does with each
/// instruction and each frame. It knows nothing of the driver and refuses what the chip would misunderstand.
/// </summary>
internal sealed class Mcp2515Chip : ISpiBus
{
    private readonly byte[] _registers = new byte[128];
    private readonly PriorityQueue<CanFrame, long> _arriving = new();
    private long _sendingUntil = -1;
    private int _sending = -1;

    public Mcp2515Chip() => ResetRegisters();

    /// <summary>Time, microseconds; every transfer takes some.</summary>
    public long NowUs { get; set; }

    /// <summary>What one transfer costs beside its bits: an interpreter's call.</summary>
    public int CallUs { get; set; } = 60;

    /// <summary>Nobody else on the bus: frames are sent again and again and never complete.</summary>
    public bool Alone { get; set; }

    /// <summary>The wire: null = fine, else every bit read is this.</summary>
    public byte? Dead { get; set; }

    public List<CanFrame> Sent { get; } = [];

    public int Lost { get; private set; }

    public byte this[int register]
    {
        get => _registers[register];
        set => _registers[register] = value;
    }

    public int Mode => _registers[0x0E] >> 5;

    public void Arrive(CanFrame frame, long atUs)
    {
        var copy = new CanFrame();
        frame.CopyTo(copy);
        _arriving.Enqueue(copy, atUs);
    }

    public bool Quiet => _arriving.Count == 0;

    /// <summary>Loses power for a moment.</summary>
    public void BrownOut() => ResetRegisters();

    /// <summary>Too many errors: off the bus, as the error counter says.</summary>
    public void GoBusOff()
    {
        _registers[0x1C] = 255;
        _registers[0x2D] |= 0x20;
        _sending = -1;
    }

    /// <summary>128 times 11 recessive bits have passed: back by itself, counters cleared.</summary>
    public void RejoinBus()
    {
        _registers[0x1C] = 0;
        _registers[0x2D] &= 0xDF;
    }

    public void Transfer(byte[] write, byte[] read)
    {
        if (write.Length != read.Length) throw new ArgumentException("both arrays are shifted at once");
        NowUs += CallUs + (write.Length * 8 / 10); // 10 MHz
        Advance();
        Array.Fill(read, Dead ?? (byte)0);
        if (Dead is not null) return;
        Execute(write, read);
        Advance();
    }

    /// <summary>Lets the bus run up to now.</summary>
    public void Advance()
    {
        while (_arriving.TryPeek(out var frame, out var at) && at <= NowUs)
        {
            _arriving.Dequeue();
            Store(frame);
        }

        while (Mode == 0 && (_registers[0x2D] & 0x20) == 0)
        {
            if (_sending >= 0 && (Alone || _sendingUntil > NowUs)) return;
            if (_sending >= 0) Complete();
            _sending = Next();
            if (_sending < 0) return;
            _sendingUntil = Math.Max(_sendingUntil, NowUs - 250) + 250;
        }
    }

    private void Execute(byte[] write, byte[] read)
    {
        switch (write[0])
        {
            case 0xC0:
                Expect(write.Length == 1);
                ResetRegisters();
                break;
            case 0x03:
                for (var i = 2; i < write.Length; i++) read[i] = _registers[(write[1] + i - 2) & 0x7F];
                break;
            case 0x02:
                for (var i = 2; i < write.Length; i++) WriteRegister((write[1] + i - 2) & 0x7F, write[i]);
                break;
            case 0x05:
                Expect(write.Length == 4);
                // The instruction works on control and flag registers only; elsewhere the mask counts as all ones.
                Expect(write[1] is 0x0F or 0x28 or 0x29 or 0x2A or 0x2B or 0x2C or 0x2D or 0x30 or 0x40 or 0x50 or 0x60 or 0x70);
                WriteRegister(write[1], (byte)((_registers[write[1]] & ~write[2]) | (write[3] & write[2])));
                break;
            case 0xA0:
                for (var i = 1; i < read.Length; i++) read[i] = Status();
                break;
            case 0x90 or 0x94:
                Expect(write.Length <= 14);
                var rx = write[0] == 0x90 ? 0x61 : 0x71;
                for (var i = 1; i < write.Length; i++) read[i] = _registers[rx + i - 1];
                _registers[0x2C] &= (byte)(write[0] == 0x90 ? ~1 : ~2); // when the chip is released
                break;
            case 0x40 or 0x42 or 0x44:
                Expect(write.Length <= 14);
                var tx = 0x31 + ((write[0] - 0x40) / 2 * 0x10);
                Expect((_registers[tx - 1] & 0x08) == 0); // a buffer that is being sent must not be written
                for (var i = 1; i < write.Length; i++) _registers[tx + i - 1] = write[i];
                break;
            case >= 0x81 and <= 0x87:
                Expect(write.Length == 1);
                for (var n = 0; n < 3; n++)
                    if ((write[0] & (1 << n)) != 0) _registers[0x30 + (n * 0x10)] |= 0x08;
                break;
            default:
                throw new InvalidOperationException($"instruction {write[0]:X2} does not exist");
        }
    }

    private void WriteRegister(int address, byte value)
    {
        if (address is 0x28 or 0x29 or 0x2A or < 0x0C && Mode != 4) return; // only in configuration mode
        if (address is 0x1C or 0x1D || (address & 0x0F) == 0x0E) return; // read only
        if ((address & 0x0F) == 0x0F)
        {
            _registers[0x0F] = value;
            _registers[0x0E] = (byte)(value & 0xE0);
            if ((value & 0x10) != 0) Abort();
            return;
        }

        if (address == 0x2D) value = (byte)((_registers[0x2D] & 0x3F) | (value & _registers[0x2D] & 0xC0)); // only the overflow flags clear
        _registers[address] = value;
    }

    private void Abort()
    {
        for (var n = 0; n < 3; n++) _registers[0x30 + (n * 0x10)] &= 0xF7;
        _sending = -1;
    }

    private byte Status()
    {
        var status = _registers[0x2C] & 0x03;
        for (var n = 0; n < 3; n++)
        {
            if ((_registers[0x30 + (n * 0x10)] & 0x08) != 0) status |= 0x04 << (2 * n);
            if ((_registers[0x2C] & (0x04 << n)) != 0) status |= 0x08 << (2 * n);
        }

        return (byte)status;
    }

    private int Next()
    {
        var best = -1;
        for (var n = 0; n < 3; n++)
        {
            var control = _registers[0x30 + (n * 0x10)];
            if ((control & 0x08) == 0) continue;
            if (best < 0 || (control & 3) >= (_registers[0x30 + (best * 0x10)] & 3)) best = n;
        }

        return best;
    }

    private void Complete()
    {
        var at = 0x31 + (_sending * 0x10);
        Sent.Add(Decode(_registers.AsSpan(at, 13)));
        _registers[at - 1] &= 0xF7;
        _registers[0x2C] |= (byte)(0x04 << _sending);
        _sending = -1;
    }

    private void Store(CanFrame frame)
    {
        if (Mode != 0) return;
        // Both buffers must take any frame and the first must roll over into the second; the driver says so or loses.
        if ((_registers[0x2C] & 1) == 0 && (_registers[0x60] & 0x60) == 0x60) Put(frame, 0x61, 1);
        else if ((_registers[0x60] & 0x04) != 0 && (_registers[0x2C] & 2) == 0 && (_registers[0x70] & 0x60) == 0x60) Put(frame, 0x71, 2);
        else
        {
            Lost++;
            _registers[0x2D] |= 0x80;
        }
    }

    private void Put(CanFrame frame, int at, byte flag)
    {
        var id = (uint)frame.Id;
        var head = frame.Extended
            ? new[] { (byte)(id >> 21), (byte)(((id >> 18) & 7) << 5 | 8 | ((id >> 16) & 3)), (byte)(id >> 8), (byte)id, (byte)frame.Length }
            : [(byte)(id >> 3), (byte)((id & 7) << 5), 0xEE, 0xEE, (byte)frame.Length]; // EID bytes of a standard frame hold anything
        head.CopyTo(_registers, at);
        // Bytes beyond the length keep what lay there before.
        frame.Data.AsSpan(0, frame.Length).CopyTo(_registers.AsSpan(at + 5));
        _registers[0x2C] |= flag;
    }

    private static CanFrame Decode(ReadOnlySpan<byte> b)
    {
        var extended = (b[1] & 8) != 0;
        var id = (b[0] << 3) | (b[1] >> 5);
        if (extended) id = (id << 18) | ((b[1] & 3) << 16) | (b[2] << 8) | b[3];
        var frame = new CanFrame();
        frame.Reset(id, extended, b[4] & 0x0F);
        b.Slice(5, frame.Length).CopyTo(frame.Data);
        return frame;
    }

    private void ResetRegisters()
    {
        Array.Clear(_registers);
        _registers[0x0E] = 0x80;
        _registers[0x0F] = 0x87;
        _sending = -1;
    }

    private static void Expect(bool right)
    {
        if (!right) throw new InvalidOperationException("the chip would not do that");
    }
}
