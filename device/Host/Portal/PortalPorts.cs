using System.Security.Cryptography;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Network;
using JkFleet.Agent.Ports;

namespace JkFleet.Agent.Host.Portal;

/// <summary>The system's generator.</summary>
internal sealed class SystemRandom : IRandomPort
{
    /// <inheritdoc/>
    public void Fill(byte[] buffer) => RandomNumberGenerator.Fill(buffer);
}

/// <summary>On a PC the network is not ours.</summary>
internal sealed class SystemWifi : IWifiPort
{
    /// <inheritdoc/>
    public bool Settable => false;

    /// <inheritdoc/>
    public bool Scanning => false;

    /// <inheritdoc/>
    public int Count => 0;

    /// <inheritdoc/>
    public ErrandState State => ErrandState.None;

    /// <inheritdoc/>
    public string Current => "";

    /// <inheritdoc/>
    public void Scan()
    {
        // Nothing that we could scan with.
    }

    /// <inheritdoc/>
    public string Ssid(int index) => "";

    /// <inheritdoc/>
    public int RssiDbm(int index) => 0;

    /// <inheritdoc/>
    public bool Join(string ssid, string password) => false;
}

/// <summary>Claims as <c>jkagent claim</c> does, in the background; the portal looks at the result.</summary>
internal sealed class BackgroundClaim(FileStore store, AgentIdentity identity) : IClaimPort, IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stop = new();
    private Result _result = new(ErrandState.None, "", "");

    /// <inheritdoc/>
    public ErrandState State => Volatile.Read(ref _result).State;

    /// <inheritdoc/>
    public string Reason => Volatile.Read(ref _result).Reason;

    /// <inheritdoc/>
    public string Why => Volatile.Read(ref _result).Why;

    /// <inheritdoc/>
    public string Device => Enrolment.Load(store)?.DeviceId ?? "";

    /// <inheritdoc/>
    public string Server => Enrolment.Load(store) is { } e ? e.Address.ToString() ?? "" : "";

    /// <inheritdoc/>
    public bool Begin(string server, string code)
    {
        if (State == ErrandState.Running) return false;
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address))
        {
            Volatile.Write(ref _result, new Result(ErrandState.Failed, ClaimFault.BadAddress, $"'{server}' is no web address"));
            return true;
        }

        Volatile.Write(ref _result, new Result(ErrandState.Running, "", ""));
        _ = Run(address, code);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
    }

    private async Task Run(Uri server, string code)
    {
        try
        {
            var claimed = await new Claiming(_http, server).ClaimAsync(code, store, identity, _stop.Token);
            Volatile.Write(ref _result, new Result(claimed.Enrolment is null ? ErrandState.Failed : ErrandState.Done, claimed.Reason, claimed.Why));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
        {
            Volatile.Write(ref _result, new Result(ErrandState.Failed, "", e.Message));
        }
    }

    private sealed record Result(ErrandState State, string Reason, string Why);
}
