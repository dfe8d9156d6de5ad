using System.Text;
using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Every kind of command with its verdict, its effect and its end.</summary>
internal sealed class CommandCases : IBmsSwitches
{
    private readonly LimitMemory _memory = new();
    private readonly Commands _commands;
    private long _cases;
    private int _ids;

    private CommandCases(AgentSettings settings, bool hasSwitches = true)
    {
        _commands = new Commands(settings, _memory, hasSwitches ? this : null);
    }

    public BmsSwitchWrite SwitchWrite { get; } = new();

    public bool TrySwitch(BmsSwitch which, bool on, long nowMs) => SwitchWrite.TryStart(which, on, nowMs);

    public static long Run()
    {
        long cases = 0;
        foreach (var raise in new[] { false, true })
        {
            var c = new CommandCases(new AgentSettings { SwitchingAllowed = true, OverridesMayRaise = raise });
            c.Overrides(raise);
            c.Maintenances();
            c.Switches();
            c.Rest();
            c.Ids();
            cases += c._cases;
        }

        var bare = new CommandCases(new AgentSettings { RebootAllowed = false });
        bare.Expect(Set(0, true), VerdictState.Refused);
        bare.Expect("\"command\":\"reboot\"", VerdictState.Refused);
        Require(!bare._commands.RestartWanted && !bare.SwitchWrite.IsOpen, "command", "done although not allowed");
        bare._commands.Restart();
        Require(bare._commands.RestartWanted, "restart", "somebody at the board wants one");
        new CommandCases(new AgentSettings { SwitchingAllowed = true }, hasSwitches: false).Expect(Set(0, true), VerdictState.Refused);
        return cases;
    }

    private static string Set(int which, bool on) => $"\"command\":\"switch\",\"switch\":{which},\"on\":{(on ? "true" : "false")}";

    private Verdict Expect(string fields, VerdictState state, long now = 0, long utc = 0)
    {
        _cases++;
        var id = "id" + ++_ids;
        Take($"{{\"v\":1,\"id\":\"{id}\",{fields}}}", now, utc);
        var v = _commands.Unsent();
        Require(v is not null && v.Id == id && v.State == state && (v.Why.Length > 0) == (state == VerdictState.Refused), "command", $"{fields}: {v?.State} '{v?.Why}' instead of {state}");
        Require(v!.Command == CommandKind.Unknown ? fields.Contains("format_disk", StringComparison.Ordinal) : fields.StartsWith($"\"command\":\"{CommandKindNames.Of(v.Command)}\"", StringComparison.Ordinal), "command", $"{fields} is answered as {v.Command}");
        _commands.Sent(v);
        Require(_commands.Unsent() is null, "command", "answered twice");
        return v!;
    }

    private void Take(string text, long now = 0, long utc = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _commands.Take(bytes, bytes.Length, now, utc);
    }

