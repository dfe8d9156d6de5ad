// The origin project keeps its rules in EEPROM and shows them on its page /reglas; what can be taken out of it are the forms of that
// page as the browser posts them. Field names are the origin's own (protocols.md 4, rows 8 to 15).
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Limits;

/// <summary>
/// Turns the origin's forms into a profile. The file holds one or more forms, apart by empty lines; a form is
/// <c>name=value</c> per line, or joined with <c>&amp;</c>: <c>rampacarga</c> or <c>rampadescarga</c> (<c>rampaSOC</c>, <c>rampaMV</c>) with
/// <c>regla1SOC regla1mV regla1Amp</c> ... <c>regla5Amp</c>; <c>stopcargasoc restartcargasoc stopdescargasoc restartdescargasoc</c>;
/// <c>checkcustomtension tensionMaximaCarga tensionMinimaDescarga</c>; <c>nivelsocbajo</c>. JSON is read too: objects with the same
/// names, and the tables under the names of the origin's source, <c>{"rampaCarga": [{"SOC": 80, "mV": 3300, "Amp": 70}, ...],
/// "rampaCarga_mV": false, "rampaDescarga": [[20, 3100, 70], ...]}</c>.
/// </summary>
public static class OriginImport
{
    /// <summary>The origin's voltage stops have no hysteresis; ours need one, and this is what they get, permille of the stop.</summary>
    public const int HysteresisPermille = 10;

    private const int OriginRules = 5;

    private static readonly string[] Numbers =
    [
        "stopcargasoc", "restartcargasoc", "stopdescargasoc", "restartdescargasoc", "nivelsocbajo", "stopcargatension", "stopdescargatension",
        "tensionMaximaCarga", "tensionMinimaDescarga",
    ];

