using System.Text;
using JkFleet.Agent.Network;
using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Update;
using JkFleet.Agent.Tests.Core;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Portal;

/// <summary>The portal as a browser and as an attacker see it: bytes in, bytes out.</summary>
public sealed class PortalTests
{
    private const string Good = Site.Password;

    private static readonly string[] ClaimReasons =
    [
        .. Enumerable.Range(1, ClaimRefusalNames.Count - 1).Select(i => ClaimRefusalNames.Of((ClaimRefusal)i)),
        .. typeof(ClaimFault).GetFields().Select(f => (string)f.GetRawConstantValue()!),
    ];

    [Fact]
    public void First_use_sets_a_password_and_lets_in_and_then_only_the_password_does()
    {
        var site = new Site();
        Assert.Contains("/welcome", site.Get("/").Body, StringComparison.Ordinal);
        Assert.Equal(422, site.Post("/welcome", ("password", "short"), ("again", "short")).Status);
        Assert.Equal(422, site.Post("/welcome", ("password", Good), ("again", Good + "x")).Status);
        Assert.Equal(303, site.Post("/welcome", ("password", Good), ("again", Good)).Status);
        Assert.Contains("HttpOnly; SameSite=Strict", site.LastHead, StringComparison.Ordinal);
        Assert.Contains("id=f0", site.Get("/").Body, StringComparison.Ordinal);
        Assert.Equal(303, site.Post("/logout").Status);
        Assert.Contains("/login", site.Get("/").Body, StringComparison.Ordinal);
        Assert.Equal(403, site.Post("/login", ("password", "wrong guess")).Status);
        Assert.Equal(303, site.Post("/login", ("password", Good)).Status);
        var record = site.Store.Records[Doorkeeper.Record];
        Assert.DoesNotContain(Good, Encoding.Latin1.GetString(record), StringComparison.Ordinal);
        var again = new Site(site.Store);
        Assert.Contains("/login", again.Get("/").Body, StringComparison.Ordinal);
        Assert.Equal(303, again.Post("/login", ("password", Good)).Status);
    }

    [Fact]
    public void Wrong_guesses_are_made_to_wait_longer_and_longer()
    {
        var site = Site.SignedIn();
        site.Post("/logout");
        for (var i = 0; i < Doorkeeper.FreeGuesses - 1; i++) Assert.Equal(403, site.Post("/login", ("password", "wrong guess")).Status);
        site.Post("/login", ("password", "wrong guess"));
        Assert.Equal(429, site.Post("/login", ("password", Good)).Status);
        site.NowMs += Doorkeeper.FirstPauseMs;
        site.Post("/login", ("password", "wrong guess"));
        site.NowMs += Doorkeeper.FirstPauseMs;
        Assert.Equal(429, site.Post("/login", ("password", Good)).Status);
        site.NowMs += Doorkeeper.FirstPauseMs;
        Assert.Equal(303, site.Post("/login", ("password", Good)).Status);
    }

