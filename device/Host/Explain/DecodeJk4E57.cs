// One 4E57 frame as JSON: request, write or reply with every register, by the names of vectors/check.py.
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>jk-4e57</c> frames.</summary>
public static class DecodeJk4E57
{
    private enum Kind { Plain, Signed, Temperature, Centivolt, Current, Text }

    // Everything the register is called and how it counts; widths stand in Jk4E57Registers.
    private static readonly (int Id, Kind Kind, string Name)[] Names =
    [
        (0x80, Kind.Temperature, "temp_mos_c"), (0x81, Kind.Temperature, "temp1_c"), (0x82, Kind.Temperature, "temp2_c"),
        (0x83, Kind.Centivolt, "pack_voltage_mv"), (0x84, Kind.Current, "current_raw"), (0x85, Kind.Plain, "soc_pct"),
        (0x86, Kind.Plain, "temp_sensor_count"), (0x87, Kind.Plain, "cycles"), (0x89, Kind.Plain, "cycle_capacity_ah"),
        (0x8A, Kind.Plain, "strings"), (0x8B, Kind.Plain, "alarms_raw"), (0x8C, Kind.Plain, "status_raw"),
        (0x8E, Kind.Centivolt, "pack_ovp_mv"), (0x8F, Kind.Centivolt, "pack_uvp_mv"),
        (0x90, Kind.Plain, "cell_ovp_mv"), (0x91, Kind.Plain, "cell_ovpr_mv"), (0x92, Kind.Plain, "cell_ovp_delay_s"),
        (0x93, Kind.Plain, "cell_uvp_mv"), (0x94, Kind.Plain, "cell_uvpr_mv"), (0x95, Kind.Plain, "cell_uvp_delay_s"),
        (0x96, Kind.Plain, "cell_diff_protect_mv"), (0x97, Kind.Plain, "discharge_ocp_a"), (0x98, Kind.Plain, "discharge_ocp_delay_s"),
        (0x99, Kind.Plain, "charge_ocp_a"), (0x9A, Kind.Plain, "charge_ocp_delay_s"), (0x9B, Kind.Plain, "balance_start_mv"),
        (0x9C, Kind.Plain, "balance_diff_mv"), (0x9D, Kind.Plain, "balance_switch"), (0x9E, Kind.Plain, "mos_otp_c"),
        (0x9F, Kind.Plain, "mos_otpr_c"), (0xA0, Kind.Plain, "box_otp_c"), (0xA1, Kind.Plain, "box_otpr_c"),
        (0xA2, Kind.Plain, "temp_diff_protect_c"), (0xA3, Kind.Plain, "charge_otp_c"), (0xA4, Kind.Plain, "discharge_otp_c"),
        (0xA5, Kind.Signed, "charge_utp_c"), (0xA6, Kind.Signed, "charge_utpr_c"), (0xA7, Kind.Signed, "discharge_utp_c"),
        (0xA8, Kind.Signed, "discharge_utpr_c"), (0xA9, Kind.Plain, "strings_setting"), (0xAA, Kind.Plain, "capacity_ah"),
        (0xAB, Kind.Plain, "charge_mos_switch"), (0xAC, Kind.Plain, "discharge_mos_switch"), (0xAD, Kind.Plain, "current_calibration_ma"),
        (0xAE, Kind.Plain, "board_address"), (0xAF, Kind.Plain, "battery_type"), (0xB0, Kind.Plain, "sleep_wait_s"),
        (0xB1, Kind.Plain, "low_capacity_alarm_pct"), (0xB2, Kind.Text, "password"), (0xB3, Kind.Plain, "dedicated_charger_switch"),
        (0xB4, Kind.Text, "device_id"), (0xB5, Kind.Text, "manufacture_date"), (0xB6, Kind.Plain, "runtime_min"),
        (0xB7, Kind.Text, "software_version"), (0xB8, Kind.Plain, "start_current_calibration"), (0xB9, Kind.Plain, "actual_capacity_ah"),
        (0xBA, Kind.Text, "manufacturer_id"), (0xBB, Kind.Plain, "restart"), (0xBC, Kind.Plain, "factory_reset"),
        (0xBD, Kind.Plain, "upgrade_flag"), (0xBE, Kind.Plain, "gps_off_mv"), (0xBF, Kind.Plain, "gps_recover_mv"),
        (0xC0, Kind.Plain, "protocol_version"),
    ];

    /// <summary>Decodes one whole frame.</summary>
    /// <param name="frame">All its bytes, nothing else.</param>
    public static JsonObject Decode(byte[] frame)
    {
        var refusal = Jk4E57Frame.Check(frame, 0, frame.Length);
        if (refusal.Length > 0) return Refused.Because(refusal, Envelope(frame, refusal));
        var end = frame.Length - Jk4E57Frame.TailBytes;
        var answer = new JsonObject
        {
            ["length"] = Bytes.U16Be(frame, Jk4E57Frame.LenAt),
            ["terminal"] = Hex(frame, Jk4E57Frame.TerminalAt, 4),
            ["command"] = frame[Jk4E57Frame.CommandAt],
            ["source"] = frame[Jk4E57Frame.SourceAt],
            ["transfer"] = frame[Jk4E57Frame.TransferAt],
            ["record"] = Hex(frame, end, 4),
            ["checksum"] = Bytes.U16Be(frame, frame.Length - 2),
        };
        if (Jk4E57Frame.IsRequest(frame, 0))
        {
            answer["id"] = frame[Jk4E57Frame.InfoAt];
            answer["data"] = Hex(frame, Jk4E57Frame.InfoAt + 1, end - Jk4E57Frame.InfoAt - 1);
            answer["meaning"] = Meaning(frame);
            return answer;
        }

        var registers = new Jk4E57Registers();
        if (!registers.Walk(frame, 0, frame.Length)) return RegisterList(registers);
        AddCells(answer, registers);
        AddRegisters(answer, registers, frame);
        return answer;
    }