    private void Overrides(bool raise)
    {
        _commands.Step(0);
        Require(_commands.Unsent() is null, "command", "answers before anybody asked");
        Require(!_commands.OverrideRaises, "command", "raises without an override");
        Expect("\"command\":\"override\"", VerdictState.Refused);
        Require(!_memory.HasOverride, "command", "an override of nothing");
        foreach (var (fields, charge, discharge, hold) in new[]
        {
            ("\"charge_ma\":0", 0, LimitInputs.NoOverride, 600_000), ("\"discharge_ma\":700,\"hold_ms\":5", LimitInputs.NoOverride, 700, 5),
            ("\"charge_ma\":100,\"discharge_ma\":0,\"hold_ms\":1", 100, 0, 1), ("\"discharge_ma\":0", LimitInputs.NoOverride, 0, 600_000),
        })
        {
            Expect("\"command\":\"override\"," + fields, VerdictState.Applied, 1000);
            Require(_memory.OverrideChargeMa == charge && _memory.OverrideDischargeMa == discharge && _memory.OverrideHoldMs == hold, "override", fields);
            Require(_commands.OverrideRaises == raise, "override", "raises");
            _commands.Step(1000 + hold - 1);
            Require(_memory.HasOverride, "override", "ends early");
            _commands.Resume(2000 + hold);
            Require(!_commands.OverrideRaises, "override", "raises after a gap");
            _commands.Step(2000 + hold + hold - 1);
            Require(_memory.HasOverride, "override", "ends early after a gap");
            _commands.Step(2000 + hold + hold);
            Require(!_memory.HasOverride && _memory.OverrideHoldMs == 0, "override", "does not end");
        }

        Expect("\"command\":\"override\",\"charge_ma\":100", VerdictState.Applied);
        Expect("\"command\":\"override\",\"hold_ms\":7", VerdictState.Refused);
        Require(_memory is { OverrideChargeMa: 100, OverrideHoldMs: 600_000 }, "override", "is touched by one that was refused");
        Expect("\"command\":\"clear_override\"", VerdictState.Applied);
        Require(!_memory.HasOverride, "override", "is not cleared");
        Expect("\"command\":\"clear_override\"", VerdictState.Applied);
        Expect("\"command\":\"override\",\"charge_ma\":100,\"until_utc_ms\":5000", VerdictState.Applied, utc: 5000);
        Expect("\"command\":\"clear_override\",\"until_utc_ms\":5000", VerdictState.Refused, utc: 5001);
        Expect("\"command\":\"clear_override\",\"until_utc_ms\":1", VerdictState.Refused, utc: 2);
        Require(_memory.HasOverride, "command", "done although too late");
        Expect("\"command\":\"clear_override\",\"until_utc_ms\":5000", VerdictState.Applied);
    }

    private void Maintenances()
    {
        Expect("\"command\":\"maintenance\",\"on\":true,\"hold_ms\":9", VerdictState.Applied, 100);
        _commands.Step(108);
        Require(_memory.Maintenance, "maintenance", "ends early");
        _commands.Resume(200);
        _commands.Step(208);
        Require(_memory.Maintenance, "maintenance", "ends early after a gap");
        _commands.Step(209);
        Require(!_memory.Maintenance, "maintenance", "does not end");
        Expect("\"command\":\"maintenance\",\"on\":true,\"hold_ms\":1", VerdictState.Applied, 300);
        _commands.Step(301);
        Require(!_memory.Maintenance, "maintenance", "of a moment does not end");
        Expect("\"command\":\"maintenance\",\"on\":true", VerdictState.Applied, 300);
        _commands.Step(300 + (100L * 86_400_000));
        Require(_memory.Maintenance, "maintenance", "ends by itself");
        Expect("\"command\":\"maintenance\",\"on\":false", VerdictState.Applied);
        Require(!_memory.Maintenance, "maintenance", "is not ended");
        Expect("\"command\":\"maintenance\",\"on\":true,\"hold_ms\":9", VerdictState.Applied, 100);
        _commands.SetMaintenance(true);
        _commands.Step(100_000);
        Require(_memory.Maintenance, "maintenance", "of a person ends with that of the server");
        _commands.SetMaintenance(false);
        Require(!_memory.Maintenance, "maintenance", "is not ended");
    }

    private void Switches()
    {
        foreach (var works in new[] { true, false })
        {
            var v = Expect(Set(1, false), VerdictState.Accepted);
            Require(SwitchWrite.IsOpen && SwitchWrite.Switch == BmsSwitch.Discharge && !SwitchWrite.On, "switch", "another one");
            _commands.Step(1);
            Require(_commands.Unsent() is null, "switch", "answered before it is known");
            Expect(Set(0, false), VerdictState.Refused);
            SwitchWrite.State = works ? BmsWriteState.Confirmed : BmsWriteState.Failed;
            _commands.Step(2);
            Require(_commands.Unsent() == v && v.State == (works ? VerdictState.Applied : VerdictState.Failed) && (v.Why.Length == 0) == works, "switch", $"{v.State} '{v.Why}'");
            _commands.Sent(v);
            _commands.Step(3);
            Require(_commands.Unsent() is null, "switch", "answered again");
        }

        // What a person switches off is no longer the sleep's; nothing is switched on during maintenance.
        foreach (var (which, left) in new[] { (0, 2), (1, 1), (2, 3) })
        {
            _memory.SleepSwitched = 3;
            Expect(Set(which, true), VerdictState.Accepted);
            Require(_memory.SleepSwitched == 3, "switch", "forgets the sleep");
            Conclude();
            Expect(Set(which, false), VerdictState.Accepted);
            Require(_memory.SleepSwitched == left, "switch", $"{_memory.SleepSwitched} instead of {left}");
            Conclude();
        }

        _memory.SleepSwitched = 0;
        _commands.SetMaintenance(true);
        Expect(Set(0, true), VerdictState.Refused);
        Expect(Set(0, false), VerdictState.Accepted);
        Conclude();
        _commands.SetMaintenance(false);

        // Its verdict was pushed out by eight others: nobody else is answered in its place.
        Expect(Set(1, true), VerdictState.Accepted);
        for (var i = 0; i < 8; i++) Expect("\"command\":\"identify\"", VerdictState.Applied);
        SwitchWrite.State = BmsWriteState.Failed;
        _commands.Step(4);
        Require(_commands.Unsent() is null, "switch", "another command fails in its place");
    }

