using System.Threading.Channels;

namespace JkFleet.Agent.Host.Supervision;

/// <summary>
/// What the agent says to the person who started it: one line per event on standard error, with what, where and what
/// to do. The same line is not repeated more than once a minute, because a missing adapter is tried every second.
/// A thread of its own writes: a blocked terminal must not hold the control loop.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int RememberedLines = 256;
    private const int WaitingLines = 1024;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(WaitingLines) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Dictionary<string, DateTimeOffset> _said = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Task _writer;

    /// <summary>Standard error and the real clock.</summary>
    public Journal()
        : this(Console.Error, TimeProvider.System)
    {
    }

    /// <summary>Another place or clock.</summary>
    public Journal(TextWriter output, TimeProvider time)
    {
        _time = time;
        _writer = Task.Factory.StartNew(() => WriteAll(output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Nobody listens: for the many agents of a simulation, whose sum is told instead.</summary>
    public static Journal Silent { get; } = new(TextWriter.Null, TimeProvider.System) { _deaf = true };

    private bool _deaf;

    /// <summary>Writes one line, soon.</summary>
    /// <param name="where">Port, link or loop that speaks.</param>
    /// <param name="what">What happened and, when something is wrong, what to do.</param>
    public void Say(string where, string what)
    {
        if (_deaf) return;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var line = $"{where}: {what}";
            if (_said.TryGetValue(line, out var last) && now - last < Quiet) return;
            if (_said.Count >= RememberedLines) _said.Clear();
            _said[line] = now;
            _lines.Writer.TryWrite($"{now:yyyy-MM-dd'T'HH:mm:ss'Z'} {line}");
        }
    }

    /// <summary>Writes what waits and ends.</summary>
    public void Dispose()
    {
        if (_deaf) return;
        _lines.Writer.TryComplete();
        _writer.Wait(TimeSpan.FromSeconds(2));
    }

    private void WriteAll(TextWriter output)
    {
        while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_lines.Reader.TryRead(out var line)) output.WriteLine(line);
            output.Flush();
        }
    }
}
