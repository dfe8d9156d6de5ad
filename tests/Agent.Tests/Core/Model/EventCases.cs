using System.Text;
using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>What a person reads in the timeline: every event, with its number and its time, once, and nothing beside it.</summary>
internal sealed class EventCases : IBmsProtocol, IBmsSwitches
{
    private readonly ScriptedBms _link = new();
    private readonly WatchingInverter _inverter = new();
    private readonly BmsSnapshot _pack = EngineCases.Healthy();
    private readonly AgentSettings _settings = new() { SwitchingAllowed = true };
    private readonly DeviceEvent _event = new();
    private Agent _agent;
    private long _now = 700;
    private long _cases;
    private int _ids;
    private bool _alive = true; // the inverter

    private EventCases() => _agent = new Agent(_settings, this, _inverter);

    public string Name => _link.Name;
    public BmsLinkCounters Counters => _link.Counters;
    public BmsSwitchWrite SwitchWrite { get; } = new();

    public int NextRequest(long nowMs, byte[] buffer) => 0;

    public void Receive(byte[] buffer, int offset, int count, long nowMs)
    {
    }

    public bool TryTake(BmsSnapshot into) => _link.TryTake(into);

    public bool TrySwitch(BmsSwitch which, bool on, long nowMs) => SwitchWrite.TryStart(which, on, nowMs);

    public static long Run()
    {
        var c = new EventCases();
        c.Readings();
        c.Clock();
        c.Inverter();
        c.Pack();
        c.Latches();
        c.Server();
        c.Restart();
        return c._cases;
    }

    private int[] Numbers => _agent.Slot.Active.Number;

    /// <summary>One step, and exactly these events in it.</summary>
    private void Step(long passed, params (EventKind Kind, int Value)[] expected)
    {
        _now += passed;
        if (_alive) _inverter.Hear(_now);
        _agent.Step(_now, 0);
        foreach (var (kind, value) in expected)
        {
            _cases++;
            Require(_agent.Events.TryTake(_event), "event", $"{kind} {value} is not told");
            Require(_event.Kind == kind && _event.Value == value && _event.Header.UpMs == _now, "event", $"{_event.Kind} {_event.Value} is told instead of {kind} {value}");
        }

        Require(!_agent.Events.TryTake(_event), "event", $"{_event.Kind} {_event.Value} is told beside it");
    }

    private void Read(long passed, params (EventKind, int)[] expected)
    {
        _link.Deliver(_pack, _now + passed);
        Step(passed, expected);
    }

    /// <summary>The third good reading ends a loss.</summary>
    private void ComeBack(params (EventKind, int)[] atOnce)
    {
        Read(1000, atOnce);
        Read(1000);
        Read(1000, (EventKind.BmsBack, 0));
    }

    private void Readings()
    {
        Step(0, (EventKind.Started, 0), (EventKind.InverterBack, 0));
        Step(10);
        _pack.SocPermille = 1001;
        Read(10, (EventKind.Implausible, (int)Doubt.Soc)); // told even before the first good one
        _pack.SocPermille = 600;
        Read(1000, (EventKind.Implausible, (int)Doubt.SocJump));
        Read(1000, (EventKind.BmsFirst, 0), (EventKind.Transmitting, 1));
        Read(1000);
        Read(1000, (EventKind.BmsBack, 0));

        // Silence: told the moment it counts, and the moment that frames end.
        Step(10_000);
        Require(_agent.Report.Bms == LinkState.Ok, "event", "stale too early");
        Step(1, (EventKind.BmsLost, 10_001));
        Step(49_999);
        Require(_agent.Transmitting && _agent.Report.BmsAgeMs == 60_000, "stop", "ends before stop_ms");
        Step(1, (EventKind.Transmitting, 0));
        Require(!_agent.Transmitting && !_agent.NextFrame(_now, new JkFleet.Inverter.CanFrame()), "stop", "goes on after stop_ms");
        Read(1000, (EventKind.Transmitting, 1));
        Step(10_001, (EventKind.BmsLost, 10_001)); // lost again before it was back
        ComeBack();

        // Doubted three times on the way back: lost again, and told again.
        Step(10_001, (EventKind.BmsLost, 10_001));
        Read(1000);
        _pack.PackVoltageMv = 0;
        Read(1000, (EventKind.Implausible, (int)Doubt.Voltage));
        Read(1000);
        Read(1000, (EventKind.BmsLost, 3000));
        Cells(3330);
        ComeBack();

        // Doubts: once for each kind, until a loss has ended.
        _pack.CurrentMa = 500_001;
        Read(1000, (EventKind.Implausible, (int)Doubt.Current));
        Read(1000);
        _pack.CurrentMa = 0;
        Read(1000);
        _pack.CurrentMa = 500_001;
        Read(1000);
        _pack.TempMosDeciC = 1401;
        _pack.CurrentMa = 0;
        Read(1000, (EventKind.Implausible, (int)Doubt.Temperature));
        Read(1000, (EventKind.BmsLost, 3000)); // the third in a row
        Read(1000);
        _pack.TempMosDeciC = 300;
        ComeBack();
        _pack.TempMosDeciC = 1401;
        Read(1000, (EventKind.Implausible, (int)Doubt.Temperature));
        _pack.TempMosDeciC = 300;
        Read(1000);
    }

