using JkFleet.Agent.Update;

namespace JkFleet.Agent.Host.Updates;

/// <summary>The two places for builds of an agent on a PC, and what lies in them.</summary>
internal interface IBuildSlots : IFirmwareSlots
{
    /// <summary>The build in a slot; empty for the program as installed.</summary>
    /// <param name="slot">0 or 1.</param>
    byte[] Content(int slot);
}

/// <summary>Slots as files in the store's folder.</summary>
internal sealed class FileSlots(string folder) : IBuildSlots, IDisposable
{
    private FileStream? _writing;

    /// <inheritdoc/>
    public int MostBytes => 16 * 1024 * 1024;

    /// <inheritdoc/>
    public bool Begin(int slot, int bytes)
    {
        _writing?.Dispose();
        _writing = null;
        return Try(() => _writing = new FileStream(PathOf(slot), FileMode.Create, FileAccess.Write));
    }

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int offset, int count) => Try(() => _writing!.Write(buffer, offset, count));

    /// <inheritdoc/>
    public bool Finish()
    {
        var done = Try(() => _writing!.Flush(flushToDisk: true));
        Dispose();
        return done;
    }

    /// <inheritdoc/>
    public byte[] Content(int slot) => File.Exists(PathOf(slot)) ? File.ReadAllBytes(PathOf(slot)) : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing?.Dispose();
        _writing = null;
    }

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(int slot) => Path.Combine(folder, $"slot-{slot}");
}

/// <summary>Slots of a simulated agent without a folder.</summary>
internal sealed class MemorySlots : IBuildSlots
{
    private readonly byte[][] _slots = [[], []];
    private int _slot;
    private int _at;

    /// <inheritdoc/>
    public int MostBytes => 2 * 1024 * 1024;

    /// <inheritdoc/>
    public bool Begin(int slot, int bytes)
    {
        if (bytes > MostBytes) return false;
        _slot = slot;
        _slots[slot] = new byte[bytes];
        _at = 0;
        return true;
    }

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int offset, int count)
    {
        if (_at + count > _slots[_slot].Length) return false;
        Array.Copy(buffer, offset, _slots[_slot], _at, count);
        _at += count;
        return true;
    }

    /// <inheritdoc/>
    public bool Finish() => _at == _slots[_slot].Length;

    /// <inheritdoc/>
    public byte[] Content(int slot) => _slots[slot];
}
