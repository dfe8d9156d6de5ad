using System.Text;
using System.Text.RegularExpressions;
using JkFleet.Agent.Host.Portal;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Tests.Core;
using Xunit;

namespace JkFleet.Agent.Tests.Portal;

/// <summary>A portal and the one browser that looks at it.</summary>
internal sealed partial class Site
{
    public const string Password = "correct horse";

    public Site(HandStore? store = null, int pageBytes = 16384, bool pins = false)
    {
        Store = store ?? new HandStore();
        Portal = new LocalPortal(new PortalSettings(Store, new Counting(), new SystemWifi(), Claim, Window)
        {
            PasswordRounds = 3, Ports = pins ? null : Ports, Address = "http://192.168.4.1/", PageBytes = pageBytes,
        });
        Get("/");
    }

    public HandStore Store { get; }
    public PortalWindow Window { get; } = new();
    public HandClaim Claim { get; } = new();
    public HandPorts Ports { get; } = new();
    public LocalPortal Portal { get; }
    public long NowMs { get; set; } = 1000;
    public string Host { get; set; } = "127.0.0.1:8090";
    public string Cookie { get; set; } = "";
    public string Form { get; set; } = "";
    public string LastHead { get; private set; } = "";

    public (int Status, string Body) Get(string path) => Ask($"GET {path} HTTP/1.1\r\nHost: {Host}\r\nCookie: jkp={Cookie}\r\n\r\n");

    public (int Status, string Body) Post(string path, params (string Name, string Value)[] fields)
    {
        var body = string.Join('&', fields.Append(("form", Form)).Select(f => $"{f.Item1}={Uri.EscapeDataString(f.Item2)}"));
        var answer = Ask($"POST {path} HTTP/1.1\r\nHost: {Host}\r\nCookie: jkp={Cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        if (answer.Status == 303) Get("/");
        return answer;
    }

    /// <summary>A portal whose password was just set, and who set it.</summary>
    public static Site SignedIn()
    {
        var site = new Site();
        site.Get("/");
        site.Post("/welcome", ("password", Password), ("again", Password));
        site.Get("/");
        return site;
    }

    /// <summary>A request as the socket would hand it over.</summary>
    public static byte[] Buffer(string text)
    {
        var b = new byte[PortalRequest.MaxHead + PortalRequest.MaxBody + 4];
        Encoding.Latin1.GetBytes(text).CopyTo(b, 0);
        return b;
    }

    private (int Status, string Body) Ask(string text)
    {
        var request = new PortalRequest();
        var state = request.Read(Buffer(text), text.Length);
        Assert.True(state > 0, $"refused with {-state}: {text}");
        Portal.Handle(request, NowMs);
        var head = Encoding.UTF8.GetString(Portal.Head.Buffer, 0, Portal.Head.Count);
        var body = Encoding.UTF8.GetString(Portal.Body.Buffer, 0, Portal.Body.Count);
        var status = int.Parse(head.AsSpan(9, 3));
        if (text.StartsWith("POST", StringComparison.Ordinal) || status == 303) LastHead = head;
        if (SessionCookie().Match(head) is { Success: true } cookie) Cookie = cookie.Groups[1].Value;
        if (FormToken().Match(body) is { Success: true } form) Form = form.Groups[1].Value;
        return (status, body);
    }

    [GeneratedRegex("name=form value=\"([0-9a-f]{32})\"", RegexOptions.None, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("jkp=([0-9a-z]+)", RegexOptions.None, 1000)]
    private static partial Regex SessionCookie();

    private sealed class Counting : IRandomPort
    {
        private byte _next;

        public void Fill(byte[] buffer)
        {
            for (var i = 0; i < buffer.Length; i++) buffer[i] = ++_next;
        }
    }

    internal sealed class HandPorts : ISerialPorts
    {
        public string[] Plugged { get; set; } = [];
        public int Count { get; private set; }

        public void Look() => Count = Plugged.Length;

        public string Name(int index) => Plugged[index];

        public string Title(int index) => "Maker & <product> " + index;
    }

    internal sealed class HandClaim : IClaimPort
    {
        public string Asked { get; private set; } = "";
        public ErrandState State { get; set; }
        public string Reason { get; set; } = "";
        public string Why { get; set; } = "";
        public string Device => "";
        public string Server => "";

        public bool Begin(string server, string code)
        {
            Asked = server + " " + code;
            return true;
        }
    }
}
