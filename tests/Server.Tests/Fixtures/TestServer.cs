using System.Net;
using System.Text.RegularExpressions;
using JkFleet.Server.Accounts;
using JkFleet.Server.Data;
using JkFleet.Server.Devices;
using JkFleet.Server.Sites;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace JkFleet.Server.Tests.Fixtures;

/// <summary>The whole server in this process on free ports, over its own data folder, with a few seeded devices.</summary>
public sealed partial class TestServer : IAsyncDisposable
{
  public const string SeedSecret = "tests-only-seed";
  public const string Password = "correct horse battery";

  private readonly TestFolder? _ownFolder;

  private TestServer(WebApplication app, TestFolder? ownFolder)
  {
    App = app;
    _ownFolder = ownFolder;
  }

  public WebApplication App { get; }
  public Uri Web => App.Services.GetRequiredService<WebAddresses>().Web[0];
  public int MqttPort => App.Services.GetRequiredService<WebAddresses>().MqttPort;
  public LiveFleet Fleet => Get<LiveFleet>();

  public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

  public static string SecretOf(string id) => DeviceSecret.Seeded(SeedSecret, id);

  public static async Task<TestServer> Start(int devices = 5, TestFolder? folder = null, params string[] settings)
  {
    var own = folder is null ? new TestFolder() : null;
    string[] args =
    [
      "--urls", "http://127.0.0.1:0", "--data", (folder ?? own!).Path, "--Broker:Address", "127.0.0.1", "--Broker:Port", "0",
      "--Devices:Seed:Count", $"{devices}", "--Devices:Seed:Prefix", "dev", "--Devices:Seed:Secret", SeedSecret,
      // Named as in appsettings.json, where the longer name wins. A failed statement or start, a test provoked, and gets it as an exception.
      "--Logging:LogLevel:Default", "Error", "--Logging:LogLevel:Microsoft.AspNetCore", "Error", "--Logging:LogLevel:Microsoft.EntityFrameworkCore", "None",
      "--Logging:LogLevel:Microsoft.Extensions.Hosting", "None",
      .. settings,
    ];
    var app = Program.Build(args);
    await app.StartAsync();
    return new TestServer(app, own);
  }

  public FleetDb Db() => Get<IDbContextFactory<FleetDb>>().CreateDbContext();

  /// <summary>A signed-in browser of a new person with these grants.</summary>
  public async Task<HttpClient> SignIn(params (Role Role, int? Site)[] grants)
  {
    var email = $"p{Guid.NewGuid():N}@example.org";
    using (var scope = App.Services.CreateScope())
    {
      var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
      var account = new Account { UserName = email, Email = email, DisplayName = "Test" };
      var made = await accounts.CreateAsync(account, Password);
      if (!made.Succeeded) throw new InvalidOperationException(string.Join(' ', made.Errors.Select(e => e.Description)));
      await using var db = Db();
      foreach (var (role, site) in grants) db.Grants.Add(new Grant { AccountId = account.Id, Role = role, SiteId = site });
      await db.SaveChangesAsync();
    }

    var browser = Browser();
    var answer = await PostForm(browser, "/account/sign-in", "sign-in", new() { ["Form.Email"] = email, ["Form.Password"] = Password });
    if (answer.StatusCode != HttpStatusCode.Redirect && answer.StatusCode != HttpStatusCode.Found)
      throw new InvalidOperationException($"sign-in answered {answer.StatusCode}");
    return browser;
  }

  public HttpClient Browser() =>
    new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Web };

  /// <summary>Opens a page and sends its form as a browser would, with the hidden fields.</summary>
  public static async Task<HttpResponseMessage> PostForm(HttpClient browser, string page, string handler, Dictionary<string, string> fields)
  {
    var html = await browser.GetStringAsync(page);
    var token = Antiforgery().Match(html);
    if (!token.Success) throw new InvalidOperationException($"no form on {page}");
    fields["__RequestVerificationToken"] = token.Groups[1].Value;
    fields["_handler"] = handler;
    return await browser.PostAsync(page, new FormUrlEncodedContent(fields));
  }

  public async Task<Site> AddSite(string name)
  {
    await using var db = Db();
    var site = new Site { Name = name };
    db.Sites.Add(site);
    await db.SaveChangesAsync();
    return site;
  }

  public async ValueTask DisposeAsync()
  {
    await App.StopAsync();
    await App.DisposeAsync();
    _ownFolder?.Dispose();
  }

  [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
  private static partial Regex Antiforgery();
}
