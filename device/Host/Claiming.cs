using System.Net.Http.Headers;
using System.Security.Cryptography;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Network;
using Answered = JkFleet.Agent.Network.Enrolment;

namespace JkFleet.Agent.Host;

/// <summary>What came of a claim.</summary>
/// <param name="Enrolment">What the device is now; null when it failed.</param>
/// <param name="Reason">Why it failed, as a stable name for machines; "" when there is none.</param>
/// <param name="Why">Why it failed, in words for a person; "" when it did not.</param>
internal sealed record Claimed(Enrolment? Enrolment, string Reason, string Why);

/// <summary>Exchanges a claim code for an identity. Asking again with the same store meets the same device: the key of the board is saved before it asks.</summary>
internal sealed class Claiming(HttpClient http, Uri server)
{
    private const string KeyRecord = "claim-key";
    private const int KeyBytes = 24;

    // A desired state comes with the enrolment; the largest profile is far below this.
    private const int MaxAnswer = 64 * 1024;

    /// <summary>Claims for the board that owns the store.</summary>
    /// <param name="code">As shown by the server; case, spaces and dashes do not matter.</param>
    /// <param name="store">Keeps the key and the enrolment.</param>
    /// <param name="identity">What runs there.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<Claimed> ClaimAsync(string code, FileStore store, AgentIdentity identity, CancellationToken stop)
    {
        var key = store.ReadText(KeyRecord);
        if (key is null)
        {
            key = NewKey();
            if (!store.WriteText(KeyRecord, key)) return Failed(ClaimFault.Store, $"the store {store.Folder} cannot be written");
        }

        var claimed = await AskAsync(code, key, identity, stop);
        if (claimed.Enrolment is null || claimed.Enrolment.Save(store)) return claimed;
        return Failed(ClaimFault.Store, $"the store {store.Folder} cannot be written; free space and claim again with the same store");
    }

    /// <summary>Claims without keeping anything: for simulated devices that live in memory.</summary>
    public Task<Claimed> ClaimAsync(string code, AgentIdentity identity, CancellationToken stop) => AskAsync(code, NewKey(), identity, stop);

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));

    private static Claimed Failed(string reason, string why) => new(null, reason, why);

    private async Task<Claimed> AskAsync(string code, string key, AgentIdentity identity, CancellationToken stop)
    {
        var exchange = new ClaimExchange();
        var request = new byte[ClaimExchange.MaxRequest];
        var length = exchange.WriteRequest(request, code, identity.Board, identity.Version, key);
        if (length == 0) return Failed(Contracts.ClaimRefusalNames.Of(Contracts.ClaimRefusal.WrongCode), "the claim code is too long");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(http.Timeout); // the client's own ends with the headers
        try
        {
            using var body = new ByteArrayContent(request, 0, length) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var asked = new HttpRequestMessage(HttpMethod.Post, new Uri(server, ClaimExchange.Path[1..])) { Content = body };
            using var answer = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var bytes = new byte[MaxAnswer];
            await using var stream = await answer.Content.ReadAsStreamAsync(patience.Token);
            var count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, patience.Token);
            var found = new Answered();
            return exchange.TryRead((int)answer.StatusCode, bytes, count, found)
                ? new(new Enrolment { DeviceId = found.DeviceId, MqttHost = found.MqttHost, MqttPort = found.MqttPort, MqttTls = found.MqttTls, Secret = found.Secret }, "", "")
                : Failed(exchange.Reason, exchange.Why);
        }
        catch (HttpRequestException e)
        {
            return Failed(e.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => ClaimFault.UnknownHost,
                HttpRequestError.SecureConnectionError => ClaimFault.Untrusted,
                _ => ClaimFault.Unreachable,
            }, $"{server} cannot be reached: {e.Message}");
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Failed(ClaimFault.NoAnswer, $"{server} did not answer in time");
        }
    }
}
