using System.Globalization;
using System.Text.RegularExpressions;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;
using Microsoft.Playwright;
using Xunit;

namespace JkFleet.EndToEnd;

/// <summary>
/// An installer with a phone in front of a device that nobody has set up: password, cables, fleet server. Then its firmware
/// changes, and what became of it is read at the device itself and at the server.
/// </summary>
public sealed partial class PortalStory(Browser browser)
{
  private const string Password = "correct horse battery";
  private const int CurrentRegister = 0x84;
  private const int CurrentCentiA = 120;
  private const int BmsCeilingMa = 100_000; // register 99 of the image
  private static readonly (string Label, string Value)[] Quick = [("Canaries", "1"), ("Soak, s", "5"), ("Halts at failures", "1"), ("Jitter, s", "0"), ("Step limit, s", "120"), ("SOC at least, %", "0")];
  private static readonly int[] CellMv = [.. Enumerable.Repeat(3320, 16).Select((mv, i) => mv + (i == 4 ? 11 : i == 11 ? -11 : 0))];

  [Fact]
  public async Task A_phone_takes_a_device_from_its_first_start_into_the_fleet_and_through_two_updates()
  {
    using var folder = new WorkFolder();
    var release = await Release.Create(folder.Path, "pc");
    var profile = folder.File("profile.json");
    await File.WriteAllTextAsync(profile, """{"revision":1,"name":"own","rise_hold_ms":0,"rise_ma_per_s":100000}""");
    await using var server = await ServerUnderTest.Start(devices: 0, sites: 1, releaseKey: release.PublicKey);
    using var cables = new Cables(new BmsOnWire(Battery()));
    using var adapter = NamedAdapter.Plug("JkFleet_Story", cables.BmsPort);
    await using var agent = AgentProcess.Start(
      "run", "--portal", "127.0.0.1:0", "--store", folder.File("store"), "--profile", profile, "--release-key", release.PublicKey, "--update-trial-s", "3");
    var portal = await AddressOf(agent);
    await using var phone = await browser.Open(390);
    await using var desk = await browser.Open(1440);
    await FleetStory.SignInByLink(server, desk);
    await OnboardingStory.MakeSite(server, desk, "Mill");
    await desk.Go(server, "/claim");
    var code = await OnboardingStory.MakeCode(desk, devices: 1);

    await FirstStart(phone, portal);
    await WrongPassword(phone);
    await Wire(phone, cables, adapter);
    await SeesTheBattery(phone, cables);
    await ReadsSpanish(phone);
    await JoinTheFleet(phone, server, code);
    await TheServerSeesTheSame(server, desk, cables);

    cables.Bms.Set(CurrentRegister, 10 * CurrentCentiA);
    await release.RollOut(server, desk, "9.1.0", "any file is a build", Quick);
    await TheInverterRestsFirst(phone, cables, portal);
    await GoodBuildIsKept(phone, desk);
    await TheSilenceIsAsReported(desk, cables, longest: TimeSpan.FromSeconds(5), "confirmed");
    await release.RollOut(server, desk, "9.2.0", """{"simulate": ["breaks_bms"]}""", Quick);
    await phone.Page.GotoAsync(new Uri(portal, "/device").ToString());
    await BadBuildIsTakenBack(phone, desk);
    await SeesTheBattery(phone, cables, portal);
    // Who hears no BMS may not send: here the silence lasts as long as the build was on trial.
    await TheSilenceIsAsReported(desk, cables, longest: TimeSpan.FromSeconds(60), "reverted");

    Assert.All(phone.Wrong, wrong => Assert.Matches("403|422", wrong)); // the mistakes of this story
    Assert.Empty(desk.Wrong);
    await agent.DisposeAsync();
  }

  private static Jk4E57Image Battery()
  {
    var image = new Jk4E57Image();
    CellMv.CopyTo(image.CellMv, 0);
    foreach (var (register, value) in new[] { (0x80, 24), (0x81, 19), (0x82, 18), (0x83, CellMv.Sum() / 10), (CurrentRegister, CurrentCentiA), (0x85, 62) }) image.Set(register, (uint)value);
    return image;
  }

