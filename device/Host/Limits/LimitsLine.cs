// `jkagent limits --soc 92 ...`: what the engine would allow for a reading that the user types in.
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
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
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("limits", "Print the limits for a reading, with the reason of each, as one JSON object.");
        var profile = new Option<string?>("--profile") { Description = "Profile (JSON); without it the origin's default tables." };
        var soc = new Option<double?>("--soc") { Description = "State of charge, percent." };
        var alarms = new Option<string[]>("--alarm") { Description = "Name of an active BMS alarm; may be repeated.", AllowMultipleArgumentsPerToken = true };
        command.Add(profile);
        command.Add(soc);
        command.Add(alarms);
        Option<int?> Number(string name, string description)
        {
            var option = new Option<int?>(name) { Description = description };
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

        var cells = Number("--cells", "Number of cells, 1..32 (16).");
        var mean = Number("--cell-mean-mv", "Mean cell, mV.");
        var max = Number("--cell-max-mv", "Highest cell, mV.");
        var min = Number("--cell-min-mv", "Lowest cell, mV; 0 = a cell that is not wired.");
        var pack = Number("--pack-mv", "Pack voltage, mV.");
        var current = Number("--current-ma", "Current, mA, positive charges.");
        var temp = Number("--temp-dc", "Battery temperature, 0.1 degC.");
        var tempMin = Number("--temp-min-dc", "Coldest sensor, 0.1 degC.");
        var tempMax = Number("--temp-max-dc", "Hottest sensor, 0.1 degC.");
        var mosTemp = Number("--mos-temp-dc", "MOS temperature, 0.1 degC.");
        var bmsCharge = Number("--bms-charge-ma", "Charge ceiling of the BMS, mA.");
        var bmsDischarge = Number("--bms-discharge-ma", "Discharge ceiling of the BMS, mA.");
        var packOvp = Number("--pack-ovp-mv", "Over-voltage level of the BMS, mV (3650 per cell).");
        var packUvp = Number("--pack-uvp-mv", "Under-voltage level of the BMS, mV (2600 per cell).");
        var cellOvp = Number("--cell-ovp-mv", "Cell over-voltage level of the BMS, mV.");
        var cellUvp = Number("--cell-uvp-mv", "Cell under-voltage level of the BMS, mV.");
        var envelopeCharge = Number("--envelope-charge-ma", "Hard charge ceiling of the board, mA.");
        var envelopeDischarge = Number("--envelope-discharge-ma", "Hard discharge ceiling of the board, mA.");
        var overrideCharge = Number("--override-charge-ma", "Override of the server, mA.");
        var overrideDischarge = Number("--override-discharge-ma", "Override of the server, mA.");
        var minute = Number("--minute", "Minute of the local day for time windows, 0..1439.");
        var chargeMos = Switch("--charge-mos", "Charge MOS (on).");
        var dischargeMos = Switch("--discharge-mos", "Discharge MOS (on).");
        var chargeStopped = Switch("--charge-stopped", "A charge stop is latched (off).");
        var dischargeStopped = Switch("--discharge-stopped", "A discharge stop is latched (off).");
        var fresh = Switch("--fresh", "The reading is fresh (on); off = the BMS is silent.");

        command.SetAction(line =>
        {
            int Answer(JsonObject answer, int exit)
            {
                line.InvocationConfiguration.Output.WriteLine(answer.ToJsonString(Readable));
                return exit;
            }

            var profileInUse = Profiles.OriginDefaults();
            if (line.GetValue(profile) is { } path)
            {
                if (!ProfileFile.TryRead(path, out profileInUse, out var refused)) return Answer(refused, 1);
                var verdict = ProfileFile.Judge(profileInUse, new Envelope());
                if (!verdict["ok"]!.GetValue<bool>()) return Answer(verdict, 1);
            }

            var count = line.GetValue(cells) ?? 16;
            if (count is < 1 or > BmsSnapshot.MaxCells) return Answer(ProfileFile.Error("bad_value", "cells", "1..32 cells"), 1);
            if (line.GetValue(soc) is < 0 or > 100 or double.NaN) return Answer(ProfileFile.Error("bad_value", "soc", "0..100 percent"), 1);
            var s = new BmsSnapshot
            {
                SocPermille = line.GetValue(soc) is { } percent ? (int)Math.Floor(percent * 10 + 1e-9) : BmsSnapshot.Unknown,
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
                if (bit < 0) return Answer(ProfileFile.Error("bad_value", "alarm", $"'{name}' is no alarm"), 1);
                s.Alarms |= (BmsAlarms)(1u << (bit == BmsAlarmNames.Named ? 31 : bit));
            }

            var envelope = new Envelope();
            envelope.MaxChargeMa = line.GetValue(envelopeCharge) ?? envelope.MaxChargeMa;
            envelope.MaxDischargeMa = line.GetValue(envelopeDischarge) ?? envelope.MaxDischargeMa;
            var inputs = Inputs(s, profileInUse, line.GetValue(chargeStopped) == "on", line.GetValue(dischargeStopped) == "on");
            inputs.ChargeOverrideMa = line.GetValue(overrideCharge) ?? LimitInputs.NoOverride;
            inputs.DischargeOverrideMa = line.GetValue(overrideDischarge) ?? LimitInputs.NoOverride;
            if (line.GetValue(minute) is { } now)
            {
                inputs.ChargeWindow = profileInUse.NoCharge.Contains(now);
                inputs.DischargeWindow = profileInUse.NoDischarge.Contains(now);
            }

            var limits = new ChargeLimits();
            RampEngine.Decide(s, profileInUse, envelope, inputs, limits);
            if (line.GetValue(fresh) == "off") limits.Forbid(LimitReason.Stale);
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
        ["reasons"] = new JsonObject
        {
            ["charge"] = LimitReasonNames.Of(l.ChargeReason),
            ["discharge"] = LimitReasonNames.Of(l.DischargeReason),
            ["charge_chain"] = Chain(l.ChargeChain),
            ["discharge_chain"] = Chain(l.DischargeChain),
        },
    };

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
        s.InvalidCells = min <= 0 || max > BmsSnapshot.HighestPlausibleCellMv ? 1 : 0;
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
