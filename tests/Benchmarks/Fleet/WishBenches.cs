// From a wish to every device's verdict, and what one look at a large rollout costs.
using System.Diagnostics;
using System.Net;
using System.Security.Claims;
using System.Text;
using JkFleet.Benchmarks.Codecs;
using JkFleet.Benchmarks.Harness;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace JkFleet.Benchmarks.Fleet;

internal static class WishBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("fanout", FanOut),
        new("rollout_tick", RolloutTick),
    ];

    /// <summary>A push is written, sent to every connected device, answered by each, and the last answer is stored.</summary>
    private static async Task<IReadOnlyList<Row>> FanOut(BenchOptions options)
    {
        var count = options.Pick(5000, 1000);
        await using var server = await ServerInside.StartAsync(count);
        var devices = ServerProcess.Devices(count);
        using var swarm = new Swarm(new IPEndPoint(IPAddress.Loopback, server.MqttPort), devices, anonymous: false);
        swarm.Connect(64);
        swarm.Subscribe(TimeSpan.FromMinutes(1));
        var door = server.Get<DesiredState>();
        var ids = devices.Select(d => d.Id).ToArray();
        var times = new List<double>();
        var processor = new List<double>();
        for (var revision = 1; revision <= 3; revision++)
        {
            var content = ProfileText(revision);
            var start = Stopwatch.GetTimestamp();
            var before = Environment.CpuUsage.TotalTime;
            var push = Task.Run(() => door.ChangeAsync(ids, new DesiredChange.Profile(1, content.Revision, content.Text), "bench", "fan-out"));
            swarm.Answer(() => push.IsCompletedSuccessfully ? push.Result.Versions : null, TimeSpan.FromMinutes(1));
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            await push;
        }

        return
        [
            new Row("fanout_s", Math.Round(Pace.Median(times), 2), "s", 5, Better.Lower)
            {
                Note = $"{count} connected devices, push to last stored verdict; {times.Min():0.00}..{times.Max():0.00}",
            },
            new Row("fanout_cpu_s", Math.Round(Pace.Median(processor), 2), "s", null, Better.Lower) { Note = "processor time of server and devices together" },
        ];
    }

    /// <summary>One tick looks at every device of the rollout, decides, and commits what changed: here a tenth of the fleet.</summary>
    private static async Task<IReadOnlyList<Row>> RolloutTick(BenchOptions options)
    {
        var count = options.Pick(10_000, 2_000);
        await using var server = await ServerInside.StartAsync(count);
        var live = server.Get<LiveFleet>();
        var clock = server.Get<TimeProvider>();
        foreach (var device in ServerProcess.Devices(count))
        {
            live.Connected(device.Id);
            var telemetry = new Contracts.Telemetry();
            SamplePack.FillTelemetry(telemetry);
            live.Apply(device.Id, telemetry);
        }

        var databases = server.Get<IDbContextFactory<FleetDb>>();
        int artifact;
        await using (var db = await databases.CreateDbContextAsync())
        {
            var build = new Artifact { Name = "agent", Version = "9.9.9", Board = "esp32", Sha256 = new string('0', 64), Size = 10, KeyId = "k", UploadedBy = "bench" };
            db.Artifacts.Add(build);
            await db.SaveChangesAsync();
            artifact = build.Id;
        }

        // A runner of our own: the server's ticks by itself and would take turns with us.
        using var runner = new RolloutRunner(
            databases, server.Get<DesiredState>(), live, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<RolloutRunner>.Instance);
        var policy = new RolloutPolicy { Canary = 1000, Percents = [100], MaxConcurrent = 10_000, PerMinute = 6000, JitterSeconds = 0 };
        var person = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, "bench"), new Claim(Rights.Claim, Rights.Of(new Grant { AccountId = "bench", Role = Role.Operator }))], "bench"));
        var (id, refusals) = await new RolloutDesk(databases, runner, live, clock)
            .Create(person, "bench", artifact, new RolloutSelection(), policy, "measured", CancellationToken.None);
        if (id is null) throw new InvalidOperationException(string.Join("; ", refusals));
        // The first ticks start the rollout and offer the build to the whole canary wave.
        var slowest = 0.0;
        for (var i = 0; i < 3; i++) slowest = Math.Max(slowest, await TickAsync(runner));
        string[] offered;
        await using (var db = await databases.CreateDbContextAsync())
            offered = await db.RolloutDevices.Where(d => d.OfferedAt != null).Select(d => d.DeviceId).ToArrayAsync();
        if (offered.Length == 0) throw new InvalidOperationException("the rollout offered its build to nobody");
        var quiet = new List<double>();
        var busy = new List<double>();
        for (var i = 0; i < options.Pick(20, 8); i++)
        {
            quiet.Add(await TickAsync(runner));
            foreach (var device in offered) live.Updated(device, new LiveUpdate(long.MaxValue, UpdateState.Downloading, "9.9.9", (i + 1) * 10, ""));
            busy.Add(await TickAsync(runner));
        }

        await using (var db = await databases.CreateDbContextAsync())
        {
            if (await db.RolloutDevices.CountAsync(d => d.ProgressPermille == busy.Count * 10) != offered.Length)
                throw new InvalidOperationException("the ticks did not follow the downloads");
        }

        return
        [
            new Row("rollout_tick_ms", Math.Round(Pace.Median(busy), 1), "ms", 200, Better.Lower)
            {
                Note = $"{count} devices, {offered.Length} of them moved; nothing moved: {Pace.Median(quiet):0.0} ms; {offered.Length} offers at once: {slowest:0} ms",
            },
        ];
    }

    private static async Task<double> TickAsync(RolloutRunner runner)
    {
        var start = Stopwatch.GetTimestamp();
        await runner.TickAsync(CancellationToken.None);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static (int Revision, string Text) ProfileText(int revision)
    {
        var profile = Profiles.OriginDefaults();
        profile.Revision = revision;
        var writer = new MessageWriter(new byte[ProfileCodec.MaxBytes]);
        if (!new ProfileCodec().Write(profile, writer)) throw new InvalidOperationException("the profile is too long");
        return (revision, Encoding.UTF8.GetString(writer.Buffer, 0, writer.Count));
    }
}
