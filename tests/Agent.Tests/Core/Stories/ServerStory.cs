using JkFleet.Contracts;
using JkFleet.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core.Stories;

/// <summary>The server is gone, or it is an enemy: neither moves a limit (hazard 9).</summary>
public sealed class ServerStory
{
    [Fact]
    public void The_server_is_gone_for_a_week()
    {
        var settings = new AgentSettings { BacklogBytes = 2_000_000 };
        var rig = Rig.Charging(settings: settings);
        rig.Server.Push(2, Rig.CellProfile());
        rig.Run(2000);
        rig.Server.Connected = false;
        var before = rig.Server.Got.Count;
        var start = rig.NowMs;
        // A week in steps of five seconds: nothing in the core depends on how often it is called.
        for (var fifth = 0; fifth < 7 * 86400 / 5; fifth++)
        {
            rig.NowMs += 4980;
            rig.UtcMs += 4980;
            rig.Run(20);
        }

        Assert.Equal(70000 > rig.Limits.ChargeLimitMa ? 60000 : 70000, rig.Limits.ChargeLimitMa); // server loss changes nothing
        Assert.Equal(before, rig.Server.Got.Count);
        Assert.Equal(5, rig.Agent.Slot.Active.Revision);
        var waiting = rig.Loop.Post.Backlog.WaitingCount;
        Assert.Equal(0, rig.Loop.Post.Backlog.Dropped);
        Assert.InRange(waiting, 1000, 1200); // a minute apart for an hour, then ten
        Assert.InRange(rig.Store.Writes, 600, 7 * 96 + 40); // at most one save of the backlog in a quarter of an hour

        rig.PowerCycle();
        rig.Server.Connected = true;
        rig.Run(1000);
        Assert.Equal("hello", rig.Server.Got.Skip(before).First(m => m.Leaf == Topics.Hello).Leaf);
        rig.Run(120_000);
        var replayed = rig.Server.Of(Topics.Telemetry).Where(t => t["replay"]!.GetValue<bool>()).ToArray();
        Assert.InRange(replayed.Length, waiting - 25, waiting + 5); // up to a quarter of an hour was not yet saved
        var times = replayed.Select(t => t["up_ms"]!.GetValue<long>()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.True(times[^1] - times[0] > 6L * 86_400_000, "the original times are kept");
        Assert.True(times[0] >= start);
        Assert.Equal(replayed.Length, replayed.Select(t => (t["boot"]!.GetValue<long>(), t["seq"]!.GetValue<long>())).Distinct().Count());
    }

    [Fact]
    public void A_hostile_server_gets_verdicts_and_nothing_else()
    {
        var settings = new AgentSettings();
        settings.Envelope.MaxChargeMa = 80000;
        var rig = Rig.Charging(settings: settings);
        var absurd = Profiles.OriginDefaults();
        absurd.Revision = 9;
        absurd.ChargeRamp[0].LimitMa[0] = 80001;
        rig.Server.Push(10, absurd);
        rig.Run(1000);
        var reported = rig.Server.Last(Topics.Reported);
        Assert.Equal(("refused", "charge_soc_ma", 80000), (reported["verdict"]!.GetValue<string>(), reported["field"]!.GetValue<string>(), reported["bound"]!.GetValue<int>()));
        Assert.Equal(10, reported["desired_version"]!.GetValue<long>());

        foreach (var text in new[]
        {
            """{"v":1,"version":11,"revision":1,"stale_ms":600000}""",
            """{"v":1,"version":12,"revision":1,"good_readings":1}""",
            """{"v":1,"version":13,"revision":1,"ignore_bms":true}""",
            """{"v":2,"version":14,"revision":1}""",
            """{"v":1,"version":9,"revision":1,"charge_max_ma":1000}""",
            """{"v":1,"version":-1,"revision":1}""",
            """{"v":1,"version":15,"revision":1,"charge_soc_permille":[10,10],"charge_soc_ma":[1,1]}""",
            "{{{{", "", "[]", new string('{', 3000),
        }) rig.Server.Send(Topics.Desired, text);
        foreach (var text in new[]
        {
            """{"v":1,"id":"a","command":"override","charge_ma":500000,"hold_ms":60000}""",
            """{"v":1,"id":"b","command":"switch","switch":0,"on":false}""",
            """{"v":1,"id":"c","command":"format_disk"}""",
            """{"v":1,"id":"d","command":"override"}""",
            """{"v":1,"id":"e","command":"override","charge_ma":0,"until_utc_ms":5}""",
            """{"v":1,"command":"override","charge_ma":0}""", "nonsense",
        }) rig.Server.Send(Topics.Command, text);
        rig.Run(3000);
        Assert.Equal(70000, rig.Limits.ChargeLimitMa);
        Assert.Equal(0, rig.Agent.Slot.Active.Revision);
        Assert.Equal(15, rig.Agent.Slot.Version);
        var verdicts = rig.Server.Of(Topics.Verdict).ToDictionary(v => v["id"]!.GetValue<string>(), v => v["verdict"]!.GetValue<string>());
        Assert.Equal(new Dictionary<string, string> { ["a"] = "applied", ["b"] = "refused", ["c"] = "refused", ["d"] = "refused", ["e"] = "refused" }, verdicts);
        Assert.True(rig.Pack.ChargeMosOn);
        Assert.True(rig.Events(EventKind.BadMessage) > 0);
    }

    [Fact]
    public void Whatever_words_a_server_uses_the_profile_in_force_is_taken_up_again_at_the_next_start()
    {
        var rig = Rig.Charging();
        rig.Server.Push(2, Rig.CellProfile());
        rig.Run(1000);
        long version = 2;
        foreach (var field in new[] { "charge_ma", new string('ä', 60), new string('界', 60), Repeat("😀", 30), 'x' + Repeat("😀", 30), Repeat("\\\"", 50), Repeat("\\u0007", 50) })
        {
            rig.Server.Send(Topics.Desired, $$"""{"v":1,"version":{{++version}},"{{field}}":1}""");
            rig.Run(1000);
            var reported = rig.Server.Last(Topics.Reported);
            Assert.Equal(("refused", version), (reported["verdict"]!.GetValue<string>(), reported["desired_version"]!.GetValue<long>()));
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(reported["field"]!.GetValue<string>()), 1, 48); // what the server reads again
            rig.PowerCycle();
            Assert.Equal((5, version), (rig.Agent.Slot.Active.Revision, rig.Agent.Slot.Version));
            rig.Run(1000);
        }

        foreach (var name in new[] { "Winter", Repeat("ä", 32), Repeat("😀", 16), Repeat("\\n", 64), Repeat("\\u0007", 64), Repeat("\\\"", 64) })
        {
            rig.Server.Send(Topics.Desired, $$"""{"v":1,"version":{{++version}},"revision":{{100 + version}},"name":"{{name}}"}""");
            rig.Run(1000);
            Assert.Equal("applied", rig.Server.Last(Topics.Reported)["verdict"]!.GetValue<string>());
            var kept = rig.Agent.Slot.Active.Name;
            rig.PowerCycle();
            Assert.Equal((100 + version, version, kept), (rig.Agent.Slot.Active.Revision, rig.Agent.Slot.Version, rig.Agent.Slot.Active.Name));
            rig.Run(1000);
        }
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
