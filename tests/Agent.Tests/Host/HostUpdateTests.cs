// Signed builds into a simulated device, over real HTTP, through slots and restarts.
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using JkFleet.Agent.Host;
using JkFleet.Agent.Host.Release;
using JkFleet.Agent.Host.Simulation;
using JkFleet.Agent.Host.Updates;
using JkFleet.Agent.Tests.Core;
using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class HostUpdateTests
{
    private readonly ReleaseKey _key = ReleaseKey.Create();

    [Fact]
    public void Good_build_is_fetched_started_proved_and_confirmed()
    {
        var artifact = Sign("2.0.0", Encoding.UTF8.GetBytes(new string('x', 200_000)));
        using var web = new OneFileServer(c => Serve(c, artifact));
        var bench = Bench();
        Offer(bench, web.Url, "2.0.0", artifact);
        RunUntil(bench, "confirmed");
        Assert.Equal("2.0.0", Reported(bench, "agent"));
        Assert.Equal("2.0.0", bench.Last(Topics.Telemetry)!["agent"]!.GetValue<string>());
        var gap = Assert.Single(bench.Told, t => t.Leaf == Topics.Event && t.Message["event"]!.GetValue<string>() == "handover_gap").Message;
        Assert.InRange(gap["value"]!.GetValue<int>(), 1, 3000);
        // Dated by the agent's clock and not by that of the update's own times, or the server would look for it in another hour.
        var started = bench.Told.Last(t => t.Leaf == Topics.Event && t.Message["event"]!.GetValue<string>() == "started").Message;
        Assert.InRange(gap["up_ms"]!.GetValue<long>() - started["up_ms"]!.GetValue<long>(), 0, 5000);
        bench.Run(45); // a limit waits half a minute before it rises
        Assert.True(bench.Loop.Agent.Limits.DischargeAllowed || bench.Loop.Agent.Limits.ChargeAllowed, "and the pack works");
    }

    [Theory]
    [InlineData("breaks_bms", "no_bms")]
    [InlineData("breaks_inverter", "inverter_lost")]
    [InlineData("crashes", "never_confirmed")]
    public void Bad_build_goes_back_and_says_why(string fault, string why)
    {
        var artifact = Sign("2.0.1", Encoding.UTF8.GetBytes($"{{\"simulate\":[\"{fault}\"]}}"));
        using var web = new OneFileServer(c => Serve(c, artifact));
        var bench = Bench();
        Offer(bench, web.Url, "2.0.1", artifact);
        RunUntil(bench, "reverted");
        Assert.Equal(why, Reported(bench, "update_reason"));
        Assert.Equal(AgentIdentity.ProgramVersion, Reported(bench, "agent"));
    }

    [Theory]
    [InlineData(5_000, 5_000, 6_500)] // the inverter obeys after a while; the BMS is asked once a second
    [InlineData(int.MaxValue, 60_000, 60_500)] // or never does
    public void Handover_waits_for_the_current_to_fall_but_not_for_ever(int fallsAfterMs, int least, int most)
    {
        var artifact = Sign("2.0.0", [1, 2, 3], "pc");
        using var web = new OneFileServer(c => Serve(c, artifact));
        var rig = new Rig(new AgentSettings { Version = "1.0.0", Board = "pc" });
        using var updater = new Updater(rig.Loop, rig.Server, rig.Store, new MemorySlots(), [_key.Public], new Build("1.0.0"));
        rig.AfterTick = () =>
        {
            updater.AfterTick(rig.NowMs, rig.UtcMs);
            updater.Work(rig.NowMs, rig.UtcMs);
        };
        rig.Pack.CurrentMa = -20_000;
        rig.RunUntil(() => rig.Limits.DischargeLimitMa > 0, 120_000);
        rig.Server.Send(Topics.Desired, Desired(web.Url, "2.0.0", artifact));
        // As long as the transfer lasts the rig's clock goes not much faster than the real one.
        Wait.Until(
            () =>
            {
                rig.Run(Rig.TickMs);
                return rig.Loop.Post.Reported.Update == UpdateState.Waiting;
            },
            "the build is there");

        var since = rig.NowMs;
        while (!updater.RestartWanted && rig.NowMs - since < 2 * most)
        {
            if (rig.NowMs - since >= fallsAfterMs) rig.Pack.CurrentMa = -1000;
            rig.Run(Rig.TickMs);
            Assert.Equal((0, 0), (rig.Limits.ChargeLimitMa, rig.Limits.DischargeLimitMa));
        }

        Assert.InRange(rig.NowMs - since, least, most);
        // All the while the inverter hears its frames, and they say zero.
        var heard = rig.Sent.Where(f => f.AtMs > since && f.Id == 0x351).Select(f => f.AtMs).ToArray();
        Assert.All(heard.Zip(heard.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 1100));
        Assert.Equal((0, 0), (rig.Inverter.AllowedChargeMa(), rig.Inverter.AllowedDischargeMa()));
    }

    [Fact]
    public void Broken_transfer_goes_on_where_it_stopped()
    {
        var artifact = Sign("2.1.0", RandomNumberGenerator.GetBytes(300_000));
        var first = true;
        using var web = new OneFileServer(c =>
        {
            if (!first)
            {
                Serve(c, artifact);
                return;
            }

            first = false;
            c.Response.ContentLength64 = artifact.Length;
            c.Response.OutputStream.Write(artifact, 0, 100_000);
            c.Response.Abort();
        });
        var bench = Bench();
        Offer(bench, web.Url, "2.1.0", artifact);
        RunUntil(bench, "confirmed");
        Assert.Equal(2, web.Asked);
    }

    [Fact]
    public void Build_signed_by_somebody_else_is_refused_and_nothing_changes()
    {
        var artifact = ReleaseArtifact.Sign(ReleaseKey.Create(), [1, 2, 3], new ReleaseRequest("agent", "3.0.0", "sim"));
        using var web = new OneFileServer(c => Serve(c, artifact));
        var bench = Bench();
        Offer(bench, web.Url, "3.0.0", artifact);
        RunUntil(bench, "refused");
        Assert.Equal(AgentIdentity.ProgramVersion, Reported(bench, "agent"));
    }

    [Fact]
    public void Gone_address_fails_at_once()
    {
        using var web = new OneFileServer(c =>
        {
            c.Response.StatusCode = (int)HttpStatusCode.Forbidden;
            c.Response.Close();
        });
        var bench = Bench();
        Offer(bench, web.Url, "3.1.0", [1, 2, 3]);
        RunUntil(bench, "failed");
        Assert.Equal("address_refused", Reported(bench, "update_reason"));
    }

    private SimBench Bench()
    {
        // The update's minutes pass twenty times faster with this scale; the pack rests in the middle.
        var bench = new SimBench(new SimPlan { TimeScale = 20, StartHour = 3, ReleaseKeys = [_key.Public] });
        bench.Device.Pack.Fill(0.5);
        bench.Device.ForcedWatt = -300;
        bench.Run(40);
        return bench;
    }

    private byte[] Sign(string version, byte[] payload, string board = "sim") => ReleaseArtifact.Sign(_key, payload, new ReleaseRequest("agent", version, board));

    private static void Serve(HttpListenerContext context, byte[] artifact)
    {
        var from = 0;
        if (context.Request.Headers["Range"] is { } range)
        {
            from = int.Parse(range["bytes=".Length..^1]);
            context.Response.StatusCode = (int)HttpStatusCode.PartialContent;
        }

        context.Response.ContentLength64 = artifact.Length - from;
        context.Response.OutputStream.Write(artifact, from, artifact.Length - from);
        context.Response.Close();
    }

    private static void Offer(SimBench bench, string url, string version, byte[] artifact) => bench.Send(Topics.Desired, Desired(url, version, artifact));

    private static string Desired(string url, string version, byte[] artifact) =>
        $"{{\"v\":1,\"version\":5,\"firmware_name\":\"agent\",\"firmware_version\":\"{version}\",\"firmware_url\":\"{url}a\",\"firmware_size\":{artifact.Length},"
        + $"\"firmware_sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(artifact))}\"}}";

    private static string Reported(SimBench bench, string field) => bench.Last(Topics.Reported)![field]!.GetValue<string>();

    /// <summary>
    /// The download is real, so while it lasts the bench's clock goes as the real one does: faster, and the transfer's own
    /// deadlines would pass while the machine is still busy with its first packet. Everything else is the bench's time.
    /// </summary>
    private static void RunUntil(SimBench bench, string state)
    {
        var seen = new List<string>();
        var real = Stopwatch.StartNew();
        Wait.Until(
            () =>
            {
                var passed = Reported(bench, "update_state") == "downloading" ? real.Elapsed.TotalSeconds : 0.5;
                if (passed < SimBench.TickSeconds) return false;
                real.Restart();
                bench.Run(passed);
                var now = Reported(bench, "update_state");
                var said = $"{now} {Reported(bench, "update_reason")}".TrimEnd();
                if (seen.Count == 0 || seen[^1] != said) seen.Add(said);
                return now == state;
            },
            () => $"update {state}; seen: {string.Join(", ", seen)}",
            60_000);
    }
}
