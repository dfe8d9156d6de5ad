using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;

namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>The promises, one block each.</summary>
public sealed partial class World
{
    private int _chargeMa;
    private int _dischargeMa;
    private long _chargeFellMs;
    private long _dischargeFellMs;
    private int _chargeHeldMa;
    private int _dischargeHeldMa;
    private bool _chargeStop;
    private bool _dischargeStop;
    private int _readingsAtLoss;
    private ReadingState _state;
    private long _settledVersion;
    private long _oracleMs = long.MinValue;
    private long _oracleVersion;
    private Agent? _oracleAgent;
    private int _oracleChargeMa;
    private int _oracleDischargeMa;

    private void ForgetPace()
    {
        _chargeHeldMa = _dischargeHeldMa = 0;
        _chargeFellMs = _dischargeFellMs = long.MinValue / 2;
    }

    private void ForgetAgent()
    {
        ForgetPace();
        _everRead = false;
        _chargeMa = _dischargeMa = 0;
        _state = ReadingState.Never;
        _impossibleInRow = 0;
        _readingsAtLoss = _readings;
    }

    private void Check(long passed)
    {
        var l = _agent.Limits;
        var p = _agent.Slot.Active;
        var n = p.Number;
        if (l.ChargeAllowed || l.DischargeAllowed) Allowed++;
        Require(_agent.Memory.HasOverride == _overrideLeftMs > 0, "override", $"holds {_agent.Memory.HasOverride} with {_overrideLeftMs} ms left");
        Require(_agent.Memory.Maintenance == _maintenanceLeftMs > 0, "maintenance", $"holds {_agent.Memory.Maintenance} with {_maintenanceLeftMs} ms left");

        CheckReport();

        // Silence before the first reading; silence again when there was none for too long.
        if (!_everRead)
        {
            Require(_inverter.Updates == 0 && !_agent.NextFrame(_now, _frame), "boot silence", "a frame before the first valid reading");
            Require(!l.ChargeAllowed && !l.DischargeAllowed, "boot silence", "current before the first valid reading");
            return;
        }

        var age = _now - _lastReadingMs;
        if (age > n[ProfileField.StopMs]) Require(!_agent.NextFrame(_now, _frame), "stop", $"still transmitting {age} ms after the last reading");
        if (age > n[ProfileField.StaleMs] || age < 0) Require(l.ChargeLimitMa == 0 && l.DischargeLimitMa == 0, "stale", $"{l.ChargeLimitMa}/{l.DischargeLimitMa} mA at age {age}");

        // Flags, steps and what the inverter was told agree with the limits.
        Require(l.ChargeAllowed == l.ChargeLimitMa > 0 && l.DischargeAllowed == l.DischargeLimitMa > 0, "flags", "a flag contradicts its limit");
        Require(l.ChargeLimitMa >= 0 && l.DischargeLimitMa >= 0 && l.ChargeLimitMa % 100 == 0 && l.DischargeLimitMa % 100 == 0, "step", "no whole 0.1 A");
        Require(!l.ForceCharge || l.ChargeAllowed, "flags", "a request to charge beside a forbidden charge");
        if (_inverter.Updates > 0)
        {
            var told = _inverter.Told;
            Require(told.ChargeLimitMa == l.ChargeLimitMa && told.DischargeLimitMa == l.DischargeLimitMa && told.ChargeAllowed == l.ChargeAllowed
                && told.DischargeAllowed == l.DischargeAllowed && told.BmsLost == l.BmsLost && told.ChargeVoltageMv == l.ChargeVoltageMv, "told", "the inverter was told something else");
        }

        // Not good: nothing, and the inverter knows why.
        var state = _agent.Freshness.State;
        if (_impossibleInRow >= 3) Require(state != ReadingState.Good && !l.ChargeAllowed && !l.DischargeAllowed, "doubt", $"{_impossibleInRow} impossible readings in a row and state {state}");
        if (_impossibleInRow > 0) Require(l.ChargeLimitMa <= _chargeMa && l.DischargeLimitMa <= _dischargeMa, "doubt", "a limit rises while the last reading is doubted");
        if (state != ReadingState.Good)
        {
            Require(l.ChargeLimitMa == 0 && l.DischargeLimitMa == 0, "trust", $"current in state {state}");
            if (state == ReadingState.Never) Require(_inverter.Updates == 0, "boot silence", "the inverter was told before a reading was believed");
            else Require(l.BmsLost == (state != ReadingState.Recovering), "trust", $"BmsLost {l.BmsLost} in state {state}");
        }

        if (state == ReadingState.Good) Require(!l.BmsLost, "trust", "lost although it is read");
        if (state is not (ReadingState.Good or ReadingState.Never))
        {
            var why = state == ReadingState.Stale ? _starting ? LimitReason.BmsStarting : LimitReason.Stale : state == ReadingState.Implausible ? LimitReason.Implausible : LimitReason.Recovering;
            Require(l.ChargeReason == why && l.DischargeReason == why, "reason", $"{l.ChargeReason} in state {state}");
        }

        // Silence has its rules, and so has speech: what is known is told.
        if (state == ReadingState.Good && age <= n[ProfileField.StaleMs] && _agent.CanState == CanPortState.Up)
            Require(_agent.Transmitting && _agent.NextFrame(_now, _frame), "transmit", "no frame although the pack is known");

        if (state is ReadingState.Stale or ReadingState.Implausible or ReadingState.Never && state != _state) _readingsAtLoss = _readings;
        if (state == ReadingState.Good && _state is not ReadingState.Good)
            Require(_readings - _readingsAtLoss >= n[ProfileField.GoodReadings] - (_state == ReadingState.Never ? 0 : 1), "recovery", $"{_readings - _readingsAtLoss} readings after a loss");
        _state = state;

        if (state != ReadingState.Never) CheckCeilings(l, p);
        CheckLatches(l, n);
        CheckPace(passed, l.ChargeLimitMa, n, ref _chargeMa, ref _chargeFellMs, ref _chargeHeldMa, "charge");
        CheckPace(passed, l.DischargeLimitMa, n, ref _dischargeMa, ref _dischargeFellMs, ref _dischargeHeldMa, "discharge");
        CheckChain(l.ChargeChain, l.ChargeLimitMa, l.ChargeReason);
        CheckChain(l.DischargeChain, l.DischargeLimitMa, l.DischargeReason);

        // Versions only grow.
        Require(_agent.Slot.Version >= _settledVersion, "slot", "the version went back");
        _settledVersion = _agent.Slot.Version;
    }

