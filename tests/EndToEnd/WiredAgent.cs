using JkFleet.Bms.Jk4E57;

namespace JkFleet.EndToEnd;

/// <summary>The real <c>jkagent run</c> between the two cables of a device.</summary>
public sealed class WiredAgent : IAsyncDisposable
{
  private readonly Cables _cables;
  private readonly AgentProcess _agent;

  private WiredAgent(string store, BmsOnWire bms, string[] more)
  {
    _cables = new Cables(bms);
    _agent = AgentProcess.Start(["run", "--store", store, "--bms", _cables.BmsPort, "--inverter", _cables.InverterPort, .. more]);
  }

  /// <summary>What the inverter may charge with by the last frame 351, mA; 0 while the flags of frame 35C forbid it.</summary>
  public int AllowedChargeMa => _cables.Inverter.Look(i => i.AllowedChargeMa());

  /// <summary>The same of discharging.</summary>
  public int AllowedDischargeMa => _cables.Inverter.Look(i => i.AllowedDischargeMa());

  /// <summary>Starts the agent on a claimed store, at a healthy pack.</summary>
  /// <param name="store">Says who it is.</param>
  /// <param name="more">Further options of <c>jkagent run</c>.</param>
  public static WiredAgent Start(string store, params string[] more) => Start(store, new BmsOnWire(new Jk4E57Image()), more);

  /// <summary>Starts the agent on a claimed store.</summary>
  /// <param name="store">Says who it is.</param>
  /// <param name="bms">What hangs at its cable.</param>
  /// <param name="more">Further options of <c>jkagent run</c>.</param>
  public static WiredAgent Start(string store, BmsOnWire bms, params string[] more) => new(store, bms, more);

  /// <summary>Waits until the decoded charge limit is as wanted.</summary>
  public async Task Until(Func<int, bool> wanted, string what)
  {
    try
    {
      await ServerUnderTest.Until(() => Task.FromResult(wanted(AllowedChargeMa)), what, seconds: 60);
    }
    catch (TimeoutException late)
    {
      throw new TimeoutException($"{late.Message}; it is {AllowedChargeMa} mA\n{_agent.Said}", late);
    }
  }

  public async ValueTask DisposeAsync()
  {
    await _agent.DisposeAsync();
    _cables.Dispose();
  }
}
