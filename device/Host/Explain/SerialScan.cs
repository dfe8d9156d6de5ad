// Frames in the bytes of a serial line: 4E57, JK02 (Bluetooth and PB), its short commands, Modbus.
using System.Globalization;
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Bms.Modbus;

namespace JkFleet.Agent.Host.Explain;

/// <summary>One piece of a serial capture.</summary>
/// <param name="Offset">First byte in the capture.</param>
/// <param name="Count">Bytes.</param>
/// <param name="Protocol">Name as for <c>decode</c>; "" for bytes that belong to no frame.</param>
/// <param name="Json">What <c>decode</c> says about it; null for bytes that belong to no frame.</param>
internal sealed record SerialPiece(int Offset, int Count, string Protocol, JsonObject? Json);

/// <summary>Cuts a serial capture into frames and noise.</summary>
internal static class SerialScan
{
    private const int Jk02Bytes = 300;
    private const int Jk02CommandBytes = 20;

    /// <summary>Every frame in order, with the bytes between them.</summary>
    /// <param name="capture">All bytes.</param>
    public static IEnumerable<SerialPiece> Pieces(byte[] capture)
    {
        var noiseFrom = 0;
        var layout = "";
        for (var at = 0; at < capture.Length;)
        {
            var piece = At(capture, at, layout);
            if (piece is null)
            {
                at++;
                continue;
            }

            if (at > noiseFrom) yield return new SerialPiece(noiseFrom, at - noiseFrom, "", null);
            if (piece.Json?["layout"]?.GetValue<string>() is { } said) layout = said;
            yield return piece;
            at += piece.Count;
            noiseFrom = at;
        }

        if (capture.Length > noiseFrom) yield return new SerialPiece(noiseFrom, capture.Length - noiseFrom, "", null);
    }

    private static SerialPiece? At(byte[] b, int at, string layout)
    {
        var left = b.Length - at;
        if (left >= 21 && b[at] == 0x4E && b[at + 1] == 0x57) return Jk4E57(b, at, left);
        if (left >= Jk02Bytes && b.AsSpan(at, 4).SequenceEqual((ReadOnlySpan<byte>)[0x55, 0xAA, 0xEB, 0x90])) return Jk02(b, at, layout);
        if (left >= Jk02CommandBytes && b.AsSpan(at, 4).SequenceEqual((ReadOnlySpan<byte>)[0xAA, 0x55, 0x90, 0xEB]))
            return Piece(b, at, Jk02CommandBytes, "jk02-cmd");
        return left >= 5 && b[at] is > 0 and < 248 ? Modbus(b, at, left) : null;
    }

    // A damaged frame is told as one, so that its reader sees why nothing was understood; its length comes from LEN.
    private static SerialPiece? Jk4E57(byte[] b, int at, int left)
    {
        var count = Bytes.U16Be(b, at + Jk4E57Frame.LenAt) + 2;
        if (count < Jk4E57Frame.MinBytes || count > Jk4E57Frame.MaxBytes) return null;
        if (count > left)
        {
            // Its end is not there: bytes were lost, or the capture stopped. A start right behind it says that this one was noise.
            var start = b.AsSpan(at + 2).IndexOf((ReadOnlySpan<byte>)[0x4E, 0x57]);
            count = start < 0 ? left : start + 2;
            return count < Jk4E57Frame.MinBytes ? null : Piece(b, at, count, "jk-4e57");
        }

        var piece = Piece(b, at, count, "jk-4e57");
        if (piece.Json!.ContainsKey("error") && b.AsSpan(at + 2, count - 2).IndexOf((ReadOnlySpan<byte>)[0x4E, 0x57]) is >= 0 and var next)
            return next + 2 < Jk4E57Frame.MinBytes ? piece with { Count = next + 2 } : Piece(b, at, next + 2, "jk-4e57");
        return piece;
    }

    private static SerialPiece Jk02(byte[] b, int at, string layout)
    {
        // Without the device information (its software version decides) the cells and the pack voltage must agree.
        var protocol = layout.Length > 0 ? "jk02-" + layout : "jk02-32s";
        var piece = Piece(b, at, Jk02Bytes, protocol);
        if (layout.Length > 0 || Fits(piece.Json!)) return piece;
        var other = Piece(b, at, Jk02Bytes, "jk02-24s");
        return Fits(other.Json!) ? other : piece;
    }

    private static bool Fits(JsonObject json)
    {
        if (json["cells_mv"] is not JsonArray cells || json["pack_voltage_mv"] is null) return json["type"] is not null && json["cells_mv"] is null;
        var sum = cells.Sum(Number);
        var pack = Number(json["pack_voltage_mv"]);
        return sum > 0 && Math.Abs(pack - sum) * 50 <= sum;
    }

    // The decoders put in ints and uints; a JSON node gives back only exactly what was put in.
    private static long Number(JsonNode? node) => node is null ? 0 : long.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static SerialPiece? Modbus(byte[] b, int at, int left)
    {
        var function = b[at + 1] & 0x7F;
        if (function is not (3 or 16)) return null;
        if ((b[at + 1] & 0x80) != 0) return Fits(b, at, 5, left);
        if (function == 16) return Fits(b, at, 8, left) ?? (left > 6 ? Fits(b, at, 9 + b[at + 6], left) : null);
        return Fits(b, at, 8, left) ?? Fits(b, at, 5 + b[at + 2], left);
    }

    private static SerialPiece? Fits(byte[] b, int at, int count, int left) =>
        count <= left && ModbusRtu.CrcFits(b, at, count) ? Piece(b, at, count, "modbus-rtu") : null;

    private static SerialPiece Piece(byte[] b, int at, int count, string protocol) =>
        new(at, count, protocol, DecodeCommand.Decode(protocol, Convert.ToHexString(b, at, count)));
}
