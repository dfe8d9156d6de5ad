using System.Text;
using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>
/// One agent, a world that does anything to it, and the promises that must hold after every step. The promises are counted from
/// what the world did, not from what the agent believes. No test framework here: the mutation check runs this file too.
/// </summary>
public sealed partial class World
{
    private readonly AgentSettings _settings = new();
    private readonly BmsSnapshot _pack = Healthy();
    private readonly CanFrame _frame = new();
    private readonly DesiredCodec _desired = new();
    private readonly MessageWriter _w = new(new byte[DesiredCodec.MaxBytes]);
    private ScriptedBms _bms = new();
    private WatchingInverter _inverter = new();
    private Agent _agent;
    private byte[] _memoryRecord = [];
    private byte[] _slotRecord = [];
    private long _now;
    private long _utc = 1_795_000_000_000;
    private long _version = 1;
    private int _readings;
    private int _commands;
    private long _lastReadingMs;
    private readonly int _variant;
    private int _impossibleInRow;
    private bool _everRead;
    private bool _stepped;
    private bool _back;
    private long _steppedMs;
    private long _overrideHoldMs;
    private long _overrideLeftMs;
    private long _maintenanceHoldMs;
    private long _maintenanceLeftMs;
    private long? _emptySinceMs;
    private long _emptyLastMs;
    private bool _starting;
    private bool _portThere = true;

    private const long Forever = long.MaxValue / 2;

    /// <param name="startMs">Clock at the start.</param>
    /// <param name="variant">Which profile is in force at first, and what kind of inverter listens.</param>
    public World(long startMs = 0, int variant = 0)
    {
        _now = startMs;
        _variant = variant;
        _settings.Envelope.MaxChargeMa = 120000;
        _settings.Envelope.MaxDischargeMa = 110000;
        _settings.Envelope.MaxChargeMv = 60000;
        _settings.Envelope.MinDischargeMv = 40000;
        _settings.Envelope.MaxCellMv = 3700;
        _settings.Envelope.MinCellMv = 2400;
        _agent = Boot();
    }

    /// <summary>Steps that were checked.</summary>
    public long Steps { get; private set; }

    /// <summary>How often current was allowed: a model that never lets any flow proves nothing.</summary>
    public long Allowed { get; private set; }

    /// <summary>How often the full current was reached and compared with the handbook's.</summary>
    public long Lived { get; private set; }

    /// <summary>Runs happenings until the end or the first broken promise.</summary>
    public World Run(IEnumerable<Op> ops)
    {
        foreach (var op in ops) Do(op);
        return this;
    }

    private static BmsSnapshot Healthy()
    {
        var s = new BmsSnapshot
        {
            CellCount = 16, CellCountSetting = 16, SocPermille = 600, ChargeMosOn = true, DischargeMosOn = true, MaxChargeMa = 100000,
            MaxDischargeMa = 100000, Cycles = 12, PackOvpMv = 58400, PackUvpMv = 41600, CellOvpMv = 3650, CellUvpMv = 2600, TempMosDeciC = 300, TempCount = 2,
        };
        s.TempDeciC[0] = s.TempDeciC[1] = 250;
        for (var i = 0; i < 16; i++) s.CellMv[i] = 3330;
        s.Summarise();
        s.PackVoltageMv = s.CellSumMv;
        return s;
    }

    private Agent Boot()
    {
        _bms = new ScriptedBms();
        _inverter = new WatchingInverter();
        _inverter.Dialect.HearsInverter = _variant % 5 != 4;
        var agent = new Agent(_settings, _bms, _inverter);
        if (_slotRecord.Length > 0) Require(agent.Slot.Load(_slotRecord, _slotRecord.Length), "record", "a saved profile is not taken up again");
        if (_memoryRecord.Length > 0) Require(agent.Memory.TryDecode(_memoryRecord, _memoryRecord.Length), "record", "a saved memory is not taken up again");
        var good = Profiles().Where(p => !p.Name.StartsWith("absurd", StringComparison.Ordinal)).ToArray();
        if (agent.Slot.Active.Revision == 0) good[_variant % good.Length].CopyTo(agent.Slot.Active);
        agent.Commands.Resume(_now);
        // Both begin anew: longer, never shorter. A maintenance from before the restart ends by hand only.
        _overrideHoldMs = _overrideLeftMs = agent.Memory.HasOverride ? agent.Memory.OverrideHoldMs : 0;
        _maintenanceHoldMs = _maintenanceLeftMs = agent.Memory.Maintenance ? Forever : 0;
        (_stepped, _steppedMs, _starting, _emptySinceMs, _portThere) = (false, _now, false, null, true);
        ForgetAgent();
        return agent;
    }

