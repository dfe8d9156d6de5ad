using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace JkFleet.Agent.Tests.Host;

/// <summary>
/// A pair of terminals behind a stable name: the agent opens <see cref="Path"/> as if it were a USB adapter, the test
/// holds the other end. <see cref="Unplug"/> takes the device away as pulling a cable does, <see cref="Plug"/> brings it
/// back under the same name.
/// </summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoControl = 2 | 0x100; // O_RDWR | O_NOCTTY on Linux
    private readonly string _folder = Directory.CreateTempSubdirectory("jk-tty-").FullName;
    private readonly List<byte> _received = [];
    private readonly Lock _gate = new();
    private FileStream? _master;
    private SafeFileHandle? _peer;

    public PseudoTerminal() => Plug();

    /// <summary>Name to give to the agent.</summary>
    public string Path => System.IO.Path.Combine(_folder, "tty");

    /// <summary>Called with everything that the agent sends, on the reader thread.</summary>
    public Action<byte[]>? OnBytes { get; set; }

    /// <summary>Everything the agent sent since the last plug or <see cref="Forget"/>.</summary>
    public byte[] Received
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    public string ReceivedText => System.Text.Encoding.Latin1.GetString(Received);

    public void Forget()
    {
        lock (_gate) _received.Clear();
    }

    public void Plug()
    {
        var master = posix_openpt(ReadWriteNoControl);
        if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) throw new IOException("no pseudo-terminal");
        var name = Marshal.PtrToStringUTF8(ptsname(master))!;
        // Held open by us too: otherwise the master reads an error until the agent opens its end, and between openings.
        _peer = File.OpenHandle(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // No echo, no line editing, until the agent sets its own mode.
        var raw = new byte[256];
        if (tcgetattr(_peer, raw) != 0) throw new IOException("no terminal mode");
        cfmakeraw(raw);
        if (tcsetattr(_peer, 0, raw) != 0) throw new IOException("terminal mode not taken");
        _master = new FileStream(new SafeFileHandle(master, ownsHandle: true), FileAccess.ReadWrite, 0);
        Forget();
        File.CreateSymbolicLink(Path, name);
        var stream = _master;
        new Thread(() => Pump(stream)) { IsBackground = true, Name = "pty " + name }.Start();
    }

    public void Unplug()
    {
        File.Delete(Path);
        _peer?.Dispose();
        _master?.Dispose();
        _master = null;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var master = _master;
        if (master is null) return;
        try
        {
            master.Write(bytes);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The test pulled the cable in this moment.
        }
    }

    public void Write(string text) => Write(System.Text.Encoding.Latin1.GetBytes(text));

    public void Dispose()
    {
        Unplug();
        Directory.Delete(_folder, recursive: true);
    }

    private void Pump(FileStream stream)
    {
        var buffer = new byte[4096];
        try
        {
            int n;
            while ((n = stream.Read(buffer)) > 0)
            {
                var bytes = buffer.AsSpan(0, n).ToArray();
                lock (_gate) _received.AddRange(bytes);
                OnBytes?.Invoke(bytes);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Unplugged.
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int posix_openpt(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int grantpt(int fd);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlockpt(int fd);

    [DllImport("libc", SetLastError = true)]
    private static extern IntPtr ptsname(int fd);

    [DllImport("libc")]
    private static extern int tcgetattr(SafeFileHandle fd, byte[] mode);

    [DllImport("libc")]
    private static extern int tcsetattr(SafeFileHandle fd, int when, byte[] mode);

    [DllImport("libc")]
    private static extern void cfmakeraw(byte[] mode);
}
