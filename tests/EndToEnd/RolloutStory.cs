using Microsoft.Playwright;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>An operator rolls out a build that loses the BMS, sees it halted among the canaries and taken back, and then rolls out the good one.</summary>
public sealed class RolloutStory(Browser browser)
{
  private const int Devices = 50;
  private const int Canaries = 2;

  private static readonly (string Label, string Value)[] Settings =
  [
    ("Canaries", $"{Canaries}"), ("Then waves up to, %", "40 100"), ("Soak, s", "2"), ("Halts at failures", "1"), ("Jitter, s", "0"), ("Step limit, s", "60"),
    ("SOC at least, %", "0"), ("Per minute", "1000"),
  ];

  [Fact]
  public async Task A_build_that_loses_the_BMS_ends_with_its_canaries_and_the_good_one_reaches_everyone()
  {
    using var folder = new WorkFolder();
    var release = await Release.Create(folder.Path, "sim");
    var seed = folder.File("seed");
    await File.WriteAllTextAsync(seed, ServerUnderTest.SeedSecret);

    await using var server = await ServerUnderTest.Start(Devices, sites: 2, releaseKey: release.PublicKey);
    await using var desk = await browser.Open(1440);
    await FleetStory.SignInByLink(server, desk);
    // Twenty times faster days make the ten minutes that a build has to prove itself half a minute.
    await using var agents = AgentProcess.Start(
      "simulate", "--agents", $"{Devices}", "--server", $"mqtt://127.0.0.1:{server.MqttPort}", "--id-prefix", ServerUnderTest.Prefix, "--seed-file", seed,
      "--release-key", release.PublicKey, "--store", folder.File("agents"), "--telemetry-ms", "1000", "--start-hour", "11", "--time-scale", "20");
    await Assertions.Expect(desk.Page.Locator(".kpis")).ToContainTextAsync($"{Devices}of {Devices}", new() { Timeout = 60_000 });

    await release.RollOut(server, desk, "9.1.0", """{"simulate": ["breaks_bms"]}""", Settings);
    await Assertions.Expect(desk.Page.GetByText("Halted").First).ToBeVisibleAsync(new() { Timeout = 150_000 });
    // Both canaries go back by themselves and say why; nobody else ever saw the build.
    await Assertions.Expect(desk.Page.Locator(".deviceline").Filter(new() { HasText = "Went back" })).ToHaveCountAsync(Canaries, new() { Timeout = 90_000 });
    await Assertions.Expect(desk.Page.Locator(".deviceline").Filter(new() { HasText = "Went back" }).First).ToContainTextAsync("BMS");
    await Assertions.Expect(desk.Page.Locator(".legend").Filter(new() { HasText = "failed 2" })).ToHaveCountAsync(1);
    await Assertions.Expect(desk.Page.Locator(".standing")).ToContainTextAsync("failed (the new build did not hear the BMS in time); it halts at 1.");
    await Assertions.Expect(desk.Page.Locator(".legend").Filter(new() { HasText = "confirmed" })).ToHaveCountAsync(0);
    Assert.Equal(Devices - Canaries, await Waiting(desk));
    await desk.Picture("rollout-1440-halted", whole: true);
    await desk.Page.GetByLabel("Reason").FillAsync("It loses the BMS");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Abort" }).ClickAsync();
    await Assertions.Expect(desk.Page.GetByText("Aborted").First).ToBeVisibleAsync();
    await desk.Page.Locator(".deviceline a").First.ClickAsync();
    await Assertions.Expect(desk.Page.Locator("[data-entry=update_step]").Filter(new() { HasText = "Went back from build 9.1.0 to the former one" })).ToHaveCountAsync(1);
    await desk.Picture("device-1440-went-back", whole: true);

    await release.RollOut(server, desk, "9.2.0", "any file is a build", Settings);
    await Assertions.Expect(desk.Page.GetByText("Completed").First).ToBeVisibleAsync(new() { Timeout = 150_000 });
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Button, new() { Name = $"Confirmed {Devices}" })).ToBeVisibleAsync();
    await Assertions.Expect(desk.Page.Locator(".waves .chip").Filter(new() { HasText = "Passed" })).ToHaveCountAsync(3);
    await desk.Picture("rollout-1440-completed", whole: true);
    // The list says the same as the page: how it ended, not how it began.
    await desk.Go(server, "/rollouts");
    await Assertions.Expect(desk.Page.Locator(".standing").First).ToContainTextAsync($"All {Devices} devices run 9.2.0 and proved their health.");
    await Assertions.Expect(desk.Page.Locator(".standing").Last).ToContainTextAsync("Aborted by ada@example.org: It loses the BMS");
    await desk.Picture("rollouts-1440", whole: true);
    // Truth is what the devices themselves report to run.
    await desk.Go(server, "/rollouts/new");
    var versions = desk.Page.Locator(".field").Filter(new() { HasText = "Version that runs now" }).Locator("button");
    await Assertions.Expect(versions).ToHaveTextAsync(["9.2.0"]);
    Assert.Empty(desk.Wrong);
    await agents.DisposeAsync();
  }

  /// <summary>Devices that wait in any wave, from the legends under the bars: the list is virtual.</summary>
  private static async Task<int> Waiting(Window desk)
  {
    var keys = await desk.Page.Locator(".legend .key").Filter(new() { HasText = "waiting" }).Locator("b").AllTextContentsAsync();
    return keys.Sum(k => int.Parse(k, System.Globalization.CultureInfo.InvariantCulture));
  }
}
