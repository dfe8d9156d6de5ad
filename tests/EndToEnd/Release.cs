using Microsoft.Playwright;

namespace JkFleet.EndToEnd;

/// <summary>A release key of a test, and the way of a build from it to the devices: signed by <c>jkagent</c>, rolled out on the server's pages.</summary>
public sealed class Release
{
  private readonly string _folder;
  private readonly string _board;

  private Release(string folder, string board) => (_folder, _board) = (folder, board);

  /// <summary>What agent and server pin.</summary>
  public string PublicKey => Path.Combine(_folder, "release.pub");

  /// <param name="folder">Where key and builds are kept.</param>
  /// <param name="board">For which board it builds.</param>
  public static async Task<Release> Create(string folder, string board)
  {
    await Run("release", "keygen", "--out", folder);
    return new Release(folder, board);
  }

  /// <summary>Signs a build, uploads it and starts a rollout to every device.</summary>
  /// <param name="server">Where.</param>
  /// <param name="desk">An operator's window.</param>
  /// <param name="version">E.g. 9.1.0.</param>
  /// <param name="build">Content of the build.</param>
  /// <param name="settings">Fields of the page by label, in place of its defaults.</param>
  public async Task RollOut(ServerUnderTest server, Window desk, string version, string build, params (string Label, string Value)[] settings)
  {
    var artifact = await Sign(version, build);
    await desk.Go(server, "/rollouts");
    await desk.Page.Locator("input[type=file]").SetInputFilesAsync(artifact);
    await Assertions.Expect(desk.Page.GetByRole(AriaRole.Cell, new() { Name = version, Exact = true })).ToBeVisibleAsync(new() { Timeout = 20_000 });
    await desk.Go(server, "/rollouts/new");
    await desk.Page.GetByLabel("Build").SelectOptionAsync(new SelectOptionValue { Label = $"{version} for {_board} ({version}.jkfw)" });
    await desk.Page.GetByLabel("Reason").FillAsync("Story");
    foreach (var (label, value) in settings) await desk.Page.GetByLabel(label).FillAsync(value);
    // A story is about builds; a pack in it may have an alarm of its own.
    await desk.Page.GetByLabel("Hold back devices with an active BMS alarm").UncheckAsync();
    await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Start rollout to" }).ClickAsync();
    await desk.Page.WaitForURLAsync(url => url.Contains("/rollouts/", StringComparison.Ordinal) && !url.EndsWith("/new", StringComparison.Ordinal));
  }

  private async Task<string> Sign(string version, string build)
  {
    var file = Path.Combine(_folder, version + ".json");
    await File.WriteAllTextAsync(file, build);
    var artifact = Path.Combine(_folder, version + ".jkfw");
    await Run("release", "sign", "--key", Path.Combine(_folder, "release.key"), "--version", version, "--board", _board, file, "--out", artifact);
    return artifact;
  }

  private static async Task Run(params string[] arguments)
  {
    await using var tool = AgentProcess.Start(arguments);
    await tool.Succeeds();
  }
}
