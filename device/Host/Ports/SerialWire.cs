using System.IO.Ports;
using JkFleet.Agent.Host.Supervision;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// A serial device that may be pulled and plugged again: keeps it open, moves its bytes on its own tasks through bounded
/// rings, so that the control loop never waits for a driver. Works on a pseudo-terminal as well as on a USB adapter.
/// </summary>
internal sealed class SerialWire : IDisposable
{
    private const int InBytes = 16 * 1024;
    private const int OutBytes = 8 * 1024;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly int _baud;
    private readonly Journal _journal;
    private readonly ByteRing _in = new(InBytes);
    private readonly ByteRing _out = new(OutBytes);
    private readonly SemaphoreSlim _toSend = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private volatile bool _present;
    private long _bytesQueued;
    private long _bytesGiven;
    private int _openings;

    /// <summary>Starts to look for the device at once; it need not exist yet.</summary>
    /// <param name="path">E.g. <c>/dev/ttyUSB0</c>, <c>/dev/pts/3</c> or <c>COM4</c>.</param>
    /// <param name="baud">Bits per second; 8N1.</param>
    /// <param name="journal">Hears about loss and return.</param>
    public SerialWire(string path, int baud, Journal journal)
    {
        _path = path;
        _baud = baud;
        _journal = journal;
        _work = Task.Run(() => KeepOpenAsync(_stop.Token));
    }

    /// <summary>The device is open now.</summary>
    public bool Present => _present;

    /// <summary>Counts the successful openings, so that a protocol above can greet the adapter again.</summary>
    public int Openings => Volatile.Read(ref _openings);

    /// <summary>Everything handed over was given to the driver.</summary>
    public bool Idle => Interlocked.Read(ref _bytesQueued) == Interlocked.Read(ref _bytesGiven);

    /// <summary>Takes received bytes; 0 = none.</summary>
    public int Read(Span<byte> into) => _in.Take(into);

    /// <summary>Queues bytes for sending, all or none.</summary>
    public bool Write(ReadOnlySpan<byte> bytes)
    {
        if (!_present || !_out.TryAddWhole(bytes)) return false;
        Interlocked.Add(ref _bytesQueued, bytes.Length);
        _toSend.Release();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _work.Wait(TimeSpan.FromSeconds(3));
        _stop.Dispose();
    }

    private async Task KeepOpenAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var port = TryOpen();
            if (port is not null)
            {
                _in.Clear();
                _out.Clear();
                Interlocked.Exchange(ref _bytesGiven, Interlocked.Read(ref _bytesQueued));
                Interlocked.Increment(ref _openings);
                _present = true;
                _journal.Say(_path, $"open at {_baud} baud");
                var why = await UseAsync(port.BaseStream, stop);
                _present = false;
                if (stop.IsCancellationRequested) return;
                _journal.Say(_path, $"lost ({why}); plug the adapter in again, it is tried every {LookAgain.TotalMilliseconds:0} ms");
            }

            await Task.Delay(LookAgain, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private SerialPort? TryOpen()
    {
        if (IsGone())
        {
            // The runtime would call it a denied access.
            _journal.Say(_path, "there is no such device; is the adapter plugged in and the name right?");
            return null;
        }

        var port = new SerialPort(_path, _baud, Parity.None, 8, StopBits.One);
        try
        {
            port.Open();
            return port;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            port.Dispose();
            _journal.Say(_path, e is UnauthorizedAccessException
                ? "no permission or in use by another program; add this user to the group that owns it (often dialout)"
                : $"cannot be opened ({e.Message}); is the adapter plugged in and the name right?");
            return null;
        }
    }

    /// <summary>Both directions until one of them breaks; says why.</summary>
    private async Task<string> UseAsync(Stream stream, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReceiveAsync(stream, over.Token);
        var sending = SendAsync(stream, over.Token);
        var first = await Task.WhenAny(reading, sending);
        await over.CancelAsync();
        var why = await first;
        // The other direction ends by the cancellation; a driver that hangs is left to the disposal of its port.
        await Task.WhenAny(Task.WhenAll(reading, sending), Task.Delay(WriteDeadline, CancellationToken.None));
        return why;
    }

    private async Task<string> ReceiveAsync(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[1024];
        Task<int>? pending = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                pending ??= stream.ReadAsync(buffer, stop).AsTask();
                await Task.WhenAny(pending, Task.Delay(LookAgain, stop));
                if (pending.IsCompleted)
                {
                    var n = await pending;
                    pending = null;
                    if (n == 0) return "end of stream";
                    _in.Add(buffer.AsSpan(0, n));
                }
                else if (IsGone()) return "device node is gone";
            }

            return "stopped";
        }
        catch (Exception e) when (IsBroken(e))
        {
            return e.Message;
        }
    }

    private async Task<string> SendAsync(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                await _toSend.WaitAsync(stop);
                int n;
                while ((n = _out.Take(buffer)) > 0)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, n), stop).AsTask().WaitAsync(WriteDeadline, stop);
                    Interlocked.Add(ref _bytesGiven, n);
                }
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
            return e is TimeoutException ? "the adapter takes no bytes" : e.Message;
        }
    }

    // A Unix device that was pulled can go on "reading" without data or error: its missing node is the only sign.
    private bool IsGone() => !OperatingSystem.IsWindows() && !File.Exists(_path);

    private static bool IsBroken(Exception e) =>
        e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or TimeoutException
            or UnauthorizedAccessException;
}
