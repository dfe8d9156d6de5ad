using System.Buffers.Text;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// The LAWICEL text form of CAN frames: <c>tIIILDD..</c> (11 bits) and <c>TIIIIIIIILDD..</c> (29 bits), carriage return
/// at the end, sometimes a timestamp of four digits behind the data. Source: LAWICEL CAN232 manual.
/// </summary>
internal static class SlcanText
{
    /// <summary>Ends a command, and answers one that was done.</summary>
    public const byte Return = (byte)'\r';

    /// <summary>Answers a command that was refused.</summary>
    public const byte Bell = 0x07;

    /// <summary>Longest line of a frame: T + 8 + 1 + 16 + timestamp 4 + CR.</summary>
    public const int MaxLine = 31;

    /// <summary>Writes one frame with its carriage return.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="into">At least <see cref="MaxLine"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Format(CanFrame frame, Span<byte> into)
    {
        var digits = frame.Extended ? 8 : 3;
        into[0] = frame.Extended ? (byte)'T' : (byte)'t';
        for (var i = 0; i < digits; i++) into[1 + i] = Digit(frame.Id >> (4 * (digits - 1 - i)));
        var at = 1 + digits;
        into[at++] = Digit(frame.Length);
        for (var i = 0; i < frame.Length; i++)
        {
            into[at++] = Digit(frame.Data[i] >> 4);
            into[at++] = Digit(frame.Data[i]);
        }

        into[at++] = Return;
        return at;
    }

    /// <summary>Reads one line without its terminator; false for anything that is not a whole data frame.</summary>
    /// <param name="line">The characters.</param>
    /// <param name="frame">Filled when true is returned.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, CanFrame frame)
    {
        if (line.Length < 5 || line[0] is not ((byte)'t' or (byte)'T')) return false;
        var extended = line[0] == (byte)'T';
        var digits = extended ? 8 : 3;
        if (line.Length < 2 + digits) return false;
        if (!TryHex(line.Slice(1, digits), out var id) || id > (extended ? 0x1FFFFFFFu : 0x7FFu)) return false;
        var length = line[1 + digits] - '0';
        if (length is < 0 or > 8) return false;
        var rest = line.Length - (2 + digits) - (2 * length);
        if (rest is not (0 or 4)) return false;
        frame.Reset((int)id, extended, length);
        for (var i = 0; i < length; i++)
        {
            if (!TryHex(line.Slice(2 + digits + (2 * i), 2), out var value)) return false;
            frame.Data[i] = (byte)value;
        }

        return true;
    }

    /// <summary>Reads hexadecimal digits of either case, and nothing else.</summary>
    public static bool TryHex(ReadOnlySpan<byte> digits, out uint value) =>
        Utf8Parser.TryParse(digits, out value, out var used, 'X') && used == digits.Length;

    private static byte Digit(int value) => (byte)"0123456789ABCDEF"[value & 15];
}
