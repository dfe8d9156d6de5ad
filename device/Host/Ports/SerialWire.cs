using System.IO.Ports;
using JkFleet.Agent.Host.Supervision;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// A serial device that may be pulled and plugged again: keeps it open, moves its bytes on threads of its own through
/// bounded rings, so that the control loop never waits for a driver and no frame waits for a thread pool that is busy
/// with something else. Works on a pseudo-terminal as well as on a USB adapter.
/// </summary>
internal sealed class SerialWire : IDisposable
{
    private const int InBytes = 16 * 1024;
    private const int OutBytes = 8 * 1024;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(300);

    private readonly string _path;
    private readonly int _baud;
    private readonly Journal _journal;
    private readonly ByteRing _in = new(InBytes);
    private readonly ByteRing _out = new(OutBytes);
    private readonly SemaphoreSlim _toSend = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _looked = new();
    private readonly Thread _keeper;
    private volatile bool _present;
    private long _bytesQueued;
    private long _bytesGiven;
    private int _openings;

    /// <summary>
    /// Looks for the device at once; it need not exist yet. The first look is waited for, or the first question to a BMS would be
    /// lost and its answer waited for: a second in which an inverter hears nothing after a restart.
    /// </summary>
    /// <param name="path">E.g. <c>/dev/ttyUSB0</c>, <c>/dev/pts/3</c> or <c>COM4</c>.</param>
    /// <param name="baud">Bits per second; 8N1.</param>
    /// <param name="journal">Hears about loss and return.</param>
    public SerialWire(string path, int baud, Journal journal)
    {
        _path = path;
        _baud = baud;
        _journal = journal;
        _keeper = new Thread(KeepOpen) { Name = "wire " + path, IsBackground = true };
        _keeper.Start();
        _looked.Wait(FirstLook); // a driver that hangs holds nobody up for long
    }

    /// <summary>The device is open now.</summary>
    public bool Present => _present;

    /// <summary>Counts the successful openings, so that a protocol above can greet the adapter again.</summary>
    public int Openings => Volatile.Read(ref _openings);

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

    /// <summary>Waits until the driver has everything that was queued, as long as the adapter takes bytes at all.</summary>
    public void Drain() => SpinWait.SpinUntil(() => !_present || Interlocked.Read(ref _bytesQueued) == Interlocked.Read(ref _bytesGiven), WriteDeadline);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        // A driver that hangs keeps its thread and the token; the process goes on.
        if (!_keeper.Join(WriteDeadline + LookAgain)) return;
        _stop.Dispose();
        _looked.Dispose();
    }

    private void KeepOpen()
    {
        var stop = _stop.Token;
        do
        {
            using var port = TryOpen();
            if (port is null)
            {
                _looked.Set();
                continue;
            }

            _in.Clear();
            _out.Clear();
            Interlocked.Exchange(ref _bytesGiven, Interlocked.Read(ref _bytesQueued));
            Interlocked.Increment(ref _openings);
            _present = true;
            _looked.Set();
            _journal.Say(_path, $"open at {_baud} baud");
            string why;
            // The stream before its port: the port flushes first, and waits for ever for a write that came just behind the end of the wire.
            using (var stream = port.BaseStream) why = Use(stream, stop);
            _present = false;
            if (stop.IsCancellationRequested) return;
            _journal.Say(_path, $"lost ({why}); plug the adapter in again, it is tried every {LookAgain.TotalMilliseconds:0} ms");
        }
        while (!stop.WaitHandle.WaitOne(LookAgain));
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
    private string Use(Stream stream, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        string? sendingBroke = null;
        var sender = new Thread(() =>
        {
            sendingBroke = Send(stream, over.Token);
            over.Cancel();
        }) { Name = "to " + _path, IsBackground = true };
        sender.Start();
        var why = Receive(stream, over.Token);
        over.Cancel();
        sender.Join();
        return why ?? sendingBroke ?? "stopped";
    }

    /// <returns>What broke; null when <paramref name="over"/> ended it.</returns>
    private string? Receive(Stream stream, CancellationToken over)
    {
        var buffer = new byte[1024];
        try
        {
            var pending = stream.ReadAsync(buffer, 0, buffer.Length, over);
            while (true)
            {
                if (!pending.Wait(LookAgain.Milliseconds, over))
                {
                    if (IsGone()) return "device node is gone";
                    continue;
                }

                var n = pending.Result;
                if (n == 0) return "end of stream";
                _in.Add(buffer.AsSpan(0, n));
                pending = stream.ReadAsync(buffer, 0, buffer.Length, over);
            }
        }
        catch (Exception e) when (Broken(e) is { } cause)
        {
            return cause is OperationCanceledException ? null : cause.Message;
        }
    }

    /// <inheritdoc cref="Receive"/>
    private string? Send(Stream stream, CancellationToken over)
    {
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                _toSend.Wait(over);
                int n;
                while ((n = _out.Take(buffer)) > 0)
                {
                    if (!stream.WriteAsync(buffer, 0, n, over).Wait(WriteDeadline, over)) return "the adapter takes no bytes";
                    Interlocked.Add(ref _bytesGiven, n);
                }
            }
        }
        catch (Exception e) when (Broken(e) is { } cause)
        {
            return cause is OperationCanceledException ? null : cause.Message;
        }
    }

    // A Unix device that was pulled can go on "reading" without data or error: its missing node is the only sign.
    private bool IsGone() => !OperatingSystem.IsWindows() && !File.Exists(_path);

    /// <returns>What the driver or the cancellation said, or null for a fault of ours.</returns>
    private static Exception? Broken(Exception e) => e switch
    {
        AggregateException { InnerException: { } inner } => Broken(inner),
        IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or UnauthorizedAccessException => e,
        _ => null,
    };
}
