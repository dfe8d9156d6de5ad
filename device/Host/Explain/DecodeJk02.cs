// JK02 frames (55 AA EB 90) and their 20-byte commands as JSON, by the names of vectors/check.py and a few more.
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Bms.Jk02;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>jk02-24s</c>, <c>jk02-32s</c> and <c>jk02-cmd</c>.</summary>
public static class DecodeJk02
{
    private static readonly string[] SettingNames =
    [
        "smart_sleep_mv", "cell_uvp_mv", "cell_uvpr_mv", "cell_ovp_mv", "cell_ovpr_mv", "balance_trigger_mv",
        "soc100_mv", "soc0_mv", "request_charge_mv", "request_float_mv", "power_off_mv", "max_charge_ma",
        "charge_ocp_delay_s", "charge_ocp_recovery_s", "max_discharge_ma", "discharge_ocp_delay_s",
        "discharge_ocp_recovery_s", "short_circuit_recovery_s", "max_balance_ma", "charge_otp_dc", "charge_otpr_dc",
        "discharge_otp_dc", "discharge_otpr_dc", "charge_utp_dc", "charge_utpr_dc", "mos_otp_dc", "mos_otpr_dc",
        "cell_count", "charge_switch", "discharge_switch", "balancer_switch", "capacity_mah", "short_circuit_delay_us",
        "balance_start_mv",
    ];

    private static readonly string[] ControlBits =
    [
        "heating", "temp_sensor_disabled", "gps_heartbeat", "port_rs485", "lcd_always_on", "special_charger", "smart_sleep",
        "pcl_disabled", "timed_storage", "charging_float_mode",
    ];

    private static readonly string[] ReleaseTimers =
    [
        "discharge_oc_release_s", "discharge_sc_release_s", "charge_oc_release_s", "charge_sc_release_s", "uv_release_s", "ov_release_s",
    ];

    /// <summary>Decodes one frame of the 24S layout.</summary>
    /// <param name="frame">300 bytes; what follows them does not matter.</param>
    public static JsonObject Decode24S(byte[] frame) => Decode(frame, Jk02Layout.S24);

    /// <summary>Decodes one frame of the 32S layout.</summary>
    /// <param name="frame">300 bytes; what follows them does not matter.</param>
    public static JsonObject Decode32S(byte[] frame) => Decode(frame, Jk02Layout.S32);

    /// <summary>Decodes a 20-byte command.</summary>
    /// <param name="frame">All its bytes.</param>
    public static JsonObject DecodeCommand(byte[] frame)
    {
        var refusal = Jk02Commands.Check(frame, 0, frame.Length);
        if (refusal.Length > 0) return Refused.Because(refusal, "a command is AA 55 90 EB, register, length, 4 value bytes, 9 zeros and the sum");
        var answer = new JsonObject
        {
            ["register"] = frame[Jk02Commands.RegisterAt],
            ["data_length"] = frame[5],
            ["value"] = Bytes.U32Le(frame, Jk02Commands.ValueAt),
            ["checksum"] = frame[Jk02Commands.Size - 1],
        };
        var meaning = frame[Jk02Commands.RegisterAt] switch
        {
            Jk02Commands.Stream => "settings, then a stream of cell info",
            Jk02Commands.DeviceInfo => "device info",
            Jk02Commands.ChargeSwitch => "set the charge switch",
            Jk02Commands.DischargeSwitch => "set the discharge switch",
            Jk02Commands.Balancer => "set the balancer",
            _ => "",
        };
        if (meaning.Length > 0) answer["meaning"] = meaning;
        return answer;
    }

    private static JsonObject Decode(byte[] f, Jk02Layout layout)
    {
        var refusal = Jk02Frame.Check(f, 0, f.Length);
        if (refusal.Length > 0) return Refused.Because(refusal, Why(f, refusal));
        var answer = new JsonObject
        {
            ["type"] = f[Jk02Frame.TypeAt],
            ["counter"] = f[Jk02Frame.CounterAt],
            ["checksum"] = f[Jk02Frame.Size - 1],
        };
        switch (f[Jk02Frame.TypeAt])
        {
            case Jk02Frame.CellInfo:
                AddCells(answer, f, layout);
                AddState(answer, f, layout);
                if (layout == Jk02Layout.S32) AddLate(answer, f);
                break;
            case Jk02Frame.Settings:
                AddSettings(answer, f);
                break;
            case Jk02Frame.DeviceInfo:
                AddDevice(answer, f);
                break;
        }

        return answer;
    }