    private void CheckCeilings(ChargeLimits l, Profile p)
    {
        var s = _agent.Snapshot;
        var e = _settings.Envelope;
        if (s.TakenAtMs != _oracleMs || _agent.Slot.Version != _oracleVersion || !ReferenceEquals(_agent, _oracleAgent))
        {
            (_oracleMs, _oracleVersion, _oracleAgent) = (s.TakenAtMs, _agent.Slot.Version, _agent);
            (_oracleChargeMa, _oracleDischargeMa) = (Oracle.Charge(s, p, e), Oracle.Discharge(s, p, e));
        }

        var (charge, discharge) = (_oracleChargeMa, _oracleDischargeMa);
        Require(l.ChargeLimitMa <= charge, "ceiling", $"charge {l.ChargeLimitMa} above {charge} ({l.ChargeReason})");
        Require(l.DischargeLimitMa <= discharge, "ceiling", $"discharge {l.DischargeLimitMa} above {discharge} ({l.DischargeReason})");
        var m = _agent.Memory;
        Require(l.ChargeLimitMa <= m.OverrideChargeMa && l.DischargeLimitMa <= m.OverrideDischargeMa, "override", "above an override");
        if (m.Maintenance || _agent.Handover || _agent.CanState == CanPortState.BusOff)
            Require(l.ChargeLimitMa == 0 && l.DischargeLimitMa == 0, "forbidden", "current in maintenance, handover or bus-off");
        if (_inverter.SleepRequested && p.Number[ProfileField.SleepPolicy] > 0)
            Require(l.ChargeLimitMa == 0 && l.DischargeLimitMa == 0, "forbidden", "current while the inverter sleeps");
        if (p.Number[ProfileField.InverterSilentZero] != 0 && _inverter.Dialect.HearsInverter && !SilenceMasked && (_inverter.Heard == 0 || _now - _inverter.LastHeardMs > p.Number[ProfileField.InverterSilentMs]))
            Require(l.ChargeLimitMa == 0 && l.DischargeLimitMa == 0, "forbidden", "current to a silent inverter");
        if (p.NoCharge.Count > 0)
        {
            var minute = (int)(((_utc / 60_000) + p.Number[ProfileField.UtcOffsetMin]) % 1440);
            var inside = _utc > 0 && Enumerable.Range(0, p.NoCharge.Count).Any(i =>
                p.NoCharge.FromMin[i] < p.NoCharge.ToMin[i] ? minute >= p.NoCharge.FromMin[i] && minute < p.NoCharge.ToMin[i] : minute >= p.NoCharge.FromMin[i] || minute < p.NoCharge.ToMin[i]);
            if (inside || _utc <= 0) Require(l.ChargeLimitMa == 0, "window", "charging inside a forbidden window");
        }

        CheckVoltages(l, p, s, e);
        Require(l.ChargeVoltageMv <= e.MaxChargeMv && (s.PackOvpMv <= 0 || l.ChargeVoltageMv <= s.PackOvpMv), "voltage", $"{l.ChargeVoltageMv} mV asked for");
        Require(l.ChargeVoltageMv > 0, "voltage", "0 V asked for");
        Require(p.Number[ProfileField.ChargeMv] == 0 || l.ChargeVoltageMv <= p.Number[ProfileField.ChargeMv], "voltage", "above the profile's charge voltage");
        Require(l.DischargeVoltageMv >= e.MinDischargeMv && l.DischargeVoltageMv >= s.PackUvpMv, "voltage", "below the floor");
        Require(l.ShownSocPermille <= s.SocPermille, "shown", "more SOC shown than there is");
        if (s.PackOvpMv <= 0 && p.Number[ProfileField.ChargeMv] == 0 && p.Number[ProfileField.Phases] == 0)
            Require(l.ChargeLimitMa == 0, "voltage", "charging without a known voltage");
    }

