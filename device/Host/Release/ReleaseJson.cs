using System.Text.Json.Serialization;

namespace JkFleet.Agent.Host.Release;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyFile))]
[JsonSerializable(typeof(ArtifactView))]
internal sealed partial class ReleaseJson : JsonSerializerContext;