    private void Clock()
    {
        // As long as a jump is no jump, but what comes after a stall counts as a loss.
        Step(60_000, (EventKind.BmsLost, 60_000));
        ComeBack();
        Read(60_001, (EventKind.ClockJump, 60_001), (EventKind.BmsLost, 0));
        Read(1000);
        Read(1000, (EventKind.BmsBack, 0));
        Step(-1, (EventKind.ClockJump, -1), (EventKind.BmsLost, 0));
        ComeBack();
        var far = 3L * int.MaxValue;
        Step(far, (EventKind.ClockJump, int.MaxValue), (EventKind.BmsLost, int.MaxValue), (EventKind.Transmitting, 0));
        Step(-far, (EventKind.ClockJump, int.MinValue), (EventKind.Transmitting, 1));
        ComeBack();
    }

    private void Inverter()
    {
        _alive = false;
        _inverter.Hear(_now);
        Read(10_000);
        Read(1, (EventKind.InverterSilent, 10_001));
        Read(1000);
        _inverter.Hear(_now);
        Read(1000, (EventKind.InverterBack, 0));
        _agent.CanState = CanPortState.BusOff;
        Read(100, (EventKind.BusOff, 0));
        Read(100);
        _agent.CanState = CanPortState.Absent; // somebody unplugs the adapter: nothing works again by that
        Read(100);
        _agent.CanState = CanPortState.Up;
        Read(100, (EventKind.BusBack, 0), (EventKind.InverterBack, 0));
        _agent.CanState = CanPortState.Absent;
        Read(100);
        _agent.CanState = CanPortState.BusOff;
        Read(100, (EventKind.BusOff, 0));
        _agent.CanState = CanPortState.Up;
        Read(9000, (EventKind.BusBack, 0), (EventKind.InverterSilent, 10_600));
        _alive = true;
        _inverter.SleepRequested = true;
        Read(100, (EventKind.InverterBack, 0), (EventKind.Sleep, 1));
        Read(100);
        _inverter.SleepRequested = false;
        Read(100, (EventKind.Sleep, 0));
    }

