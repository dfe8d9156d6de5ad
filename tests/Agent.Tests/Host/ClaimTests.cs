using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host;
using JkFleet.Agent.Host.Ports;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public sealed class ClaimTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jk-claim-").FullName;

    [Fact]
    public async Task Claim_gives_a_store_that_knows_everything()
    {
        JsonNode? asked = null;
        using var web = new OneFileServer(c =>
        {
            asked = JsonNode.Parse(new StreamReader(c.Request.InputStream).ReadToEnd());
            Answer(c, 200, """{"device_id":"jk-abc","mqtt_host":"broker.local","mqtt_port":1883,"mqtt_tls":true,"secret":"s3cret","desired":{"v":1,"version":1},"new_field":1}""");
        });
        var store = new FileStore(_folder);
        var claimed = await Claim(web, store);
        Assert.Equal(("", ""), (claimed.Reason, claimed.Why));
        Assert.Equal("jk-abc", claimed.Enrolment!.DeviceId);
        Assert.Equal("ABCD-EFGH", asked!["code"]!.GetValue<string>());
        Assert.InRange(asked["device_key"]!.GetValue<string>().Length, 16, 128);

        var kept = Enrolment.Load(new FileStore(_folder))!;
        Assert.Equal("mqtts://broker.local:1883", kept.Address.ToString());
        Assert.Equal(new DeviceIdentity("jk-abc", "s3cret"), kept.Identity);
        Assert.DoesNotContain("s3cret", kept.Identity.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_try_of_the_same_board_shows_the_same_key()
    {
        var keys = new List<string>();
        using var web = new OneFileServer(c =>
        {
            keys.Add(JsonNode.Parse(new StreamReader(c.Request.InputStream).ReadToEnd())!["device_key"]!.GetValue<string>());
            if (keys.Count == 1) c.Response.Abort();
            else Answer(c, 200, """{"device_id":"jk-abc","mqtt_host":"h","mqtt_port":1883,"mqtt_tls":false,"secret":"x"}""");
        });
        var store = new FileStore(_folder);
        var lost = await Claim(web, store);
        Assert.Null(lost.Enrolment);
        Assert.NotEqual("", lost.Why);
        Assert.NotNull((await Claim(web, store)).Enrolment);
        Assert.Equal(keys[0], keys[1]);
    }

    [Theory]
    [InlineData(403, """{"title":"Forbidden","detail":"This code is not valid.","refusal":"wrong_code"}""", "wrong_code", "This code is not valid.")]
    [InlineData(403, """{"detail":"An older server."}""", "", "An older server.")]
    [InlineData(429, "slow down", "too_many_tries", "patience")]
    [InlineData(502, "<html>", "", "502")]
    [InlineData(200, "<html>", "other_server", "no enrolment")]
    [InlineData(200, "{}", "other_server", "no enrolment")]
    public async Task Refusals_are_passed_on_by_name_and_in_words(int status, string body, string name, string said)
    {
        using var web = new OneFileServer(c => Answer(c, status, body));
        var store = new FileStore(_folder);
        var claimed = await Claim(web, store);
        Assert.Null(claimed.Enrolment);
        Assert.Equal(name, claimed.Reason);
        Assert.Contains(said, claimed.Why, StringComparison.Ordinal);
        Assert.Null(Enrolment.Load(store));
    }

    [Fact]
    public async Task What_keeps_a_claim_from_its_server_has_a_name_too()
    {
        var store = new FileStore(_folder);
        using var http = new HttpClient();
        var nobody = new TcpListener(IPAddress.Loopback, 0); // bound, so that nobody else gets the port, and never listening
        nobody.Server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal("unreachable", (await Ask(http, $"http://{nobody.Server.LocalEndPoint}/")).Reason);
        nobody.Dispose();
        Assert.Equal("unknown_host", (await Ask(http, "http://no-such-name.invalid/")).Reason);

        // Answers its headers and then no more: the client's own timeout would not end that.
        using var endless = new OneFileServer(c =>
        {
            c.Response.SendChunked = true;
            c.Response.OutputStream.Write("{"u8);
            c.Response.OutputStream.Flush();
            Thread.Sleep(TimeSpan.FromSeconds(3));
            c.Response.Abort();
        });
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(500) };
        Assert.Equal("no_answer", (await Ask(impatient, endless.Url)).Reason);

        Task<Claimed> Ask(HttpClient by, string url) => new Claiming(by, new Uri(url)).ClaimAsync("ABCD-EFGH", store, AgentIdentity.Pc, CancellationToken.None);
    }

    [Fact]
    public void Records_survive_and_wrong_names_are_faults_of_ours()
    {
        var store = new FileStore(_folder);
        var buffer = new byte[8];
        Assert.Equal(-1, store.Read("state", buffer));
        Assert.True(store.Write("state", [1, 2, 3, 4], 3));
        Assert.True(store.Write("state", [9, 8], 2));
        Assert.Equal(2, new FileStore(_folder).Read("state", buffer));
        Assert.Equal([9, 8], buffer[..2]);
        Assert.Equal(-1, store.Read("state", new byte[1]));
        Assert.Throws<ArgumentException>(() => store.Read("../etc", buffer));
        Assert.DoesNotContain(Directory.GetFiles(_folder), f => f.EndsWith(".new", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<Claimed> Claim(OneFileServer web, FileStore store)
    {
        using var http = new HttpClient();
        return await new Claiming(http, new Uri(web.Url)).ClaimAsync("ABCD-EFGH", store, AgentIdentity.Pc, CancellationToken.None);
    }

    private static void Answer(System.Net.HttpListenerContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/html";
        context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
    }
}
