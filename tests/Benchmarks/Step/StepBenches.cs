// The agent's hot path: a whole answer of the BMS in, checked reading, limits with reasons, CAN frames out.
using JkFleet.Agent;
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Harness;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Benchmarks.Step;

internal static class StepBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("step", options => Task.FromResult(Step(options, "step", Profiles.OriginDefaults(), goalNs: 5000))),
        new("step_full", options => Task.FromResult(Step(options, "step_full", Everything(), goalNs: 10_000))),
        new("agent_state", _ => Task.FromResult(State())),
    ];

    /// <summary>One second in the life of an agent: reading, decision, the whole set of frames, the next question.</summary>
    private static IReadOnlyList<Row> Step(BenchOptions options, string name, Profile profile, double goalNs)
    {
        var agent = NewAgent();
        profile.CopyTo(agent.Slot.Active);
        var answer = new byte[BmsPlayers.MaxAnswer];
        var pack = SamplePack.Snapshot();
        var length = Jk4E57Samples.Answer(pack, answer);
        var request = new byte[64];
        var frame = new CanFrame();
        var sign = new CanFrame();
        sign.Reset(0x305, false, 8);
        long now = 0, steps = 0, frames = 0;
        var cost = Pace.Of(options, _ =>
        {
            now += 1000;
            steps++;
            agent.NextRequest(now, request);
            agent.BmsBytes(answer, 0, length, now + 30);
            agent.InverterFrame(sign, now + 30);
            agent.Step(now + 30, 1_795_000_000_000 + now);
            // The set is spaced out on the bus; its frames are taken as their time comes.
            for (var ms = 30; ms < 200; ms += 10)
                if (agent.NextFrame(now + ms, frame)) frames++;
        });
        if (agent.Report.BmsFrames < steps || frames < steps * 5 || agent.Limits.ChargeLimitMa == 0)
            throw new InvalidOperationException($"the step did not do its work: {agent.Report.BmsFrames} readings, {frames} frames of {steps} steps, {agent.Limits.ChargeReason}");
        return Pace.Rows(name, cost, goalNs, $"{length} bytes in, {frames / steps} CAN frames out, {agent.Limits.ChargeChain.Count + agent.Limits.DischargeChain.Count} ceilings");
    }

    private static IReadOnlyList<Row> State()
    {
        const int Count = 500;
        var agents = new Agent.Agent[Count];
        NewAgent();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++) agents[i] = NewAgent();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        GC.KeepAlive(agents);
        return [new Row("agent_state_bytes", bytes, "B", null, Better.Lower) { Note = "64-bit .NET, both protocols, profile, buffers" }];
    }

    private static Agent.Agent NewAgent() => new(new AgentSettings { Board = "bench" }, new Jk4E57Protocol(), new PylonLv());

    /// <summary>Every ramp full, every opt-in on, and still a charge allowed for the sample pack.</summary>
    private static Profile Everything()
    {
        var p = Profiles.OriginDefaults();
        var n = p.Number;
        n[ProfileField.ChargeMaxMa] = 120_000;
        n[ProfileField.DischargeMaxMa] = 120_000;
        n[ProfileField.BmsSharePermille] = 900;
        n[ProfileField.StopChargeSocPermille] = 990;
        n[ProfileField.RestartChargeSocPermille] = 950;
        n[ProfileField.StopDischargeSocPermille] = 100;
        n[ProfileField.RestartDischargeSocPermille] = 150;
        n[ProfileField.Phases] = 1;
        n[ProfileField.CellMicroOhm] = 500;
        n[ProfileField.ForceStartSocPermille] = 50;
        n[ProfileField.ForceStopSocPermille] = 100;
        n[ProfileField.FullChargeDays] = 14;
        n[ProfileField.InverterSilentZero] = 1;
        Fill(p.ChargeRamp, RampSource.SocPermille, 0, 66, 90_000, -2_000);
        Fill(p.ChargeRamp, RampSource.CellMeanMv, 3000, 40, 95_000, -2_000);
        Fill(p.ChargeRamp, RampSource.CellMaxMv, 3000, 40, 95_000, -2_000);
        Fill(p.ChargeRamp, RampSource.CellMinMv, 2500, 60, 20_000, 4_000);
        Fill(p.ChargeRamp, RampSource.CellTempDeciC, 0, 30, 10_000, 6_000);
        Fill(p.ChargeRamp, RampSource.MosTempDeciC, 0, 60, 100_000, -2_000);
        foreach (var source in Enum.GetValues<RampSource>())
            p.ChargeRamp[(int)source].CopyTo(p.DischargeRamp[(int)source]);
        for (var i = 0; i < Profile.MaxWindows; i++)
        {
            p.NoCharge.FromMin[i] = p.NoDischarge.FromMin[i] = 1430 + i;
            p.NoCharge.ToMin[i] = p.NoDischarge.ToMin[i] = 1431 + i;
        }

        p.NoCharge.Count = p.NoDischarge.Count = Profile.MaxWindows;
        return p;
    }

    private static void Fill(RampRule[] ramps, RampSource source, int from, int step, int limitMa, int change)
    {
        var ramp = ramps[(int)source];
        ramp.Count = 0;
        for (var i = 0; i < RampRule.MaxPoints; i++) ramp.Add(from + (i * step), limitMa + (i * change));
    }
}
