using JkFleet.Bms;
using JkFleet.Contracts;
using Microsoft.Playwright;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>What an owner does on the first day: signs in by the printed link, looks at the fleet, opens a battery.</summary>
public sealed class FleetStory(Browser browser)
{
  private const int Devices = 14;

  [Fact]
  public async Task The_first_administrator_sees_the_fleet_live()
  {
    await using var server = await ServerUnderTest.Start(Devices);
    await using var desk = await browser.Open(1440);
    await SignInByLink(server, desk);
    var packs = await Report(server);
    try
    {
      var lines = desk.Page.Locator("[data-device]");
      await Assertions.Expect(lines).ToHaveCountAsync(Devices);
      await Assertions.Expect(lines.First).ToContainTextAsync("alarm");
      await Assertions.Expect(desk.Page.Locator(".kpis")).ToContainTextAsync($"{Devices - 1}");
      await desk.Picture("fleet-1440-light");
      await UpdateReadme(desk);
      await TakeCareOfAlarms(server, desk, packs[8]);

      await desk.Page.GetByRole(AriaRole.Link, new() { Name = ServerUnderTest.DeviceId(2), Exact = true }).ClickAsync();
      await Assertions.Expect(desk.Page).ToHaveTitleAsync($"{ServerUnderTest.DeviceId(2)} · JkFleet");
      var soc = desk.Page.Locator("[data-value=soc]");
      packs[1].SocPermille = 437;
      await packs[1].Report();
      await Assertions.Expect(soc).ToHaveTextAsync("43.7\u00A0%");
      packs[1].SocPermille = 441;
      await packs[1].Report();
      await Assertions.Expect(soc).ToHaveTextAsync("44.1\u00A0%");
      await Assertions.Expect(desk.Page.Locator("[data-points]")).Not.ToHaveAttributeAsync("data-points", "0");
      await desk.Picture("device-1440-light", whole: true);

      await using var phone = await browser.Open(390, dark: true, signedInAs: await desk.SignedIn());
      await phone.Go(server, "/");
      await Assertions.Expect(phone.Page.Locator("[data-device]").First).ToBeVisibleAsync();
      await phone.FitsItsWidth();
      await phone.Picture("fleet-390-dark");
      await phone.Go(server, "/alarms");
      await Assertions.Expect(phone.Page.Locator("[data-alarm=cell_over_voltage]")).ToContainTextAsync("ada@example.org");
      await phone.FitsItsWidth();
      await phone.Picture("alarms-390-dark");
      await phone.Go(server, "/devices/" + ServerUnderTest.DeviceId(4));
      await Assertions.Expect(phone.Page.Locator("[data-value=charge-limit]")).ToHaveTextAsync("42\u00A0A");
      await Assertions.Expect(phone.Page.Locator(".chain .won").First).ToContainTextAsync("cell 7");
      await phone.FitsItsWidth();
      await phone.Picture("device-390-dark", whole: true);

      Assert.Empty(desk.Wrong);
      Assert.Empty(phone.Wrong);
    }
    finally
    {
      foreach (var pack in packs) await pack.DisposeAsync();
    }
  }

  [Fact]
  public async Task The_filter_finds_a_device_and_stands_in_the_address()
  {
    await using var server = await ServerUnderTest.Start(Devices);
    await using var desk = await browser.Open(1440);
    await SignInByLink(server, desk);
    await desk.Page.GetByRole(AriaRole.Searchbox).FillAsync("0007");
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(1);
    await desk.Page.ReloadAsync();
    await desk.Ready();
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(1);
    await desk.Page.GetByRole(AriaRole.Searchbox).FillAsync("nothing has this name");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Show all devices" }).ClickAsync();
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(Devices);
    Assert.Empty(desk.Wrong);
  }