    private void Pack()
    {
        _pack.Alarms = (BmsAlarms)(1u << 4 | 1u << 9);
        Read(100, (EventKind.AlarmOn, 4), (EventKind.AlarmOn, 9));
        Read(100);
        _pack.Alarms = (BmsAlarms)(1u << 9 | 1u << 31 | 1u);
        Read(100, (EventKind.AlarmOn, 0), (EventKind.AlarmOff, 4), (EventKind.AlarmOn, 31));
        _pack.Alarms = BmsAlarms.None;
        Read(100, (EventKind.AlarmOff, 0), (EventKind.AlarmOff, 9), (EventKind.AlarmOff, 31));

        foreach (var (cell, mv) in new[] { (7, 0), (3, 5001), (1, -1), (16, 5001) })
        {
            _pack.CellMv[cell - 1] = mv;
            _pack.Summarise();
            Read(100, cell == 7 ? [(EventKind.Implausible, (int)Doubt.CellJump)] : []); // doubted once, which is told once ...
            Read(100, (EventKind.CellInvalid, cell)); // ... and believed when it stays
            _pack.CellMv[8] = 0;
            _pack.Summarise();
            Read(100);
            Read(100); // one more says nothing new
            Cells(3330);
            Read(100);
            Read(100);
        }

        // The borders of what can be a cell, and a dead one that only the count of several packs knows.
        foreach (var (first, mv) in new[] { (1, 0), (5000, 5001) })
        {
            (_pack.CellMv[1], _pack.CellMv[6]) = (first, mv);
            _pack.Summarise();
            Read(100);
            Read(100, (EventKind.CellInvalid, 7));
            Cells(3330);
            Read(100);
            Read(100);
        }

        _pack.InvalidCells = 1;
        Read(100, (EventKind.CellInvalid, 0));
        Cells(3330);
        Read(100);

        // What is not believed yet is not told yet.
        Step(10_001, (EventKind.BmsLost, 10_001));
        _pack.Alarms = (BmsAlarms)2u;
        Read(1000);
        Read(1000);
        Read(1000, (EventKind.BmsBack, 0), (EventKind.AlarmOn, 1));
        _pack.Alarms = BmsAlarms.None;
        Read(1000, (EventKind.AlarmOff, 1));
    }

    private void Cells(int mv)
    {
        for (var i = 0; i < 16; i++) _pack.CellMv[i] = mv;
        _pack.Summarise();
        _pack.PackVoltageMv = _pack.CellSumMv;
    }

    private void Latches()
    {
        var n = Numbers;
        (n[ProfileField.StopChargeSocPermille], n[ProfileField.RestartChargeSocPermille], n[ProfileField.StopDischargeSocPermille], n[ProfileField.RestartDischargeSocPermille]) = (900, 800, 300, 350);
        n[ProfileField.LowSocPermille] = 400;
        n[ProfileField.JumpSocPermille] = 1000;
        Soc(910, (EventKind.SocStop, 910));
        Soc(850);
        Soc(700);
        Soc(390, (EventKind.LowSoc, 390));
        Soc(290, (EventKind.SocStop, 290));
        Soc(600);
        Soc(280, (EventKind.LowSoc, 280), (EventKind.SocStop, 280));
        Soc(600);
        n[ProfileField.StopChargeSocPermille] = n[ProfileField.StopDischargeSocPermille] = n[ProfileField.LowSocPermille] = 0;

        (n[ProfileField.StopChargeMv], n[ProfileField.RestartChargeMv], n[ProfileField.StopDischargeMv], n[ProfileField.RestartDischargeMv]) = (55_000, 54_000, 50_000, 51_000);
        foreach (var (mv, stops) in new[] { (3440, true), (3400, false), (3300, false), (3120, true), (3330, false) })
        {
            Cells(mv);
            Read(1000, stops ? [(EventKind.VoltageStop, 16 * mv)] : []);
            Read(1000);
        }

        n[ProfileField.StopChargeMv] = n[ProfileField.StopDischargeMv] = 0;
        _agent.Commands.SetMaintenance(true);
        Read(100, (EventKind.MaintenanceOn, 0));
        Read(100);
        _agent.Commands.SetMaintenance(false);
        Read(100, (EventKind.MaintenanceOff, 0));
        foreach (var fields in new[] { "\"charge_ma\":5000", "\"discharge_ma\":5000" })
        {
            Command("\"command\":\"override\"," + fields + ",\"hold_ms\":1500");
            Read(1000, (EventKind.OverrideOn, 1500));
            Read(500, (EventKind.OverrideOff, 0));
        }

        (n[ProfileField.Phases], n[ProfileField.RebulkSocPermille]) = (1, 0);
        _agent.Memory.Phase = ChargePhase.Float;
        Read(100, (EventKind.Phase, 2));
        _agent.Memory.FullWanted = true;
        Read(100, (EventKind.Phase, 0));
        n[ProfileField.Phases] = 0;
        _agent.Memory.FullWanted = false;
        Read(100);
    }

    private void Soc(int permille, params (EventKind, int)[] expected)
    {
        _pack.SocPermille = permille;
        Read(1000, expected);
    }

