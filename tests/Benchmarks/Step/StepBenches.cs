// The agent's hot path: a whole answer of the BMS in, checked reading, limits with reasons, CAN frames out.
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Harness;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;
using JkFleet.Limits;

namespace JkFleet.Benchmarks.Step;

internal static class StepBenches
{
    private const double GoalNs = 5000;

    public static IReadOnlyList<Bench> All { get; } =
    [
        new("step", options => Task.FromResult(Step(options))),
    ];

    private static IReadOnlyList<Row> Step(BenchOptions options)
    {
        var bms = new Jk4E57Protocol();
        var answer = new byte[BmsPlayers.MaxAnswer];
        var length = Jk4E57Samples.Answer(SamplePack.Snapshot(), answer);
        var request = new byte[64];
        var snapshot = new BmsSnapshot();
        var limits = new ChargeLimits();
        var profile = Profiles.OriginDefaults();
        var envelope = new Envelope();
        var inputs = new LimitInputs();
        var inverter = new PylonLv();
        var frame = new CanFrame();
        long now = 0, readings = 0, frames = 0;
        var cost = Pace.Of(options, _ =>
        {
            now += 1000;
            bms.NextRequest(now, request);
            bms.Receive(answer, 0, length, now);
            if (bms.TryTake(snapshot)) readings++;
            RampEngine.Decide(snapshot, profile, envelope, inputs, limits);
            inverter.Update(snapshot, limits);
            // The set is spaced out on the bus; its frames are taken as their time comes.
            for (var ms = 0; ms < 200; ms += 20)
                if (inverter.NextFrame(now + ms, frame)) frames++;
        });
        if (readings == 0 || frames < readings * 6 || limits.ChargeLimitMa == 0)
            throw new InvalidOperationException("the step did not do its work");
        return Pace.Rows("step", cost, GoalNs, $"{length} bytes in, {frames / readings} CAN frames out");
    }
}
