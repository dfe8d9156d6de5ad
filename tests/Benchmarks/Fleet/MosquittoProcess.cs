namespace JkFleet.Benchmarks.Fleet;

/// <summary>The peer of the broker rows: a plain Mosquitto that stores nothing.</summary>
internal sealed class MosquittoProcess : IDisposable
{
    private readonly Child _child;

    private MosquittoProcess(Child child, int port)
    {
        _child = child;
        Port = port;
    }

    public int Port { get; }

    public Child Child => _child;

    /// <summary>Null, after saying so, where Mosquitto is not installed.</summary>
    public static async Task<MosquittoProcess?> TryStartAsync()
    {
        var program = new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists);
        if (program is null)
        {
            Console.WriteLine("left out: the peer (mosquitto is not installed)");
            return null;
        }

        var port = Child.FreePort();
        var folder = Directory.CreateTempSubdirectory("jkfleet-bench-");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "m.conf"),
            $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 100000\nlog_type none\n");
        var child = Child.Start(program, ["-c", "m.conf"], [], folder);
        await child.UntilListeningAsync(port);
        return new MosquittoProcess(child, port);
    }

    public void Dispose() => _child.Dispose();
}
