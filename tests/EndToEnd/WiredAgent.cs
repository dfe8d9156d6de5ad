using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Tests.Host;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;

namespace JkFleet.EndToEnd;

/// <summary>
/// The real <c>jkagent run</c> between two cables: on one a BMS that answers in bytes, on the other an inverter behind a
/// USB-CAN adapter, which believes what its own decoder makes of the frames and nothing else.
/// </summary>
public sealed class WiredAgent : IAsyncDisposable
{
  private readonly PseudoTerminal _bms = new();
  private readonly PseudoTerminal _can = new();
  private readonly byte[] _answer;
  private readonly BmsLinkCounters _counters = new();
  private readonly Jk4E57FrameReader _requests;
  private readonly StringBuilder _line = new();
  private readonly PylonLvState _heard = new();
  private readonly Lock _gate = new();
  private AgentProcess? _agent;

  private WiredAgent()
  {
    _requests = new Jk4E57FrameReader(_counters);
    var frame = new byte[Jk4E57Frame.MaxBytes];
    _answer = frame[..Jk4E57Encoder.Answer(new Jk4E57Image(), frame)];
    _bms.OnBytes = Asked;
    _can.OnBytes = Spoken;
  }

  /// <summary>What the inverter may charge with by the last frame 351, mA; 0 while the flags of frame 35C forbid it.</summary>
  public int AllowedChargeMa
  {
    get { lock (_gate) return _heard.AllowedChargeMa(); }
  }

  /// <summary>Starts the agent on a claimed store.</summary>
  /// <param name="store">Says who it is.</param>
  /// <param name="more">Further options of <c>jkagent run</c>.</param>
  public static WiredAgent Start(string store, params string[] more)
  {
    var wired = new WiredAgent();
    wired._agent = AgentProcess.Start(["run", "--store", store, "--bms", wired._bms.Path, "--inverter", "slcan:" + wired._can.Path, .. more]);
    return wired;
  }

  /// <summary>Waits until the decoded charge limit is as wanted.</summary>
  public async Task Until(Func<int, bool> wanted, string what)
  {
    try
    {
      await ServerUnderTest.Until(() => Task.FromResult(wanted(AllowedChargeMa)), what, seconds: 60);
    }
    catch (TimeoutException late)
    {
      throw new TimeoutException($"{late.Message}; it is {AllowedChargeMa} mA\n{_agent!.Said}", late);
    }
  }

  public async ValueTask DisposeAsync()
  {
    if (_agent is not null) await _agent.DisposeAsync();
    _bms.Dispose();
    _can.Dispose();
  }

  private void Asked(byte[] bytes)
  {
    for (var at = 0; at < bytes.Length;)
    {
      at += _requests.Take(bytes, at, bytes.Length - at, 0);
      while (_requests.Next()) _bms.Write(_answer);
    }
  }

  private void Spoken(byte[] bytes)
  {
    var frame = new CanFrame();
    foreach (var b in bytes)
    {
      if (b != '\r')
      {
        _line.Append((char)b);
        continue;
      }

      var line = Encoding.Latin1.GetBytes(_line.ToString());
      _line.Clear();
      _can.Write("\r");
      if (!SlcanText.TryParse(line, frame)) continue;
      lock (_gate) PylonLvDecoder.Decode(frame, 0, _heard);
      // The keep-alive by which the agent knows that the inverter listens.
      if (frame.Id == 0x351) _can.Write("t30580000000000000000\r");
    }
  }
}