    private void Conclude()
    {
        SwitchWrite.State = BmsWriteState.Confirmed;
        _commands.Step(0);
        if (_commands.Unsent() is { } v) _commands.Sent(v);
    }

    private void Rest()
    {
        Expect("\"command\":\"identify\"", VerdictState.Applied, 1000);
        _commands.Step(60_999);
        Require(_commands.Identifying, "identify", "ends early");
        _commands.Step(61_000);
        Require(!_commands.Identifying, "identify", "does not end");
        // Whoever stands before twenty boards gets his whole minute, also over a fault of the clock.
        Expect("\"command\":\"identify\"", VerdictState.Applied, 1000);
        _commands.Resume(90_000);
        _commands.Step(149_999);
        Require(_commands.Identifying, "identify", "ends early after a gap");
        _commands.Step(150_000);
        Require(!_commands.Identifying, "identify", "does not end after a gap");
        Require(!_commands.ReReadWanted, "re-read", "from nothing");
        Expect("\"command\":\"re_read\"", VerdictState.Applied);
        Require(_commands.ReReadWanted, "re-read", "is not wanted");
        Require(!_memory.FullWanted, "full", "from nothing");
        Expect("\"command\":\"full_charge\"", VerdictState.Applied);
        Require(_memory.FullWanted, "full", "is not wanted");
        Expect("\"command\":\"format_disk\"", VerdictState.Refused);
        Require(!_commands.RestartWanted, "restart", "from nothing");
        Expect("\"command\":\"reboot\"", VerdictState.Applied);
        Require(_commands.RestartWanted, "restart", "is not wanted");
        Require(_commands.BadMessages == 0, "command", "bad messages from nothing");
        foreach (var text in new[] { "{\"v\":1,\"command\":\"identify\"}", "rubbish", "" }) Take(text);
        Require(_commands.BadMessages == 3 && _commands.Unsent() is null, "command", $"{_commands.BadMessages} bad messages");
    }

    /// <summary>The last eight ids are answered again and not done again; older ones are new.</summary>
    private void Ids()
    {
        for (var i = 0; i < 8; i++) Take($$"""{"v":1,"id":"r{{i}}","command":"maintenance","on":{{(i == 7 ? "true" : "false")}}}""");
        for (var i = 0; i < 8; i++)
        {
            Require(_commands.Unsent() is not null, "command", "an answer is lost");
            _commands.Sent(_commands.Unsent()!);
        }

        Require(_commands.Unsent() is null && _memory.Maintenance, "command", "more answers than commands");
        for (var i = 0; i < 8; i++)
        {
            Take($$"""{"v":1,"id":"r{{i}}","command":"maintenance","on":false}""");
            Require(_memory.Maintenance && _commands.Unsent()?.Id == $"r{i}", "command", "a repeated id is done again, or not answered");
            _commands.Sent(_commands.Unsent()!);
        }

        Take("""{"v":1,"id":"r8","command":"identify"}""");
        Take("""{"v":1,"id":"r0","command":"maintenance","on":false}""");
        Require(!_memory.Maintenance, "command", "remembers more than eight");
    }
}