    private void Do(Op op)
    {
        switch (op.Kind)
        {
            case OpKind.Wait:
                Step(1 + op.A % 2000);
                break;
            case OpKind.Reading:
                Step(op.B % 1500);
                Read();
                break;
            case OpKind.Sunshine:
                Heal();
                var (began, limited, maintained) = (_now, _agent.Memory.HasOverride, _agent.Memory.Maintenance);
                for (var i = 0; i < 4 + op.A % 60; i++)
                {
                    Step(300);
                    if (i % 3 == 0) _inverter.Hear(_now);
                    Step(700 + op.B % 200);
                    Read();
                }

                // An override or a maintenance that ended meanwhile begins a rise of its own.
                CheckLife(limited == _agent.Memory.HasOverride && maintained == _agent.Memory.Maintenance ? _now - began : 0, 4 + op.A % 60);
                break;
            case OpKind.Soc:
                _pack.SocPermille = op.B % 7 == 0 ? 0 : op.A % 1001;
                _pack.Cycles = op.B % 3 == 0 ? 0 : 12;
                break;
            case OpKind.Cell:
                _pack.CellMv[op.A % 16] = op.B % 10 == 0 ? 0 : 2300 + op.B % 1500;
                Settle();
                break;
            case OpKind.Cells:
                for (var i = 0; i < 16; i++) _pack.CellMv[i] = 2500 + op.A % 1200 + (op.B + i * 7) % 13;
                Settle();
                break;
            case OpKind.Temperature:
                _pack.TempDeciC[op.A % 2] = op.B % 9 == 0 ? BmsSnapshot.Unknown : op.B % 1000 - 300;
                _pack.TempMosDeciC = op.A % 11 == 0 ? BmsSnapshot.Unknown : op.A % 1100;
                break;
            case OpKind.Alarm:
                _pack.Alarms = op.A % 2 == 0 ? BmsAlarms.None : (BmsAlarms)(1u << op.B % 32);
                break;
            case OpKind.Mos:
                _pack.ChargeMosOn = op.A % 3 != 0;
                _pack.DischargeMosOn = op.B % 3 != 0;
                break;
            case OpKind.BmsCeiling:
                _pack.MaxChargeMa = op.A % 5 == 0 ? BmsSnapshot.Unknown : op.A * 15;
                _pack.MaxDischargeMa = op.B % 5 == 0 ? BmsSnapshot.Unknown : op.B * 15;
                _pack.PackOvpMv = op.A % 7 == 0 ? BmsSnapshot.Unknown : 54000 + op.A;
                break;
            case OpKind.Contradict:
                Contradict(op.A);
                break;
            case OpKind.Silence:
                if (op.B % 5 == 4) Stall(10_001 + op.A * 4L);
                else if (op.B % 2 == 0) Step(op.A % 2 == 0 ? 1000 + op.A * 12L : 10_001);
                else for (var i = 0; i < op.A % 90; i++) Step(1000);
                break;
            case OpKind.ClockBack:
                _now -= 1 + op.A * 37L;
                _back = true;
                ForgetPace();
                _lastReadingMs = Math.Min(_lastReadingMs, _now);
                Step(0);
                break;
            case OpKind.ClockForward:
                Step(60_001 + op.A * 1000L);
                break;
            case OpKind.Push:
                Push(op.A, op.B);
                break;
            case OpKind.Command:
                Command(op.A, op.B);
                break;
            case OpKind.Bus:
                _agent.CanState = (CanPortState)(op.A % 3);
                _agent.BmsPortThere = _portThere = op.B % 4 != 0;
                Step(op.B % 1000);
                break;
            case OpKind.Inverter:
                if (op.A % 7 == 5) _inverter.SilenceMaskedUntilMs = _now + (op.B * 4L);
                else if (op.A % 2 == 0) _inverter.Hear(_now);
                else _inverter.SleepRequested = op.B % 3 == 0;
                break;
            case OpKind.PowerCut:
                _agent = Boot();
                break;
            case OpKind.Handover:
                _agent.Handover = op.A % 2 == 0;
                Step(op.B % 500);
                break;
            case OpKind.WallClock:
                _utc = op.A % 4 == 0 ? 0 : 1_795_000_000_000 + op.B * 60_000L;
                break;
            case OpKind.Current:
                _pack.CurrentMa = (op.A - 5000) * 40;
                break;
        }
    }

