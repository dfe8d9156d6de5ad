// One low-voltage CAN frame as JSON, by the names of vectors/check.py; what looks wrong stands under "odd".
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>can-pylon-lv</c> frames, with the extension frames of other makers.</summary>
public static class DecodePylonLv
{
    private static readonly (InverterAlarms Bit, string Name)[] Flags =
    [
        (InverterAlarms.OverVoltage, "over_voltage"), (InverterAlarms.UnderVoltage, "under_voltage"),
        (InverterAlarms.OverTemp, "over_temp"), (InverterAlarms.UnderTemp, "under_temp"),
        (InverterAlarms.DischargeOverCurrent, "discharge_over_current"), (InverterAlarms.ChargeOverCurrent, "charge_over_current"),
        (InverterAlarms.SystemError, "system_error"), (InverterAlarms.CommLost, "internal_comm_fail"),
    ];

    private static readonly string[] Pairs =
    [
        "general", "high_voltage", "low_voltage", "high_temp", "low_temp", "high_temp_charge", "low_temp_charge",
        "high_discharge_current", "high_charge_current", "contactor", "short_circuit", "internal", "cell_imbalance",
    ];

    /// <summary>Decodes one frame; what nobody knows is answered with its raw bytes.</summary>
    /// <param name="id">Identifier.</param>
    /// <param name="extended">29-bit.</param>
    /// <param name="data">Up to 8 bytes.</param>
    public static JsonObject Decode(int id, bool extended, byte[] data)
    {
        if (!CanJson.TryFrame(id, extended, data, out var frame, out var refusal)) return refusal;
        if (data.Length < Least(id)) return CanJson.Short(frame, Name(id), Least(id));
        var answer = CanJson.Start(frame, Name(id));
        if (extended) CanJson.Odd(answer, "a 29-bit id; low voltage uses 11 bits, and Victron ignores 29");
        frame.Extended = false; // told as what its number means; our own decoder would not take it
        var state = new PylonLvState();
        PylonLvDecoder.Decode(frame, 0, state);
        Describe(frame, state, answer);
        return answer;
    }

    private static string Name(int id) => id switch
    {
        LvId.Limits => "limits",
        LvId.Capacity => "capacity",
        LvId.Charge => "state of charge",
        LvId.Measured => "measured",
        LvId.Alarms => "protection and alarms",
        LvId.PairedAlarms => "alarms and warnings",
        LvId.Events => "events",
        LvId.Requests => "requests",
        LvId.Maker => "maker",
        LvId.Device => "battery",
        LvId.ForceFlag => "force charge",
        LvId.DeyeExtremes => "extreme cells (Deye)",
        0x363 => "versions (Deye)",
        0x364 => "modules (Deye)",
        LvId.Product or LvId.Product + 1 => "product",
        LvId.Modules => "modules",
        LvId.Extremes => "extreme cells",
        >= LvId.ExtremeNames and <= LvId.ExtremeNames + 3 => "name of an extreme cell",
        LvId.Energy => "energy",
        LvId.Installed => "installed capacity",
        LvId.Serial or LvId.Serial + 1 => "serial",
        LvId.Family => "product family",
        0x300 => "inverter (Luxpower)",
        LvId.Heartbeat => "inverter is alive",
        LvId.VictronSecond => "inverter (Victron)",
        LvId.InverterName => "inverter name",
        _ => "",
    };

    private static void Describe(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        switch (frame.Id)
        {
            case LvId.Limits: Limits(state, answer); break;
            case LvId.Charge: Charge(frame, state, answer); break;
            case LvId.Measured: Measured(frame, state, answer); break;
            case LvId.Alarms: Alarms(frame, state, answer); break;
            case LvId.Requests: Requests(frame, state, answer); break;
            case LvId.PairedAlarms: Paired(frame, state, answer); break;
            case LvId.Maker or LvId.Product or LvId.Product + 1 or LvId.Family or LvId.Serial or LvId.Serial + 1: Text(frame, answer, true); break;
            case >= LvId.ExtremeNames and <= LvId.ExtremeNames + 3: Text(frame, answer, false); break;
            case LvId.Device: Device(frame, state, answer); break;
            case LvId.Capacity:
                CanJson.Known(answer, "nominal_ah", state.NominalAh);
                CanJson.Known(answer, "remaining_ah", state.RemainingAh);
                break;
            case LvId.ForceFlag when frame.Length > 0: answer["force_charge"] = state.ForceFlag; break;
            case LvId.DeyeExtremes: DeyeExtremes(frame, answer); break;
            case 0x364 when frame.Length >= 5: DeyeModules(frame, answer); break;
            case LvId.Modules: Modules(frame, answer); break;
            case LvId.Extremes: Extremes(frame, answer); break;
            case LvId.Energy: Energy(frame, answer); break;
            case LvId.Installed: CanJson.Known(answer, "installed_ah", state.InstalledAh); break;
            case LvId.Heartbeat: Heartbeat(frame, answer); break;
            case LvId.InverterName: answer["victron"] = frame.Length >= 7 && Encoding.ASCII.GetString(frame.Data, 4, 3) == "VIC"; break;
            case LvId.Events or LvId.VictronSecond or 0x300 or 0x363: break;
            default: CanJson.Odd(answer, "unknown id"); break;
        }

        var wanted = Wanted(frame.Id);
        if (frame.Length < wanted) CanJson.Odd(answer, $"{frame.Length} bytes where {wanted} are usual");
    }