  [Fact]
  public async Task Ten_thousand_devices_are_a_list_like_any_other()
  {
    await using var server = await ServerUnderTest.Start(10_000, sites: 50);
    await using var desk = await browser.Open(1440);
    await SignInByLink(server, desk);
    await Assertions.Expect(desk.Page.Locator("[data-device]").First).ToBeVisibleAsync();
    Assert.InRange(await desk.Page.Locator("[data-device]").CountAsync(), 5, 100);
    await desk.Page.Mouse.WheelAsync(0, 400_000);
    await Assertions.Expect(desk.Page.Locator("[data-device]").First).Not.ToHaveAttributeAsync("data-device", ServerUnderTest.DeviceId(1));
    await desk.Page.GetByRole(AriaRole.Searchbox).FillAsync("jk-9876");
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(1);
    Assert.Empty(desk.Wrong);
  }

  [Fact]
  public async Task A_page_says_that_the_server_is_gone_and_comes_back_by_itself()
  {
    await using var server = await ServerUnderTest.Start(3);
    await using var desk = await browser.Open(1440);
    await SignInByLink(server, desk);
    await server.Kill();
    await Assertions.Expect(desk.Page.GetByText("The connection to the server is interrupted")).ToBeVisibleAsync(new() { Timeout = 30_000 });
    await desk.Picture("server-gone-1440");
    await server.Start();
    await Assertions.Expect(desk.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 30_000 });
    await desk.Ready();
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(3);
  }

  internal static async Task SignInByLink(ServerUnderTest server, Window window)
  {
    await window.Page.GotoAsync((await server.OneTimeLink).ToString());
    await window.Page.GetByLabel("E-mail").FillAsync("ada@example.org");
    await window.Page.GetByLabel("Your name").FillAsync("Ada");
    await window.Page.GetByLabel("Password").FillAsync("correct horse battery");
    await window.Page.GetByRole(AriaRole.Button, new() { Name = "Make the account and sign in" }).ClickAsync();
    await window.Page.WaitForURLAsync(server.Web.ToString());
    await window.Ready();
  }

  /// <summary>From the figure to the list: both alarms are acknowledged at once, then one goes away under the reader's eyes.</summary>
  private static async Task TakeCareOfAlarms(ServerUnderTest server, Window desk, PackOnWire withoutInverter)
  {
    await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Open alarms" }).ClickAsync();
    await Assertions.Expect(desk.Page).ToHaveTitleAsync("Alarms · JkFleet");
    var alarms = desk.Page.Locator("[data-alarm]");
    await Assertions.Expect(alarms).ToHaveCountAsync(2);
    await desk.Picture("alarms-1440-light");
    // By keyboard: select all, then the button that this brings.
    await desk.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Select all" }).FocusAsync();
    await desk.Page.Keyboard.PressAsync("Space");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge 2" }).FocusAsync();
    await desk.Page.Keyboard.PressAsync("Enter");
    await Assertions.Expect(alarms.Filter(new() { HasText = "ada@example.org" })).ToHaveCountAsync(2);
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Button, new() { Name = "Not acknowledged 0" })).ToBeVisibleAsync();

    withoutInverter.Inverter = LinkState.Ok;
    await withoutInverter.Report();
    await Assertions.Expect(alarms).ToHaveCountAsync(1);
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Cleared in 24 h 1" }).ClickAsync();
    await Assertions.Expect(alarms).ToContainTextAsync("Inverter is not heard");
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Not acknowledged 0" }).ClickAsync();
    await Assertions.Expect(desk.Page.GetByText("Every open alarm is acknowledged")).ToBeVisibleAsync();
    await desk.Go(server, "/");
  }

  private static async Task<List<PackOnWire>> Report(ServerUnderTest server)
  {
    var packs = new List<PackOnWire>();
    // The last one stays away: a device that never came is part of every real list.
    for (var n = 1; n < Devices; n++) packs.Add(await PackOnWire.Connect(server, n));
    packs[5].Alarms = BmsAlarms.CellOverVoltage;
    packs[8].Inverter = LinkState.Silent;
    for (var round = 0; round < 3; round++)
      foreach (var pack in packs) await pack.Report();
    return packs;
  }

  private static async Task UpdateReadme(Window desk)
  {
    if (Environment.GetEnvironmentVariable("JKFLEET_UPDATE_SCREENSHOT") != "1") return;
    var folder = Directory.CreateDirectory(Path.Combine(ServerUnderTest.Repository(), "deploy", "screenshots"));
    await desk.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, "fleet.png") });
  }
}
