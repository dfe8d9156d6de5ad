// A server under test as a process of its own, so that its memory and processor time are its own too.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>A started process with a folder of its own; both are gone after dispose.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    private Child(Process process, DirectoryInfo folder)
    {
        _process = process;
        Folder = folder;
        process.OutputDataReceived += (_, e) => Remember(e.Data);
        process.ErrorDataReceived += (_, e) => Remember(e.Data);
    }

    public DirectoryInfo Folder { get; }

    /// <summary>Resident memory, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            foreach (var line in File.ReadLines($"/proc/{_process.Id}/status"))
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
            return 0;
        }
    }

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static Child Start(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment, DirectoryInfo? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("jkfleet-bench-");
        var info = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) info.Environment[name] = value;
        var child = new Child(Process.Start(info)!, folder);
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits until the question is answered with yes; fails early when the process is gone.</summary>
    public async Task UntilAsync(Func<Task<bool>> ready, TimeSpan patience)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await ready())
        {
            if (_process.HasExited) throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}:\n{LastLines()}");
            if (Stopwatch.GetElapsedTime(start) > patience) throw new TimeoutException($"{_process.StartInfo.FileName} is not ready:\n{LastLines()}");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until somebody listens on the port.</summary>
    public Task UntilListeningAsync(int port) => UntilAsync(
        async () =>
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(30));

    public string LastLines()
    {
        lock (_lastLines) return string.Join('\n', _lastLines);
    }

    /// <summary>Kills the process, keeps the folder.</summary>
    public void Kill()
    {
        if (_process.HasExited) return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(5000);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        // A second start in the same folder may have taken it along.
        if (Directory.Exists(Folder.FullName)) Folder.Delete(recursive: true);
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 40) _lastLines.Dequeue();
        }
    }
}
