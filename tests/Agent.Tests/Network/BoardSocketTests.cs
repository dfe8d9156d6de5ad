using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using JkFleet.Agent.Host.Portal;
using JkFleet.Agent.Network;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Board;
using Xunit;

namespace JkFleet.Agent.Tests.Network;

/// <summary>The board's own socket code, compiled here too, over real sockets: what a browser and a phone meet.</summary>
public sealed class BoardSocketTests : IDisposable
{
    private readonly Clock _clock = new();
    private readonly LocalPortal _portal;
    private readonly PortalListener _listener;
    private readonly Thread _listening;
    private readonly IPEndPoint _at = new(IPAddress.Loopback, FreePort(SocketType.Stream));

    public BoardSocketTests()
    {
        _portal = new LocalPortal(new PortalSettings(new MemoryStore(), new Dice(), new SystemWifi(), new NoClaim(), new PortalWindow()) { Address = "http://192.168.4.1/", PasswordRounds = 2 });
        _listener = new PortalListener(_at, _portal, _clock);
        _listening = new Thread(_listener.Run) { IsBackground = true };
        _listening.Start();
    }

    public void Dispose()
    {
        _listener.Stop();
        Assert.True(_listening.Join(TimeSpan.FromSeconds(20)), "the listener hangs");
    }

    [Fact]
    public async Task A_browser_gets_its_pages_one_connection_after_the_other()
    {
        using var browser = Browser();
        for (var i = 0; i < 10; i++) Assert.Contains("/welcome", await browser.GetStringAsync(Url("/")), StringComparison.Ordinal);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => browser.GetAsync(Url(i % 2 == 0 ? "/portal.css" : "/"))));
        Assert.All(all, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(18, _listener.Pages);
        Assert.Equal(0, _listener.Faults);
    }

    [Fact]
    public async Task A_phone_that_checks_for_the_internet_is_sent_to_the_portal()
    {
        using var browser = Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, Url("/generate_204"));
        request.Headers.Host = "connectivitycheck.gstatic.com";
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("http://192.168.4.1/", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_connection_opened_ahead_is_no_obstacle()
    {
        using var silent = await Connect();
        using var another = await Connect();
        using var browser = Browser();
        var watch = Stopwatch.StartNew();
        Assert.Contains("/welcome", await browser.GetStringAsync(Url("/")), StringComparison.Ordinal);
        // Two silent ones in the way, a fifth of a second each, on a machine that may be busy.
        Assert.InRange(watch.ElapsedMilliseconds, 0, ConnectionPatience.SilentMs);
    }

    [Fact]
    public async Task Whoever_speaks_slowly_or_hangs_up_loses_its_own_page_only()
    {
        using var browser = Browser();
        foreach (var said in new[] { "GET / HT", "POST /login HTTP/1.1\r\nHost: 1.2.3.4\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nform=" })
        {
            using (var client = await Connect()) await client.SendAsync(Encoding.ASCII.GetBytes(said));
            Assert.Contains("/welcome", await browser.GetStringAsync(Url("/")), StringComparison.Ordinal);
        }

        using var slow = await Connect();
        var watch = Stopwatch.StartNew();
        var closed = false;
        while (!closed && watch.ElapsedMilliseconds < 3 * ConnectionPatience.WholeMs)
        {
            try
            {
                await slow.SendAsync("G"u8.ToArray());
                await Task.Delay(500);
                closed = slow.Poll(0, SelectMode.SelectRead);
            }
            catch (SocketException)
            {
                closed = true;
            }
        }

        Assert.True(closed, "a byte now and then held the portal for ever");
        Assert.Contains("/welcome", await browser.GetStringAsync(Url("/")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_long_gets_an_answer_and_an_end()
    {
        using var client = await Connect();
        await client.SendAsync(Encoding.ASCII.GetBytes("GET /" + new string('x', 6000) + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        var answer = new byte[4096];
        var count = await client.ReceiveAsync(answer);
        Assert.StartsWith("HTTP/1.1 431", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        using var browser = Browser();
        Assert.Contains("/welcome", await browser.GetStringAsync(Url("/")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_waited_for()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var late = new PortalListener((IPEndPoint)other.LocalEndPoint!, _portal, _clock);
        var thread = new Thread(late.Run) { IsBackground = true };
        thread.Start();
        await Until(() => late.Faults > 0);
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)other.LocalEndPoint!).Port}/");
        other.Close();
        using var browser = Browser();
        await Until(() => Works(browser, url));
        late.Stop();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_phone_gets_an_address_and_every_name()
    {
        using var phone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var dhcp = new IPEndPoint(IPAddress.Loopback, FreePort(SocketType.Dgram));
        var dns = new IPEndPoint(IPAddress.Loopback, FreePort(SocketType.Dgram));
        var servers = new ApServers(dhcp, (IPEndPoint)phone.Client.LocalEndPoint!, dns, [192, 168, 4, 1], _clock);
        var thread = new Thread(servers.Run) { IsBackground = true };
        thread.Start();

        var discover = new byte[300];
        (discover[0], discover[1], discover[2]) = (1, 1, 6);
        byte[] tail = [99, 130, 83, 99, 53, 1, 1, 255];
        tail.CopyTo(discover, 236);
        var offer = await Ask(phone, discover, dhcp);
        Assert.Equal([192, 168, 4, DhcpResponder.FirstHost], offer[16..20]);

        byte[] query = [7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, (byte)'a', (byte)'p', (byte)'p', (byte)'l', (byte)'e', 3, (byte)'c', (byte)'o', (byte)'m', 0, 0, 1, 0, 1];
        var answer = await Ask(phone, query, dns);
        Assert.Equal([192, 168, 4, 1], answer[^4..]);

        // Rubbish and silence do not end it.
        await phone.SendAsync(new byte[] { 1, 2, 3 }, dns);
        await phone.SendAsync(new byte[1400], dhcp);
        Assert.Equal([192, 168, 4, 1], (await Ask(phone, query, dns))[^4..]);
        servers.Stop();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
    }

    // The servers may still be opening their sockets: ask again, as phones do.
    private static async Task<byte[]> Ask(UdpClient phone, byte[] message, IPEndPoint to)
    {
        for (var i = 0; i < 20; i++)
        {
            await phone.SendAsync(message, to);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                return (await phone.ReceiveAsync(patience.Token)).Buffer;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Once more.
            }
        }

        throw new TimeoutException("no answer");
    }

    private static bool Works(HttpClient browser, Uri url)
    {
        try
        {
            return browser.GetStringAsync(url).GetAwaiter().GetResult().Length > 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "it did not happen");
            await Task.Delay(50);
        }
    }

    private static HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(30) };

    private Uri Url(string path) => new($"http://127.0.0.1:{_at.Port}{path}");

    private async Task<Socket> Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        for (var i = 0; ; i++)
        {
            try
            {
                await socket.ConnectAsync(_at);
                return socket;
            }
            catch (SocketException) when (i < 50)
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort(SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Clock : IClock
    {
        public long NowMs => Environment.TickCount64;

        public long UtcMs => 0;
    }

    private sealed class Dice : IRandomPort
    {
        public void Fill(byte[] buffer) => Random.Shared.NextBytes(buffer);
    }

    private sealed class NoClaim : IClaimPort
    {
        public ErrandState State => ErrandState.None;

        public string Reason => "";

        public string Why => "";

        public string Device => "";

        public string Server => "";

        public bool Begin(string server, string code) => false;
    }
}
