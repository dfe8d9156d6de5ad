namespace JkFleet.Server.Rollouts;

/// <summary>One signed agent build that the server may hand out. Its bytes lie in <see cref="ArtifactFiles"/>, named by their hash.</summary>
public sealed class Artifact
{
  public int Id { get; set; }

  /// <summary>File name as uploaded, for people.</summary>
  public required string Name { get; set; }

  /// <summary>Version in the signed manifest.</summary>
  public required string Version { get; set; }
  public required string Board { get; set; }

  /// <summary>Contract version that the build speaks.</summary>
  public int Contract { get; set; }

  /// <summary>SHA-256 of the whole signed file, lower-case hex.</summary>
  public required string Sha256 { get; set; }

  /// <summary>Of the whole signed file, bytes.</summary>
  public long Size { get; set; }

  /// <summary>Anti-rollback floor that a device takes over with this build; "" = none.</summary>
  public string MinVersion { get; set; } = "";

  /// <summary>After this moment no device accepts it; null = never.</summary>
  public DateTimeOffset? ExpiresAt { get; set; }

  /// <summary>Fingerprint of the pinned public key that verified it.</summary>
  public required string KeyId { get; set; }
  public required string UploadedBy { get; set; }
  public DateTimeOffset UploadedAt { get; set; }

  /// <summary>No new rollout may use it; running ones go on.</summary>
  public DateTimeOffset? RetiredAt { get; set; }
}