    private void Command(string fields)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"v\":1,\"id\":\"e{++_ids}\",{fields}}}");
        _agent.Commands.Take(text, text.Length, _now, 0);
    }

    private void Server()
    {
        Settle(1, 7, 1000, saved: true, (EventKind.ProfileApplied, 7));
        Settle(2, 8, 1000, saved: true, (EventKind.ProfileApplied, 8));
        Settle(3, 9, int.MaxValue, saved: true, (EventKind.ProfileRefused, 8)); // the one that stays
        Settle(4, 9, int.MaxValue, saved: true, (EventKind.ProfileRefused, 8));
        Settle(5, 9, 1000, saved: false, (EventKind.StoreFailed, 0));
        Settle(5, 9, 1000, saved: true, (EventKind.ProfileApplied, 9));
        _agent.Slot.Take([1], 1);
        Read(100, (EventKind.BadMessage, 1));
        Read(100);
        _agent.Commands.Take([1], 1, _now, 0);
        _agent.Commands.Take([1], 1, _now, 0);
        Read(100, (EventKind.BadMessage, 3));

        foreach (var which in new[] { BmsSwitch.Charge, BmsSwitch.Discharge, BmsSwitch.Balancer })
        foreach (var works in new[] { true, false })
        {
            Command($"\"command\":\"switch\",\"switch\":{(int)which},\"on\":true");
            Read(100);
            SwitchWrite.State = works ? BmsWriteState.Confirmed : BmsWriteState.Failed;
            Read(100, (works ? EventKind.SwitchConfirmed : EventKind.SwitchFailed, (int)which));
            Read(100);
        }
    }

    private void Settle(long version, int revision, int chargeMaxMa, bool saved, params (EventKind, int)[] expected)
    {
        var desired = new Desired { Version = version, HasProfile = true };
        desired.Profile.Revision = revision;
        desired.Profile.Number[ProfileField.ChargeMaxMa] = chargeMaxMa;
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        Require(new DesiredCodec().Write(desired, w), "wire", "a desired state does not fit");
        _agent.Slot.Take(w.Buffer, w.Count);
        Read(100);
        _agent.Slot.Saved(saved);
        Read(100, expected);
        Read(100);
    }

    /// <summary>What was so before a restart is no news after it.</summary>
    private void Restart()
    {
        var record = new MessageWriter(new byte[8192]);
        var desired = new Desired { Version = 9, HasProfile = true };
        desired.Profile.Revision = 12;
        desired.Profile.Number[ProfileField.Phases] = 1;
        (desired.Profile.Number[ProfileField.LowSocPermille], desired.Profile.Number[ProfileField.StopChargeSocPermille], desired.Profile.Number[ProfileField.RestartChargeSocPermille]) = (700, 500, 400);
        (desired.Profile.Number[ProfileField.StopDischargeMv], desired.Profile.Number[ProfileField.RestartDischargeMv]) = (60_000, 61_000);
        var w = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
        new DesiredCodec().Write(desired, w);
        _agent.Slot.Take(w.Buffer, w.Count);
        Require(_agent.Slot.Encode(record), "slot", "does not fit");

        foreach (var twin in new[] { false, true })
        {
            var before = _agent.Memory;
            (before.ChargeSoc, before.DischargeSoc, before.ChargeMv, before.DischargeMv) = (!twin, twin, twin, !twin);
            (before.LowSoc, before.Maintenance, before.Phase, before.OverrideDischargeMa, before.OverrideHoldMs) = (true, true, ChargePhase.Float, 5000, 1000);
            var memory = new byte[LimitMemory.RecordBytes];
            before.Encode(memory);
            (_agent, SwitchWrite.State) = (new Agent(_settings, this, _inverter), BmsWriteState.None);
            Require(_agent.Slot.Load(record.Buffer, record.Count) && _agent.Memory.TryDecode(memory, memory.Length), "record", "is not taken up again");
            _agent.Commands.Resume(_now);
            Step(0, (EventKind.Started, 0), (EventKind.InverterBack, 0));
            Step(100);
        }

        Step(900, (EventKind.OverrideOff, 0));
        _agent.Commands.SetMaintenance(false);
        Step(100, (EventKind.MaintenanceOff, 0));
    }
}
