namespace JkFleet.Agent.Tests.Core.Model;

/// <summary>What can happen to an agent. The numbers are what a generator draws and what a failure prints.</summary>
public enum OpKind
{
    Wait, Reading, Sunshine, Soc, Cell, Cells, Temperature, Alarm, Mos, BmsCeiling, Contradict, Silence, ClockBack, ClockForward,
    Push, Command, Bus, Inverter, PowerCut, Handover, WallClock, Current,
}

/// <summary>One happening.</summary>
/// <param name="Kind">What.</param>
/// <param name="A">First number, 0..9999.</param>
/// <param name="B">Second number, 0..9999.</param>
public readonly record struct Op(OpKind Kind, int A, int B)
{
    public static int Kinds { get; } = Enum.GetValues<OpKind>().Length;

    public static Op Random(System.Random random)
    {
        // Long good weather is drawn more often: most rules only bite while current flows.
        var kind = random.Next(4) == 0 ? OpKind.Sunshine : (OpKind)random.Next(Kinds);
        return new(kind, random.Next(10_000), random.Next(10_000));
    }
}

/// <summary>A promise of the core that did not hold.</summary>
public sealed class InvariantBroken(string invariant, string detail) : Exception($"{invariant}: {detail}")
{
    public string Invariant { get; } = invariant;
}