  private static async Task FirstStart(Window phone, Uri portal)
  {
    await phone.Page.GotoAsync(portal.ToString());
    await Assertions.Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "First start" })).ToBeVisibleAsync();
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-first-start");
    await phone.Page.GetByLabel("Password").FillAsync(Password);
    await phone.Page.GetByLabel("The same again").FillAsync(Password + "?");
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    await Assertions.Expect(phone.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The two passwords differ");
    await phone.Page.GetByLabel("Password").FillAsync(Password);
    await phone.Page.GetByLabel("The same again").FillAsync(Password);
    await phone.Page.Keyboard.PressAsync("Enter");
    await Assertions.Expect(phone.Page.GetByText("No battery is set up yet")).ToBeVisibleAsync();
    await phone.FitsItsWidth();
  }

  private static async Task WrongPassword(Window phone)
  {
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
    foreach (var guess in new[] { "wrong horse battery", Password })
    {
      await phone.Page.GetByLabel("Password").FillAsync(guess);
      await phone.Page.Keyboard.PressAsync("Enter");
      if (guess != Password) await Assertions.Expect(phone.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the password.");
    }

    await Assertions.Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
  }

  /// <summary>The BMS's adapter is picked by its name, the inverter's typed, with a mistake.</summary>
  private static async Task Wire(Window phone, Cables cables, NamedAdapter adapter)
  {
    await Menu(phone, "Setup");
    await phone.Page.GetByLabel("BMS protocol").SelectOptionAsync("jk-4e57");
    if (adapter.Title is { } title)
    {
      await phone.Page.GetByLabel("BMS port").SelectOptionAsync(new SelectOptionValue { Label = title });
      await phone.Page.GetByLabel("Inverter port").SelectOptionAsync("?");
      await Assertions.Expect(phone.Page.GetByLabel("Inverter port")).ToBeFocusedAsync();
    }
    else
    {
      await phone.Page.GetByLabel("BMS port").FillAsync(cables.BmsPort);
    }

    await phone.Page.GetByLabel("Inverter", new() { Exact = true }).SelectOptionAsync("generic-lv");
    await phone.Page.GetByLabel("Inverter port").FillAsync(cables.InverterPort["slcan:".Length..]);
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    await Assertions.Expect(phone.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Inverter port: write slcan:");
    await Assertions.Expect(phone.Page.GetByLabel("BMS port")).ToHaveValueAsync(new Regex(adapter.Title is null ? cables.BmsPort : "by-id/usb-JkFleet_Story"));
    await phone.Page.GetByLabel("Inverter port").FillAsync(cables.InverterPort);
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-setup", whole: true);
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Restart now" }).ClickAsync();
    await Assertions.Expect(phone.Page.GetByText("The device starts anew.")).ToBeVisibleAsync();
  }

  /// <summary>What the page shows is what the BMS put on its wire and what the inverter took from the other.</summary>
  private static async Task SeesTheBattery(Window phone, Cables cables, Uri? portal = null)
  {
    if (portal is not null) await phone.Page.GotoAsync(portal.ToString());
    await Shows(Row(phone, "BMS"), "ok");
    await Shows(Row(phone, "Inverter"), "ok");
    await Shows(Tile(phone, "State of charge"), "62.0 %");
    await Shows(Tile(phone, "Voltage"), (CellMv.Sum() / 1000.0).ToString("0.00' V'", CultureInfo.InvariantCulture));
    await Shows(Tile(phone, "Current"), (-CurrentCentiA / 100.0).ToString("0.0' A'", CultureInfo.InvariantCulture));
    await Shows(Row(phone, "Temperatures"), "T1 19.0 °C · T2 18.0 °C · MOS 24.0 °C");
    await Shows(Row(phone, "Alarms"), "none");
    await Assertions.Expect(phone.Page.Locator(".cells span")).ToHaveTextAsync([.. CellMv.Select((mv, i) => $"{mv / 1000.0:0.000} V" + (i == 4 ? " ▲" : i == 11 ? " ▼" : ""))], new() { Timeout = 30_000 });
    await ServerUnderTest.Until(() => Task.FromResult(cables.Inverter.Look(i => i.SocPercent == 62 && i.VoltageMv == CellMv.Sum() && i.AllowedChargeMa() == BmsCeilingMa)), "the inverter has decoded the battery and may charge as it allows", seconds: 60);
    await Shows(Tile(phone, "Charge limit"), (BmsCeilingMa / 1000.0).ToString("0.0' A'", CultureInfo.InvariantCulture));
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-status", whole: true);
  }

  private static async Task ReadsSpanish(Window phone)
  {
    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Español" }).ClickAsync();
    await Assertions.Expect(phone.Page.Locator("html")).ToHaveAttributeAsync("lang", "es");
    await Shows(Tile(phone, "Estado de carga"), "62.0 %");
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-status-es", whole: true);
    foreach (var (page, heading) in new[] { ("Ajustes", "Servidor de flota"), ("Perfil", "Perfil vigente"), ("Equipo", "Valores de fábrica") })
    {
      await Menu(phone, page);
      await Assertions.Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = heading })).ToBeVisibleAsync();
      await phone.FitsItsWidth();
    }

    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
  }

  private static async Task JoinTheFleet(Window phone, ServerUnderTest server, string code)
  {
    await Menu(phone, "Setup");
    await phone.Page.GetByLabel("Server address").FillAsync(server.Web.ToString().TrimEnd('/'));
    await phone.Page.GetByLabel("Claim code").FillAsync("AAAA-BBBB-CCCC-DDDD");
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Claim" }).ClickAsync();
    await Shows(phone.Page.GetByRole(AriaRole.Alert), "The claim failed: this code is not valid");
    // The server said it in English only.
    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Español" }).ClickAsync();
    await Shows(phone.Page.GetByRole(AriaRole.Alert), "El alta falló: el código no es válido");
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-claim-refused", whole: true);
    await phone.Page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
    // The address is still there; the code has to be typed again.
    await phone.Page.GetByLabel("Claim code").FillAsync(code);
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Claim" }).ClickAsync();
    await Assertions.Expect(phone.Page.GetByText("This is device ")).ToBeVisibleAsync(new() { Timeout = 30_000 });
    await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Restart now" }).ClickAsync();
    await Shows(Row(phone, "Server"), "connected");
  }

  private static async Task TheServerSeesTheSame(ServerUnderTest server, Window desk, Cables cables)
  {
    await desk.Go(server, "/");
    await Assertions.Expect(desk.Page.Locator("[data-device]")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
    await Shows(desk.Page.Locator("[data-device]"), "OK");
    await desk.Page.Locator("[data-device] a").First.ClickAsync();
    await Shows(desk.Page.Locator("[data-value=soc]"), "62 %");
    await ServerUnderTest.Until(() => Task.FromResult(cables.Inverter.Look(i => i.ChargeLimitMa) == BmsCeilingMa), "the limit has risen");
    await Shows(desk.Page.Locator("[data-value=charge-limit]"), (BmsCeilingMa / 1000.0).ToString("0.#' A'", CultureInfo.InvariantCulture));
  }

  /// <summary>The new build is there, but as long as current flows the old one stays and says zero; an inverter that obeys ends that.</summary>
  private static async Task TheInverterRestsFirst(Window phone, Cables cables, Uri portal)
  {
    await phone.Page.GotoAsync(new Uri(portal, "/device").ToString());
    await Shows(Row(phone, "Update"), "waiting · 9.1.0 · until the inverter rests");
    await ServerUnderTest.Until(() => Task.FromResult(cables.Inverter.AllowedMa == 0), "the inverter is told to rest");
    await phone.Picture("portal-390-update-waits");
    await Shows(Row(phone, "Running"), "0.1.0 (pc)");
    await Shows(Row(phone, "Update"), "waiting");
    cables.Bms.Set(CurrentRegister, CurrentCentiA);
  }

  /// <summary>What the device page says about a restart is what the inverter heard, and it had been told zero before.</summary>
  private static async Task TheSilenceIsAsReported(Window desk, Cables cables, TimeSpan longest, string picture)
  {
    await desk.Page.Locator(".deviceline a").First.ClickAsync();
    // Of the last start: the newest stand first.
    var said = desk.Page.Locator("//li[@data-entry='handover_gap'][not(preceding-sibling::li[@data-entry='started'])]");
    await Assertions.Expect(said).ToHaveCountAsync(1, new() { Timeout = 30_000 });
    var words = await said.TextContentAsync() ?? "";
    var gap = Gap().Match(words);
    Assert.True(gap.Success, words);
    var reported = TimeSpan.FromMilliseconds(double.Parse(gap.Groups[1].Value, CultureInfo.InvariantCulture) * (gap.Groups[2].Value == "s" ? 1000 : 1));
    var heard = cables.Inverter.Handovers[^1];
    TestContext.Current.TestOutputHelper?.WriteLine($"reported {reported}, at the inverter {heard}");
    Assert.Equal(0, heard.AllowedBeforeMa);
    Assert.InRange(heard.ZeroFor, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    Assert.InRange(heard.Silence, TimeSpan.Zero, longest);
    // Half a second for threads that a busy machine wakes late, and what the page rounds away.
    Assert.InRange((reported - heard.Silence).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(0.5) + TimeSpan.FromSeconds(reported.TotalSeconds < 10 ? 0.05 : 1));
    await desk.Picture($"device-1440-handover-{picture}", whole: true);
  }

  private static async Task GoodBuildIsKept(Window phone, Window desk)
  {
    await Shows(Row(phone, "Update"), "confirmed · 9.1.0");
    await Shows(Row(phone, "Running"), "9.1.0 (pc)");
    await Shows(Row(phone, "Slot B"), "9.1.0 · trusted");
    await phone.FitsItsWidth();
    await phone.Picture("portal-390-update-confirmed");
    await Shows(desk.Page.Locator(".deviceline"), "Confirmed");
  }

  private static async Task BadBuildIsTakenBack(Window phone, Window desk)
  {
    await Shows(Row(phone, "Update"), "on trial · 9.2.0");
    await Shows(Row(phone, "Update"), "went back · 9.2.0 · it did not hear the BMS");
    await Shows(Row(phone, "Running"), "9.1.0 (pc)");
    await phone.Picture("portal-390-update-reverted");
    await Shows(desk.Page.Locator(".deviceline"), "Went back");
    await Assertions.Expect(desk.Page.Locator(".deviceline")).ToContainTextAsync("BMS", new() { IgnoreCase = true });
  }

  private static Task Menu(Window phone, string page) => phone.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = page }).ClickAsync();

  private static ILocator Tile(Window phone, string name) => phone.Page.Locator(".big div").Filter(new() { Has = phone.Page.GetByText(name, new() { Exact = true }) }).Locator("b");

  private static ILocator Row(Window phone, string name) => phone.Page.Locator($"dt:text-is('{name}') + dd");

  private static Task Shows(ILocator where, string text) => Assertions.Expect(where).ToContainTextAsync(text, new() { Timeout = 60_000 });

  private static async Task<Uri> AddressOf(AgentProcess agent)
  {
    await ServerUnderTest.Until(() => Task.FromResult(Address().IsMatch(agent.Said)), "the portal listens");
    return new Uri(Address().Match(agent.Said).Groups[1].Value);
  }

  [GeneratedRegex(@"without frames for ([0-9.]+)\u00A0(m?s)")]
  private static partial Regex Gap();

  [GeneratedRegex(@"open (http://\S+) in a browser")]
  private static partial Regex Address();
}