    private static void AddCells(JsonObject answer, byte[] f, Jk02Layout layout)
    {
        int At(int offset24) => Jk02CellInfo.At(offset24, layout);
        var mask = Bytes.U32Le(f, At(Jk02CellInfo.MaskAt));
        var slots = Enumerable.Range(0, Jk02CellInfo.Slots(layout)).Where(i => (mask >> i & 1) != 0).ToArray();
        answer["enabled_mask"] = mask;
        answer["cell_count"] = BitOperations.PopCount(mask);
        answer["cells_mv"] = Numbers(slots.Select(i => Bytes.U16Le(f, Jk02CellInfo.CellsAt + (2 * i))));
        answer["cell_avg_mv"] = Bytes.U16Le(f, At(58));
        answer["cell_delta_mv"] = Bytes.U16Le(f, At(60));
        answer["cell_max_idx0"] = f[At(62)];
        answer["cell_min_idx0"] = f[At(63)];
        answer["cell_resistance_mohm"] = Numbers(slots.Select(i => Bytes.U16Le(f, At(64) + (2 * i))));
        answer["wire_warning"] = Bytes.U32Le(f, At(114));
    }

    private static void AddState(JsonObject answer, byte[] f, Jk02Layout layout)
    {
        int At(int offset24) => Jk02CellInfo.At(offset24, layout);
        answer["pack_voltage_mv"] = Bytes.U32Le(f, At(Jk02CellInfo.VoltageAt));
        answer["power_mw"] = Bytes.U32Le(f, At(Jk02CellInfo.PowerAt));
        answer["current_ma"] = Bytes.I32Le(f, At(Jk02CellInfo.CurrentAt));
        answer["temp1_dc"] = Bytes.I16Le(f, At(Jk02CellInfo.Temp1At));
        answer["temp2_dc"] = Bytes.I16Le(f, At(Jk02CellInfo.Temp2At));
        answer["temp_mos_dc"] = Bytes.I16Le(f, Jk02CellInfo.MosTempAt(layout));
        var errorsAt = Jk02CellInfo.ErrorsAt(layout);
        // As check.py and the peers count it: the 24S word high byte first. The alarms use one table for both.
        answer["errors_raw"] = layout == Jk02Layout.S32 ? Bytes.U32Le(f, errorsAt) : (uint)Bytes.U16Be(f, errorsAt);
        answer["alarms"] = Alarms(Jk02Alarms.Unify(layout == Jk02Layout.S32 ? Bytes.U32Le(f, errorsAt) : (uint)Bytes.U16Le(f, errorsAt)));
        answer["balance_current_ma"] = Bytes.I16Le(f, At(Jk02CellInfo.BalanceCurrentAt));
        answer["balance_action"] = f[At(Jk02CellInfo.BalanceActionAt)];
        answer["soc_pct"] = f[At(Jk02CellInfo.SocAt)];
        answer["remaining_mah"] = Bytes.U32Le(f, At(Jk02CellInfo.RemainingAt));
        answer["nominal_mah"] = Bytes.U32Le(f, At(Jk02CellInfo.CapacityAt));
        answer["cycles"] = Bytes.U32Le(f, At(Jk02CellInfo.CyclesAt));
        answer["cycle_capacity_mah"] = Bytes.U32Le(f, At(154));
        answer["soh_pct"] = f[At(Jk02CellInfo.SohAt)];
        answer["precharge"] = f[At(159)];
        answer["user_alarm"] = Bytes.U16Le(f, At(160));
        answer["runtime_s"] = Bytes.U32Le(f, At(162));
        answer["charge_mos_on"] = f[At(Jk02CellInfo.ChargeMosAt)] != 0;
        answer["discharge_mos_on"] = f[At(Jk02CellInfo.DischargeMosAt)] != 0;
        answer["precharging"] = f[At(168)] != 0;
        answer["balancing"] = f[At(169)] != 0;
        for (var i = 0; i < ReleaseTimers.Length; i++) answer[ReleaseTimers[i]] = Bytes.U16Le(f, At(170 + (2 * i)));
        answer["sensor_mask"] = layout == Jk02Layout.S32 ? Bytes.U16Le(f, 214) : f[182];
        answer["heating"] = f[At(183)] != 0;
        answer["emergency_s"] = Bytes.U16Le(f, At(186));
        answer["pack_voltage_centivolt"] = Bytes.U16Le(f, At(202));
        answer["heating_ma"] = Bytes.I16Le(f, At(204));
        answer["charger_plugged"] = f[At(213)] != 0;
    }