    private static string Meaning(byte[] frame)
    {
        var id = frame[Jk4E57Frame.InfoAt];
        var name = Array.Find(Names, known => known.Id == id).Name is { } known ? $"{known} ({id:X2})" : $"register {id:X2}";
        return frame[Jk4E57Frame.CommandAt] switch
        {
            Jk4E57Frame.Activate => "activate",
            Jk4E57Frame.Write => $"write {name}",
            Jk4E57Frame.ReadOne => $"read {name}",
            Jk4E57Frame.Password => "password",
            Jk4E57Frame.ReadAll => "read all",
            var other => $"unknown command {other:X2}",
        };
    }

    private static void AddCells(JsonObject answer, Jk4E57Registers registers)
    {
        if (!registers.HasCells) return;
        var mv = Enumerable.Range(0, registers.CellCount).Select(registers.CellMv).ToArray();
        answer["cells_mv"] = Numbers(mv);
        answer["cell_ids"] = Numbers(Enumerable.Range(0, registers.CellCount).Select(registers.CellNo));
        if (mv.Length == 0) return;
        answer["cell_max_mv"] = mv.Max();
        answer["cell_min_mv"] = mv.Min();
        answer["cell_max_no"] = Array.IndexOf(mv, mv.Max()) + 1;
        answer["cell_min_no"] = Array.IndexOf(mv, mv.Min()) + 1;
        answer["cell_delta_mv"] = mv.Max() - mv.Min();
        answer["cell_sum_mv"] = mv.Sum();
        answer["cell_avg_mv"] = ((2 * mv.Sum()) + mv.Length) / (2 * mv.Length);
    }

    private static void AddRegisters(JsonObject answer, Jk4E57Registers registers, byte[] frame)
    {
        var raw = new JsonObject();
        if (registers.HasCells)
            raw["79"] = string.Concat(Enumerable.Range(0, registers.CellCount).Select(i => $"{registers.CellNo(i):x2}{registers.CellMv(i):x4}"));
        foreach (var (id, kind, name) in Names)
        {
            if (!registers.Has(id)) continue;
            var at = registers.IndexOf(id);
            var width = Jk4E57Registers.Width(id);
            raw[$"{id:X2}"] = Hex(frame, at, width);
            answer[name] = kind switch
            {
                Kind.Text => Encoding.Latin1.GetString(frame, at, Bytes.TextLength(frame, at, width)),
                Kind.Centivolt => registers.Value(id) * 10,
                Kind.Signed => Bytes.I16Be(frame, at),
                Kind.Temperature => Jk4E57Parser.TemperatureC((int)registers.Value(id)),
                _ => registers.Value(id),
            };
        }

        answer["protocol_version_present"] = registers.Has(0xC0);
        if (registers.Has(0x84)) answer["current_ma"] = Jk4E57Parser.CurrentMa((int)registers.Value(0x84), (int)registers.Value(0xC0));
        if (registers.Has(0x8B))
        {
            var alarms = registers.Value(0x8B);
            answer["alarms"] = new JsonArray([.. Enumerable.Range(0, 16).Where(bit => (alarms >> bit & 1) != 0)
                .Select(bit => JsonValue.Create(BmsAlarmNames.Of(bit)))]);
        }

        if (registers.Has(0x8C))
        {
            var status = registers.Value(0x8C);
            answer["charge_mos_on"] = (status & 1) != 0;
            answer["discharge_mos_on"] = (status & 2) != 0;
            answer["balancing"] = (status & 4) != 0;
        }

        answer["tlv"] = raw;
    }

    private static string Envelope(byte[] frame, string refusal) => refusal switch
    {
        "too_short" => $"{frame.Length} bytes; the shortest frame has {Jk4E57Frame.MinBytes}",
        "bad_start" => "a frame starts with 4E 57",
        "truncated" or "length_mismatch" => $"LEN says {Bytes.U16Be(frame, Jk4E57Frame.LenAt) + 2} bytes, there are {frame.Length}",
        "bad_end" => $"{frame[^5]:X2} stands where 68 belongs",
        "bad_checksum" => $"the bytes sum to {Jk4E57Frame.Sum(frame, 0, frame.Length - 4):X4}, the frame says {Bytes.U16Be(frame, frame.Length - 2):X4}",
        _ => "",
    };

    private static JsonObject RegisterList(Jk4E57Registers registers) => registers.Refusal switch
    {
        "unknown_register" => Refused.Because($"unknown_register_{registers.RefusedId:X2}_at_{registers.RefusedAt}",
            "its width is unknown, so nothing behind it can be read"),
        "register_overrun" => Refused.Because("register_overrun",
            $"register {registers.RefusedId:X2} at {registers.RefusedAt} runs past the end of the list"),
        _ => Refused.Because(registers.Refusal, $"the cell list at {registers.RefusedAt} does not hold whole cells"),
    };

    private static string Hex(byte[] frame, int at, int count) => Convert.ToHexStringLower(frame, at, count);

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(n => JsonValue.Create(n))]);
}
