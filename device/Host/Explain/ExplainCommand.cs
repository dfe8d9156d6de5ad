// `jkagent explain FILE`: a capture in, one readable line per frame out.
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Commands;
using JkFleet.Agent.Host.Ports;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Reads a CAN log (candump in its forms, slcan, <c>ID#DATA</c>) or a serial capture (hex text or raw bytes).</summary>
public static class ExplainCommand
{
    private const int MaxBytes = 256 * 1024 * 1024;
    private const int NotesAboutLines = 5;

    /// <summary>Explains a capture file.</summary>
    /// <param name="path">File name, or <c>-</c> for standard input.</param>
    /// <param name="output">One line per frame, then a summary, every line of which starts with <c>--</c>.</param>
    /// <returns>0; 1 when the file holds no frame.</returns>
    /// <exception cref="ComplaintException">The file cannot be read, or is too long to be a capture.</exception>
    public static int Run(string path, TextWriter output)
    {
        byte[] capture;
        try
        {
            if (Directory.Exists(path)) throw new IOException("it is a folder");
            capture = path == "-" ? ReadAll(Console.OpenStandardInput()) : ReadAll(File.OpenRead(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ComplaintException($"cannot read {path}: {problem.Message}");
        }

        return Explain(capture, output);
    }

    /// <summary>Explains the bytes of a capture.</summary>
    /// <param name="capture">The file as it lies on the disk.</param>
    /// <param name="output">As for <see cref="Run"/>.</param>
    public static int Explain(byte[] capture, TextWriter output)
    {
        // What PowerShell writes behind '>'.
        if (capture.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) capture = Encoding.Convert(Encoding.Unicode, Encoding.Latin1, capture, 2, (capture.Length - 2) & ~1);
        var frames = IsText(capture) ? ExplainText(capture, output) : ExplainSerial(capture, output);
        if (frames > 0) return 0;
        output.WriteLine("-- no frame found: neither CAN lines nor 4E57, JK02 or Modbus bytes");
        return 1;
    }

    private static byte[] ReadAll(Stream stream)
    {
        using (stream)
        {
            using var all = new MemoryStream();
            var chunk = new byte[81920];
            int n;
            while ((n = stream.Read(chunk)) > 0)
            {
                if (all.Length + n > MaxBytes) throw new IOException($"longer than {MaxBytes / 1024 / 1024} MiB; cut it first");
                all.Write(chunk, 0, n);
            }

            return all.ToArray();
        }
    }

    // Text may hold the BEL of an slcan adapter, the colours of a log, a byte order mark and a degree sign.
    private static bool IsText(byte[] capture) =>
        !capture.Take(4096).Any(b => b is < 0x20 and not ((byte)'\t' or (byte)'\r' or (byte)'\n' or SlcanText.Bell or 0x1B)
            or 0x7F or (>= 0x80 and not (0xEF or 0xBB or 0xBF or 0xC2 or 0xB0)));

    // With the number that an editor shows. A carriage return alone ends a line too: so does an slcan adapter.
    private static IEnumerable<(int Number, string Text)> Lines(byte[] text)
    {
        var number = 1;
        for (int from = 0, at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && text[at] is not ((byte)'\n' or SlcanText.Return or SlcanText.Bell)) continue;
            var line = Encoding.Latin1.GetString(text, from, at - from);
            if (!string.IsNullOrWhiteSpace(line)) yield return (number, line);
            from = at + 1;
            if (at < text.Length && text[at] != SlcanText.Bell && !(text[at] == SlcanText.Return && from < text.Length && text[from] == '\n')) number++;
        }
    }

    private static int ExplainText(byte[] text, TextWriter output)
    {
        var watch = new CanWatch();
        var serial = new List<byte>();
        var frames = 0;
        var odd = 0;
        var strange = new List<int>();
        double? first = null;
        var inDump = false;
        foreach (var (number, line) in Lines(text))
        {
            if (inDump && SerialText.IsLoneOffset(line.Trim())) continue;
            var what = CaptureLine.Parse(line);
            inDump = what?.IsDump ?? false;
            if (what is null)
            {
                if (!IsRemark(line.Trim())) strange.Add(number);
                continue;
            }

            if (what.Bytes is { } bytes)
            {
                serial.AddRange(bytes);
                continue;
            }

            frames++;
            first ??= what.Seconds;
            var at = what.Seconds - first;
            if (what.Frame is not { } frame)
            {
                output.WriteLine($"{Stamp(at, number)}  {what.Note}");
                continue;
            }

            var id = CanJson.Id(frame);
            var json = DecodeCommand.Decode(CanWatch.ProtocolOf(frame), $"{id}#{Convert.ToHexString(frame.Data, 0, frame.Length)}");
            var remarks = Sentence.Odd(json).Concat(watch.Look(frame, json, what.Seconds)).ToList();
            odd += remarks.Count;
            Write(output, Stamp(at, number), id, json, remarks);
        }

        if (serial.Count > 0) frames += ExplainSerial([.. serial], output);
        if (frames > 0)
        {
            foreach (var line in watch.Summary()) output.WriteLine("-- " + line);
            if (odd > 0) output.WriteLine($"-- {odd} remarks, each behind a '!'");
        }

        if (strange.Count > 0)
            output.WriteLine($"-- {strange.Count} lines not understood: {string.Join(", ", strange.Take(NotesAboutLines))}{(strange.Count > NotesAboutLines ? ", ..." : "")}");
        return frames;
    }

    // Comments, and what a host and its slcan adapter say to each other beside frames.
    private static bool IsRemark(string line) =>
        line.StartsWith('#') || line.StartsWith("//", StringComparison.Ordinal) || line is "z" or "Z" or "C" or "O" or "L" || (line.Length == 2 && line[0] is 'S' or 'Z');

    private static int ExplainSerial(byte[] capture, TextWriter output)
    {
        var frames = 0;
        var noise = 0;
        foreach (var piece in SerialScan.Pieces(capture))
        {
            var stamp = string.Create(CultureInfo.InvariantCulture, $"byte {piece.Offset,6}");
            if (piece.Json is null)
            {
                noise += piece.Count;
                output.WriteLine($"{stamp}  {piece.Count} bytes of no frame: {Convert.ToHexString(capture, piece.Offset, Math.Min(piece.Count, 16))}{(piece.Count > 16 ? "..." : "")}");
                continue;
            }

            frames++;
            Write(output, stamp, piece.Protocol, piece.Json, Sentence.Odd(piece.Json).ToList());
        }

        if (frames > 0) output.WriteLine($"-- {frames} serial frames, {noise} bytes of no frame");
        return frames;
    }

    private static void Write(TextWriter output, string stamp, string id, JsonObject json, List<string> remarks)
    {
        var name = json["frame"]?.GetValue<string>() ?? Kind(json);
        var values = Sentence.Values(json);
        if (values.Length == 0) values = json["raw"] is { } raw ? "bytes " + raw.GetValue<string>() : "";
        var line = $"{stamp}  {id,-8}  {name,-22}  {values}";
        output.WriteLine(remarks.Count == 0 ? line.TrimEnd() : line.TrimEnd() + "  ! " + string.Join("; ", remarks));
    }

    private static string Kind(JsonObject json)
    {
        if (json.ContainsKey("error")) return "damaged";
        if (json["command"] is JsonValue && json["transfer"] is JsonValue transfer) return transfer.ToJsonString() == "0" ? "request" : "reading";
        if (json["register"] is not null) return "command";
        if (json["function"] is not null) return json["kind"]?.GetValue<string>() ?? "exception";
        return json["type"]?.ToJsonString() switch { "1" => "settings", "2" => "cells", "3" => "device", _ => "" };
    }

    private static string Stamp(double? seconds, int line) =>
        seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s,10:0.000}") : string.Create(CultureInfo.InvariantCulture, $"line {line,5}");
}
