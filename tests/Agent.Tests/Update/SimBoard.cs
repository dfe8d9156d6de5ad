using JkFleet.Agent.Host.Release;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
using JkFleet.Contracts;

namespace JkFleet.Agent.Tests.Update;

/// <summary>The power failed: everything in memory is gone, what was durable stays.</summary>
internal sealed class PowerCut : Exception;

/// <summary>
/// A board with flash, a launcher and builds that behave by their first byte: 'G' is healthy, 'B' never sees the BMS,
/// 'I' loses the inverter, 'S' never reaches the server, 'C' crashes at start, 'X' cannot be loaded. Power can be cut at any durable step.
/// </summary>
internal sealed class SimBoard : IStore, IFirmwareSlots, IFirmwareSource
{
    public static readonly ReleaseKey Key = ReleaseKey.Create();

    public static readonly byte[] OldBuild = Build('G', 900);

    private readonly Dictionary<string, byte[]> _records = [];
    private readonly byte[]?[] _flash = [OldBuild, null];
    private int _writing;
    private int _at;
    private int _ops;

    /// <summary>Artifact that the server offers, and its version.</summary>
    public byte[] Offered { get; set; } = [];

    public string OfferedVersion { get; set; } = "2.0.0";

    /// <summary>Durable step at which the power fails, and how: 0 before it, 1 after it, 2 in the middle of it (slots only).</summary>
    public int CutAt { get; set; } = -1;

    public int CutHow { get; set; }

    public bool Cut { get; private set; }

    public int Breaks { get; set; }

    public List<UpdateState> States { get; } = [];

    public string Reason { get; private set; } = "";

    public int Boots { get; private set; }

    /// <summary>From when to when the BMS says nothing to a build on trial, ms after its start.</summary>
    public (int FromMs, int ToMs) BmsSilent { get; set; }

    /// <summary>How long each start ran until it wanted the next one, ms.</summary>
    public List<long> RanMs { get; } = [];

    public bool SafeMode { get; private set; }

    public int Running { get; private set; }

    public byte[]? Content => _flash[Running];

    public BootRecord Record => new BootPlan(this).Record;

    public int MostBytes { get; set; } = 100_000;

    public static byte[] Build(char kind, int bytes)
    {
        var build = new byte[bytes];
        for (var i = 0; i < bytes; i++) build[i] = (byte)(i * 31);
        build[0] = (byte)kind;
        return build;
    }

    public static byte[] Artifact(byte[] build, string version, string floor = "1.0.0") =>
        ReleaseArtifact.Sign(Key, build, new ReleaseRequest("jkagent", version, "pc") { MinVersion = floor });

    /// <summary>Boots and runs, again after every restart, until an agent has run half an hour without wanting one.</summary>
    public void Live()
    {
        for (Boots = 1; Boots < 40; Boots++)
        {
            try
            {
                if (Boot()) return;
            }
            catch (PowerCut)
            {
                _writing = -1;
            }
        }

        throw new InvalidOperationException("restarts without end");
    }

    private bool Boot()
    {
        var launcher = new BootPlan(this);
        var slot = launcher.Choose();
        while (slot != BootRecord.None && !Loadable(slot))
        {
            launcher.LoadFailed();
            slot = launcher.Choose();
        }

        SafeMode = slot == BootRecord.None;
        if (SafeMode) return true;
        Running = slot;
        var kind = (char)_flash[slot]![0];
        if (kind == 'C') return false;
        var isNew = slot != 0;
        var plan = new UpdatePlan(this, this, this, new FirmwareTarget { Board = "pc" }, [Key.Public], isNew ? OfferedVersion : "1.0.0");
        var health = new UpdateHealth { BmsSeen = kind != 'B', InverterAsBefore = kind != 'I', ServerReached = kind != 'S', HandedOver = true };
        var offer = new FirmwareOffer { Name = "jkagent", Version = OfferedVersion, Url = "http://server/artifact", Size = Offered.Length, Sha256 = "of " + OfferedVersion };
        var seen = 0;
        for (long now = 0; now < 1_800_000; now += 250)
        {
            if (isNew) health.BmsSeen = kind != 'B' && (now < BmsSilent.FromMs || now >= BmsSilent.ToMs);
            if (Offered.Length > 0) plan.Take(offer);
            plan.Step(now, 1_800_000_000_000, health);
            if (plan.Changes != seen) States.Add(plan.State);
            seen = plan.Changes;
            Reason = plan.Reason;
            if (!plan.RestartWanted) continue;
            RanMs.Add(now);
            return false;
        }

        return true;
    }

    private bool Loadable(int slot) => _flash[slot] is { } build && build[0] != (byte)'X' && build.AsSpan(1).SequenceEqual(Build('G', build.Length).AsSpan(1)) && build.Length >= 900;

    int IStore.Read(string name, byte[] buffer)
    {
        if (!_records.TryGetValue(name, out var record)) return -1;
        record.CopyTo(buffer, 0);
        return record.Length;
    }

    bool IStore.Write(string name, byte[] buffer, int count)
    {
        Durable(() => _records[name] = buffer[..count], half: null);
        return true;
    }

    bool IFirmwareSlots.Begin(int slot, int bytes)
    {
        Durable(() => _flash[slot] = [], half: null);
        _writing = slot;
        return bytes <= MostBytes;
    }

    bool IFirmwareSlots.Write(byte[] buffer, int offset, int count)
    {
        Durable(() => Append(buffer, offset, count), () => Append(buffer, offset, count / 2));
        return true;
    }

    bool IFirmwareSlots.Finish()
    {
        Durable(() => { }, half: null);
        return true;
    }

    void IFirmwareSource.Open(string url, int offset) => _at = offset;

    int IFirmwareSource.Read(byte[] buffer)
    {
        if (Breaks > 0 && _at > 600)
        {
            Breaks--;
            return -1;
        }

        var count = Math.Min(700, Offered.Length - _at);
        if (count <= 0) return -3;
        Offered.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    void IFirmwareSource.Close()
    {
    }

    private void Append(byte[] buffer, int offset, int count) => _flash[_writing] = [.. _flash[_writing]!, .. buffer[offset..(offset + count)]];

    private void Durable(Action action, Action? half)
    {
        if (_ops++ != CutAt)
        {
            action();
            return;
        }

        Cut = true;
        if (CutHow == 1) action();
        if (CutHow == 2) (half ?? action)();
        throw new PowerCut();
    }
}