    /// <summary>The loop stands still; what came meanwhile is read at its end, so old that it says nothing.</summary>
    private void Stall(long passed)
    {
        if (passed <= _agent.Slot.Active.Number[ProfileField.StaleMs]) return;
        _pack.Summarise();
        _now += passed;
        _bms.Deliver(_pack, _now);
        var believed = !IsStart() && !Impossible(_pack);
        _now -= passed;
        _readings++;
        if (believed) (_everRead, _lastReadingMs) = (true, _now + passed);
        _impossibleInRow = believed || _starting ? 0 : _impossibleInRow + 1;
        Step(passed);
        Require(!_agent.Limits.ChargeAllowed && !_agent.Limits.DischargeAllowed, "stall", $"current after a stall of {passed} ms");
        _readingsAtLoss = _readings - 1;
    }

    private void Settle()
    {
        _pack.Summarise();
        _pack.PackVoltageMv = Math.Max(1, _pack.CellSumMv);
    }

    private void Heal()
    {
        _pack.CellCount = 16;
        _pack.SocPermille = Math.Clamp(_pack.SocPermille, 0, 1000);
        if (_pack.TempDeciC[0] > 1400) _pack.TempDeciC[0] = 250;
        if (Math.Abs((long)_pack.CurrentMa) > 500000) _pack.CurrentMa = 0;
        Settle();
    }

    private void Contradict(int how)
    {
        switch (how % 5)
        {
            case 0: _pack.PackVoltageMv = _pack.CellSumMv * 21 / 20 + 1000; break;
            case 1: _pack.CellCount = 15; break;
            case 2: _pack.SocPermille = 1001 + how; break;
            case 3: _pack.CurrentMa = 500_001; break;
            default: _pack.TempDeciC[0] = 1401; break;
        }
    }

    private void Read()
    {
        _pack.Summarise();
        _bms.Deliver(_pack, _now);
        if (!IsStart())
        {
            var impossible = Impossible(_pack);
            _impossibleInRow = impossible ? _impossibleInRow + 1 : 0;
            if (!impossible) (_everRead, _lastReadingMs) = (true, _now);
        }

        _readings++;
        Step(0);
    }

    /// <summary>SOC 0 and no cycles is a BMS that starts, for twenty seconds: nothing is concluded from it.</summary>
    private bool IsStart()
    {
        var empty = _pack.SocPermille == 0 && _pack.Cycles == 0;
        if (!empty) _emptySinceMs = null;
        else if (_emptySinceMs is null || _now - _emptySinceMs < 0 || _now - _emptyLastMs > 20_000) _emptySinceMs = _now;
        _emptyLastMs = _now;
        return _starting = _emptySinceMs is { } since && _now - since < 20_000;
    }

    /// <summary>Contradicts itself whatever stood there before: must never count as a reading.</summary>
    private static bool Impossible(BmsSnapshot s) =>
        s.PackVoltageMv <= 0 || Math.Abs((long)s.CurrentMa) > 500000 || s.SocPermille is < 0 or > 1000 || s.CellCount != 16 || s.TempDeciC[0] > 1400
        || (s.InvalidCells == 0 && Math.Abs(s.CellSumMv - s.PackVoltageMv) * 1000L > s.PackVoltageMv * 100L);