    private bool SilenceMasked => _inverter.SilenceMaskedUntilMs != 0 && _now - _inverter.SilenceMaskedUntilMs < 0;

    /// <summary>What the links are said to be is what they are.</summary>
    private void CheckReport()
    {
        var (r, n) = (_agent.Report, _agent.Slot.Active.Number);
        var silent = _now - _inverter.LastHeardMs;
        var inverter = _agent.CanState == CanPortState.Absent ? LinkState.NoPort : _agent.CanState == CanPortState.BusOff ? LinkState.BusOff
            : _inverter.Heard == 0 ? LinkState.Never
            : _inverter.Dialect.HearsInverter && !SilenceMasked && (silent > n[ProfileField.InverterSilentMs] || silent < 0) ? LinkState.Silent : LinkState.Ok;
        Require(r.Inverter == inverter, "report", $"inverter {r.Inverter} instead of {inverter}");
        var bms = _agent.Freshness.State switch
        {
            ReadingState.Good or ReadingState.Recovering => LinkState.Ok,
            ReadingState.Implausible => LinkState.Faulty,
            ReadingState.Never => _portThere ? LinkState.Never : LinkState.NoPort,
            _ => _portThere ? LinkState.Silent : LinkState.NoPort,
        };
        Require(r.Bms == bms, "report", $"BMS {r.Bms} instead of {bms}");
        Require(r.BmsFrames == _bms.Counters.Accepted && r.BmsRefused == _bms.Counters.Refused && r.ProfileRevision == _agent.Slot.Active.Revision, "report", "counters");
        var age = Math.Max(0, _now - _agent.Freshness.LastGoodMs);
        Require(r.BmsAgeMs == (_agent.Freshness.State == ReadingState.Never ? -1 : Math.Min(age, int.MaxValue)), "report", $"age {r.BmsAgeMs}");
        Require(r.InverterAgeMs == (_inverter.Heard == 0 ? -1 : Math.Min(Math.Max(0, silent), int.MaxValue)), "report", "age of the inverter");
    }