    private static void AddLate(JsonObject answer, byte[] f)
    {
        answer["temp5_dc"] = Bytes.I16Le(f, 254);
        answer["temp4_dc"] = Bytes.I16Le(f, 256);
        answer["temp3_dc"] = Bytes.I16Le(f, 258);
        answer["charge_status_s"] = Bytes.U16Le(f, 278);
        answer["charge_status"] = f[280] switch { 0 => "bulk", 1 => "absorption", 2 => "float", _ => "unknown" };
        answer["dry_contacts"] = f[281];
    }

    private static void AddSettings(JsonObject answer, byte[] f)
    {
        for (var i = 0; i < SettingNames.Length; i++) answer[SettingNames[i]] = Bytes.I32Le(f, Jk02Settings.FirstAt + (4 * i));
        answer["wire_resistance_uohm"] = Numbers(Enumerable.Range(0, 32).Select(i => Bytes.I32Le(f, 142 + (4 * i))));
        answer["address"] = Bytes.U32Le(f, 270);
        answer["precharge_s"] = Bytes.U32Le(f, 274);
        var control = Bytes.U16Le(f, 282);
        answer["control"] = new JsonArray([.. ControlBits.Where((_, bit) => (control >> bit & 1) != 0).Select(name => JsonValue.Create(name))]);
        answer["smart_sleep_h"] = f[286];
    }

    private static void AddDevice(JsonObject answer, byte[] f)
    {
        answer["vendor"] = Text(f, 6, 16);
        answer["hw_version"] = Text(f, 22, 8);
        answer["sw_version"] = Text(f, Jk02DeviceInfo.SoftwareAt, 8);
        answer["uptime_s"] = Bytes.U32Le(f, 38);
        answer["power_on_count"] = Bytes.U32Le(f, 42);
        answer["device_name"] = Text(f, 46, 16);
        answer["passcode"] = Text(f, 62, 16);
        answer["mfg_date"] = Text(f, 78, 8);
        answer["serial"] = Text(f, 86, 11);
        answer["user_data"] = Text(f, 102, 16);
        answer["setup_passcode"] = Text(f, 118, 16);
        answer["uart1_protocol"] = f[184];
        answer["can_protocol"] = f[185];
        answer["uart2_protocol"] = f[218];
        answer["request_charge_deci_h"] = f[266];
        answer["request_float_deci_h"] = f[267];
        var major = Jk02DeviceInfo.Major(f, Jk02DeviceInfo.SoftwareAt, 8);
        if (major >= 0) answer["layout"] = major >= 11 ? "32s" : "24s";
    }

    private static string Why(byte[] f, string refusal) => refusal switch
    {
        "truncated" => $"{f.Length} bytes; a frame has {Jk02Frame.Size}",
        "bad_start" => "a frame starts with 55 AA EB 90",
        _ => $"the bytes sum to {Jk02Frame.Sum(f, 0, Jk02Frame.Size - 1):X2}, the frame says {f[Jk02Frame.Size - 1]:X2}",
    };

    private static string Text(byte[] f, int at, int width) => Encoding.Latin1.GetString(f, at, Bytes.TextLength(f, at, width));

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(n => JsonValue.Create(n))]);

    private static JsonArray Alarms(BmsAlarms alarms) =>
        new([.. Enumerable.Range(0, BmsAlarmNames.Bits).Where(bit => ((uint)alarms >> bit & 1) != 0).Select(bit => JsonValue.Create(BmsAlarmNames.Of(bit)))]);
}
