// Linux epoll, send and recv directly: .NET's own socket engine would cost the generator more than the broker is to get.
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>Waits for readable sockets of one thread.</summary>
internal sealed partial class Epoll : IDisposable
{
    private const int ControlAdd = 1;
    private const uint Readable = 1;
    private const int CloseOnExec = 0x80000;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataAt = Stride - 8;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _events;

    public Epoll(int mostEvents)
    {
        _handle = epoll_create1(CloseOnExec);
        if (_handle.IsInvalid) throw new Win32Exception(Marshal.GetLastPInvokeError());
        _events = new byte[mostEvents * Stride];
    }

    /// <summary>Watches a socket; <paramref name="index"/> comes back from <see cref="Index"/>.</summary>
    public void Add(int socket, int index)
    {
        var item = new byte[Stride];
        BitConverter.TryWriteBytes(item, Readable);
        BitConverter.TryWriteBytes(item.AsSpan(DataAt), (long)index);
        if (epoll_ctl(_handle, ControlAdd, socket, ref item[0]) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Number of sockets that are readable now.</summary>
    public int Wait(int timeoutMs) => Math.Max(0, epoll_wait(_handle, ref _events[0], _events.Length / Stride, timeoutMs));

    /// <summary>The index given to <see cref="Add"/> for the i-th readable socket.</summary>
    public int Index(int i) => BitConverter.ToInt32(_events, (i * Stride) + DataAt);

    public static int Send(int socket, byte[] buffer, int count) => (int)send(socket, ref buffer[0], count, NoSignal);

    public static int Receive(int socket, byte[] buffer) => (int)recv(socket, ref buffer[0], buffer.Length, DontWait);

    public void Dispose() => _handle.Dispose();

    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeFileHandle epoll, int operation, int socket, ref byte item);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeFileHandle epoll, ref byte events, int most, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, ref byte buffer, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, ref byte buffer, nint count, int flags);
}
