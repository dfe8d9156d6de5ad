using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Telemetry;
using JkFleet.Server.Tests.Fixtures;
using MQTTnet;
using Xunit;

namespace JkFleet.Server.Tests.Broker;

public sealed class TlsTests
{
  [Fact]
  public async Task With_a_certificate_devices_may_come_over_TLS_and_claims_send_them_there()
  {
    using var folder = new TestFolder();
    using var key = RSA.Create(2048);
    using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
      .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    await File.WriteAllTextAsync(folder.File("server.pem"), made.ExportCertificatePem());
    await File.WriteAllTextAsync(folder.File("server.key"), key.ExportPkcs8PrivateKeyPem());
    await using var server = await TestServer.Start(folder: folder, settings:
      ["--Broker:TlsPort", "0", "--Broker:CertificateFile", folder.File("server.pem"), "--Broker:CertificateKeyFile", folder.File("server.key")]);

    var site = await server.AddSite("Tls");
    var boss = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Rights.Claim, "3:*")], "test"));
    var code = (await server.Get<MakeClaimCode>().Run(boss, site.Id, 1, TimeSpan.FromHours(1), null, default)).Value.Text;
    using var browser = server.Browser();
    var claimed = await (await browser.PostAsJsonAsync("/api/v1/claims", new ClaimRequest(code, "esp32", "1", "a-key-of-the-board"))).Content.ReadFromJsonAsync<ClaimAnswer>();
    Assert.True(claimed!.MqttTls);
    Assert.NotEqual(server.MqttPort, claimed.MqttPort);

    using var client = new MqttClientFactory().CreateMqttClient();
    var answer = await client.ConnectAsync(new MqttClientOptionsBuilder()
      .WithTcpServer("127.0.0.1", claimed.MqttPort).WithClientId(claimed.DeviceId).WithCredentials(claimed.DeviceId, claimed.Secret)
      .WithKeepAlivePeriod(TimeSpan.FromSeconds(30)).WithTimeout(TimeSpan.FromSeconds(30))
      .WithTlsOptions(tls => tls.UseTls().WithCertificateValidationHandler(seen => seen.Certificate.GetCertHashString() == made.Thumbprint)).Build());
    Assert.Equal(MqttClientConnectResultCode.Success, answer.ResultCode);
    // The broker says it to the fleet just after it has said it to the device.
    await Eventually.True(() => server.Fleet.Find(claimed.DeviceId)!.Connection == Connection.Online, "the fleet sees it online");
  }
}
