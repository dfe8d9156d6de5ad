namespace JkFleet.Agent.Host.Supervision;

/// <summary>
/// What the agent says to the person who started it: one line per event on standard error, with what, where and what
/// to do. The same line is not repeated more than once a minute, because a missing adapter is tried every second.
/// </summary>
internal sealed class Journal(TextWriter output, TimeProvider time)
{
    private const int RememberedLines = 256;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, DateTimeOffset> _said = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Standard error and the real clock.</summary>
    public Journal()
        : this(Console.Error, TimeProvider.System)
    {
    }

    /// <summary>Writes one line.</summary>
    /// <param name="where">Port, link or loop that speaks.</param>
    /// <param name="what">What happened and, when something is wrong, what to do.</param>
    public void Say(string where, string what)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var line = $"{where}: {what}";
            if (_said.TryGetValue(line, out var last) && now - last < Quiet) return;
            if (_said.Count >= RememberedLines) _said.Clear();
            _said[line] = now;
            output.WriteLine($"{now:yyyy-MM-dd'T'HH:mm:ss'Z'} {line}");
        }
    }
}