    // Below this a frame does not carry what its number promises: some battery or adapter cut it.
    private static int Least(int id) => id switch
    {
        LvId.Limits or LvId.Device => 6,
        LvId.Charge or LvId.Measured => 4,
        LvId.Alarms => 5,
        LvId.Requests => 1,
        LvId.Modules or LvId.Extremes or LvId.Energy => 8,
        LvId.Installed => 2,
        _ => 0,
    };

    private static int Wanted(int id) => id switch
    {
        LvId.Limits or LvId.PairedAlarms or LvId.DeyeExtremes => 8,
        LvId.Capacity => 4,
        LvId.Measured => 6,
        LvId.Alarms => 7,
        _ => 0,
    };

    private static void Limits(PylonLvState state, JsonObject answer)
    {
        CanJson.Known(answer, "charge_voltage_limit_mv", state.ChargeVoltageMv);
        CanJson.Known(answer, "charge_current_limit_ma", state.ChargeLimitMa);
        CanJson.Known(answer, "discharge_current_limit_ma", state.DischargeLimitMa);
        CanJson.Known(answer, "discharge_cutoff_mv", state.DischargeCutoffMv);
        if (state.ChargeVoltageMv == 0) CanJson.Odd(answer, "charge voltage 0: Victron reads that as an order to empty the pack");
        if (state.ChargeLimitMa < 0) CanJson.Odd(answer, "negative charge limit");
        if (state.DischargeLimitMa < 0) CanJson.Odd(answer, "negative discharge limit: real packs send it positive, Victron and SMA read garbage");
        if (state.DischargeCutoffMv == 0) CanJson.Odd(answer, "no discharge cut-off: Victron, BYD and SMA style inverters need it");
        if (state.DischargeCutoffMv > state.ChargeVoltageMv) CanJson.Odd(answer, "discharge cut-off above the charge voltage");
    }

    private static void Charge(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        CanJson.Known(answer, "soc_pct", state.SocPercent);
        CanJson.Known(answer, "soh_pct", state.SohPercent);
        CanJson.Known(answer, "hires_soc_centipct", state.FineSocCentiPercent);
        if (state.SocPercent > 100) CanJson.Odd(answer, "more than 100 % charge");
        if (state.SohPercent > 100) CanJson.Odd(answer, "more than 100 % health");
        if (state.FineSocCentiPercent is > 0 and > 10000) CanJson.Odd(answer, "bytes 4-5 are no SOC; Luxpower puts the highest cell there");
        else if (state.FineSocCentiPercent > 0 && Math.Abs(state.FineSocCentiPercent - (state.SocPercent * 100)) > 100)
            CanJson.Odd(answer, "bytes 4-5 disagree with the SOC; Luxpower puts the highest cell there");
        if (frame.Length == 8 && Bytes.U16Le(frame.Data, 6) != 0) answer["bytes_6_7"] = Bytes.U16Le(frame.Data, 6);
    }

    private static void Measured(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        CanJson.Known(answer, "voltage_mv", state.VoltageMv);
        CanJson.Known(answer, "current_ma", state.CurrentMa);
        CanJson.Known(answer, "temperature_dc", state.TempDeciC);
        if (state.VoltageMv is >= 0 and < 10000) CanJson.Odd(answer, "below 10 V: some makers (Discover) count in 0.1 V");
        if (state.VoltageMv > 100000) CanJson.Odd(answer, "above 100 V on a low-voltage bus");
        if (Math.Abs(state.CurrentMa) > 500000) CanJson.Odd(answer, "more than 500 A");
        if (frame.Length >= 6 && state.TempDeciC is < -400 or > 1000) CanJson.Odd(answer, "no temperature of a living battery");
        if (frame.Length == 8 && Bytes.U16Le(frame.Data, 6) != 0) answer["bytes_6_7"] = Bytes.U16Le(frame.Data, 6);
    }

    private static void Alarms(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        answer["flags"] = CanJson.Texts(Names("protect_", state.Protections).Concat(Names("alarm_", state.Alarms)));
        answer["modules"] = state.Modules;
        answer["signature"] = Encoding.Latin1.GetString(frame.Data, 5, Math.Clamp(frame.Length - 5, 0, 2));
        if (!state.Signed) CanJson.Odd(answer, "no PN in bytes 5-6");
        if (state.Modules == 0) CanJson.Odd(answer, "no modules");
        if ((frame.Data[0] & 0x61) != 0 || (frame.Data[1] & 0xF6) != 0 || (frame.Data[2] & 0x61) != 0 || (frame.Data[3] & 0xF6) != 0)
            CanJson.Odd(answer, "reserved bits are set");
    }

