// One high-voltage CAN frame as JSON, by the names of vectors/check.py; what looks wrong stands under "odd".
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>can-pylon-hv</c> frames of battery and host, in both id shapes.</summary>
public static class DecodePylonHv
{
    private static readonly string[] FaultNames =
        ["voltage_sensor", "temp_sensor", "internal_comm", "input_over_voltage", "input_reversal", "relay", "cell_damaged", "other"];

    private static readonly string[] AlarmNames =
    [
        "cell_low_voltage", "cell_high_voltage", "pile_low_voltage", "pile_high_voltage", "charge_low_temp", "charge_high_temp",
        "discharge_low_temp", "discharge_high_temp", "charge_over_current", "discharge_over_current", "module_low_voltage", "module_high_voltage",
    ];

    // Bits of newer documents: told apart, so that "alarm" and "protection" keep to the first document.
    private static readonly string[] NewerAlarmNames = ["terminal_temp", "fan", "reserved_14", "reserved_15"];

    private static readonly string[] MoreFaultNames = ["shutdown_circuit", "bmic", "internal_bus", "self_test", "safety_function"];

    private static readonly string[] StatusNames = ["sleep", "charge", "discharge", "idle"];

    /// <summary>Decodes one frame; what nobody knows is answered with its raw bytes.</summary>
    /// <param name="id">Identifier.</param>
    /// <param name="extended">29-bit.</param>
    /// <param name="data">Up to 8 bytes.</param>
    public static JsonObject Decode(int id, bool extended, byte[] data)
    {
        if (!CanJson.TryFrame(id, extended, data, out var frame, out var refusal)) return refusal;
        var group = HvId.Group(extended ? id & 0xFFFF : id, extended);
        if (data.Length < Least(group)) return CanJson.Short(frame, Name(group), Least(group));
        var answer = CanJson.Start(frame, Name(group));
        if (extended) answer["address"] = HvId.Address(id, extended);
        if (extended && id > 0xFFFF)
        {
            CanJson.Odd(answer, "the id has bits above its lowest 16: no Pylontech battery or inverter sends that");
            frame.Id = id & 0xFFFF;
        }

        var s = new PylonHvState();
        if (PylonHvDecoder.Decode(frame, highFirst: false, 0, s)) Battery(group, frame, s, answer);
        else Host(group, frame, answer);
        if (frame.Length < Wanted(group)) CanJson.Odd(answer, $"{frame.Length} bytes where 8 are usual");
        return answer;
    }

    private static string Name(int group) => group switch
    {
        HvId.Ask => "host asks",
        HvId.Measured => "measured",
        HvId.Limits => "limits",
        HvId.CellVoltages => "extreme cells",
        HvId.CellTemps => "cell temperatures",
        HvId.Status => "status",
        HvId.ModuleVoltages => "extreme modules",
        HvId.ModuleTemps => "module temperatures",
        HvId.Forbidden => "forbidden",
        HvId.MoreFaults => "more faults",
        HvId.TerminalTemps => "terminal temperatures",
        HvId.Name or HvId.Name + 0x10 => "name",
        >= HvId.Cells and < 0x6000 => "cells",
        HvId.Versions => "versions",
        HvId.Make => "make",
        HvId.Maker or HvId.Series => "maker",
        HvId.Sleep => "host: sleep or wake",
        HvId.Command => "host: command",
        HvId.Mask => "host masks its own silence",
        HvId.MaskAnswer => "mask answer",
        HvId.HostHeartbeat => "host is alive",
        _ => "",
    };

    // Below this a frame does not carry what its number promises. The document gives every answer eight bytes.
    private static int Least(int group) => group switch
    {
        HvId.Ask or HvId.Sleep or HvId.MoreFaults => 1,
        HvId.Command or HvId.Forbidden => 2,
        HvId.Measured or HvId.Limits or HvId.CellVoltages or HvId.CellTemps or HvId.Status or HvId.ModuleVoltages or HvId.ModuleTemps
            or HvId.Versions or HvId.Make => 8,
        _ => 0,
    };

    private static int Wanted(int group) => group is HvId.Command or HvId.Forbidden or HvId.TerminalTemps or HvId.Name or HvId.Name + 0x10
        or HvId.Maker or HvId.Series or (>= HvId.Cells and < 0x6000) ? 8 : 0;

