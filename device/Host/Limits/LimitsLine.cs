// `jkagent limits --soc 92 ...`: what the engine would allow for a reading that the user types in.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Limits;

namespace JkFleet.Agent.Host.Limits;

/// <summary>
/// The command <c>jkagent limits</c>. It answers with the settled limits: the pace of a rise is not part of the question. What is not
/// given is not measured, and a ramp over something that is not measured gives nothing; only the pack's protection levels are assumed.
/// </summary>
public static class LimitsLine
{
    private const int MostCellMv = 65535; // what the wire of a JK can say
    private const int Coldest = -400;
    private const int Hottest = 1400;

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("limits", "Print the limits for a reading, with the reason of each, as one JSON object.");
        var bounds = new List<(Option<int?> Option, int Lowest, int Highest)>();
        var profile = new Option<string?>("--profile") { Description = "Profile (JSON); without it the origin's default tables." };
        var soc = new Option<double?>("--soc")
        {
            Description = "State of charge, percent; 92.5 is possible.",
            CustomParser = r => double.TryParse(r.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Complain<double>(r, "number"),
        };
        var alarms = new Option<string[]>("--alarm") { Description = "Name of an active BMS alarm; may be repeated.", AllowMultipleArgumentsPerToken = true };
        var stale = new Option<bool>("--stale") { Description = "The BMS is silent: the same as --fresh off." };
        command.Add(profile);
        command.Add(soc);
        command.Add(alarms);
        Option<int?> Number(string name, string description, int lowest, int highest)
        {
            var option = new Option<int?>(name)
            {
                Description = description,
                CustomParser = r => int.TryParse(r.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Complain<int>(r, "whole number"),
            };
            bounds.Add((option, lowest, highest));
            command.Add(option);
            return option;
        }

        Option<string?> Switch(string name, string description)
        {
            var option = new Option<string?>(name) { Description = description };
            option.AcceptOnlyFromAmong("on", "off");
            command.Add(option);
            return option;
        }

        const int Any = int.MaxValue;
        var permille = Number("--soc-permille", "State of charge, permille, instead of --soc.", 0, 1000);
        var cells = Number("--cells", "Number of cells, 1..32 (16).", 1, BmsSnapshot.MaxCells);
        var mean = Number("--cell-mean-mv", "Mean cell, mV.", 0, MostCellMv);
        var max = Number("--cell-max-mv", "Highest cell, mV.", 0, MostCellMv);
        var min = Number("--cell-min-mv", "Lowest cell, mV; 0 = a cell that is not wired.", 0, MostCellMv);
        var pack = Number("--pack-mv", "Pack voltage, mV (mean cell, else 3300, times the cells).", 1, Any);
        var current = Number("--current-ma", "Current, mA, positive charges.", -Plausibility.HighestMa, Plausibility.HighestMa);
        var temp = Number("--temp-dc", "Battery temperature, 0.1 degC.", Coldest, Hottest);
        var tempMin = Number("--temp-min-dc", "Coldest sensor, 0.1 degC.", Coldest, Hottest);
        var tempMax = Number("--temp-max-dc", "Hottest sensor, 0.1 degC.", Coldest, Hottest);
        var mosTemp = Number("--mos-temp-dc", "MOS temperature, 0.1 degC.", Coldest, Hottest);
        var bmsCharge = Number("--bms-charge-ma", "Charge ceiling of the BMS, mA.", 0, Any);
        var bmsDischarge = Number("--bms-discharge-ma", "Discharge ceiling of the BMS, mA.", 0, Any);
        var packOvp = Number("--pack-ovp-mv", "Over-voltage level of the BMS, mV (3650 per cell).", 0, Any);
        var packUvp = Number("--pack-uvp-mv", "Under-voltage level of the BMS, mV (2600 per cell).", 0, Any);
        var cellOvp = Number("--cell-ovp-mv", "Cell over-voltage level of the BMS, mV.", 0, MostCellMv);
        var cellUvp = Number("--cell-uvp-mv", "Cell under-voltage level of the BMS, mV.", 0, MostCellMv);
        var envelopeCharge = Number("--envelope-charge-ma", "Hard charge ceiling of the board, mA.", 0, Any);
        var envelopeDischarge = Number("--envelope-discharge-ma", "Hard discharge ceiling of the board, mA.", 0, Any);
        var envelopeChargeMv = Number("--envelope-charge-mv", "Hard charge voltage of the board, mV.", 0, Any);
        var envelopeDischargeMv = Number("--envelope-discharge-mv", "Hard discharge voltage of the board, mV.", 0, Any);
        var envelopeCellMax = Number("--envelope-cell-max-mv", "Cell at which charging ends on this board, mV.", 0, MostCellMv);
        var envelopeCellMin = Number("--envelope-cell-min-mv", "Cell at which discharging ends on this board, mV.", 0, MostCellMv);
        var overrideCharge = Number("--override-charge-ma", "Override of the server, mA.", 0, Any);
        var overrideDischarge = Number("--override-discharge-ma", "Override of the server, mA.", 0, Any);
        var minute = Number("--minute", "Minute of the local day for time windows, 0..1439.", 0, 1439);
        var age = Number("--age-ms", "Age of the reading, ms; above the profile's stale_ms it is none.", 0, Any);
        var overrideRaises = Switch("--override-raises", "The owner lets an override stand in for the profile's SOC ramp and maximum (off).");
        var chargeMos = Switch("--charge-mos", "Charge MOS (on).");
        var dischargeMos = Switch("--discharge-mos", "Discharge MOS (on).");
        var chargeStopped = Switch("--charge-stopped", "A charge stop is latched (off).");
        var dischargeStopped = Switch("--discharge-stopped", "A discharge stop is latched (off).");
        var fresh = Switch("--fresh", "The reading is fresh (on); off = the BMS is silent.");
        command.Add(stale);

        command.SetAction(line =>
        {
            int Answer(JsonObject answer, int exit)
            {
                line.InvocationConfiguration.Output.WriteLine(AsciiJson.Line(answer));
                return exit;
            }

            foreach (var (option, lowest, highest) in bounds)
            {
                if (line.GetValue(option) is not { } number || (number >= lowest && number <= highest)) continue;
                var words = highest == Any ? $"{number} is below {lowest}" : $"{number} is not within {lowest}..{highest}";
                return Answer(ProfileFile.Error("bad_value", option.Name[2..], words), 1);
            }

            var profileInUse = Profiles.OriginDefaults();
            if (line.GetValue(profile) is { } path)
            {
                if (!ProfileFile.TryRead(path, out profileInUse, out var refused)) return Answer(refused, 1);
                var verdict = ProfileFile.Judge(profileInUse, new Envelope());
                if (!verdict["ok"]!.GetValue<bool>()) return Answer(verdict, 1);
            }

            if (line.GetValue(soc) is < 0 or > 100 or double.NaN) return Answer(ProfileFile.Error("bad_value", "soc", "0..100 percent"), 1);
            if (line.GetValue(soc) is not null && line.GetValue(permille) is not null) return Answer(ProfileFile.Error("bad_value", "soc-permille", "--soc says it already"), 1);
            var count = line.GetValue(cells) ?? 16;
            var s = new BmsSnapshot
            {
                SocPermille = line.GetValue(permille) ?? (line.GetValue(soc) is { } percent ? (int)Math.Floor(percent * 10 + 1e-9) : BmsSnapshot.Unknown),
                CurrentMa = line.GetValue(current) ?? 0,
                TempMosDeciC = line.GetValue(mosTemp) ?? BmsSnapshot.Unknown,
                MaxChargeMa = line.GetValue(bmsCharge) ?? BmsSnapshot.Unknown,
                MaxDischargeMa = line.GetValue(bmsDischarge) ?? BmsSnapshot.Unknown,
                PackOvpMv = line.GetValue(packOvp) ?? 3650 * count,
                PackUvpMv = line.GetValue(packUvp) ?? 2600 * count,
                CellOvpMv = line.GetValue(cellOvp) ?? BmsSnapshot.Unknown,
                CellUvpMv = line.GetValue(cellUvp) ?? BmsSnapshot.Unknown,
                ChargeMosOn = line.GetValue(chargeMos) != "off",
                DischargeMosOn = line.GetValue(dischargeMos) != "off",
            };
            Cells(s, count, line.GetValue(mean), line.GetValue(max), line.GetValue(min));
            s.PackVoltageMv = line.GetValue(pack) ?? (s.CellMeanMv > 0 ? s.CellMeanMv : 3300) * count;
            Temperatures(s, line.GetValue(temp), line.GetValue(tempMin), line.GetValue(tempMax));
            foreach (var name in line.GetValue(alarms) ?? [])
            {
                var bit = Enumerable.Range(0, BmsAlarmNames.Bits).FirstOrDefault(i => BmsAlarmNames.Of(i) == name, -1);
                if (bit < 0)
                {
                    var known = string.Join(", ", Enumerable.Range(0, BmsAlarmNames.Bits).Select(BmsAlarmNames.Of).Distinct());
                    return Answer(ProfileFile.Error("bad_value", "alarm", $"'{name}' is no alarm; there are {known}"), 1);
                }

                s.Alarms |= (BmsAlarms)(1u << (bit == BmsAlarmNames.Named ? 31 : bit));
            }

            var envelope = new Envelope();
            envelope.MaxChargeMa = line.GetValue(envelopeCharge) ?? envelope.MaxChargeMa;
            envelope.MaxDischargeMa = line.GetValue(envelopeDischarge) ?? envelope.MaxDischargeMa;
            envelope.MaxChargeMv = line.GetValue(envelopeChargeMv) ?? envelope.MaxChargeMv;
            envelope.MinDischargeMv = line.GetValue(envelopeDischargeMv) ?? envelope.MinDischargeMv;
            envelope.MaxCellMv = line.GetValue(envelopeCellMax) ?? envelope.MaxCellMv;
            envelope.MinCellMv = line.GetValue(envelopeCellMin) ?? envelope.MinCellMv;
            var inputs = Inputs(s, profileInUse, line.GetValue(chargeStopped) == "on", line.GetValue(dischargeStopped) == "on");
            inputs.ChargeOverrideMa = line.GetValue(overrideCharge) ?? LimitInputs.NoOverride;
            inputs.DischargeOverrideMa = line.GetValue(overrideDischarge) ?? LimitInputs.NoOverride;
            inputs.OverrideReplaces = line.GetValue(overrideRaises) == "on";
            if (line.GetValue(minute) is { } now)
            {
                inputs.ChargeWindow = profileInUse.NoCharge.Contains(now);
                inputs.DischargeWindow = profileInUse.NoDischarge.Contains(now);
            }

            var limits = new ChargeLimits();
            RampEngine.Decide(s, profileInUse, envelope, inputs, limits);
            if (line.GetValue(fresh) == "off" || line.GetValue(stale) || line.GetValue(age) > profileInUse.Number[ProfileField.StaleMs])
            {
                limits.Forbid(LimitReason.Stale);
                limits.BmsLost = true;
            }

            return Answer(ToJson(limits), 0);
        });
        return command;
    }

    /// <summary>Limits as JSON: the numbers, and for each direction the winning reason and the whole chain.</summary>
    /// <param name="l">Limits.</param>
    public static JsonObject ToJson(ChargeLimits l) => new()
    {
        ["charge_limit_ma"] = l.ChargeLimitMa,
        ["discharge_limit_ma"] = l.DischargeLimitMa,
        ["charge_voltage_mv"] = l.ChargeVoltageMv,
        ["discharge_voltage_mv"] = l.DischargeVoltageMv,
        ["charge_allowed"] = l.ChargeAllowed,
        ["discharge_allowed"] = l.DischargeAllowed,
        ["force_charge"] = l.ForceCharge,
        ["bms_lost"] = l.BmsLost,
        ["reasons"] = new JsonObject
        {
            ["charge"] = LimitReasonNames.Of(l.ChargeReason),
            ["discharge"] = LimitReasonNames.Of(l.DischargeReason),
            ["charge_chain"] = Chain(l.ChargeChain),
            ["discharge_chain"] = Chain(l.DischargeChain),
        },
    };

    private static T? Complain<T>(ArgumentResult result, string kind)
        where T : struct
    {
        result.AddError($"{(result.Parent as OptionResult)?.IdentifierToken?.Value}: '{result.Tokens[0].Value}' is no {kind}");
        return null;
    }

    private static JsonArray Chain(LimitChain chain)
    {
        var links = new JsonArray();
        for (var i = 0; i < chain.Count; i++)
        {
            var link = new JsonObject { ["reason"] = LimitReasonNames.Of(chain.Reason[i]), ["limit_ma"] = chain.LimitMa[i] };
            if (chain.Number[i] != 0) link["number"] = chain.Number[i];
            if (chain.Value[i] != 0) link["value"] = chain.Value[i];
            links.Add(link);
        }

        return links;
    }

    private static void Cells(BmsSnapshot s, int count, int? mean, int? max, int? min)
    {
        if (mean is null && max is null && min is null) return;
        s.CellCount = count;
        s.CellMeanMv = mean ?? BmsSnapshot.Unknown;
        s.CellMaxMv = max ?? BmsSnapshot.Unknown;
        s.CellMinMv = min ?? BmsSnapshot.Unknown;
        // So that the chain can name a cell that is none: which of them it is was not said.
        for (var i = 0; i < count; i++) s.CellMv[i] = mean ?? 3300;
        if (min is { } lowest) s.CellMv[0] = lowest;
        if (max > BmsSnapshot.HighestPlausibleCellMv) s.CellMv[count - 1] = max.Value;
        s.InvalidCells = min <= 0 || max > BmsSnapshot.HighestPlausibleCellMv ? 1 : 0;
        s.RealMinMv = s.InvalidCells == 0 ? s.CellMinMv : BmsSnapshot.Unknown;
        if (s.InvalidCells == 0 || s.CellMv.Take(count).Where(mv => mv is > 0 and <= BmsSnapshot.HighestPlausibleCellMv).Order().ToArray() is not [var real, ..]) return;
        (s.RealMinMv, s.RealMinNo) = (real, Array.IndexOf(s.CellMv, real) + 1);
    }

    private static void Temperatures(BmsSnapshot s, int? temp, int? coldest, int? hottest)
    {
        foreach (var t in new[] { temp, coldest, hottest })
            if (t is { } deciC) s.TempDeciC[s.TempCount++] = deciC;
    }

    /// <summary>A stop level that is reached stops at once; one that was reached before is told by its option.</summary>
    private static LimitInputs Inputs(BmsSnapshot s, Profile profile, bool chargeStopped, bool dischargeStopped)
    {
        var memory = new LimitMemory { ChargeSoc = chargeStopped, ChargeMv = chargeStopped, DischargeSoc = dischargeStopped, DischargeMv = dischargeStopped };
        memory.Step(s, profile);
        if (s.SocPermille == BmsSnapshot.Unknown)
        {
            // Not measured: a stop over it stops, and nothing is asked for on its strength.
            memory.ChargeSoc = profile.Number[ProfileField.StopChargeSocPermille] > 0;
            memory.DischargeSoc = profile.Number[ProfileField.StopDischargeSocPermille] > 0;
            memory.Forcing = false;
        }

        var inputs = new LimitInputs
        {
            ChargeSocStopped = memory.ChargeSoc,
            ChargeMvStopped = memory.ChargeMv,
            DischargeSocStopped = memory.DischargeSoc,
            DischargeMvStopped = memory.DischargeMv,
        };
        ChargePhases.Ask(profile, memory, inputs);
        return inputs;
    }
}
