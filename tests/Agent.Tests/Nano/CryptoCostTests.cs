using System.Security.Cryptography;
using JkFleet.Agent.Host.Release;
using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>What cryptography costs on the board, counted and not guessed: IL instructions of the very assembly that the device runs.</summary>
public sealed class CryptoCostTests
{
    // An ESP32 at 240 MHz with nanoCLR: between one and two million simple instructions a second; we reckon with the slower.
    private const double PerSecond = 1_000_000;

    private const int StepBudget = 40;

    [Fact]
    public void Verifying_a_signature_is_counted_and_cut_into_short_steps()
    {
        using var machine = new IlMachine(Path.Combine(NanoFolder.Shadows, "JkFleet.Crypto.dll"));
        var key = ReleaseKey.Create();
        var message = new byte[300];
        RandomNumberGenerator.Fill(message);
        var verify = machine.New("Ed25519Verify");
        var made = machine.Executed;
        machine.Call(verify, "Begin", key.Public, message, 0, message.Length, key.Sign(message), 0);
        var begun = machine.Executed - made;

        var longest = 0L;
        var steps = 0;
        bool done;
        do
        {
            var before = machine.Executed;
            done = machine.Call(verify, "Step", StepBudget).Number != 0;
            longest = Math.Max(longest, machine.Executed - before);
            steps++;
        }
        while (!done);

        Assert.Equal(1, machine.Call(verify, "get_Verdict").Number);
        var whole = machine.Executed - made;
        var multiplications = machine.Call(verify, "get_Multiplications").Number;
        Console.WriteLine($"Ed25519: {whole:N0} IL instructions, {multiplications:N0} field multiplications; about {whole / PerSecond:F1} s at {PerSecond / 1e6:F0} M/s; "
            + $"begin {begun:N0}, longest of {steps} steps with a budget of {StepBudget}: {longest:N0} ({longest / PerSecond * 1000:F0} ms)");
        Assert.InRange(whole, 1_000_000, 4_000_000);
        Assert.InRange(longest, 1, 100_000);
    }

    [Fact]
    public void Hashing_is_counted_per_kilobyte()
    {
        using var machine = new IlMachine(Path.Combine(NanoFolder.Shadows, "JkFleet.Crypto.dll"));
        var data = new byte[4096];
        RandomNumberGenerator.Fill(data);
        var digest = new byte[32];
        var sha = machine.New("Sha256");
        var before = machine.Executed;
        machine.Call(sha, "Update", data, 0, data.Length);
        var perKilobyte = (machine.Executed - before) / 4;
        machine.Call(sha, "Finish", digest, 0);
        Assert.Equal(SHA256.HashData(data), digest);
        Console.WriteLine($"SHA-256: {perKilobyte:N0} IL instructions per KB, about {perKilobyte / PerSecond * 1000:F0} ms; 48 KB in {48 * perKilobyte / PerSecond:F1} s");
        Assert.InRange(perKilobyte, 10_000, 250_000);
    }
}
