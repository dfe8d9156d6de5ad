using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using static JkFleet.Agent.Tests.Core.Model.Exhaustive;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>Every history of five happenings of the sleep switch: what it writes, what it remembers, when it gives up.</summary>
internal sealed class SleepCases : IBmsSwitches
{
    private readonly SleepSwitch _sleep;
    private readonly LimitMemory _memory = new();
    private readonly bool[] _mos = [true, true];
    private int _asked;
    private bool _busy;
    private bool _wanted;
    private bool _before;
    private bool _gaveUp;
    private int _open = -1; // which of both is being written by the sleep
    private bool _openOn;

    private SleepCases() => _sleep = new SleepSwitch(this);

    public BmsSwitchWrite SwitchWrite { get; } = new();

    public bool TrySwitch(BmsSwitch which, bool on, long nowMs)
    {
        _asked++;
        return !_busy && SwitchWrite.TryStart(which, on, nowMs);
    }

    public static long Run()
    {
        long cases = 0;
        const int Length = 5, Kinds = 7;
        var all = (int)Math.Pow(Kinds, Length);
        for (var code = 0; code < all; code++)
        {
            var c = new SleepCases();
            for (var (rest, i) = (code, 0); i < Length; rest /= Kinds, i++, cases++) c.Happen(rest % Kinds, $"history {code} at {i}");
        }

        foreach (var which in new[] { BmsSwitch.Charge, BmsSwitch.Discharge, BmsSwitch.Balancer })
            Require(SleepSwitch.BitOf(which) == (which == BmsSwitch.Charge ? 1 : which == BmsSwitch.Discharge ? 2 : 0), "sleep", "bit");
        var (none, memory) = (new SleepSwitch(null), new LimitMemory { SleepSwitched = 3 });
        none.Step(0, true, new BmsSnapshot { ChargeMosOn = true }, memory);
        none.Step(0, false, new BmsSnapshot(), memory);
        Require(memory.SleepSwitched == 3, "sleep", "forgets without switches");
        return cases;
    }

    private void Happen(int kind, string where)
    {
        switch (kind)
        {
            case 0: _wanted = !_wanted; break;
            case 1: _memory.Maintenance = !_memory.Maintenance; break;
            case 2: _mos[0] = !_mos[0]; break; // somebody else did it
            case 3: _mos[1] = !_mos[1]; break;
            case 4: Conclude(true); break;
            case 5: Conclude(false); break;
            default: _busy = !_busy; break; // a person's write is under way
        }

        var remembered = _memory.SleepSwitched;
        var (asked, waits, failed) = (_asked, _open >= 0 && SwitchWrite.IsOpen, SwitchWrite.State == BmsWriteState.Failed);
        _sleep.Step(0, _wanted, new BmsSnapshot { ChargeMosOn = _mos[0], DischargeMosOn = _mos[1] }, _memory);

        // The words of the class once more: what ended, what is due, what of it was taken.
        if (_wanted != _before) _gaveUp = false;
        _before = _wanted;
        if (_open >= 0 && !waits)
        {
            if (failed) _gaveUp = true;
            else if (_openOn) remembered &= ~(1 << _open);
            _open = -1;
        }

        var due = -1;
        for (var which = 1; which >= 0; which--)
        {
            var ours = (remembered & (1 << which)) != 0;
            if (_wanted ? _mos[which] && !ours : ours && !_memory.Maintenance) due = which;
        }

        if (waits || _gaveUp) due = -1;
        Require(_asked - asked == (due < 0 ? 0 : 1), "sleep", $"asks {_asked - asked} times, {where}");
        if (due >= 0 && !_busy)
        {
            (_open, _openOn) = (due, !_wanted);
            Require(SwitchWrite.IsOpen && SwitchWrite.Switch == (due == 0 ? BmsSwitch.Charge : BmsSwitch.Discharge) && SwitchWrite.On == !_wanted, "sleep", $"{SwitchWrite.Switch} {SwitchWrite.On} instead of {due}, {where}");
            if (_wanted) remembered |= 1 << due;
        }

        Require(_memory.SleepSwitched == remembered, "sleep", $"remembers {_memory.SleepSwitched} instead of {remembered}, {where}");
    }

    private void Conclude(bool works)
    {
        if (!SwitchWrite.IsOpen) return;
        SwitchWrite.State = works ? BmsWriteState.Confirmed : BmsWriteState.Failed;
        if (works) _mos[(int)SwitchWrite.Switch] = SwitchWrite.On;
    }
}
