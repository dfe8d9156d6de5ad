using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using JkFleet.Agent.Host.Ports;

namespace JkFleet.Agent.Host;

/// <summary>Exchanges a claim code for an identity. Asking again with the same store meets the same device: the key of the board is saved before it asks.</summary>
internal sealed class Claiming(HttpClient http, Uri server)
{
    private const string KeyRecord = "claim-key";
    private const int KeyBytes = 24;

    /// <summary>Claims for the board that owns the store.</summary>
    /// <param name="code">As shown by the server; case, spaces and dashes do not matter.</param>
    /// <param name="store">Keeps the key and the enrolment.</param>
    /// <param name="identity">What runs there.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The enrolment, or null with the reason.</returns>
    public async Task<(Enrolment? Enrolment, string Wrong)> ClaimAsync(string code, FileStore store, AgentIdentity identity, CancellationToken stop)
    {
        var key = store.ReadText(KeyRecord);
        if (key is null)
        {
            key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
            if (!store.WriteText(KeyRecord, key)) return (null, $"the store {store.Folder} cannot be written");
        }

        var (enrolment, wrong) = await AskAsync(code, key, identity, stop);
        if (enrolment is null) return (null, wrong);
        return enrolment.Save(store) ? (enrolment, "") : (null, $"the store {store.Folder} cannot be written; free space and claim again with the same store");
    }

    /// <summary>Claims without keeping anything: for simulated devices that live in memory.</summary>
    public Task<(Enrolment? Enrolment, string Wrong)> ClaimAsync(string code, AgentIdentity identity, CancellationToken stop) =>
        AskAsync(code, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)), identity, stop);

    private async Task<(Enrolment? Enrolment, string Wrong)> AskAsync(string code, string key, AgentIdentity identity, CancellationToken stop)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(
                new Uri(server, "api/v1/claims"),
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["code"] = code, ["board"] = identity.Board, ["agent"] = identity.Version, ["device_key"] = key,
                },
                stop);
            if (answer.IsSuccessStatusCode)
            {
                var enrolment = await answer.Content.ReadFromJsonAsync<Enrolment>(Enrolment.Wire, stop);
                return enrolment is { IsWhole: true } ? (enrolment, "") : (null, $"{server} answered something that is no enrolment; is it a JkFleet server of this version?");
            }

            return (null, await WhyAsync(answer, stop));
        }
        catch (HttpRequestException e)
        {
            return (null, $"{server} cannot be reached: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, $"{server} answered something that is no enrolment; is this the address of a JkFleet server?");
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"{server} did not answer in time");
        }
    }

    private static async Task<string> WhyAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop);
        try
        {
            using var problem = JsonDocument.Parse(text);
            foreach (var name in new[] { "detail", "title" })
                if (problem.RootElement.TryGetProperty(name, out var said) && said.GetString() is { Length: > 0 } why) return why;
        }
        catch (JsonException)
        {
            // Not from JkFleet: a proxy, or another server.
        }

        return answer.StatusCode == HttpStatusCode.TooManyRequests
            ? "the server asks for patience (too many claims); try again in a minute"
            : $"the server refused with {(int)answer.StatusCode} {answer.ReasonPhrase}";
    }
}
