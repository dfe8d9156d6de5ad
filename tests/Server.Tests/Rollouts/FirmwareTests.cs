// Builds on their way in and out: what does not verify is refused with its reason and leaves nothing behind; a link is
// good for one device, one file and a short time.
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using JkFleet.Server.Accounts;
using JkFleet.Server.Devices;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Tests.Chaos;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

public sealed class FirmwareTests(FirmwareTests.Bench bench) : IClassFixture<FirmwareTests.Bench>
{
  [Fact]
  public async Task What_does_not_verify_is_refused_with_its_reason_and_leaves_nothing()
  {
    var server = bench.Server;
    using var everywhere = await server.SignIn((Role.Operator, null));
    var good = await bench.Sign("3.0.0", bench.Key);
    var before = Directory.Exists(bench.Firmware) ? Directory.GetFiles(bench.Firmware) : [];
    await Refused(await File.ReadAllBytesAsync(bench.Folder.File("build")), "(not_firmware)");
    await Refused([], "(truncated)");
    await Refused(good[..^1], "(truncated)");
    await Refused([.. good, 0], "(trailing_bytes)");
    for (var at = 0; at < good.Length; at += Math.Max(1, good.Length / 40))
    {
      var changed = (byte[])good.Clone();
      changed[at] ^= 1;
      await Refused(changed, "The file was refused: ");
    }

    await Refused(await bench.Sign("3.0.0", bench.OtherKey), "is signed with a key that is not pinned on this server (wrong_key)");
    await Refused(await bench.Sign("3.0.1", bench.Key, "--expires", "2020-01-01"), "(expired)");
    Assert.Equal(before.Order(), (Directory.Exists(bench.Firmware) ? Directory.GetFiles(bench.Firmware) : []).Order());
    foreach (var who in new[] { (Role.Operator, (int?)1), (Role.Installer, null) })
    {
      using var person = await server.SignIn(who);
      Assert.False((await Upload(person, good)).IsSuccessStatusCode);
    }

    Assert.Equal(HttpStatusCode.OK, (await Upload(everywhere, good)).StatusCode);
    Assert.Equal(HttpStatusCode.OK, (await Upload(everywhere, good)).StatusCode);
    await Refused(await bench.Sign("3.0.0", bench.Key, content: "another build under the same version"), "a version is given once");
    Assert.Equal(before.Length + 1, Directory.GetFiles(bench.Firmware).Length);
    await using var db = server.Db();
    Assert.Equal(1, await db.Artifacts.CountAsync(a => a.Version == "3.0.0"));
    Assert.Equal(1, await db.Activities.CountAsync(a => a.Action == "artifact.uploaded" && a.After!.Contains("3.0.0")));

    async Task Refused(byte[] file, string why)
    {
      var answer = await Upload(everywhere, file);
      Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
      Assert.Contains(why, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!, StringComparison.Ordinal);
    }
  }

  [Fact]
  public async Task A_link_is_good_for_one_device_one_file_and_a_short_time()
  {
    var server = bench.Server;
    using var person = await server.SignIn((Role.Operator, null));
    var file = await bench.Sign("4.0.0", bench.Key);
    var sha256 = (string)(await (await Upload(person, file)).Content.ReadFromJsonAsync<JsonNode>())!["sha256"]!;
    var link = server.Get<FirmwareLinks>().For("dev-0002", sha256);
    using var http = new HttpClient();
    Assert.Equal(file, await http.GetByteArrayAsync(link));
    using var rest = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { Range = new RangeHeaderValue(10, null) } };
    var part = await http.SendAsync(rest);
    Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
    Assert.Equal(file[10..], await part.Content.ReadAsByteArrayAsync());

    var forged = link[..^1] + (link[^1] == 'A' ? 'B' : 'A');
    foreach (var wrong in new[] { forged, server.Get<FirmwareLinks>().For("dev-0002", new string('0', 64)), server.Get<FirmwareLinks>().For("nobody", sha256), new Uri(server.Web, "/api/v1/firmware/x").ToString() })
      Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(wrong)).StatusCode);
    var over = new FirmwareLinks(new EphemeralDataProtectionProvider(), Options.Create(new FirmwareOptions { LinkMinutes = 0, PublicUrl = "http://x" }), new WebAddresses());
    Assert.Null(over.Read(over.For("dev-0002", sha256).Split('/')[^1]));
    var boss = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity([new(Rights.Claim, "3:*")], "test"));
    Assert.True((await server.Get<RevokeDevice>().Run(boss, "dev-0002", revoked: true, "stolen", default)).Done);
    Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(link)).StatusCode);
  }

  [Fact]
  public async Task A_server_without_a_pinned_key_takes_nothing()
  {
    await using var server = await TestServer.Start(1);
    using var person = await server.SignIn((Role.Operator, null));
    var answer = await Upload(person, await bench.Sign("5.0.0", bench.Key));
    Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    Assert.Contains("no release key is pinned", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
  }

  private static Task<HttpResponseMessage> Upload(HttpClient person, byte[] file) => person.PostAsync("/api/v1/artifacts?name=agent.jkfw", new ByteArrayContent(file));

  /// <summary>A server with one pinned key, and two keys to sign with.</summary>
  public sealed class Bench : IAsyncLifetime
  {
    private readonly TestFolder _data = new();
    private int _builds;

    public TestFolder Folder { get; } = new();
    public TestServer Server { get; private set; } = null!;
    public string Key => Folder.File("ours");
    public string OtherKey => Folder.File("theirs");
    public string Firmware => _data.File("firmware");

    public async ValueTask InitializeAsync()
    {
      await Run("release", "keygen", "--out", Key);
      await Run("release", "keygen", "--out", OtherKey);
      await File.WriteAllTextAsync(Folder.File("build"), new string('x', 3000));
      Server = await TestServer.Start(3, _data, "--Firmware:Keys:0", Path.Combine(Key, "release.pub"));
    }

    public async ValueTask DisposeAsync()
    {
      await Server.DisposeAsync();
      _data.Dispose();
      Folder.Dispose();
    }

    public async Task<byte[]> Sign(string version, string key, string? option = null, string? value = null, string content = "a build of three thousand bytes or less")
    {
      var n = Interlocked.Increment(ref _builds);
      await File.WriteAllTextAsync(Folder.File($"{n}.bin"), content);
      string[] more = option is null ? [] : [option, value!];
      await Run(["release", "sign", "--key", Path.Combine(key, "release.key"), "--version", version, "--board", "sim", .. more, Folder.File($"{n}.bin"), "--out", Folder.File($"{n}.jkfw")]);
      return await File.ReadAllBytesAsync(Folder.File($"{n}.jkfw"));
    }

    private static async Task Run(params string[] arguments)
    {
      using var process = Process.Start(new ProcessStartInfo(ServerChild.Program("device/Host", "jkagent"), arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
      var error = await process.StandardError.ReadToEndAsync();
      await process.WaitForExitAsync();
      Assert.True(process.ExitCode == 0, error);
    }
  }
}
