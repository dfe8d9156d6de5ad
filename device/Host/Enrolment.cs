using System.Text.Json;
using System.Text.Json.Serialization;
using JkFleet.Agent.Host.Ports;
using JkFleet.Contracts;

namespace JkFleet.Agent.Host;

/// <summary>What a claim gave this device: who it is, where its server listens, and its secret. Kept in the store.</summary>
internal sealed record Enrolment
{
    /// <summary>Name of the record.</summary>
    public const string Record = "enrolment";

    private static readonly JsonSerializerOptions Kept = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        WriteIndented = true,
    };

    /// <summary>As the server named it.</summary>
    public string DeviceId { get; init; } = "";

    /// <summary>Broker's host.</summary>
    public string MqttHost { get; init; } = "";

    /// <summary>Broker's port.</summary>
    public int MqttPort { get; init; }

    /// <summary>The broker speaks TLS.</summary>
    public bool MqttTls { get; init; }

    /// <summary>The device's own secret; never printed.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The same as a broker's address.</summary>
    [JsonIgnore]
    public ServerAddress Address => new(MqttHost, MqttPort, MqttTls, null);

    /// <summary>The same as an identity.</summary>
    [JsonIgnore]
    public DeviceIdentity Identity => new(DeviceId, Secret);

    /// <summary>Everything is there and makes sense.</summary>
    [JsonIgnore]
    public bool IsWhole => Topics.IsDeviceId(DeviceId) && MqttHost.Length > 0 && MqttPort is > 0 and < 65536 && Secret.Length > 0;

    /// <summary>Reads the enrolment of a store; null when it holds none.</summary>
    public static Enrolment? Load(FileStore store)
    {
        var text = store.ReadText(Record);
        if (text is null) return null;
        try
        {
            return JsonSerializer.Deserialize<Enrolment>(text, Kept) is { IsWhole: true } found ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Saves it durably.</summary>
    public bool Save(FileStore store) => store.WriteText(Record, JsonSerializer.Serialize(this, Kept));
}