    /// <summary>Both voltages to the millivolt.</summary>
    private void CheckVoltages(ChargeLimits l, Profile p, BmsSnapshot s, Envelope e)
    {
        var (n, phase) = (p.Number, _agent.Memory.Phase);
        var wanted = new List<int>();
        if (n[ProfileField.ChargeMv] > 0) wanted.Add(n[ProfileField.ChargeMv]);
        if (s.PackOvpMv > 0) wanted.Add(s.PackOvpMv);
        if (n[ProfileField.Phases] != 0) wanted.Add(16 * n[phase == ChargePhase.Float ? ProfileField.FloatCellMv : ProfileField.AbsorptionCellMv]);
        var charge = Math.Min(Math.Min(e.MaxChargeMv, 16 * e.MaxCellMv), wanted.Count == 0 ? s.PackVoltageMv : wanted.Min());
        Require(l.ChargeVoltageMv == charge, "voltage", $"charge {l.ChargeVoltageMv} instead of {charge} mV");
        var discharge = new[] { n[ProfileField.DischargeMv], s.PackUvpMv, e.MinDischargeMv, 16 * e.MinCellMv }.Max();
        Require(l.DischargeVoltageMv == discharge, "voltage", $"discharge {l.DischargeVoltageMv} instead of {discharge} mV");
        var cap = n[ProfileField.Phases] != 0 && phase != ChargePhase.Float && n[ProfileField.ShownSocCapPermille] > 0 ? n[ProfileField.ShownSocCapPermille] : 1000;
        Require(l.ShownSocPermille == Math.Min(cap, s.SocPermille), "shown", $"{l.ShownSocPermille}");
    }

    /// <summary>
    /// The other half of safety: a healthy pack is used. After steady readings the agent trusts them, and once hold and rise are over
    /// it allows what the handbook allows, to the step.
    /// </summary>
    private void CheckLife(long passed, int readings)
    {
        if (readings < 8 || _emptySinceMs is not null) return; // a start takes twenty of them
        var (l, p, m) = (_agent.Limits, _agent.Slot.Active, _agent.Memory);
        var n = p.Number;
        Require(_agent.Freshness.State == ReadingState.Good, "life", $"{_agent.Freshness.State} after {readings} steady readings");
        var forbidden = m.Maintenance ? LimitReason.Maintenance : _agent.Handover ? LimitReason.Handover : _agent.CanState == CanPortState.BusOff ? LimitReason.BusOff
            : n[ProfileField.InverterSilentZero] != 0 && _inverter.Dialect.HearsInverter && _agent.Report.Inverter is LinkState.Silent or LinkState.Never or LinkState.NoPort ? LimitReason.InverterSilent
            : _inverter.SleepRequested && n[ProfileField.SleepPolicy] > 0 ? LimitReason.Sleep : LimitReason.None;
        if (forbidden != LimitReason.None)
        {
            Require(l.ChargeReason == forbidden && l.DischargeReason == forbidden, "reason", $"{l.ChargeReason} instead of {forbidden}");
            return;
        }

        if (passed < n[ProfileField.RiseHoldMs] + (130_000_000L / n[ProfileField.RiseMaPerS]) + 9000) return;
        if (n[ProfileField.StopChargeMv] > 0 || n[ProfileField.Phases] != 0 || p.NoCharge.Count > 0) return;
        var s = _agent.Snapshot;
        var charge = Math.Min(Oracle.Charge(s, p, _settings.Envelope), m.OverrideChargeMa / 100 * 100);
        var discharge = Math.Min(Oracle.Discharge(s, p, _settings.Envelope), m.OverrideDischargeMa / 100 * 100);
        if ((_chargeStop && n[ProfileField.StopChargeSocPermille] > 0) || (s.PackOvpMv <= 0 && n[ProfileField.ChargeMv] == 0)) charge = 0;
        if (_dischargeStop && n[ProfileField.StopDischargeSocPermille] > 0) discharge = 0;
        Require(l.ChargeLimitMa == charge, "life", $"charge {l.ChargeLimitMa} ({l.ChargeReason}) instead of {charge} after {passed} ms");
        Require(l.DischargeLimitMa == discharge, "life", $"discharge {l.DischargeLimitMa} ({l.DischargeReason}) instead of {discharge} after {passed} ms");
        Lived++;
    }

