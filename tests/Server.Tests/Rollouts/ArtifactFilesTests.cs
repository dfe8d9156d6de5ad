using System.Diagnostics;
using JkFleet.Agent.Tests.Release;
using JkFleet.Server.Data;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Tests.Fixtures;
using Microsoft.Extensions.Options;
using Xunit;

namespace JkFleet.Server.Tests.Rollouts;

/// <summary>A build that no board could load is refused when it is uploaded, whoever signed it.</summary>
public sealed class ArtifactFilesTests : IDisposable
{
  private readonly TestFolder _folder = new();

  public void Dispose() => _folder.Dispose();

  [Theory]
  [InlineData("1.17", "1.17.11.0", null)]
  [InlineData("1.15", "1.15.6.0", "wrong_clr")]
  [InlineData("2.0", "2.0.0.0", "wrong_clr")]
  public async Task A_nano_build_for_another_runtime_is_refused_though_it_is_signed(string clr, string coreLibrary, string? refusal)
  {
    await Release("keygen", "--out", _folder.Path);
    await File.WriteAllBytesAsync(_folder.File("app.pe"), new NanoPeBuilder("JkFleet.Agent.Esp32", "1.0.0.0").Needs("mscorlib", coreLibrary).Build(), TestContext.Current.CancellationToken);
    await Release("sign", "--key", _folder.File("release.key"), "--version", "1.0.0", "--board", "esp32", "--clr", clr, _folder.File("app.pe"), "--out", _folder.File("app.jkfw"));
    var files = new ArtifactFiles(
      Options.Create(new DataOptions { Folder = _folder.File("data") }),
      Options.Create(new FirmwareOptions { Keys = [_folder.File("release.pub")] }));
    await using var upload = File.OpenRead(_folder.File("app.jkfw"));
    var (artifact, why) = await files.TakeAsync(upload, _ => Task.FromResult<string?>(null), TestContext.Current.CancellationToken);
    if (refusal is null) Assert.Null(why);
    else Assert.Contains($"({refusal})", why, StringComparison.Ordinal);
    Assert.Equal(refusal is null, artifact is not null);
    Assert.Equal(refusal is null ? 1 : 0, Directory.GetFiles(_folder.File("data"), "*", SearchOption.AllDirectories).Length);
  }

  private static async Task Release(params string[] arguments)
  {
    using var process = Process.Start(new ProcessStartInfo(Chaos.ServerChild.Program("device/Host", "jkagent"), ["release", .. arguments]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
    var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    Assert.True(process.ExitCode == 0, error);
  }
}
