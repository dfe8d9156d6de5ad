using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(JkFleet.EndToEnd.Browser))]

namespace JkFleet.EndToEnd;

/// <summary>One Chromium for all tests; each test has its own windows, and every window writes down what went wrong in it.</summary>
public sealed class Browser : IAsyncLifetime
{
  private const string Chromium = "/usr/bin/chromium";

  private IPlaywright? _playwright;
  private IBrowser? _browser;

  public async ValueTask InitializeAsync()
  {
    if (!File.Exists(Chromium)) return;
    // A busy machine is slow and not wrong: conditions are waited for, not seconds.
    Assertions.SetDefaultExpectTimeout(20_000);
    _playwright = await Playwright.CreateAsync();
    _browser = await _playwright.Chromium.LaunchAsync(new()
    {
      ExecutablePath = Chromium,
      Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
    });
  }

  /// <summary>Opens a window; a machine without Chromium leaves the test out and says so, except in CI.</summary>
  public async Task<Window> Open(int width, bool dark = false, string? signedInAs = null)
  {
    if (_browser is null)
    {
      if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail($"CI must have {Chromium}.");
      Assert.Skip($"left out: {Chromium} is not installed (apt-get install chromium)");
    }

    var context = await _browser.NewContextAsync(new()
    {
      ViewportSize = new() { Width = width, Height = width < 600 ? 844 : 900 },
      ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
      HasTouch = width < 600,
      StorageState = signedInAs,
    });
    return new Window(context, await context.NewPageAsync());
  }

  public async ValueTask DisposeAsync()
  {
    if (_browser is not null) await _browser.CloseAsync();
    _playwright?.Dispose();
  }
}

/// <summary>A browser window of one person.</summary>
public sealed class Window : IAsyncDisposable
{
  private readonly IBrowserContext _context;
  private readonly List<string> _wrong = [];

  public Window(IBrowserContext context, IPage page)
  {
    (_context, Page) = (context, page);
    page.SetDefaultTimeout(30_000);
    page.PageError += (_, error) => Note("page error: " + error);
    page.Console += (_, message) => { if (message.Type == "error") Note("console: " + message.Text); };
    page.Response += (_, response) => { if (response.Status >= 400) Note($"{response.Status} {response.Url}"); };
  }

  public IPage Page { get; }

  /// <summary>What went wrong so far.</summary>
  public IReadOnlyList<string> Wrong
  {
    get { lock (_wrong) return _wrong.ToArray(); }
  }

  /// <summary>Goes there and waits until the page listens.</summary>
  public async Task Go(ServerUnderTest server, string path)
  {
    await Page.GotoAsync(new Uri(server.Web, path).ToString());
    await Ready();
  }

  /// <summary>Pre-rendered pages do not listen yet; this waits until they do.</summary>
  public Task Ready() => Page.Locator("[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

  public Task<string> SignedIn() => _context.StorageStateAsync();

  /// <summary>Keeps a picture in artifacts/screenshots, for people to look at.</summary>
  public async Task Picture(string name, bool whole = false)
  {
    var folder = Directory.CreateDirectory(Path.Combine(ServerUnderTest.Repository(), "artifacts", "screenshots"));
    await Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, name + ".png"), FullPage = whole });
  }

  /// <summary>Nothing may stick out to the right: a phone would scroll sideways.</summary>
  public async Task FitsItsWidth()
  {
    var (content, window) = (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Page.ViewportSize!.Width);
    Assert.True(content <= window, $"{Page.Url} is {content} px wide in a window of {window} px");
  }

  public ValueTask DisposeAsync() => _context.DisposeAsync();

  private void Note(string text)
  {
    lock (_wrong) _wrong.Add(text);
  }
}
