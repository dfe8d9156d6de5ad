using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography.X509Certificates;

namespace JkFleet.Server.Broker;

/// <summary>Section <c>Broker</c>: the embedded MQTT broker.</summary>
public sealed class BrokerOptions : IValidatableObject
{
  public const string Section = "Broker";

  /// <summary>Address to listen on; <c>*</c> = all.</summary>
  [Required]
  public string Address { get; set; } = "*";

  /// <summary>Port; 0 = any free one.</summary>
  [Range(0, 65535)]
  public int Port { get; set; } = 1883;

  /// <summary>Certificate for MQTT over TLS: a .pfx, or a PEM file; empty = no TLS. Over the open internet there should be one.</summary>
  public string CertificateFile { get; set; } = "";

  /// <summary>Private key of a PEM certificate; empty = it stands in the same file.</summary>
  public string CertificateKeyFile { get; set; } = "";

  /// <summary>Password of a .pfx.</summary>
  public string CertificatePassword { get; set; } = "";

  /// <summary>Port of MQTT over TLS when there is a certificate; 0 = any free one. Claims then hand out this one.</summary>
  [Range(0, 65535)]
  public int TlsPort { get; set; } = 8883;

  /// <summary>Host name that claims hand out to devices; empty = the one that the device reached the server by.</summary>
  public string PublicHost { get; set; } = "";

  /// <summary>Port that claims hand out; 0 = <see cref="Port"/>.</summary>
  [Range(0, 65535)]
  public int PublicPort { get; set; }

  /// <summary>Most connections at a time.</summary>
  [Range(1, 1_000_000)]
  public int MaxConnections { get; set; } = 20_000;

  /// <summary>Messages per second that one device may send in the long run; more is slowed down, not lost.</summary>
  [Range(1, 10_000)]
  public int MessagesPerSecond { get; set; } = 200;

  /// <summary>Messages that one device may send at once before it is slowed down.</summary>
  [Range(1, 100_000)]
  public int Burst { get; set; } = 1_000;

  /// <summary>Largest message, bytes. Longer ones are refused.</summary>
  [Range(1024, 65_536)]
  public int MaxMessageBytes { get; set; } = 8_192;

  /// <summary>Longest keep-alive that a device may ask for, seconds: how long its silence may go unnoticed, times 1.5.</summary>
  [Range(5, 3_600)]
  public int MaxKeepAliveSeconds { get; set; } = 300;

  /// <summary>Wrong secrets per minute after which one address is not listened to for the rest of it, per device id.</summary>
  [Range(3, 10_000)]
  public int WrongSecretsPerMinute { get; set; } = 10;

  /// <summary>Loads the certificate; null when there is none.</summary>
  public X509Certificate2? Certificate()
  {
    if (!File.Exists(CertificateFile)) return null;
    return Path.GetExtension(CertificateFile).Equals(".pfx", StringComparison.OrdinalIgnoreCase)
      ? X509CertificateLoader.LoadPkcs12FromFile(CertificateFile, CertificatePassword)
      : X509Certificate2.CreateFromPemFile(CertificateFile, CertificateKeyFile.Length > 0 ? CertificateKeyFile : null);
  }

  public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
  {
    if (Burst < MessagesPerSecond) yield return new ValidationResult("Broker:Burst is at least Broker:MessagesPerSecond.");
    if (CertificateFile.Length > 0 && !File.Exists(CertificateFile)) yield return new ValidationResult($"Broker:CertificateFile: there is no file {CertificateFile}.");
    if (CertificateKeyFile.Length > 0 && !File.Exists(CertificateKeyFile)) yield return new ValidationResult($"Broker:CertificateKeyFile: there is no file {CertificateKeyFile}.");
    if (Address is not ("*" or "localhost") && !System.Net.IPAddress.TryParse(Address, out _))
      yield return new ValidationResult("Broker:Address is *, localhost or an IP address.");
  }
}
