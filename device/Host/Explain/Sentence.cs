// What decode says, in words and units for a person.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Turns the JSON of one frame into one line.</summary>
internal static class Sentence
{
    // Told elsewhere on the line, or only bytes.
    private static readonly HashSet<string> Silent =
    [
        "id", "frame", "raw", "odd", "error", "detail", "tlv", "terminal", "record", "checksum", "length", "cell_ids", "address", "signature",
        "alarms_raw", "status_raw", "current_raw", "source", "crc", "max_charge_sign", "max_discharge_sign", "more",
    ];

    // Said in words by "meaning".
    private static readonly HashSet<string> Meant = ["meaning", "command", "transfer", "id", "register", "data_length", "start"];

    // Written by people into the BMS: never shown.
    private static readonly HashSet<string> Secret = ["password", "passcode", "setup_passcode"];

    private const int MostDataDigits = 16;

    // A whole BMS reading has some seventy values; these are the ones a reader looks for.
    private static readonly string[] Headline =
    [
        "pack_voltage_mv", "current_ma", "soc_pct", "soh_pct", "cell_max_mv", "cell_max_no", "cell_min_mv", "cell_min_no", "cell_delta_mv",
        "temp_mos_c", "temp1_c", "temp2_c", "temp_mos_dc", "temp1_dc", "temp2_dc", "charge_mos_on", "discharge_mos_on", "balancing",
        "alarms", "errors_raw", "cycles", "remaining_mah", "cells_mv", "software_version", "protocol_version",
    ];

    // The same of the settings, which have hardly a name in common with a reading.
    private static readonly string[] SettingsHeadline =
    [
        "cell_count", "capacity_mah", "cell_uvp_mv", "cell_ovp_mv", "request_charge_mv", "request_float_mv", "max_charge_ma", "max_discharge_ma",
        "charge_utp_dc", "charge_otp_dc", "discharge_otp_dc", "charge_switch", "discharge_switch", "balancer_switch", "control",
    ];

    private static readonly (string Suffix, decimal Per, string Unit)[] Units =
    [
        ("_centipct", 100, "%"), ("_mah", 1000, "Ah"), ("_mohm", 1, "mOhm"), ("_hwh", 10, "kWh"), ("_dah", 10, "Ah"),
        ("_mv", 1000, "V"), ("_ma", 1000, "A"), ("_dc", 10, "degC"), ("_pct", 1, "%"), ("_min", 1, "min"), ("_ah", 1, "Ah"),
        ("_s", 1, "s"), ("_c", 1, "degC"), ("_k", 1, "K"), ("_v", 1, "V"), ("_mw", 1000, "W"),
    ];

    /// <summary>The values of a frame, most telling first.</summary>
    /// <param name="json">Answer of <c>decode</c>.</param>
    public static string Values(JsonObject json)
    {
        if (json["error"] is { } error) return $"REFUSED {error.GetValue<string>()}{(json["detail"] is { } why ? ": " + why.GetValue<string>() : "")}";
        var headline = json.ContainsKey("smart_sleep_mv") ? SettingsHeadline : Headline;
        var keys = (json.Count > 40 ? headline.Where(json.ContainsKey) : json.Select(pair => pair.Key)).Where(key => !Silent.Contains(key));
        var meaning = json["meaning"]?.GetValue<string>();
        if (meaning is not null) keys = keys.Where(key => !Meant.Contains(key) && (key != "data" || !meaning.Contains("password", StringComparison.Ordinal)));
        var values = keys.Select(key => Value(key, json[key])).Where(value => value.Length > 0);
        return string.Join(", ", meaning is null ? values : values.Prepend(meaning));
    }

    /// <summary>The remarks of a frame.</summary>
    /// <param name="json">Answer of <c>decode</c>.</param>
    public static IEnumerable<string> Odd(JsonObject json) => json["odd"] switch
    {
        JsonArray remarks => remarks.Select(remark => remark!.GetValue<string>()),
        JsonValue remark => [remark.GetValue<string>()],
        _ => [],
    };

    private static string Value(string key, JsonNode? value)
    {
        if (Secret.Contains(key)) return $"{Words(key)} (hidden)";
        if (key == "data") return Data(value!.GetValue<string>());
        foreach (var (suffix, per, unit) in Units)
        {
            if (!key.EndsWith(suffix, StringComparison.Ordinal)) continue;
            var name = Words(key[..^suffix.Length]);
            if (value is JsonArray many) return $"{name} {string.Join(' ', many.Select(one => Number(one!, per)))} {unit}";
            if (value is JsonValue) return $"{name} {Number(value, per)} {unit}";
        }

        return value switch
        {
            JsonArray { Count: 0 } => $"{Words(key)} none",
            JsonArray list => $"{Words(key)} {string.Join(" + ", list.Select(one => Words(one!.ToString())))}",
            JsonObject inner => $"{Words(key)} ({Values(inner)})",
            JsonValue one when one.GetValueKind() is JsonValueKind.True => $"{Words(key)} yes",
            JsonValue one when one.GetValueKind() is JsonValueKind.False => $"{Words(key)} no",
            JsonValue one when one.GetValueKind() is JsonValueKind.String => $"{Words(key)} '{one}'",
            null => $"{Words(key)} none",
            _ => $"{Words(key)} {value.ToJsonString()}",
        };
    }

    private static string Data(string hex) =>
        hex.Length == 0 ? "" : hex.Length <= MostDataDigits ? $"data {hex}" : $"{hex.Length / 2} data bytes";

    private static string Number(JsonNode value, decimal per) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? (number / per).ToString("0.###", CultureInfo.InvariantCulture)
            : value.ToJsonString();

    private static string Words(string key) => key.Replace('_', ' ');
}
