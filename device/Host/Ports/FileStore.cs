using System.Runtime.InteropServices;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Ports;

/// <summary>
/// The agent's memory on a PC: one file per record in one folder. A record is written beside the old one, flushed to
/// the disk and renamed over it, so a power cut leaves the old or the new one.
/// </summary>
internal sealed partial class FileStore : IStore
{
    private readonly string _folder;

    /// <summary>Uses a folder, which is made for this user alone when it is missing: it will hold the device's secret.</summary>
    public FileStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_folder);
        else Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The folder, absolute.</summary>
    public string Folder => _folder;

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer)
    {
        try
        {
            using var file = File.OpenRead(PathOf(name));
            if (file.Length > buffer.Length) return -1;
            return file.ReadAtLeast(buffer, (int)file.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    /// <inheritdoc/>
    public bool Write(string name, byte[] buffer, int count)
    {
        var path = PathOf(name);
        var fresh = path + ".new";
        try
        {
            var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(fresh, how))
            {
                file.Write(buffer, 0, count);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
            FlushFolder();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a record as text; null when it is absent.</summary>
    public string? ReadText(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : null;

    /// <summary>Writes a record as text, durably.</summary>
    public bool WriteText(string name, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return Write(name, bytes, bytes.Length);
    }

    private string PathOf(string name)
    {
        if (name.Length is 0 or > 16 || name.Any(c => c is not ((>= 'a' and <= 'z') or '-')))
            throw new ArgumentException($"'{name}' is no record name (a-z and '-', up to 16)", nameof(name));
        return Path.Combine(_folder, name);
    }

    // The rename itself is only durable when the folder is: without this a cut can bring the old record back, which is
    // allowed, but also lose a first record that was reported as written, which is not.
    private void FlushFolder()
    {
        if (!OperatingSystem.IsLinux()) return;
        var handle = Open(_folder, 0);
        if (handle < 0) return;
        _ = FlushToDisk(handle);
        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FlushToDisk(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