    // The origin's source calls them otherwise than its page.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["soc_max_stop_carga"] = "stopcargasoc",
        ["soc_min_restart_carga"] = "restartcargasoc",
        ["soc_min_stop_descarga"] = "stopdescargasoc",
        ["soc_max_restart_descarga"] = "restartdescargasoc",
    };

    /// <summary>Reads the forms.</summary>
    /// <param name="text">The file.</param>
    /// <param name="profile">The origin's tables; what a form does not name stays at the origin's default.</param>
    /// <param name="why">What is wrong, for a person.</param>
    public static bool TryRead(string text, out Profile profile, out string why)
    {
        profile = Profiles.OriginDefaults();
        profile.Name = "imported from JKbms_Emu_Pylon";
        why = "";
        var known = false;
        if (!TryForms(text, out var forms, out why)) return false;
        foreach (var form in forms)
        {
            foreach (var (name, value) in form)
            {
                // What is none of the names below (a button, another page's field) may say what it likes.
                if (!IsNumber(name)) continue;
                if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 65535) continue;
                why = $"{name}: '{value}' is no number of 0..65535";
                return false;
            }

            if (form.ContainsKey("rampacarga") && !Ramp(form, "rampacarga", profile.ChargeRamp, RampSource.CellMaxMv, out why)) return false;
            if (form.ContainsKey("rampadescarga") && !Ramp(form, "rampadescarga", profile.DischargeRamp, RampSource.CellMinMv, out why)) return false;
            known |= form.ContainsKey("rampacarga") || form.ContainsKey("rampadescarga");
            known |= Plain(form, profile.Number);
        }

        if (!known) why = "none of the origin's form fields stands in the file";
        return known;
    }

    private static bool IsNumber(string name) =>
        name.StartsWith("regla", StringComparison.OrdinalIgnoreCase)
        || Numbers.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool TryForms(string text, out List<Dictionary<string, string>> forms, out string why)
    {
        forms = [];
        why = "";
        if (text.AsSpan().TrimStart() is not ['{', ..])
        {
            forms.AddRange(Forms(text));
            return true;
        }

        try
        {
            FromJson(JsonNode.Parse(text)!.AsObject(), forms);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            why = "no JSON of the origin's rules: " + e.Message;
            return false;
        }
    }

    /// <summary>Every object is a form; a list under the name of a ramp is one more.</summary>
    private static void FromJson(JsonObject root, List<Dictionary<string, string>> forms)
    {
        var form = NewForm();
        foreach (var (name, value) in root)
        {
            if (value is JsonObject inner) FromJson(inner, forms);
            else if (value is JsonArray rules) forms.Add(Rules(name, rules, root));
            else if (value is not null) form[Renamed.GetValueOrDefault(name, name)] = Text(value);
        }

        forms.Add(form);
    }

    private static Dictionary<string, string> Rules(string name, JsonArray rules, JsonObject root)
    {
        var charge = name.ToUpperInvariant() switch
        {
            "RAMPACARGA" or "CHARGE" => true,
            "RAMPADESCARGA" or "DISCHARGE" => false,
            _ => throw new ArgumentException($"{name} is no ramp"),
        };
        var flag = root[charge ? "rampaCarga_mV" : "rampaDescarga_mV"];
        var form = NewForm();
        form[charge ? "rampacarga" : "rampadescarga"] = flag is not null && Text(flag) == "1" ? "rampaMV" : "rampaSOC";
        if (rules.Count != OriginRules) throw new ArgumentException($"{name} has {rules.Count} rules instead of {OriginRules}");
        for (var i = 0; i < rules.Count; i++)
        {
            string[] units = ["SOC", "mV", "Amp"];
            for (var unit = 0; unit < units.Length; unit++)
            {
                var cell = rules[i] switch
                {
                    JsonArray list => list.Count > unit ? list[unit] : null,
                    JsonObject named => named.FirstOrDefault(pair => pair.Key.Equals(units[unit], StringComparison.OrdinalIgnoreCase) || (unit == 2 && pair.Key is "A" or "a")).Value,
                    _ => null,
                };
                if (cell is not null) form[$"regla{i + 1}{units[unit]}"] = Text(cell);
            }
        }

        return form;
    }

    private static string Text(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    private static Dictionary<string, string> NewForm() => new(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<Dictionary<string, string>> Forms(string text)
    {
        foreach (var block in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var form = NewForm();
            foreach (var pair in block.Split(['&', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var at = pair.IndexOf('=', StringComparison.Ordinal);
                if (at > 0) form[pair[..at].Trim()] = Uri.UnescapeDataString(pair[(at + 1)..].Replace('+', ' ')).Trim();
            }

            yield return form;
        }
    }

    /// <summary>Five rules of {SOC, mV, A}; the discharge rules stand there from the highest down. The newer origin looks at the
    /// highest cell for charging and at the lowest for discharging.</summary>
    private static bool Ramp(Dictionary<string, string> form, string kind, RampRule[] ramps, RampSource cells, out string why)
    {
        var byVoltage = form[kind] == "rampaMV";
        var points = new List<(int Scale, int LimitMa)>();
        for (var rule = 1; rule <= OriginRules; rule++)
        {
            var scale = $"regla{rule}{(byVoltage ? "mV" : "SOC")}";
            if (!form.ContainsKey(scale) || !form.ContainsKey($"regla{rule}Amp"))
            {
                why = $"{kind}: {scale} or regla{rule}Amp is missing";
                return false;
            }

            points.Add((Thousandths(form, scale) / (byVoltage ? 1000 : 100), Thousandths(form, $"regla{rule}Amp")));
        }

        foreach (var ramp in ramps) ramp.Count = 0;
        var target = ramps[(int)(byVoltage ? cells : RampSource.SocPermille)];
        foreach (var (scale, limitMa) in points.OrderBy(p => p.Scale)) target.Add(scale, limitMa);
        why = "";
        return true;
    }

    private static bool Plain(Dictionary<string, string> form, int[] numbers)
    {
        var known = false;
        void Take(string name, int field, int divisor)
        {
            if (!form.ContainsKey(name)) return;
            numbers[field] = Thousandths(form, name) / divisor;
            known = true;
        }

        Take("stopcargasoc", ProfileField.StopChargeSocPermille, 100);
        Take("restartcargasoc", ProfileField.RestartChargeSocPermille, 100);
        Take("stopdescargasoc", ProfileField.StopDischargeSocPermille, 100);
        Take("restartdescargasoc", ProfileField.RestartDischargeSocPermille, 100);
        Take("nivelsocbajo", ProfileField.LowSocPermille, 100);
        if (Checked(form, "checkstopcargatension"))
        {
            Take("stopcargatension", ProfileField.StopChargeMv, 1);
            numbers[ProfileField.RestartChargeMv] = numbers[ProfileField.StopChargeMv] / 1000 * (1000 - HysteresisPermille);
        }

        if (Checked(form, "checkstopdescargatension"))
        {
            Take("stopdescargatension", ProfileField.StopDischargeMv, 1);
            numbers[ProfileField.RestartDischargeMv] = numbers[ProfileField.StopDischargeMv] / 1000 * (1000 + HysteresisPermille);
        }

        if (Checked(form, "checkcustomtension"))
        {
            Take("tensionMaximaCarga", ProfileField.ChargeMv, 1);
            Take("tensionMinimaDescarga", ProfileField.DischargeMv, 1);
        }

        return known;
    }

    private static bool Checked(Dictionary<string, string> form, string name) => form.TryGetValue(name, out var value) && value == "1";

    private static int Thousandths(Dictionary<string, string> form, string name) =>
        (int)Math.Round(double.Parse(form[name], NumberStyles.Float, CultureInfo.InvariantCulture) * 1000);
}
