using Microsoft.Playwright;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>An operator rolls out a build that loses the BMS: it proves no health in its time and is halted in the canary wave.</summary>
public sealed class RolloutStory(Browser browser)
{
  private const int Devices = 12;

  [Fact]
  public async Task A_build_that_loses_the_BMS_is_halted_in_the_canary_wave()
  {
    var folder = Directory.CreateTempSubdirectory("jkfleet-e2e-release-").FullName;
    await Run("release", "keygen", "--out", folder);
    var bad = await Sign(folder, "9.1.0", """{"simulate": ["breaks_bms"]}""");
    var seed = Path.Combine(folder, "seed");
    await File.WriteAllTextAsync(seed, ServerUnderTest.SeedSecret);

    await using var server = await ServerUnderTest.Start(Devices, sites: 2, releaseKey: Path.Combine(folder, "release.pub"));
    await using var agents = AgentProcess.Start(
      "simulate", "--agents", $"{Devices}", "--server", $"mqtt://127.0.0.1:{server.MqttPort}", "--id-prefix", ServerUnderTest.Prefix, "--seed-file", seed,
      "--release-key", Path.Combine(folder, "release.pub"), "--store", Path.Combine(folder, "agents"), "--telemetry-ms", "1000", "--start-hour", "11");
    await using var desk = await browser.Open(1440);
    await FleetStory.SignInByLink(server, desk);
    await Assertions.Expect(desk.Page.Locator(".kpis")).ToContainTextAsync($"{Devices}of {Devices}", new() { Timeout = 60_000 });

    await RollOut(server, desk, bad, "9.1.0");
    await Assertions.Expect(desk.Page.GetByText("Paused").First).ToBeVisibleAsync(new() { Timeout = 150_000 });
    // Ten of twelve never saw it.
    await Assertions.Expect(desk.Page.Locator(".deviceline").Filter(new() { HasText = "Waits its turn" })).ToHaveCountAsync(Devices - 2);
    await desk.Picture("rollout-1440-halted", whole: true);
    Assert.Empty(desk.Wrong);
    Directory.Delete(folder, recursive: true);
  }

  private static async Task RollOut(ServerUnderTest server, Window desk, string artifact, string version)
  {
    await desk.Go(server, "/rollouts");
    await desk.Page.Locator("input[type=file]").SetInputFilesAsync(artifact);
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Cell, new() { Name = version, Exact = true })).ToBeVisibleAsync();
    await desk.Go(server, "/rollouts/new");
    await desk.Page.GetByLabel("Build").SelectOptionAsync(new SelectOptionValue { Label = $"{version} for sim ({version}.jkfw)" });
    await desk.Page.GetByLabel("Reason").FillAsync("Story");
    foreach (var (label, value) in new[] { ("Canaries", "2"), ("Soak, s", "2"), ("Halts at failures", "1"), ("Jitter, s", "0"), ("Step limit, s", "30"), ("SOC at least, %", "0") })
      await desk.Page.GetByLabel(label).FillAsync(value);
    await desk.Page.Keyboard.PressAsync("Tab");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = $"Start rollout to {Devices} devices" }).ClickAsync();
    await desk.Page.WaitForURLAsync(url => url.Contains("/rollouts/", StringComparison.Ordinal) && !url.EndsWith("/new", StringComparison.Ordinal));
  }

  private static async Task<string> Sign(string folder, string version, string build)
  {
    var file = Path.Combine(folder, version + ".json");
    await File.WriteAllTextAsync(file, build);
    var artifact = Path.Combine(folder, version + ".jkfw");
    await Run("release", "sign", "--key", Path.Combine(folder, "release.key"), "--version", version, "--board", "sim", file, "--out", artifact);
    return artifact;
  }

  private static async Task Run(params string[] arguments)
  {
    await using var tool = AgentProcess.Start(arguments);
    await tool.Succeeds();
  }
}
