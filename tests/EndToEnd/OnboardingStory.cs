using JkFleet.Bms.Jk4E57;
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
  public async Task An_operator_pushes_a_profile_and_the_inverters_follow()
  {
    await using var server = await ServerUnderTest.Start(devices: 0, sites: 1);
    await using var desk = await browser.Open(1440);
    await FleetStory.SignInByLink(server, desk);
    await MakeSite(server, desk, "Bakery");
    await desk.Go(server, "/claim");
    var code = await MakeCode(desk, devices: 3);
    using var folder = new WorkFolder();
    var own = folder.File("own.json");
    await File.WriteAllTextAsync(own, """{"revision":1,"name":"own","rise_hold_ms":0,"rise_ma_per_s":100000}""");
    var stores = Enumerable.Range(1, 3).Select(n => folder.File($"{n}")).ToArray();
    foreach (var store in stores)
    {
      await using var claim = AgentProcess.Start("claim", "--server", server.Web.ToString(), "--code", code, "--store", store);
      await claim.Succeeds();
    }

    await using var first = WiredAgent.Start(stores[0], "--profile", own);
    await using var second = WiredAgent.Start(stores[1], "--profile", own);
    // Asleep, as a BMS in a box on the shelf: the agent has to wake it.
    var bms = new BmsOnWire(new Jk4E57Image(), asleep: true);
    await using var small = WiredAgent.Start(stores[2], bms, "--profile", own, "--envelope-charge-a", "30", "--allow-switching");
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
    await ForbidDischarging(desk);
    await desk.Page.GetByPlaceholder("Why?").FillAsync("The packs got warm");
    await Assertions.Expect(desk.Page.Locator("ins")).ToHaveTextAsync(["00:00-00:00", "33\u00A0A"]);
    await desk.Picture("profile-1440", whole: true);
    await desk.Page.SetViewportSizeAsync(390, 844);
    await desk.FitsItsWidth();
    await desk.Picture("profile-390", whole: true);
    await desk.Page.SetViewportSizeAsync(1440, 900);
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Save revision 2" }).ClickAsync();
    var revisions = desk.Page.Locator("section[aria-labelledby=revisions-heading]");
    await revisions.GetByText("Differences to revision 1").ClickAsync();
    await Assertions.Expect(revisions.Locator("del")).ToHaveTextAsync(["none", "60\u00A0A"]);
    await Assertions.Expect(revisions.Locator("ins")).ToHaveTextAsync(["00:00-00:00", "33\u00A0A"]);
    await desk.Picture("profile-1440-diff", whole: true);

    await first.Until(ma => ma > 33_000, "the first inverter may charge as the battery allows");
    await second.Until(ma => ma > 33_000, "the second inverter may charge as the battery allows");
    await small.Until(ma => ma == 30_000, "the small board's ceiling holds");
    await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Push revision 2" }).ClickAsync();
    await desk.Page.GetByLabel("Bakery").CheckAsync();
    await Assertions.Expect(desk.Page.GetByText("Applies to 3")).ToBeVisibleAsync();
    await Assertions.Expect(desk.Page.Locator("[data-would-refuse=\"1\"]")).ToContainTextAsync("above what this board allows (30\u00A0A)");
    await desk.Page.GetByLabel("Why").FillAsync("Warm packs");
    await desk.Picture("push-1440-preview");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Push to 3 devices" }).ClickAsync();
    await Assertions.Expect(desk.Page.Locator("[data-push]")).ToHaveTextAsync("2 in sync · 1 refused", new() { Timeout = 60_000 });
    await Assertions.Expect(desk.Page.Locator("tbody tr").First).ToContainTextAsync("Charge ramp: state of charge: a current is above what this board allows (30\u00A0A)");
    await desk.Picture("push-1440-verdicts");

    // What counts is not what the page says but what the inverter decodes.
    await first.Until(ma => ma == 33_000, "the first inverter follows");
    await second.Until(ma => ma == 33_000, "the second inverter follows");
    Assert.Equal(30_000, small.AllowedChargeMa);
    Assert.Equal((0, 0), (first.AllowedDischargeMa, second.AllowedDischargeMa));
    Assert.True(small.AllowedDischargeMa > 0, "who refused the profile has nothing of it, no window either");

    await desk.Page.Locator("tbody tr").Last.GetByRole(AriaRole.Link).ClickAsync();
    await Assertions.Expect(desk.Page.Locator(".chain").First).ToContainTextAsync("The maximum of the charge profile", new() { Timeout = 30_000 });
    await Assertions.Expect(desk.Page.Locator(".chain").First).ToContainTextAsync("33\u00A0A");
    await Assertions.Expect(desk.Page.Locator(".chain").Last).ToContainTextAsync("A time window of the profile forbids discharging now");
    var limited = await LimitByCommand(desk, [first, second]);
    await ReturnToTheFirst(server, desk, limited);
    await SwitchCharging(desk, small, bms);
    Assert.Empty(desk.Wrong);
  }

  /// <summary>A window of the whole day, because the story does not know what time it is.</summary>
  private static async Task ForbidDischarging(Window desk)
  {
    var windows = desk.Page.GetByRole(AriaRole.Group, new() { Name = "No discharging", Exact = true });
    await windows.GetByRole(AriaRole.Button, new() { Name = "Add a window" }).ClickAsync();
    await Assertions.Expect(windows.GetByText("8 h, over midnight")).ToBeVisibleAsync();
    await windows.GetByLabel("From").FillAsync("00:00");
    await windows.GetByLabel("To").FillAsync("00:00");
    await windows.GetByLabel("To").PressAsync("Tab");
    await Assertions.Expect(windows.GetByText("the whole day")).ToBeVisibleAsync();
  }

  /// <summary>Commands from the device page: a temporary limit that the inverter obeys, its end, and what may not be done.</summary>
  private static async Task<WiredAgent> LimitByCommand(Window desk, WiredAgent[] agents)
  {
    var commands = desk.Page.Locator("section[aria-labelledby=commands-heading]");
    await Assertions.Expect(commands.GetByText("Switching is not enabled on this device")).ToBeVisibleAsync();
    await commands.GetByLabel("Reason for the command").FillAsync("The roof is warm");
    await commands.GetByLabel("Charge at most, A", new() { Exact = true }).FillAsync("12.5");
    await commands.GetByLabel("For, min").FillAsync("5");
    await commands.GetByRole(AriaRole.Button, new() { Name = "Limit for a time" }).ClickAsync();
    await Assertions.Expect(commands.Locator("[data-verdict=applied]")).ToContainTextAsync("Limit charging to 12.5\u00A0A for 5\u00A0min", new() { Timeout = 30_000 });
    WiredAgent? obeying = null;
    await ServerUnderTest.Until(() => Task.FromResult((obeying = Array.Find(agents, a => a.AllowedChargeMa == 12_500)) is not null), "the inverter of the limited device follows");
    Assert.Equal(33_000, agents.Single(a => a != obeying).AllowedChargeMa);
    var timeline = desk.Page.Locator("section[aria-labelledby=timeline-heading]");
    await Assertions.Expect(timeline.Locator("[data-entry=override]")).ToContainTextAsync("The roof is warm");
    await Assertions.Expect(timeline.Locator("[data-entry=override_on]")).ToContainTextAsync("A temporary limit holds for 5\u00A0min", new() { Timeout = 30_000 });
    await Assertions.Expect(timeline.Locator("[data-entry=started]")).ToContainTextAsync("The agent started");
    await Assertions.Expect(timeline.Locator("[data-entry=profile_applied]")).ToContainTextAsync("Profile revision 2 is in force");
    await desk.Picture("device-1440-commands", whole: true);
    return obeying!;
  }

  /// <summary>One click back to an earlier revision: whom it concerns is chosen already.</summary>
  private static async Task ReturnToTheFirst(ServerUnderTest server, Window desk, WiredAgent limited)
  {
    await desk.Go(server, "/profiles");
    await desk.Page.SetViewportSizeAsync(390, 844);
    await Assertions.Expect(desk.Page.GetByText("2 of 3")).ToBeVisibleAsync();
    await desk.FitsItsWidth();
    await desk.Picture("profiles-390");
    await desk.Page.SetViewportSizeAsync(1440, 900);
    await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Gentle" }).ClickAsync();
    await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Return to revision 1" }).ClickAsync();
    await Assertions.Expect(desk.Page.GetByText("Applies to 3")).ToBeVisibleAsync();
    await desk.Page.GetByLabel("Why").FillAsync("It was the fan");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Push to 3 devices" }).ClickAsync();
    await Assertions.Expect(desk.Page.Locator("[data-push]")).ToHaveTextAsync("2 in sync · 1 refused", new() { Timeout = 60_000 });
    // A wider profile does not lift the limit that somebody set for a time.
    Assert.Equal(12_500, limited.AllowedChargeMa);
  }

  /// <summary>The charge switch of the one pack whose owner allows it: off, on, and off again at a BMS that does not obey.</summary>
  private static async Task SwitchCharging(Window desk, WiredAgent agent, BmsOnWire bms)
  {
    Assert.True(bms.Awake);
    Assert.All(bms.Orders, order => Assert.Equal(BmsOnWire.Wake, order));
    await desk.Page.Locator("tbody tr").First.GetByRole(AriaRole.Link).ClickAsync();
    await Assertions.Expect(desk.Page.Locator(".chain").First).ToContainTextAsync("30\u00A0A", new() { Timeout = 30_000 });

    await Switch("Off …", "Its terminal is hot", "The charge switch (MOS) goes off: the battery no longer charges", "applied", "Switch the charge switch (MOS) off");
    await agent.Until(ma => ma == 0, "the inverter may no longer charge");
    Assert.True(agent.AllowedDischargeMa > 0);
    await Assertions.Expect(desk.Page.Locator(".chain .won").First).ToContainTextAsync("The charge switch is off in the BMS", new() { Timeout = 30_000 });
    await desk.Picture("device-1440-switched-off", whole: true);

    await Switch("On …", "It was a loose screw", "The charge switch (MOS) goes on", "applied", "Switch the charge switch (MOS) on");
    await agent.Until(ma => ma == 30_000, "the inverter may charge again");

    bms.Obeys = false;
    await Switch("Off …", "Once more", "The charge switch (MOS) goes off", "failed", "The BMS did not confirm it");
    Assert.Equal(30_000, agent.AllowedChargeMa);
    await desk.Picture("device-1440-switch-failed", whole: true);
    var timeline = desk.Page.Locator("section[aria-labelledby=timeline-heading]");
    await Assertions.Expect(timeline.Locator("[data-entry=switch_confirmed]")).ToHaveCountAsync(2);
    await Assertions.Expect(timeline.Locator("[data-entry=switch_failed]")).ToContainTextAsync("The BMS did not confirm the charge switch (MOS)");

    // On the wire: each time the password and one write, and none of them ever again. (A busy machine may wake the BMS twice.)
    Assert.Equal([.. BmsOnWire.SwitchCharging(on: false), .. BmsOnWire.SwitchCharging(on: true), .. BmsOnWire.SwitchCharging(on: false)], bms.Orders.Where(o => o != BmsOnWire.Wake));

    async Task Switch(string button, string why, string warning, string verdict, string said)
    {
      var commands = desk.Page.Locator("section[aria-labelledby=commands-heading]");
      await commands.GetByLabel("Reason for the command").FillAsync(why);
      await commands.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
      await Assertions.Expect(commands.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync(warning);
      await commands.GetByRole(AriaRole.Button, new() { Name = "Yes, do it" }).ClickAsync();
      var last = commands.Locator("[data-verdict]");
      await Assertions.Expect(last).ToContainTextAsync(said, new() { Timeout = 60_000 });
      await Assertions.Expect(last).ToHaveAttributeAsync("data-verdict", verdict, new() { Timeout = 60_000 });
    }
  }

  internal static async Task MakeSite(ServerUnderTest server, Window window, string name)
  {
    await window.Go(server, "/sites");
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "New site" }).ClickAsync();
    await window.Page.GetByLabel("Name").FillAsync(name);
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
  }

  internal static async Task<string> MakeCode(Window window, int devices)
  {
    await window.Page.GetByLabel("How many devices").FillAsync($"{devices}");
    await window.Page.GetByLabel("Site").SelectOptionAsync(new SelectOptionValue { Index = 0 });
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "Make the claim code" }).ClickAsync();
    return await window.Page.Locator("[data-claim-code]").GetAttributeAsync("data-claim-code") ?? throw new InvalidOperationException("no code");
  }
}
