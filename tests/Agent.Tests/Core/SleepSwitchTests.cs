using JkFleet.Agent.Judgement;
using JkFleet.Bms;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>The inverter sleeps: both MOS off, one write at a time, and only our own back on.</summary>
public sealed class SleepSwitchTests : IBmsSwitches
{
    private readonly BmsSnapshot _pack = new() { ChargeMosOn = true, DischargeMosOn = true };
    private readonly LimitMemory _memory = new();
    private readonly SleepSwitch _sleep;
    private readonly List<string> _writes = [];
    private long _now;

    public SleepSwitchTests() => _sleep = new SleepSwitch(this);

    public BmsSwitchWrite SwitchWrite { get; } = new();

    public bool TrySwitch(BmsSwitch which, bool on, long nowMs)
    {
        if (!SwitchWrite.TryStart(which, on, nowMs)) return false;
        _writes.Add($"{which} {(on ? "on" : "off")}");
        return true;
    }

    private void Step(bool sleep) => _sleep.Step(_now += 20, sleep, _pack, _memory);

    private void Confirm(bool works = true)
    {
        SwitchWrite.State = BmsWriteState.Sent;
        for (var i = 0; i < BmsSwitchWrite.ReadingsAllowed; i++) SwitchWrite.Read(SwitchWrite.On == works);
        if (!works) return;
        if (SwitchWrite.Switch == BmsSwitch.Charge) _pack.ChargeMosOn = SwitchWrite.On;
        else _pack.DischargeMosOn = SwitchWrite.On;
    }

    private void Settle(bool sleep)
    {
        for (var i = 0; i < 10; i++)
        {
            Step(sleep);
            if (SwitchWrite.IsOpen) Confirm();
        }
    }

    [Fact]
    public void Both_go_off_one_after_the_other_and_come_back()
    {
        Step(sleep: false);
        Assert.Empty(_writes);
        Step(sleep: true);
        Step(sleep: true);
        Assert.Equal(["Charge off"], _writes); // one write at a time
        Settle(sleep: true);
        Assert.Equal(["Charge off", "Discharge off"], _writes); // and not again and again
        Assert.Equal(3, _memory.SleepSwitched);
        Settle(sleep: false);
        Assert.Equal(["Charge off", "Discharge off", "Charge on", "Discharge on"], _writes);
        Assert.Equal(0, _memory.SleepSwitched);
    }

    [Fact]
    public void What_somebody_else_switched_off_stays_off()
    {
        _pack.ChargeMosOn = false;
        Settle(sleep: true);
        Settle(sleep: false);
        Assert.Equal(["Discharge off", "Discharge on"], _writes);
        Assert.False(_pack.ChargeMosOn);
    }

    [Fact]
    public void Waking_during_maintenance_leaves_the_pack_off_until_it_ends()
    {
        Settle(sleep: true);
        _memory.Maintenance = true;
        Settle(sleep: false);
        Assert.False(_pack.ChargeMosOn || _pack.DischargeMosOn);
        _memory.Maintenance = false;
        Settle(sleep: false);
        Assert.True(_pack.ChargeMosOn && _pack.DischargeMosOn);
    }

    [Fact]
    public void What_a_person_switches_off_meanwhile_is_not_switched_on_by_waking()
    {
        Settle(sleep: true);
        var commands = new Commands(new AgentSettings { SwitchingAllowed = true }, _memory, this);
        var off = System.Text.Encoding.UTF8.GetBytes("""{"v":1,"id":"s","command":"switch","switch":0,"on":false}""");
        commands.Take(off, off.Length, _now, 0);
        Confirm();
        Settle(sleep: false);
        Assert.False(_pack.ChargeMosOn);
        Assert.True(_pack.DischargeMosOn);
    }

    [Fact]
    public void A_power_cut_while_asleep_is_undone_on_waking()
    {
        Settle(sleep: true);
        var record = new byte[LimitMemory.RecordBytes];
        _memory.Encode(record);
        var memory = new LimitMemory();
        Assert.True(memory.TryDecode(record, record.Length));
        var next = new SleepSwitch(this);
        for (var i = 0; i < 10; i++)
        {
            next.Step(_now += 20, false, _pack, memory);
            if (SwitchWrite.IsOpen) Confirm();
        }

        Assert.True(_pack.ChargeMosOn && _pack.DischargeMosOn);
        Assert.Equal(0, memory.SleepSwitched);
    }

    [Fact]
    public void A_BMS_that_refuses_is_not_asked_again_and_again()
    {
        Step(sleep: true);
        Confirm(works: false);
        for (var i = 0; i < 50; i++) Step(sleep: true);
        Assert.Single(_writes);
    }

    [Fact]
    public void A_protocol_without_switches_is_left_alone()
    {
        new SleepSwitch(null).Step(0, true, _pack, _memory);
        Assert.Equal(0, _memory.SleepSwitched);
    }
}