    [Theory]
    [InlineData("/wiring")]
    [InlineData("/claim")]
    [InlineData("/wifi")]
    [InlineData("/maintenance")]
    [InlineData("/restart")]
    [InlineData("/reset")]
    [InlineData("/password")]
    [InlineData("/logout")]
    public void A_form_without_its_token_does_nothing(string path)
    {
        var site = Site.SignedIn();
        site.Form = new string('0', 32);
        Assert.Equal(403, site.Post(path, ("on", "1"), ("word", "RESET"), ("server", "http://a:1"), ("code", "x"), ("bms", "jk02"), ("inverter", "deye"), ("ssid", "net"), ("password", "")).Status);
        Assert.Equal(PortalWish.None, site.Window.TakeWish());
        Assert.Equal("", site.Claim.Asked);
        Assert.False(site.Store.Records.ContainsKey(Wiring.Record));
        Assert.Contains("id=f0", site.Get("/").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/setup")]
    [InlineData("/profile")]
    [InlineData("/device")]
    public void A_stranger_sees_no_page(string path)
    {
        var site = Site.SignedIn();
        site.Cookie = "";
        Assert.Equal(403, site.Get(path).Status);
        Assert.Equal(401, site.Get("/status.json").Status);
    }

    [Fact]
    public void Wishes_reach_the_agent_once()
    {
        var site = Site.SignedIn();
        Assert.Equal(303, site.Post("/maintenance", ("on", "1")).Status);
        Assert.Equal(409, site.Post("/restart").Status);
        Assert.Equal(PortalWish.MaintenanceOn, site.Window.TakeWish());
        Assert.Equal(422, site.Post("/reset", ("word", "reset")).Status);
        Assert.Equal(PortalWish.None, site.Window.TakeWish());
        Assert.Equal(303, site.Post("/reset", ("word", "RESET")).Status);
        Assert.Equal(PortalWish.FactoryReset, site.Window.TakeWish());
    }

    [Fact]
    public void Maintenance_at_the_portal_brings_the_limits_to_zero()
    {
        var rig = new Rig();
        var window = new PortalWindow();
        var feed = new PortalFeed(rig.Loop, window, rig.NowMs);
        rig.AfterTick = () => feed.Step(rig.NowMs, true);
        rig.RunUntil(() => rig.Limits.ChargeLimitMa > 0, 120_000);
        Assert.True(window.Ask(PortalWish.MaintenanceOn));
        rig.Run(1000);
        Assert.Equal(0, rig.Limits.ChargeLimitMa);
        var seen = window.Look();
        Assert.True(seen.Maintenance);
        Assert.Equal(LimitReason.Maintenance, seen.Report.Limits.ChargeReason);
        Assert.Equal(rig.Agent.Snapshot.PackVoltageMv, seen.Report.Snapshot.PackVoltageMv);
    }

    [Fact]
    public void How_an_update_ended_stays_on_show_when_the_server_withdraws_it()
    {
        var rig = new Rig();
        var window = new PortalWindow();
        var feed = new PortalFeed(rig.Loop, window, rig.NowMs);
        rig.AfterTick = () => feed.Step(rig.NowMs, true);
        var reported = rig.Loop.Post.Reported;
        foreach (var (state, version, why, seen) in new[]
        {
            (UpdateState.Downloading, "9.1.0", "", UpdateState.Downloading), (UpdateState.Idle, "", "", UpdateState.Idle),
            (UpdateState.Reverted, "9.2.0", "no_bms", UpdateState.Reverted), (UpdateState.Idle, "", "", UpdateState.Reverted),
        })
        {
            (reported.Update, reported.UpdateVersion, reported.UpdateReason) = (state, version, why);
            rig.Run(2 * PortalFeed.EveryMs);
            Assert.Equal(seen, window.Look().Update);
        }

        Assert.Equal(("9.2.0", "no_bms"), (window.Look().UpdateVersion, window.Look().UpdateReason));
    }

    [Fact]
    public void Status_is_the_same_on_the_page_and_in_its_poll_and_escaped_in_both()
    {
        var site = Site.SignedIn();
        var v = site.Window.Writing;
        v.Report.BmsAgeMs = 100;
        Rig.HealthyPack().CopyTo(v.Report.Snapshot);
        v.Report.Snapshot.SoftwareVersion = "<i>\"\\";
        v.Report.Snapshot.Alarms = BmsAlarms.CellOverVoltage;
        v.Report.Bms = LinkState.Ok;
        site.Window.Publish();
        var page = site.Get("/").Body;
        Assert.Contains("60.0 %", page, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;&quot;\\", page, StringComparison.Ordinal);
        Assert.Contains("cell voltage too high", page, StringComparison.Ordinal);
        using var json = System.Text.Json.JsonDocument.Parse(site.Get("/status.json").Body);
        Assert.Equal("<i>\"\\", json.RootElement.GetProperty("f13").GetString());
        Assert.Equal("60.0 %", json.RootElement.GetProperty("f0").GetString());
        Assert.Equal("16-0", json.RootElement.GetProperty("s").GetString());
        Assert.Equal(",f5,f23,", json.RootElement.GetProperty("bad").GetString());
        foreach (var value in json.RootElement.EnumerateObject().Where(v => v.Name.StartsWith('f') && v.Name != "f25"))
            Assert.Contains($" id={value.Name}", page, StringComparison.Ordinal);
        Assert.Contains("celda alta", site.Get("/?lang=es").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_reading_is_called_old_and_every_trouble_stands_out()
    {
        var site = Site.SignedIn();
        var v = site.Window.Writing;
        v.Report.BmsAgeMs = 12_300;
        v.AtMs = site.NowMs;
        Rig.HealthyPack().CopyTo(v.Report.Snapshot);
        v.Report.Bms = LinkState.Silent;
        v.Update = UpdateState.Reverted;
        v.UpdateVersion = "9.1.0";
        v.UpdateReason = "no_bms";
        site.Window.Publish();
        var page = site.Get("/").Body;
        Assert.Contains("<p id=age class=lost>Old values, read 12.3 s ago", page, StringComparison.Ordinal);
        Assert.Contains("class=lost>silent\u00a0\u00b7 heard 12.3 s ago", page, StringComparison.Ordinal);
        Assert.Contains("class=lost>went back\u00a0\u00b7 9.1.0\u00a0\u00b7 it did not hear the BMS", page, StringComparison.Ordinal);
        Assert.Contains("no oía al BMS", site.Get("/device?lang=es").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.168.1.7:8090", 200)]
    [InlineData("[fe80::1]:8090", 200)]
    [InlineData("raspberrypi:8090", 200)]
    [InlineData("jkfleet-1a2b.local", 200)]
    [InlineData("localhost:8090", 200)]
    [InlineData("rebound.example.com", 303)]
    [InlineData("192.168.1.7.example.com", 303)]
    [InlineData("local", 200)]
    [InlineData("evil-local.com", 303)]
    public void Only_names_that_nobody_outside_can_own_get_a_page(string host, int status)
    {
        var site = new Site { Host = host };
        Assert.Equal(status, site.Get("/").Status);
    }

    [Theory]
    [InlineData("/generate_204")]
    [InlineData("/hotspot-detect.html")]
    [InlineData("/connecttest.txt")]
    public void Captive_portal_questions_lead_home(string path)
    {
        var site = new Site();
        Assert.Equal(303, site.Get(path).Status);
        site.Host = "connectivitycheck.example.com";
        Assert.Equal(303, site.Get("/").Status);
        Assert.Contains("Location: http://192.168.4.1/\r\n", site.LastHead, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", -400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", -400)]
    [InlineData("PUT / HTTP/1.1\r\nHost: a\r\n\r\n", -405)]
    [InlineData("GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n", -400)]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", -400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\n\r\n", -411)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2049\r\n\r\n", -413)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", -400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", -400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx", -415)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", -501)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", -400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n", 0)]
    public void What_is_no_plain_request_is_refused(string text, int expected)
    {
        Assert.Equal(expected, new PortalRequest().Read(Site.Buffer(text), text.Length));
    }

    [Fact]
    public void A_head_without_end_is_refused_and_random_bytes_never_throw()
    {
        var request = new PortalRequest();
        var endless = "GET / HTTP/1.1\r\nHost: a\r\nx: " + new string('x', PortalRequest.MaxHead);
        Assert.Equal(-431, request.Read(Site.Buffer(endless), endless.Length));
        var random = new Random(7);
        var whole = Encoding.Latin1.GetBytes("POST /login?a=%20&lang=es HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: jkp=1; jkl=es\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\nform=%C3%B1&");
        var site = Site.SignedIn();
        for (var round = 0; round < 20_000; round++)
        {
            var b = Site.Buffer("");
            whole.CopyTo(b, 0);
            for (var i = random.Next(4); i >= 0; i--) b[random.Next(whole.Length)] = (byte)random.Next(256);
            if (request.Read(b, whole.Length) > 0) site.Portal.Handle(request, 1);
        }

        Assert.Equal(PortalWish.None, site.Window.TakeWish());
    }

    [Fact]
    public void A_page_that_does_not_fit_is_an_error_and_not_half_a_page()
    {
        var site = new Site(pageBytes: 300);
        Assert.Equal(500, site.Get("/").Status);
    }

    [Fact]
    public void What_a_person_reads_has_words_of_its_own_in_both_languages()
    {
        var all = new List<string>();
        foreach (var t in new[] { new PortalText(), new PortalText { Spanish = true } })
        {
            all.AddRange(Enumerable.Range(0, LimitReasonNames.Count).Select(i => ReasonWords.Of((LimitReason)i, t)));
            all.AddRange(Enumerable.Range(0, LinkStateNames.Count).Select(i => LinkWords.Of((LinkState)i, t)));
            all.AddRange(Enumerable.Range(0, UpdateStateNames.Count).Select(i => UpdateWords.Of((UpdateState)i, t)));
            all.AddRange(ClaimReasons.Select(name => ClaimWords.Of(name, name, t)));
            all.AddRange(Enum.GetValues<BootOutcome>().Skip(2).Select(o => UpdateWords.Why(BootOutcomeNames.Of(o), t)));
        }

        Assert.All(all.Except(["the server speaks TLS, and this board was flashed without server_ca.", "el servidor usa TLS y esta placa se grabó sin server_ca."]), text => Assert.DoesNotContain("_", text, StringComparison.Ordinal));
        Assert.Empty(all.Intersect(ClaimReasons));
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_largest_status_page_fits_the_board()
    {
        var site = Site.SignedIn();
        var v = site.Window.Writing;
        v.Report.BmsAgeMs = 100;
        v.Report.Snapshot.CellCount = BmsSnapshot.MaxCells;
        v.Report.Snapshot.Alarms = (BmsAlarms)uint.MaxValue;
        v.Report.Snapshot.TempCount = BmsSnapshot.MaxTemps;
        site.Window.Publish();
        foreach (var path in new[] { "/?lang=es", "/setup?lang=es", "/profile", "/device", "/portal.css" }) Assert.Equal(200, site.Get(path).Status);
    }
}
