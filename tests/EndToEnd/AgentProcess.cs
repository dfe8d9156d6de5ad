using System.Diagnostics;

namespace JkFleet.EndToEnd;

/// <summary>The real <c>jkagent</c> in a process of its own.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
  private readonly Process _process;
  private readonly List<string> _said = [];
  private bool _ended;

  private AgentProcess(Process process) => _process = process;

  /// <summary>What it wrote so far.</summary>
  public string Said
  {
    get { lock (_said) return string.Join('\n', _said); }
  }

  public static AgentProcess Start(params string[] arguments)
  {
    var program = Path.Combine(
      ServerUnderTest.Repository(), "device", "Host", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "jkagent");
    var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
      ?? throw new InvalidOperationException("jkagent did not start.");
    var agent = new AgentProcess(process);
    process.OutputDataReceived += (_, e) => agent.Hear(e.Data);
    process.ErrorDataReceived += (_, e) => agent.Hear(e.Data);
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return agent;
  }

  /// <summary>Waits for its end and asks for success.</summary>
  public async Task Succeeds()
  {
    await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    if (_process.ExitCode != 0) throw new InvalidOperationException($"jkagent ended with {_process.ExitCode}:\n{Said}");
  }

  /// <summary>Ends it; a test that needs its end before its own calls it twice.</summary>
  public async ValueTask DisposeAsync()
  {
    if (_ended) return;
    _ended = true;
    if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    await _process.WaitForExitAsync();
    _process.Dispose();
  }

  private void Hear(string? line)
  {
    if (line is null) return;
    lock (_said) _said.Add(line);
  }
}
