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
        var firmware = new CountedFirmware("JkFleet.Crypto");
        var key = ReleaseKey.Create();
        var message = new byte[300];
        RandomNumberGenerator.Fill(message);
        dynamic verify = firmware.New("JkFleet.Crypto.Ed25519Verify");
        var made = firmware.Executed;
        verify.Begin(key.Public, message, 0, message.Length, key.Sign(message), 0);
        var begun = firmware.Executed - made;

        var longest = 0L;
        var steps = 0;
        bool done;
        do
        {
            var before = firmware.Executed;
            done = verify.Step(StepBudget);
            longest = Math.Max(longest, firmware.Executed - before);
            steps++;
        }
        while (!done);

        Assert.Equal("Valid", verify.Verdict.ToString());
        var whole = firmware.Executed - made;
        int multiplications = verify.Multiplications;
        Console.WriteLine($"Ed25519: {whole:N0} IL instructions, {multiplications:N0} field multiplications; about {whole / PerSecond:F1} s at {PerSecond / 1e6:F0} M/s; "
            + $"begin {begun:N0}, longest of {steps} steps with a budget of {StepBudget}: {longest:N0} ({longest / PerSecond * 1000:F0} ms)");
        Assert.InRange(whole, 1_000_000, 4_000_000);
        Assert.InRange(longest, 1, 100_000);
    }

    [Fact]
    public void Hashing_is_counted_per_kilobyte()
    {
        var firmware = new CountedFirmware("JkFleet.Crypto");
        var data = new byte[4096];
        RandomNumberGenerator.Fill(data);
        var digest = new byte[32];
        dynamic sha = firmware.New("JkFleet.Crypto.Sha256");
        var before = firmware.Executed;
        sha.Update(data, 0, data.Length);
        var perKilobyte = (firmware.Executed - before) / 4;
        sha.Finish(digest, 0);
        Assert.Equal(SHA256.HashData(data), digest);
        Console.WriteLine($"SHA-256: {perKilobyte:N0} IL instructions per KB, about {perKilobyte / PerSecond * 1000:F0} ms; 48 KB in {48 * perKilobyte / PerSecond:F1} s");
        Assert.InRange(perKilobyte, 10_000, 250_000);
    }
}
