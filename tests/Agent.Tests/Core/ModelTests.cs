using System.Diagnostics;
using CsCheck;
using JkFleet.Agent.Tests.Core.Model;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>
/// The promises of <see cref="World"/> over random and adversarial histories. A short slice always; JKFLEET_MODEL=N runs N
/// histories. A broken promise is shrunk to the shortest history that CsCheck finds and prints its seed.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private static readonly Gen<Op> Ops = Gen.Select(
        Gen.Frequency((3, Gen.Int[0, Op.Kinds - 1]), (1, Gen.Const((int)OpKind.Sunshine))), Gen.Int[0, 9999], Gen.Int[0, 9999],
        (kind, a, b) => new Op((OpKind)kind, a, b));

    [Fact]
    public void Every_promise_holds_over_any_history()
    {
        var histories = long.TryParse(Environment.GetEnvironmentVariable("JKFLEET_MODEL"), out var asked) && asked > 0 ? asked : 250;
        long steps = 0, events = 0, allowed = 0, lived = 0;
        var watch = Stopwatch.StartNew();
        Ops.Array[1, 120].Sample(ops =>
        {
            var world = new World(ops[0].A % 17 == 0 ? long.MaxValue - ops[0].B * 20L : ops[0].A, ops[0].B).Run(ops);
            Interlocked.Add(ref steps, world.Steps);
            Interlocked.Add(ref events, ops.Length);
            Interlocked.Add(ref allowed, world.Allowed);
            Interlocked.Add(ref lived, world.Lived);
        }, iter: histories);
        output.WriteLine($"model: {histories} histories, {events} happenings, {steps} checked steps ({allowed} with current allowed, {lived} times at the full height of the handbook) in {watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(allowed > steps / 20 && lived > histories / 10, "the model hardly ever lets current flow and proves little");
    }

    [Theory]
    [InlineData(nameof(Exhaustive.Freshness)), InlineData(nameof(Exhaustive.Latches)), InlineData(nameof(Exhaustive.RisePolicy)), InlineData(nameof(Exhaustive.ChargePhases))]
    [InlineData(nameof(Exhaustive.Rules)), InlineData(nameof(Exhaustive.Plausibility)), InlineData(nameof(Exhaustive.Engine)), InlineData(nameof(Exhaustive.Memory)), InlineData(nameof(Exhaustive.Start)), InlineData(nameof(Exhaustive.Steps)), InlineData(nameof(Exhaustive.News)), InlineData(nameof(Exhaustive.Commands)), InlineData(nameof(Exhaustive.Events)), InlineData(nameof(Exhaustive.Slot)), InlineData(nameof(Exhaustive.Between)), InlineData(nameof(Exhaustive.WholeProfile)), InlineData(nameof(Exhaustive.Windows)), InlineData(nameof(Exhaustive.Sleep))]
    public void Every_state_of_a_small_machine_is_what_its_words_say(string machine)
    {
        var cases = (long)typeof(Exhaustive).GetMethod(machine)!.Invoke(null, [])!;
        output.WriteLine($"{machine}: {cases} cases");
        Assert.True(cases > 20);
    }
}
