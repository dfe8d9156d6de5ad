// Modbus RTU messages and the PB's 300-byte answer as JSON, by the names of vectors/check.py.
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Bms.JkPb;
using JkFleet.Bms.Modbus;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>modbus-rtu</c> and <c>jk-pb-frame</c>.</summary>
public static class DecodeModbus
{
    private const int PayloadBytes = 300;

    // What DecodeJk02 says beyond the oracle. In an object inside the answer the oracle's keys stand alone, because a
    // reader may compare it whole; the rest stands beside it.
    private static readonly HashSet<string> Beyond =
    [
        "alarms", "precharge", "user_alarm", "precharging", "balancing", "sensor_mask", "heating", "emergency_s", "pack_voltage_centivolt",
        "heating_ma", "charger_plugged", "discharge_oc_release_s", "discharge_sc_release_s", "charge_oc_release_s", "charge_sc_release_s",
        "uv_release_s", "ov_release_s", "temp5_dc", "temp4_dc", "temp3_dc", "charge_status_s", "charge_status", "dry_contacts",
        "wire_resistance_uohm", "address", "precharge_s", "control", "smart_sleep_h",
        "user_data", "setup_passcode", "uart1_protocol", "can_protocol", "uart2_protocol", "request_charge_deci_h", "request_float_deci_h", "layout",
    ];

    /// <summary>Decodes one Modbus RTU message, request or reply.</summary>
    /// <param name="frame">All its bytes.</param>
    public static JsonObject Decode(byte[] frame)
    {
        var answer = Message(frame);
        if (answer["start"] is { } start && Block(start.GetValue<int>()) is { Length: > 0 } block) answer["meaning"] = block;
        return answer;
    }

    private static string Block(int start) => start switch
    {
        JkPbRegisters.StatusTrigger => "PB: the status as a payload",
        JkPbRegisters.SettingsTrigger => "PB: the settings as a payload",
        JkPbRegisters.DeviceTrigger => "PB: the device information as a payload",
        >= JkPbRegisters.SettingsBase and < JkPbRegisters.StatusBase => "PB: settings",
        >= JkPbRegisters.StatusBase and < 0x1400 => "PB: status",
        >= 0x1400 and < 0x1600 => "PB: device information",
        >= 0x1600 and < 0x1700 => "PB: calibration, shutdown, chemistry or clock",
        _ => "",
    };

    private static JsonObject Message(byte[] frame)
    {
        if (frame.Length < 5) return Refused.Because("too_short", $"{frame.Length} bytes; the shortest message has 5");
        if (!ModbusRtu.CrcFits(frame, 0, frame.Length))
            return Refused.Because("bad_crc", $"the CRC should be {Crc(frame)}, the message says {Hex(frame, frame.Length - 2, 2)}");
        var function = frame[1];
        var answer = new JsonObject { ["address"] = frame[0], ["function"] = function, ["crc"] = Hex(frame, frame.Length - 2, 2) };
        if ((function & ModbusRtu.ExceptionBit) != 0)
        {
            answer["exception"] = frame[2];
        }
        else if (function == ModbusRtu.Read && frame.Length == ModbusRtu.ReadRequestBytes)
        {
            AddRange(answer, frame);
            answer["kind"] = "request";
        }
        else if (function == ModbusRtu.Read)
        {
            answer["byte_count"] = frame[2];
            answer["data"] = Hex(frame, 3, frame.Length - 5);
            answer["kind"] = "reply";
            if (frame[2] != frame.Length - 5) answer["odd"] = "the byte count does not fit the message";
        }
        else if (function == ModbusRtu.WriteMany)
        {
            if (frame.Length < ModbusRtu.WriteAckBytes) return Refused.Because("truncated", "a write has at least 8 bytes");
            AddRange(answer, frame);
            if (frame.Length == ModbusRtu.WriteAckBytes)
            {
                answer["kind"] = "reply";
                return answer;
            }

            answer["byte_count"] = frame[6];
            answer["data"] = Hex(frame, 7, frame.Length - 9);
            answer["kind"] = "request";
            if (frame[6] != frame.Length - 9) answer["odd"] = "the byte count does not fit the message";
        }

        return answer;
    }

    /// <summary>Decodes what a PB sends after a trigger write: perhaps our echo, the payload, a pad byte, the acknowledgement.</summary>
    /// <param name="frame">Everything that was heard.</param>
    public static JsonObject DecodePb(byte[] frame)
    {
        var start = frame.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x55, 0xAA, 0xEB, 0x90]);
        if (start < 0) return Refused.Because("bad_start", "no 55 AA EB 90 in it");
        var payload = DecodeJk02.Decode32S(frame[start..Math.Min(frame.Length, start + PayloadBytes)]);
        if (payload.ContainsKey("error")) return payload;
        var more = new JsonObject();
        foreach (var key in payload.Select(pair => pair.Key).Where(Beyond.Contains).ToArray())
        {
            var value = payload[key];
            payload.Remove(key);
            more[key] = value;
        }

        return new JsonObject
        {
            ["leading_bytes"] = start,
            ["payload"] = payload,
            ["ack"] = Acknowledgement(frame, start + PayloadBytes),
            ["more"] = more,
        };
    }

    private static JsonObject? Acknowledgement(byte[] frame, int from)
    {
        for (var at = from; at + ModbusRtu.WriteAckBytes <= frame.Length; at++)
        {
            if (frame[at + 1] == ModbusRtu.WriteMany && ModbusRtu.CrcFits(frame, at, ModbusRtu.WriteAckBytes))
                return Message(frame[at..(at + ModbusRtu.WriteAckBytes)]);
        }

        return null;
    }

    private static void AddRange(JsonObject answer, byte[] frame)
    {
        answer["start"] = Bytes.U16Be(frame, 2);
        answer["count"] = Bytes.U16Be(frame, 4);
    }

    private static string Crc(byte[] frame)
    {
        var crc = ModbusRtu.Crc(frame, 0, frame.Length - 2);
        return $"{crc & 0xFF:x2}{crc >> 8:x2}";
    }

    private static string Hex(byte[] frame, int at, int count) => Convert.ToHexStringLower(frame, at, count);
}
