using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

/// <summary>A real Mosquitto of its own for one test: known users only, on a free port of the loopback.</summary>
internal sealed class Mosquitto : IDisposable
{
    private const string Binary = "/usr/sbin/mosquitto";
    private readonly string _folder = Directory.CreateTempSubdirectory("jk-mosquitto-").FullName;
    private readonly string _config;
    private Process? _process;

    public Mosquitto(bool tls = false, params (string User, string Secret)[] users)
    {
        if (!File.Exists(Binary))
        {
            Assert.False(
                string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase),
                "CI must have mosquitto installed (tests/run does that as root on Debian)");
            Assert.Skip("mosquitto is not installed; the MQTT link is not tried against a foreign broker");
        }

        Port = FreePort();
        var passwords = Path.Combine(_folder, "passwords");
        File.WriteAllText(passwords, "");
        foreach (var (user, secret) in users) Run("mosquitto_passwd", "-b", passwords, user, secret);
        _config = Path.Combine(_folder, "mosquitto.conf");
        File.WriteAllText(
            _config,
            $"""
            listener {Port} 127.0.0.1
            allow_anonymous false
            password_file {passwords}
            persistence false
            log_type none
            user root
            {(tls ? MakeCertificates() : "")}
            """);
        Start();
    }

    public int Port { get; }

    /// <summary>PEM of the authority that signed the broker's certificate.</summary>
    public string AuthorityFile => Path.Combine(_folder, "ca.pem");

    public void Start()
    {
        var start = new ProcessStartInfo(Binary) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(_config);
        _process = Process.Start(start)!;
        Wait.Until(
            () =>
            {
                if (_process.HasExited) Assert.Fail("mosquitto ended: " + _process.StandardError.ReadToEnd());
                try
                {
                    using var probe = new TcpClient();
                    probe.Connect(IPAddress.Loopback, Port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "mosquitto listens");
    }

    /// <summary>Ends the broker without a goodbye.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private string MakeCertificates()
    {
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=JkFleet test authority", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = caRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var broker = request.Create(ca, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), [1, 2, 3]);
        File.WriteAllText(AuthorityFile, ca.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "broker.pem"), broker.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "broker.key"), key.ExportPkcs8PrivateKeyPem());
        return $"certfile {_folder}/broker.pem\nkeyfile {_folder}/broker.key";
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {said}");
    }
}