    /// <summary>Stops by SOC, followed with the handbook's words: stop at or above, go again below.</summary>
    private void CheckLatches(ChargeLimits l, int[] n)
    {
        var s = _agent.Snapshot;
        if (_state == ReadingState.Good && s.TakenAtMs == _now)
        {
            var (stop, restart) = (n[ProfileField.StopChargeSocPermille], n[ProfileField.RestartChargeSocPermille]);
            if (stop == 0 || s.SocPermille < restart) _chargeStop = false;
            if (stop > 0 && s.SocPermille >= stop) _chargeStop = true;
            (stop, restart) = (n[ProfileField.StopDischargeSocPermille], n[ProfileField.RestartDischargeSocPermille]);
            if (stop == 0 || s.SocPermille > restart) _dischargeStop = false;
            if (stop > 0 && s.SocPermille <= stop) _dischargeStop = true;
            // By voltage a level that is reached stops at once; its memory is the walk's business.
            if (n[ProfileField.StopChargeMv] > 0 && s.PackVoltageMv >= n[ProfileField.StopChargeMv]) Require(l.ChargeLimitMa == 0, "latch", "charging although stopped by voltage");
            if (n[ProfileField.StopDischargeMv] > 0 && s.PackVoltageMv <= n[ProfileField.StopDischargeMv]) Require(l.DischargeLimitMa == 0, "latch", "discharging although stopped by voltage");
        }

        if (_state != ReadingState.Good) return;
        if (_chargeStop && n[ProfileField.StopChargeSocPermille] > 0) Require(l.ChargeLimitMa == 0, "latch", "charging although stopped by SOC");
        if (_dischargeStop && n[ProfileField.StopDischargeSocPermille] > 0) Require(l.DischargeLimitMa == 0, "latch", "discharging although stopped by SOC");
    }

    private void CheckPace(long passed, int now, int[] n, ref int before, ref long fellMs, ref int heldMa, string what)
    {
        if (now > before)
        {
            var rate = n[ProfileField.RiseMaPerS];
            var most = (Math.Min(passed, 1000) + 10) * rate / 1000 + 100;
            Require(now - before <= most, "pace", $"{what} rose by {now - before} mA in {passed} ms at {rate} mA/s");
            var held = _now - fellMs;
            Require(held >= n[ProfileField.RiseHoldMs] || held < 0, "hold", $"{what} rises {held} ms after a fall");
            heldMa = Math.Max(heldMa, now);
        }
        else if (now < heldMa - RisePolicy.IgnoredMa - 100)
        {
            fellMs = _now;
            heldMa = now;
        }

        before = now;
    }

    private static void CheckChain(LimitChain chain, int limitMa, LimitReason reason)
    {
        var found = false;
        for (var i = 0; i < chain.Count; i++)
        {
            Require(chain.LimitMa[i] >= limitMa, "chain", $"a link of {chain.LimitMa[i]} mA below the limit {limitMa}");
            if (chain.Reason[i] is LimitReason.MosOff or LimitReason.BmsAlarm or LimitReason.SocStop or LimitReason.VoltageStop or LimitReason.TimeWindow or LimitReason.InvalidCell
                or LimitReason.SourceMissing or LimitReason.CellHeadroom or (>= LimitReason.NoReading and <= LimitReason.Implausible)
                or LimitReason.Maintenance or LimitReason.Handover or LimitReason.Sleep or LimitReason.BusOff or LimitReason.InverterSilent)
                Require(chain.LimitMa[i] == 0, "chain", $"{chain.Reason[i]} allows {chain.LimitMa[i]} mA");
            if (chain.Reason[i] == LimitReason.Rising) Require(chain.Number[i] == 0 && chain.Value[i] > limitMa, "chain", "a rise names its target");
            found |= chain.Reason[i] == reason && chain.LimitMa[i] / 100 * 100 == limitMa;
        }

        Require(found, "chain", $"{reason} {limitMa} mA is no link of the chain");
    }