    private void Push(int which, int how)
    {
        var all = Profiles();
        var profile = all[which % all.Length];
        var desired = new Desired { Version = how % 7 == 0 ? Math.Max(1, _version - 1) : ++_version, HasProfile = true };
        profile.CopyTo(desired.Profile);
        desired.Profile.Revision = 1 + which % 1000;
        Require(_desired.Write(desired, _w), "wire", "a desired state does not fit");
        var (before, version) = (_agent.Slot.Active.Revision, _agent.Slot.Version);
        _agent.Slot.Take(_w.Buffer, _w.Count);
        if (!_agent.Slot.IsSettling)
        {
            Require(desired.Version <= version, "slot", $"version {desired.Version} above {version} was ignored");
            return;
        }

        Require(desired.Version > version, "slot", $"version {desired.Version} was taken after {version}");
        Step(how % 300); // a save takes its time
        Require(_agent.Slot.Active.Revision == before, "slot", "a profile is in force before it was saved");
        var saved = how % 5 != 0;
        var record = new MessageWriter(new byte[8192]);
        Require(_agent.Slot.Encode(record), "slot", "a record does not fit");
        if (saved) _slotRecord = record.Buffer[..record.Count];
        if (how % 11 == 0)
        {
            _agent = Boot(); // cut between save and effect: the saved one counts
            Require(!saved || _agent.Slot.Version == desired.Version, "slot", "a saved version is forgotten");
            return;
        }

        _agent.Slot.Saved(saved);
        ForgetPace();
        var good = !profile.Name.StartsWith("absurd", StringComparison.Ordinal);
        var inForce = _agent.Slot.Active.Revision == desired.Profile.Revision;
        if (saved && good) Require(inForce && _agent.Slot.Verdict == VerdictState.Applied, "slot", "a good saved profile is not in force");
        else if (before != desired.Profile.Revision) Require(!inForce, "slot", $"'{profile.Name}' is in force, saved {saved}");
        if (!saved) Require(_agent.Slot.Version == version, "slot", "a version that was not saved is settled");
    }

    private void Command(int which, int how)
    {
        var text = (which % 6) switch
        {
            0 => $$"""{"v":1,"id":"{{++_commands}}","command":"override","charge_ma":{{how * 30}},"hold_ms":{{1000 + how * 10}}}""",
            1 => $$"""{"v":1,"id":"{{++_commands}}","command":"override","discharge_ma":{{how * 30}},"hold_ms":{{1000 + how * 10}}}""",
            2 => $$"""{"v":1,"id":"{{++_commands}}","command":"clear_override"}""",
            3 => $$"""{"v":1,"id":"{{++_commands}}","command":"maintenance","on":{{(how % 4 == 0 ? "true" : "false")}},"hold_ms":{{how % 3 * 20000}}}""",
            4 => $$"""{"v":1,"id":"{{++_commands}}","command":"full_charge"}""",
            _ => $$"""{"v":1,"id":"{{++_commands}}","command":"maintenance","on":false}""",
        };
        if (which % 6 < 2) _overrideHoldMs = _overrideLeftMs = 1000 + (how * 10);
        else if (which % 6 == 2) _overrideHoldMs = _overrideLeftMs = 0;
        else if (which % 6 == 3) _maintenanceHoldMs = _maintenanceLeftMs = how % 4 != 0 ? 0 : how % 3 == 0 ? Forever : how % 3 * 20000;
        else if (which % 6 == 5) _maintenanceHoldMs = _maintenanceLeftMs = 0;
        var bytes = Encoding.UTF8.GetBytes(text);
        var again = how % 13 == 0 && _agent.Commands.Unsent() is null; // the broker delivers it twice
        _agent.Commands.Take(bytes, bytes.Length, _now, _utc);
        if (again)
        {
            Step(700);
            _agent.Commands.Take(bytes, bytes.Length, _now, _utc);
        }

        while (_agent.Commands.Unsent() is { } answer) _agent.Commands.Sent(answer);
        Step(how % 100);
    }

    private void Step(long passed)
    {
        _now += passed;
        if (_utc > 0) _utc += passed;
        LetTimersRun();
        _agent.Step(_now, _utc);
        Steps++;
        Check(passed);
        // The keeper saves on every change; its pace is not the model's business.
        if (_memoryRecord.Length == 0) _memoryRecord = new byte[LimitMemory.RecordBytes];
        _agent.Memory.Encode(_memoryRecord);
    }

    /// <summary>What expires does so after the time that the agent lived through; a clock fault starts it anew.</summary>
    private void LetTimersRun()
    {
        var lived = _now - _steppedMs;
        if (_stepped && (_back || lived > Agent.JumpMs))
        {
            (_overrideLeftMs, _maintenanceLeftMs) = (_overrideLeftMs > 0 ? _overrideHoldMs : 0, _maintenanceLeftMs > 0 ? _maintenanceHoldMs : 0);
        }
        else
        {
            if (_overrideLeftMs > 0) _overrideLeftMs -= lived;
            if (_maintenanceLeftMs is > 0 and < Forever) _maintenanceLeftMs -= lived;
        }

        (_stepped, _back, _steppedMs) = (true, false, _now);
    }

    private static void Require(bool holds, string invariant, string detail)
    {
        if (!holds) throw new InvariantBroken(invariant, detail);
    }
}