    private static IEnumerable<string> Names(string prefix, InverterAlarms alarms) =>
        Flags.Where(flag => (alarms & flag.Bit) != 0).Select(flag => prefix + flag.Name);

    private static void Requests(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        answer["charge_enable"] = state.ChargeEnabled;
        answer["discharge_enable"] = state.DischargeEnabled;
        answer["force_charge_1"] = state.ForceCharge1;
        answer["force_charge_2"] = state.ForceCharge2;
        answer["full_charge_request"] = state.FullChargeRequest;
        if ((frame.Data[0] & 0x07) != 0) CanJson.Odd(answer, "reserved bits are set");
        if (!state.ChargeEnabled && (state.ForceCharge1 || state.ForceCharge2)) CanJson.Odd(answer, "asks for a charge and forbids it");
    }

    private static void Paired(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        if (frame.Length < 4) return;
        answer["alarms"] = CanJson.Texts(Active(state.PairedAlarms));
        if (frame.Length >= 8) answer["warnings"] = CanJson.Texts(Active(state.PairedWarnings));
        if (Illegal(state.PairedAlarms) || Illegal(state.PairedWarnings)) CanJson.Odd(answer, "a pair reads 11, which means nothing");
    }

    private static IEnumerable<string> Active(long pairs) =>
        Enumerable.Range(0, 16).Where(i => (pairs >> (2 * i) & 3) == 1).Select(i => i < Pairs.Length ? Pairs[i] : $"pair_{i}");

    private static bool Illegal(long pairs) => Enumerable.Range(0, 16).Any(i => (pairs >> (2 * i) & 3) == 3);

    private static void Text(CanFrame frame, JsonObject answer, bool trim)
    {
        var text = CanJson.Text(frame);
        answer["text"] = trim ? CanJson.TrimRight(text) : text;
        if (text.Any(c => c is < ' ' or > '~')) CanJson.Odd(answer, "not plain text");
        if (frame.Id == LvId.Product + 1 && frame.Length >= 4 && text.Any(c => c is < ' ' or > '~'))
        {
            // Deye and BYD put limits where others have the second half of a name.
            answer["charge_current_limit_ma"] = Bytes.I16Le(frame.Data, 0) * 100;
            answer["discharge_current_limit_ma"] = Bytes.I16Le(frame.Data, 2) * 100;
        }
    }

    private static void Device(CanFrame frame, PylonLvState state, JsonObject answer)
    {
        answer["product"] = Convert.ToHexStringLower(frame.Data, 0, 2);
        answer["version"] = Convert.ToHexStringLower(frame.Data, 2, 2);
        CanJson.Known(answer, "capacity_ah", state.CapacityAh);
    }

    private static void DeyeExtremes(CanFrame frame, JsonObject answer)
    {
        if (frame.Length < 8) return;
        answer["cell_max_mv"] = Bytes.U16Le(frame.Data, 0);
        answer["cell_min_mv"] = Bytes.U16Le(frame.Data, 2);
        answer["temp_max_dc"] = Bytes.I16Le(frame.Data, 4);
        answer["temp_min_dc"] = Bytes.I16Le(frame.Data, 6);
    }

    private static void DeyeModules(CanFrame frame, JsonObject answer)
    {
        answer["online"] = frame.Data[0];
        answer["block_charge"] = frame.Data[1];
        answer["block_discharge"] = frame.Data[2];
        answer["offline"] = frame.Data[3];
        answer["total"] = frame.Data[4];
    }

    private static void Modules(CanFrame frame, JsonObject answer) =>
        Words(frame, answer, "online", "block_charge", "block_discharge", "offline");

    private static void Extremes(CanFrame frame, JsonObject answer)
    {
        Words(frame, answer, "cell_min_mv", "cell_max_mv", "temp_min_k", "temp_max_k");
        if (Bytes.U16Le(frame.Data, 0) > Bytes.U16Le(frame.Data, 2)) CanJson.Odd(answer, "lowest cell above the highest");
        if (Bytes.U16Le(frame.Data, 4) > Bytes.U16Le(frame.Data, 6)) CanJson.Odd(answer, "coldest sensor above the hottest");
    }

    private static void Words(CanFrame frame, JsonObject answer, params string[] names)
    {
        for (var i = 0; i < names.Length; i++) answer[names[i]] = Bytes.U16Le(frame.Data, 2 * i);
    }

    private static void Energy(CanFrame frame, JsonObject answer)
    {
        answer["charged_hwh"] = Bytes.U32Le(frame.Data, 0);
        answer["discharged_hwh"] = Bytes.U32Le(frame.Data, 4);
    }

    private static void Heartbeat(CanFrame frame, JsonObject answer)
    {
        answer["heartbeat"] = true;
        for (var i = 0; i < frame.Length; i++)
        {
            if (frame.Data[i] == 0) continue;
            CanJson.Odd(answer, "a heartbeat is all 0 by the document");
            return;
        }
    }
}
