using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class SerialPortTests
{
    private readonly Transcript _said = new();

    private string Said => _said.ToString();

    private Journal Journal => new(_said, TimeProvider.System);

    [Fact]
    public void Bytes_pass_both_ways_unchanged()
    {
        using var tty = new PseudoTerminal();
        using var port = new SerialBmsPort(tty.Path, 115200, Journal);
        var everyByte = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        Wait.Until(() => port.Write(everyByte, everyByte.Length), "port open");
        Wait.Until(() => tty.Received.Length == 256, "all bytes at the other end");
        Assert.Equal(everyByte, tty.Received);

        tty.Write(everyByte);
        Assert.Equal(everyByte, ReadAll(port, 256));
    }

    [Fact]
    public void Pulled_adapter_reads_absent_and_works_again_when_it_returns()
    {
        using var tty = new PseudoTerminal();
        using var port = new SerialBmsPort(tty.Path, 115200, Journal);
        Wait.Until(() => port.Write([1], 1), "port open");

        tty.Unplug();
        Wait.Until(() => port.Read(new byte[8]) == -1, "absence seen");
        Assert.False(port.Write([2], 1));

        tty.Plug();
        Wait.Until(() => port.Write([3], 1), "port open again");
        Wait.Until(() => tty.Received.Length > 0, "byte at the other end");
        Assert.Equal([3], tty.Received);
        tty.Write([4, 5]);
        Assert.Equal([4, 5], ReadAll(port, 2));
        Wait.Until(() => Said.Contains("lost", StringComparison.Ordinal), "loss said");
    }

    [Fact]
    public void An_adapter_pulled_in_the_middle_of_writing_comes_back_every_time()
    {
        using var tty = new PseudoTerminal();
        using var port = new SerialBmsPort(tty.Path, 115200, Journal);
        var over = false;
        var writer = new Thread(() =>
        {
            while (!Volatile.Read(ref over)) port.Write([1, 2, 3, 4], 4);
        }) { IsBackground = true };
        writer.Start();
        try
        {
            for (var pull = 1; pull <= 12; pull++)
            {
                Wait.Until(() => tty.Received.Length > 0, $"bytes before pull {pull}");
                tty.Unplug();
                tty.Plug();
            }

            Wait.Until(() => tty.Received.Length > 0, "bytes after the last pull");
        }
        finally
        {
            Volatile.Write(ref over, true);
            writer.Join();
        }
    }

    [Fact]
    public void Missing_adapter_is_named_with_what_to_do()
    {
        using var port = new SerialBmsPort("/dev/tty-that-is-not-there", 115200, Journal);
        Wait.Until(() => Said.Contains("plugged in", StringComparison.Ordinal), "a line for the person");
        Assert.Equal(-1, port.Read(new byte[8]));
    }

    [Fact]
    public void Nobody_reading_costs_bytes_but_never_memory()
    {
        var ring = new ByteRing(8);
        ring.Add([1, 2, 3, 4, 5, 6]);
        ring.Add([7, 8, 9, 10]);
        Assert.Equal(2, ring.Dropped);
        Assert.False(ring.TryAddWhole([11]));
        var got = new byte[16];
        Assert.Equal(8, ring.Take(got));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], got[..8]);
        Assert.True(ring.TryAddWhole([11, 12]));
        Assert.Equal(2, ring.Take(got));
    }

    private static byte[] ReadAll(SerialBmsPort port, int count)
    {
        var got = new List<byte>();
        var buffer = new byte[64];
        Wait.Until(
            () =>
            {
                var n = port.Read(buffer);
                if (n > 0) got.AddRange(buffer[..n]);
                return got.Count >= count;
            },
            $"{count} bytes");
        return [.. got];
    }
}