    private static void Battery(int group, CanFrame frame, PylonHvState s, JsonObject answer)
    {
        switch (group)
        {
            case HvId.Measured: Measured(s, answer); break;
            case HvId.Limits: Limits(s, answer); break;
            case HvId.CellVoltages:
                CanJson.Known(answer, "cell_max_mv", s.CellMaxMv);
                CanJson.Known(answer, "cell_min_mv", s.CellMinMv);
                CanJson.Known(answer, "cell_max_no", s.CellMaxNo);
                CanJson.Known(answer, "cell_min_no", s.CellMinNo);
                if (s.CellMinMv > s.CellMaxMv) CanJson.Odd(answer, "lowest cell above the highest");
                if (s.CellMaxMv > BmsSnapshot.HighestPlausibleCellMv) CanJson.Odd(answer, "no cell has that voltage; the byte order may be the other one");
                break;
            case HvId.CellTemps:
                CanJson.Known(answer, "cell_max_temp_dc", s.CellMaxTempDeciC);
                CanJson.Known(answer, "cell_min_temp_dc", s.CellMinTempDeciC);
                CanJson.Known(answer, "cell_max_temp_no", s.CellMaxTempNo);
                CanJson.Known(answer, "cell_min_temp_no", s.CellMinTempNo);
                break;
            case HvId.Status: Status(frame, s, answer); break;
            case HvId.ModuleVoltages:
                CanJson.Known(answer, "module_max_mv", s.ModuleMaxMv);
                CanJson.Known(answer, "module_min_mv", s.ModuleMinMv);
                CanJson.Known(answer, "module_max_no", s.ModuleMaxNo);
                CanJson.Known(answer, "module_min_no", s.ModuleMinNo);
                if (s.ModuleMaxMv == 65535) CanJson.Odd(answer, "the field ends at 65.535 V: the module has that or more");
                break;
            case HvId.ModuleTemps:
                CanJson.Known(answer, "module_max_temp_dc", s.ModuleMaxTempDeciC);
                CanJson.Known(answer, "module_min_temp_dc", s.ModuleMinTempDeciC);
                CanJson.Known(answer, "module_max_temp_no", s.ModuleMaxTempNo);
                CanJson.Known(answer, "module_min_temp_no", s.ModuleMinTempNo);
                break;
            case HvId.Forbidden: Forbidden(frame, s, answer); break;
            case HvId.MoreFaults: answer["fault_ext"] = CanJson.Texts(Bits(s.MoreFaults, MoreFaultNames)); break;
            case HvId.TerminalTemps:
                CanJson.Known(answer, "terminal_max_temp_dc", s.TerminalMaxTempDeciC);
                CanJson.Known(answer, "terminal_min_temp_dc", s.TerminalMinTempDeciC);
                if (frame.Length >= 6) answer["terminal_max_temp_no"] = Bytes.U16Le(frame.Data, 4);
                if (frame.Length >= 8) answer["terminal_min_temp_no"] = Bytes.U16Le(frame.Data, 6);
                break;
            case HvId.Versions: Versions(frame, answer); break;
            case HvId.Make: Make(s, answer); break;
            case HvId.MaskAnswer: answer["accepted"] = s.MaskAccepted; break;
            case HvId.Maker or HvId.Series: answer["text"] = CanJson.Text(frame); break;
            default: answer["cells_mv"] = Cells(group, frame, s, answer); break;
        }
    }

    private static void Measured(PylonHvState s, JsonObject answer)
    {
        CanJson.Known(answer, "voltage_mv", s.VoltageMv);
        CanJson.Known(answer, "current_ma", s.CurrentMa);
        CanJson.Known(answer, "temp_dc", s.TempDeciC);
        CanJson.Known(answer, "soc_pct", s.SocPercent);
        CanJson.Known(answer, "soh_pct", s.SohPercent);
        if (s.SocPercent > 100 || s.SohPercent > 100) CanJson.Odd(answer, "more than 100 %");
        if (s.CurrentMa is > 1000000 or < -1000000)
            CanJson.Odd(answer, "more than 1000 A; some emulators forget the offset of 30000 or send the high byte first");
    }

    private static void Limits(PylonHvState s, JsonObject answer)
    {
        CanJson.Known(answer, "charge_cutoff_mv", s.ChargeCutoffMv);
        CanJson.Known(answer, "discharge_cutoff_mv", s.DischargeCutoffMv);
        CanJson.Known(answer, "max_charge_ma", s.ChargeLimitMa);
        CanJson.Known(answer, "max_discharge_ma", s.DischargeLimitMa);
        answer["max_charge_sign"] = s.ChargeSign;
        answer["max_discharge_sign"] = s.DischargeSign;
        if (s.ChargeSign < 0) CanJson.Odd(answer, "charge limit below the offset of 30000");
        if (s.DischargeCutoffMv > s.ChargeCutoffMv) CanJson.Odd(answer, "discharge cut-off above the charge cut-off");
    }

