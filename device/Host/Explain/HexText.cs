// Frames as people paste them.
using System.Globalization;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Hex digits in any case, white space anywhere.</summary>
public static class HexText
{
    /// <summary>Turns hex digits into bytes.</summary>
    /// <param name="text">Digits, any case; white space is skipped.</param>
    /// <param name="bytes">The bytes; empty on failure.</param>
    /// <param name="why">What is wrong, for a person.</param>
    public static bool TryParse(string text, out byte[] bytes, out string why)
    {
        bytes = [];
        why = "";
        var digits = string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '\uFEFF'));
        var wrong = digits.FirstOrDefault(c => !char.IsAsciiHexDigit(c));
        if (wrong != 0)
        {
            why = $"'{wrong}' is no hex digit";
            return false;
        }

        if (digits.Length % 2 != 0)
        {
            why = "an odd number of hex digits";
            return false;
        }

        bytes = Convert.FromHexString(digits);
        return true;
    }
}

/// <summary>CAN frames as candump writes them: <c>351#1402A00FA00F8C01</c>, <c>00004210#...</c>.</summary>
public static class CanText
{
    /// <summary>Splits <c>ID#DATA</c>.</summary>
    /// <param name="text">Up to three hex digits = 11-bit identifier, more = 29-bit.</param>
    /// <param name="id">Identifier.</param>
    /// <param name="extended">True for 29 bits.</param>
    /// <param name="data">Data bytes.</param>
    /// <param name="why">What is wrong, for a person.</param>
    public static bool TryParse(string text, out int id, out bool extended, out byte[] data, out string why)
    {
        id = 0;
        data = [];
        var parts = string.Concat(text.Where(c => !char.IsWhiteSpace(c))).Split('#');
        extended = parts[0].Length > 3;
        why = "a CAN frame is written ID#DATA";
        if (parts.Length != 2) return false;
        if (!uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || number > (extended ? 0x1FFFFFFFu : 0x7FFu))
        {
            why = $"'{parts[0]}' is no CAN identifier";
            return false;
        }

        id = (int)number;
        return HexText.TryParse(parts[1], out data, out why);
    }
}
