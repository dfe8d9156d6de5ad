// JK's own CAN frames as JSON, by the names of vectors/check.py.
using System.Text.Json.Nodes;
using JkFleet.Bms;
using JkFleet.Bms.JkCan;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Explains <c>can-jk</c>.</summary>
public static class DecodeJkCan
{
    /// <summary>Decodes one frame.</summary>
    /// <param name="id">Identifier.</param>
    /// <param name="data">Data bytes.</param>
    public static JsonObject Decode(int id, byte[] data)
    {
        var needed = JkCanIds.BytesNeeded(id);
        if (data.Length > 8) return Refused.Because("bad_frame", $"{data.Length} data bytes; a CAN frame has at most 8");
        if (data.Length < needed) return Short(id, data.Length, needed);
        return id switch
        {
            _ when needed == 0 => new JsonObject { ["known"] = false },
            JkCanIds.BattStat => new JsonObject
            {
                ["voltage_mv"] = Bytes.U16Le(data, 0) * 100,
                ["current_ma"] = (Bytes.U16Le(data, 2) - JkCanIds.CurrentOffset) * 100,
                ["soc_pct"] = data[4],
            },
            JkCanIds.CellVolt => new JsonObject
            {
                ["cell_max_mv"] = Bytes.U16Le(data, 0), ["cell_max_no"] = data[2],
                ["cell_min_mv"] = Bytes.U16Le(data, 3), ["cell_min_no"] = data[5],
            },
            JkCanIds.CellTemp => new JsonObject
            {
                ["temp_max_c"] = data[0] - JkCanIds.TempOffsetC, ["temp_max_no"] = data[1],
                ["temp_min_c"] = data[2] - JkCanIds.TempOffsetC, ["temp_min_no"] = data[3],
                ["temp_avg_c"] = data[4] - JkCanIds.TempOffsetC,
            },
            JkCanIds.AlarmInfo => Alarms(Bytes.U32Le(data, 0)),
            JkCanIds.BattStatExt => new JsonObject
            {
                ["remaining_dah"] = Bytes.U16Le(data, 0), ["full_dah"] = Bytes.U16Le(data, 2),
                ["throughput_dah"] = Bytes.U16Le(data, 4), ["cycles"] = Bytes.U16Le(data, 6),
            },
            JkCanIds.AllTemp => new JsonObject
            {
                ["temp_sensor_count"] = data[0], ["temp1_c"] = Temperature(data[1]), ["temp2_c"] = Temperature(data[2]),
                ["temp_mos_c"] = Temperature(data[3]), ["temp4_c"] = Temperature(data[4]), ["temp5_c"] = Temperature(data[5]),
            },
            JkCanIds.SwitchState => new JsonObject
            {
                ["charge_mos_on"] = (data[0] & 1) != 0, ["discharge_mos_on"] = (data[0] & 2) != 0, ["balancing"] = (data[0] & 4) != 0,
            },
            _ => new JsonObject
            {
                ["first_cell"] = (4 * JkCanIds.CellFrame(id)) + 1,
                ["cells_mv"] = new JsonArray([.. Enumerable.Range(0, 4).Select(i => JsonValue.Create(Bytes.U16Le(data, 2 * i)))]),
            },
        };
    }

    // Only for these four is the shortest length documented; the others are known from peers alone and may well be shorter.
    private static JsonObject Short(int id, int there, int needed) =>
        id is JkCanIds.BattStat or JkCanIds.CellVolt or JkCanIds.CellTemp or JkCanIds.BattStatExt
            ? Refused.Because("truncated", $"{there} data bytes; this identifier needs {needed}")
            : new JsonObject { ["known"] = true, ["odd"] = $"{there} data bytes; this identifier usually has {needed}" };

    private static JsonNode? Temperature(byte raw) => raw == 0 ? null : raw - JkCanIds.TempOffsetC;

    private static JsonObject Alarms(uint word)
    {
        var alarms = (uint)JkCanIds.Unify(word);
        return new JsonObject
        {
            ["alarms_raw"] = word,
            ["alarms"] = new JsonArray([.. Enumerable.Range(0, BmsAlarmNames.Bits).Where(bit => (alarms >> bit & 1) != 0)
                .Select(bit => JsonValue.Create(BmsAlarmNames.Of(bit)))]),
        };
    }
}