    private static void Status(CanFrame frame, PylonHvState s, JsonObject answer)
    {
        answer["status"] = s.Status < StatusNames.Length ? StatusNames[s.Status] : "reserved";
        answer["force_charge"] = s.ForceCharge;
        answer["balance_charge"] = s.BalanceCharge;
        CanJson.Known(answer, "cycles", s.Cycles);
        answer["fault"] = CanJson.Texts(Bits((int)s.Faults, FaultNames));
        Word(answer, "alarm", (int)s.Alarms);
        Word(answer, "protection", (int)s.Protections);
        if (s.Status >= StatusNames.Length || (frame.Data[0] & 0xE0) != 0) CanJson.Odd(answer, "reserved bits of the status are set");
    }

    private static void Word(JsonObject answer, string key, int bits)
    {
        answer[key] = CanJson.Texts(Bits(bits, AlarmNames));
        if (bits >> AlarmNames.Length != 0) answer[key + "_newer"] = CanJson.Texts(Bits(bits >> AlarmNames.Length, NewerAlarmNames));
    }

    private static void Forbidden(CanFrame frame, PylonHvState s, JsonObject answer)
    {
        answer["charge_forbidden"] = s.ChargeForbidden;
        answer["discharge_forbidden"] = s.DischargeForbidden;
        if (frame.Data[0] is not (0 or HvId.Yes) || frame.Data[1] is not (0 or HvId.Yes))
            CanJson.Odd(answer, "neither 00 nor AA; everything but AA allows");
    }

    private static void Versions(CanFrame frame, JsonObject answer)
    {
        answer["hw_letter"] = frame.Data[0];
        answer["hw_version"] = $"{frame.Data[2]}.{frame.Data[3]}";
        answer["sw_version"] = $"{frame.Data[4]}.{frame.Data[5]}";
        answer["sw_dev"] = Bytes.U16Le(frame.Data, 6);
    }

    private static void Make(PylonHvState s, JsonObject answer)
    {
        CanJson.Known(answer, "cells", s.Cells);
        CanJson.Known(answer, "modules", s.Modules);
        CanJson.Known(answer, "cells_per_module", s.CellsPerModule);
        CanJson.Known(answer, "voltage_level_v", s.VoltageLevelV);
        CanJson.Known(answer, "capacity_ah", s.CapacityAh);
        if (s.CellsPerModule > 0 && s.Modules > 0 && (s.Cells > s.Modules * s.CellsPerModule || s.Cells <= (s.Modules - 1) * s.CellsPerModule))
            CanJson.Odd(answer, "cells, modules and cells per module do not fit together");
        if (s.VoltageLevelV > 0 && s.Cells > 0 && s.VoltageLevelV * 1000 / s.Cells is < 1500 or > 4500)
            CanJson.Odd(answer, "voltage level and number of cells do not fit together");
    }

    private static JsonArray Cells(int group, CanFrame frame, PylonHvState s, JsonObject answer)
    {
        var first = (group - HvId.Cells) / 0x10 * 4;
        answer["first_cell"] = first + 1;
        CanJson.Odd(answer, "no public document shows the layout of the cell answer: four cells in mV are a guess");
        return new JsonArray([.. s.CellMv.Skip(first).Take(frame.Length / 2).Select(mv => JsonValue.Create(mv))]);
    }

    private static void Host(int group, CanFrame frame, JsonObject answer)
    {
        switch (group)
        {
            case HvId.Ask:
                answer["request"] = frame.Data[0] switch { 0 => "ensemble", 1 => "cells", 2 => "equipment", _ => "unknown" };
                break;
            case HvId.Sleep:
                answer["command"] = frame.Data[0] switch { HvId.SleepByte => "sleep", HvId.Yes => "wake", _ => "none" };
                break;
            case HvId.Command:
                answer["charge_command"] = frame.Data[0] == HvId.Yes;
                answer["discharge_command"] = frame.Data[1] == HvId.Yes;
                break;
            case HvId.Mask when frame.Length >= 1:
                answer["mask"] = frame.Data[0] == HvId.Yes;
                break;
            case HvId.HostHeartbeat:
                if (frame.Length >= 2) answer["counter"] = Bytes.U16Le(frame.Data, 0);
                break;
            case HvId.Name or HvId.Name + 0x10 or HvId.Maker or HvId.Series:
                answer["text"] = CanJson.Text(frame);
                break;
            default:
                if (Name(group).Length == 0) CanJson.Odd(answer, "unknown id");
                break;
        }
    }

    private static IEnumerable<string> Bits(int bits, string[] names) =>
        Enumerable.Range(0, names.Length).Where(bit => (bits >> bit & 1) != 0).Select(bit => names[bit]);
}
