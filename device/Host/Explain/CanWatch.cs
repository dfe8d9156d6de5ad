// What only shows across several frames: gaps, limits that contradict, two batteries, questions without answer.
using System.Globalization;
using System.Text.Json.Nodes;
using JkFleet.Inverter;

namespace JkFleet.Agent.Host.Explain;

/// <summary>Follows one bus through a capture and remarks on frames in the light of those before.</summary>
internal sealed class CanWatch
{
    // A set comes every second; an inverter's watchdog starts at about ten.
    private const double GapSeconds = 2.5;
    private const double TwinSeconds = 0.1;
    private const double AnswerSeconds = 1;

    private readonly Dictionary<(int Id, bool Extended), (double? Seconds, string Raw, int Count)> _last = [];
    private readonly PylonLvState _lv = new();
    private readonly PylonHvState _hv = new();
    private (double? Seconds, string What)? _question;
    private bool _everAsked;

    /// <summary>Frames of a low-voltage battery.</summary>
    public int Battery { get; private set; }

    /// <summary>Frames of an inverter.</summary>
    public int Inverter { get; private set; }

    /// <summary>Which <c>decode</c> protocol a frame belongs to.</summary>
    public static string ProtocolOf(CanFrame frame)
    {
        if (!frame.Extended)
        {
            if (frame.Id is 0x2F4 or 0x4F4 or 0x5F4 or 0x7F4) return "can-jk";
            if (frame.Id is 0x420 or (> 0x420 and <= 0x42F) or (>= 0x731 and <= 0x734) or 0x620 or 0x621 or 0x624 or 0x625 or 0x301) return "can-pylon-hv";
            return "can-pylon-lv";
        }

        return frame.Id > 0xFFFF && (frame.Id & 0xFFFF) is 0x28F4 or 0xE5F4 ? "can-jk" : "can-pylon-hv";
    }

    /// <summary>Remarks on a frame that stands behind all the others seen so far.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="json">What decode says about it.</param>
    /// <param name="seconds">Time of the capture, or null.</param>
    public IEnumerable<string> Look(CanFrame frame, JsonObject json, double? seconds)
    {
        var remarks = new List<string>();
        var raw = json["raw"]?.GetValue<string>() ?? "";
        var key = (frame.Id, frame.Extended);
        var protocol = ProtocolOf(frame);
        if (_last.TryGetValue(key, out var before) && seconds - before.Seconds is { } age) Beat(frame, protocol, raw, before.Raw, age, remarks);
        _last[key] = (seconds, raw, before.Count + 1);
        if (protocol == "can-pylon-lv") LowVoltage(frame, remarks);
        else if (protocol == "can-pylon-hv") HighVoltage(frame, json, seconds, remarks);
        return remarks;
    }

    /// <summary>Closing lines: who spoke, how often, what was missing.</summary>
    public IEnumerable<string> Summary()
    {
        foreach (var ((id, extended), (_, _, count)) in _last.OrderBy(pair => pair.Key.Extended).ThenBy(pair => pair.Key.Id))
            yield return string.Create(CultureInfo.InvariantCulture, $"{(extended ? $"{id:X8}" : $"{id:X3}")}: {count} frames");
        if (Battery > 0 && Inverter == 0) yield return "no frame of an inverter: no cable, no termination, or one that never sends 305";
        if (Battery > 0 && (_lv.Seen & (LvFrame.Limits | LvFrame.Requests)) == LvFrame.Limits)
            yield return "351 without 35C: as V1.3 batteries do; some inverters need 35C to stop";
        if (_question is { } open) yield return $"the question for {open.What} was never answered";
        if (_hv.LastFrameMs > 0 && !_everAsked) yield return "high-voltage answers without a question: the host was not captured";
    }

    private static void Beat(CanFrame frame, string protocol, string raw, string rawBefore, double age, List<string> remarks)
    {
        if (protocol != "can-pylon-lv" || frame.Extended || !LvId.IsBatterys(frame.Id)) return;
        if (age < 0) remarks.Add("the time runs backwards");
        else if (age > GapSeconds) remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{age:0.0} s since the last {frame.Id:X3}"));
        else if (age < TwinSeconds && raw != rawBefore) remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{age * 1000:0} ms after another {frame.Id:X3} that said something else: two batteries on one bus?"));
    }

    private void LowVoltage(CanFrame frame, List<string> remarks)
    {
        if (frame.Extended || !LvId.IsBatterys(frame.Id))
        {
            Inverter++;
            return;
        }

        Battery++;
        if (!PylonLvDecoder.Decode(frame, 0, _lv)) return;
        if (frame.Id is LvId.Limits or LvId.Requests && (_lv.Seen & (LvFrame.Limits | LvFrame.Requests)) == (LvFrame.Limits | LvFrame.Requests))
        {
            if (_lv.ChargeLimitMa == 0 && _lv.ChargeEnabled) remarks.Add("charge limit 0 but 35C allows charging: some inverters ignore the 0");
            if (_lv.DischargeLimitMa == 0 && _lv.DischargeEnabled) remarks.Add("discharge limit 0 but 35C allows discharging: some inverters ignore the 0");
        }

        if (frame.Id is LvId.Limits or LvId.Measured && _lv.VoltageMv > 10000 && _lv.ChargeVoltageMv is > 0 and var limit && _lv.VoltageMv > limit)
            remarks.Add("the pack is above the charge voltage: Deye alarms (W31)");
    }

    private void HighVoltage(CanFrame frame, JsonObject json, double? seconds, List<string> remarks)
    {
        var group = HvId.Group(frame.Id, frame.Extended);
        if (group == HvId.Ask)
        {
            Inverter++;
            _everAsked = true;
            if (_question is { } open && !(seconds - open.Seconds < AnswerSeconds)) remarks.Add($"the last question, for {open.What}, was not answered");
            _question = (seconds, json["request"]?.GetValue<string>() ?? "nothing known");
            return;
        }

        if (!HvId.IsBatterys(group))
        {
            if (Name(json).StartsWith("host", StringComparison.Ordinal)) Inverter++;
            return;
        }

        if (_question is { } asked && seconds - asked.Seconds > 0.5) remarks.Add("later than 500 ms after the question");
        _question = null;
        PylonHvDecoder.Decode(frame, false, 1, _hv);
        if (group is not (HvId.Limits or HvId.Forbidden) || !_hv.ForbiddenHeard || _hv.ChargeLimitMa < 0) return;
        if (_hv.ChargeLimitMa == 0 && !_hv.ChargeForbidden) remarks.Add("charge limit 0 but 4280 does not forbid charging");
        if (_hv.DischargeLimitMa == 0 && !_hv.DischargeForbidden) remarks.Add("discharge limit 0 but 4280 does not forbid discharging");
    }

    private static string Name(JsonObject json) => json["frame"]?.GetValue<string>() ?? "";
}