    private static Profile[]? _profiles;

    private static Profile[] Profiles() => _profiles ??= MakeProfiles();

    private static Profile[] MakeProfiles()
    {
        Profile Make(string name, params (int Field, int Value)[] numbers)
        {
            var p = JkFleet.Limits.Profiles.OriginDefaults();
            p.Name = name;
            foreach (var (field, value) in numbers) p.Number[field] = value;
            return p;
        }

        var cells = Make("cells", (ProfileField.RiseHoldMs, 5000), (ProfileField.SleepPolicy, 1));
        foreach (var (mv, ma) in new[] { (3000, 90000), (3400, 60000), (3450, 7000), (3500, 0) }) cells.ChargeRamp[2].Add(mv, ma);
        foreach (var (mv, ma) in new[] { (2800, 0), (3000, 33333), (3100, 100000) }) cells.DischargeRamp[3].Add(mv, ma);
        foreach (var (mv, ma) in new[] { (2900, 80000), (3450, 21000) }) cells.ChargeRamp[1].Add(mv, ma);
        var heat = Make("heat", (ProfileField.BmsSharePermille, 900), (ProfileField.RiseMaPerS, 100000), (ProfileField.RiseHoldMs, 0));
        foreach (var (dc, ma) in new[] { (0, 0), (100, 77777), (400, 77777), (550, 0) }) { heat.ChargeRamp[4].Add(dc, ma); heat.DischargeRamp[4].Add(dc - 200, ma); }
        foreach (var (dc, ma) in new[] { (700, 90000), (900, 0) }) { heat.ChargeRamp[5].Add(dc, ma); heat.DischargeRamp[5].Add(dc, ma); }
        var night = Make("night", (ProfileField.ChargeMaxMa, 45000), (ProfileField.DischargeMaxMa, 12300), (ProfileField.UtcOffsetMin, 300));
        night.NoCharge.Count = 1;
        night.NoCharge.FromMin[0] = 1320;
        night.NoCharge.ToMin[0] = 360;
        var absurd = Make("absurd current");
        absurd.ChargeRamp[0].LimitMa[1] = 120001;
        var crooked = Make("absurd ramp");
        crooked.DischargeRamp[0].Scale[1] = crooked.DischargeRamp[0].Scale[0];
        return
        [
            Make("origin"), cells, heat, night,
            Make("stops", (ProfileField.StopChargeSocPermille, 950), (ProfileField.RestartChargeSocPermille, 800), (ProfileField.StopDischargeSocPermille, 80), (ProfileField.RestartDischargeSocPermille, 250), (ProfileField.RiseHoldMs, 1000)),
            Make("volts", (ProfileField.StopChargeMv, 55000), (ProfileField.RestartChargeMv, 53000), (ProfileField.StopDischargeMv, 44000), (ProfileField.RestartDischargeMv, 46000), (ProfileField.ChargeMv, 55200), (ProfileField.DischargeMv, 45000)),
            Make("phases", (ProfileField.Phases, 1), (ProfileField.AbsorptionMin, 1), (ProfileField.AbsorptionLimitMin, 2), (ProfileField.FloatMaxMa, 1500), (ProfileField.ShownSocCapPermille, 980), (ProfileField.CellMicroOhm, 300)),
            Make("quick", (ProfileField.RiseHoldMs, 0), (ProfileField.RiseMaPerS, 50000), (ProfileField.StaleMs, 5000), (ProfileField.StopMs, 15000), (ProfileField.GoodReadings, 5), (ProfileField.InverterSilentZero, 1), (ProfileField.SleepPolicy, 1)),
            Make("force", (ProfileField.ForceStartSocPermille, 150), (ProfileField.ForceStopSocPermille, 300), (ProfileField.FullChargeDays, 1)),
            absurd, crooked, Make("absurd pace", (ProfileField.RiseMaPerS, 99)), Make("absurd trust", (ProfileField.GoodReadings, 2)), Make("absurd age", (ProfileField.StaleMs, 30001)),
        ];
    }
}
