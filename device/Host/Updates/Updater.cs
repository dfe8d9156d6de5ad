using JkFleet.Agent.Host.Release;
using JkFleet.Agent.Judgement;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host.Updates;

/// <summary>
/// Ties the agent's update plan to its control loop. Two sides that share nothing but single values: <see cref="AfterTick"/>
/// belongs to the control thread, <see cref="Work"/> to the one that may wait for a disk.
/// </summary>
internal sealed class Updater : IDisposable
{
    // An inverter must not lose a pack that carries a load: the current has to be low, but not for ever.
    private const int LowCurrentMa = 2000;
    private const long HandoverMs = 60_000;

    // Pieces of a download per call: a board does one, a PC need not be so careful.
    private const int PiecesPerWork = 64;
    private const string HeardBeforeRecord = "inverter-heard";

    private readonly AgentLoop _loop;
    private readonly IServerLink _link;
    private readonly IStore _store;
    private readonly HttpFirmwareSource _source = new(HttpFirmwareSource.Shared);
    private readonly UpdatePlan _plan;
    private readonly UpdateHealth _health = new();
    private readonly bool _inverterHeardBefore;
    private readonly HandoverGap _gap;
    private int _offersSeen;
    private int _told = -1;
    private long _handoverSinceMs = -1;
    private FirmwareOffer? _offer;
    private News _news;

    /// <summary>Takes up what the launcher decided.</summary>
    /// <param name="loop">The agent.</param>
    /// <param name="link">Its way to the server.</param>
    /// <param name="store">Holds the launcher's record.</param>
    /// <param name="slots">Hold the builds.</param>
    /// <param name="keys">Pinned release keys; without one every offer is refused.</param>
    /// <param name="build">The build that runs.</param>
    /// <param name="trialMs">How long a new build must be healthy.</param>
    public Updater(AgentLoop loop, IServerLink link, IStore store, IBuildSlots slots, byte[][] keys, Build build, int trialMs = UpdatePlan.DefaultTrialMs)
    {
        _loop = loop;
        _link = link;
        _store = store;
        _inverterHeardBefore = HeardByte() == 1;
        _gap = new HandoverGap(store);
        _plan = new UpdatePlan(store, _source, slots, new FirmwareTarget { Board = loop.Agent.Settings.Board }, keys, build.Version) { TrialMs = trialMs };
        _news = Now();
    }

    /// <summary>A transfer is under way.</summary>
    public bool Downloading => Volatile.Read(ref _news).State == UpdateState.Downloading;

    /// <summary>Everything is stored: start anew.</summary>
    public bool RestartWanted => Volatile.Read(ref _news).Restart;

    /// <summary>Control thread, behind each tick: says how the agent is, takes offers over, tells the server.</summary>
    /// <param name="nowMs">Clock of the update's own times.</param>
    /// <param name="utcMs">Wall clock; 0 = unknown.</param>
    public void AfterTick(long nowMs, long utcMs)
    {
        var agent = _loop.Agent;
        var news = Volatile.Read(ref _news);
        _health.BmsSeen = agent.Freshness.State == ReadingState.Good;
        _health.InverterAsBefore = agent.Report.Inverter == LinkState.Ok || !_inverterHeardBefore;
        _health.ServerReached = _link.Connected;
        if (_gap.IsOpen && _gap.Step(_loop.NowMs, utcMs, agent.Report.CanSent > 0) is var gap and >= 0) agent.Events.Add(_loop.NowMs, EventKind.HandoverGap, gap);
        if (news.Handover)
        {
            if (_handoverSinceMs < 0) _handoverSinceMs = nowMs;
            agent.Handover = true;
            var low = Math.Abs(agent.Snapshot.CurrentMa) <= LowCurrentMa && agent.Limits.ChargeLimitMa == 0 && agent.Limits.DischargeLimitMa == 0;
            _health.HandedOver = low || nowMs - _handoverSinceMs >= HandoverMs;
        }
        else if (_handoverSinceMs >= 0 && !news.Restart)
        {
            _handoverSinceMs = -1;
            agent.Handover = false;
            _health.HandedOver = false;
        }

        if (agent.Slot.OfferChanges != _offersSeen)
        {
            _offersSeen = agent.Slot.OfferChanges;
            var o = agent.Slot.Offer;
            Volatile.Write(ref _offer, new FirmwareOffer { Name = o.Name, Version = o.Version, Url = o.Url, Size = o.Size, Sha256 = o.Sha256 });
        }

        if (news.Changes == _told && news.Permille / 100 == _loop.Post.Reported.UpdatePermille / 100) return;
        _told = news.Changes;
        var reported = _loop.Post.Reported;
        reported.Update = news.State;
        reported.UpdateVersion = news.Version;
        reported.UpdatePermille = news.Permille;
        reported.UpdateReason = news.Reason;
        _loop.Post.ReportAgain();
    }

    /// <summary>Worker: the next pieces of the update.</summary>
    /// <param name="nowMs">Clock of the update's own times.</param>
    /// <param name="utcMs">Wall clock; 0 = unknown.</param>
    public void Work(long nowMs, long utcMs)
    {
        if (Interlocked.Exchange(ref _offer, null) is { } offer)
        {
            if (offer.Url.Length > 0) _plan.Take(offer);
            else _plan.Withdraw();
        }

        for (var i = 0; i < PiecesPerWork; i++)
        {
            _plan.Step(nowMs, utcMs, _health);
            if (_plan.State != UpdateState.Downloading) break;
        }

        _gap.Work();
        var news = Now();
        if (news == _news) return;
        // What "as before" means for the next build is decided by this one.
        if (news.State == UpdateState.Switching && _news.State != UpdateState.Switching)
            _store.Write(HeardBeforeRecord, [(byte)(_loop.Agent.Report.Inverter == LinkState.Ok ? 1 : 0)], 1);
        Volatile.Write(ref _news, news);
    }

    /// <summary>The last thing before a planned restart, so that the next run can say how long the inverter heard nothing.</summary>
    public void Leave() => HandoverGap.Leave(_store, _loop.LastSentUtcMs);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private int HeardByte()
    {
        var one = new byte[1];
        return _store.Read(HeardBeforeRecord, one) == 1 ? one[0] : 0;
    }

    private News Now() => new(_plan.Changes, _plan.State, _plan.Version, _plan.Permille, _plan.Reason, _plan.HandoverWanted, _plan.RestartWanted);

    private sealed record News(int Changes, UpdateState State, string Version, int Permille, string Reason, bool Handover, bool Restart);
}

/// <summary>The pinned release keys, from files made by <c>jkagent release keygen</c>.</summary>
internal static class PinnedKeys
{
    /// <summary>Reads the given files and every <c>*.pub</c> of the store.</summary>
    /// <param name="files">From the command line.</param>
    /// <param name="storeFolder">Folder of the store, or null.</param>
    /// <exception cref="ReleaseException">Not a public release key.</exception>
    public static byte[][] Load(IEnumerable<string> files, string? storeFolder) =>
        [.. files.Concat(storeFolder is not null && Directory.Exists(storeFolder) ? Directory.EnumerateFiles(storeFolder, "*.pub") : []).Select(ReleaseKey.LoadPublic)];
}
