using Microsoft.Playwright;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>An installer with a phone in the hand, then an operator at the desk who pushes a profile.</summary>
public sealed class OnboardingStory(Browser browser)
{
  [Fact]
  public async Task An_installer_claims_a_device_from_a_phone()
  {
    await using var server = await ServerUnderTest.Start(devices: 0, sites: 1);
    await using var phone = await browser.Open(390);
    await FleetStory.SignInByLink(server, phone);
    await Assertions.Expect(phone.Page.GetByText("No device yet")).ToBeVisibleAsync();
    await MakeSite(server, phone, "Hill farm");
    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Add a device" }).ClickAsync();
    var code = await MakeCode(phone, devices: 1);
    await phone.FitsItsWidth();
    await phone.Picture("claim-390-code");

    await using var agent = AgentProcess.Start(
      "simulate", "--agents", "1", "--claim", code, "--server", server.Web.ToString(), "--telemetry-ms", "1000", "--start-hour", "11", "--time-scale", "60");
    foreach (var step in new[] { "claimed", "connected", "bms", "inverter" })
      await Assertions.Expect(phone.Page.Locator($"[data-step={step}]")).ToHaveAttributeAsync("data-done", "true", new() { Timeout = 60_000 });
    await phone.Picture("claim-390-done", whole: true);
    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Open " }).ClickAsync();
    await Assertions.Expect(phone.Page.Locator(".crumbs")).ToContainTextAsync("Hill farm");
    await Assertions.Expect(phone.Page.Locator("[data-value=soc]")).ToContainTextAsync("%");
    await phone.FitsItsWidth();
    Assert.Empty(phone.Wrong);
  }

  [Fact]
  public async Task A_profile_is_pushed_and_one_device_refuses_by_its_envelope()
  {
    await using var server = await ServerUnderTest.Start(devices: 0, sites: 1);
    await using var desk = await browser.Open(1440);
    await FleetStory.SignInByLink(server, desk);
    await MakeSite(server, desk, "Bakery");
    await desk.Go(server, "/claim");
    var code = await MakeCode(desk, devices: 3);
    await using var agents = AgentProcess.Start(
      "simulate", "--agents", "2", "--claim", code, "--server", server.Web.ToString(), "--telemetry-ms", "1000", "--start-hour", "11", "--time-scale", "60");
    var store = Directory.CreateTempSubdirectory("jkfleet-e2e-store-");
    await using (var claim = AgentProcess.Start("claim", "--server", server.Web.ToString(), "--code", code, "--store", store.FullName)) await claim.Succeeds();
    await using var small = AgentProcess.Start("run", "--store", store.FullName, "--envelope-charge-a", "30");
    await Assertions.Expect(desk.Page.GetByText("3 of 3 claimed")).ToBeVisibleAsync(new() { Timeout = 60_000 });

    await desk.Go(server, "/profiles/new");
    await desk.Page.GetByLabel("Name").FillAsync("Gentle");
    await desk.Page.GetByLabel("Charge max, A", new() { Exact = true }).FillAsync("2000000");
    await desk.Page.GetByPlaceholder("Why?").FillAsync("First try");
    await Assertions.Expect(desk.Page.Locator("#charge_max_ma")).ToHaveAttributeAsync("aria-invalid", "true");
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Button, new() { Name = "Save revision 1" })).ToBeDisabledAsync();
    await desk.Page.GetByLabel("Charge max, A", new() { Exact = true }).FillAsync("60");
    await desk.Page.GetByPlaceholder("Why?").FillAsync("First try");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Save revision 1" }).ClickAsync();
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Name = "Gentle" })).ToBeVisibleAsync();
    await desk.Page.GetByLabel("Charge max, A", new() { Exact = true }).FillAsync("33");
    await desk.Page.Keyboard.PressAsync("Tab");
    await desk.Page.GetByPlaceholder("Why?").FillAsync("The packs got warm");
    await Assertions.Expect(desk.Page.Locator("ins")).ToHaveTextAsync("33\u00A0A");
    await desk.Picture("profile-1440", whole: true);
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Save revision 2" }).ClickAsync();

    await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Push revision 2" }).ClickAsync();
    await desk.Page.GetByLabel("Bakery").CheckAsync();
    await Assertions.Expect(desk.Page.GetByText("Applies to 3")).ToBeVisibleAsync();
    await desk.Page.GetByLabel("Why").FillAsync("Warm packs");
    await desk.Picture("push-1440-preview");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Push to 3 devices" }).ClickAsync();
    await Assertions.Expect(desk.Page.Locator("[data-push]")).ToHaveTextAsync("2 in sync · 1 refused", new() { Timeout = 60_000 });
    await Assertions.Expect(desk.Page.Locator("tbody tr").First).ToContainTextAsync("Charge ramp: state of charge: a current is above what this board allows (30\u00A0A)");
    await desk.Picture("push-1440-verdicts");

    await desk.Page.Locator("tbody tr").Last.GetByRole(AriaRole.Link).ClickAsync();
    await Assertions.Expect(desk.Page.Locator(".chain").First).ToContainTextAsync("The maximum of the charge profile", new() { Timeout = 30_000 });
    await Assertions.Expect(desk.Page.Locator(".chain").First).ToContainTextAsync("33\u00A0A");
    Assert.Empty(desk.Wrong);
    store.Delete(recursive: true);
  }

  private static async Task MakeSite(ServerUnderTest server, Window window, string name)
  {
    await window.Go(server, "/sites");
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "New site" }).ClickAsync();
    await window.Page.GetByLabel("Name").FillAsync(name);
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
  }

  private static async Task<string> MakeCode(Window window, int devices)
  {
    await window.Page.GetByLabel("How many devices").FillAsync($"{devices}");
    await window.Page.GetByLabel("Site").SelectOptionAsync(new SelectOptionValue { Index = 0 });
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "Make the claim code" }).ClickAsync();
    return await window.Page.Locator("[data-claim-code]").GetAttributeAsync("data-claim-code") ?? throw new InvalidOperationException("no code");
  }
}
