// The origin project keeps its rules in EEPROM and shows them on its page /reglas; what can be taken out of it are the forms of that
// page as the browser posts them. Field names are the origin's own (protocols.md 4, rows 8 to 15).
using System.Globalization;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Limits;

/// <summary>
/// Turns the origin's forms into a profile. The file holds one or more forms, apart by empty lines; a form is
/// <c>name=value</c> per line, or joined with <c>&amp;</c>: <c>rampacarga</c> or <c>rampadescarga</c> (<c>rampaSOC</c>, <c>rampaMV</c>) with
/// <c>regla1SOC regla1mV regla1Amp</c> ... <c>regla5Amp</c>; <c>stopcargasoc restartcargasoc stopdescargasoc restartdescargasoc</c>;
/// <c>checkcustomtension tensionMaximaCarga tensionMinimaDescarga</c>; <c>nivelsocbajo</c>.
/// </summary>
public static class OriginImport
{
    /// <summary>The origin's voltage stops have no hysteresis; ours need one, and this is what they get, permille of the stop.</summary>
    public const int HysteresisPermille = 10;

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
        foreach (var form in Forms(text))
        {
            foreach (var (name, value) in form)
            {
                if (name is "rampacarga" or "rampadescarga" || name.StartsWith("check", StringComparison.Ordinal)) continue;
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

    private static IEnumerable<Dictionary<string, string>> Forms(string text)
    {
        foreach (var block in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var form = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var pair in block.Split(['&', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var at = pair.IndexOf('=', StringComparison.Ordinal);
                if (at > 0) form[pair[..at].Trim()] = Uri.UnescapeDataString(pair[(at + 1)..]).Trim();
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
        for (var rule = 1; rule <= 5; rule++)
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
