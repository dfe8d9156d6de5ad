using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Tests.Host;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Inverter;

namespace JkFleet.EndToEnd;

/// <summary>
/// The two cables of a device: on one a BMS that answers in bytes, on the other an inverter behind a USB-CAN adapter, which
/// believes what its own decoder makes of the frames and nothing else.
/// </summary>
public sealed class Cables : IDisposable
{
  private readonly PseudoTerminal _bms = new();
  private readonly PseudoTerminal _can = new();
  private readonly byte[] _answer;
  private readonly Jk4E57FrameReader _requests = new(new BmsLinkCounters());
  private readonly StringBuilder _line = new();
  private readonly PylonLvState _heard = new();
  private readonly Lock _gate = new();

  /// <param name="bms">What the BMS answers.</param>
  public Cables(Jk4E57Image bms)
  {
    var frame = new byte[Jk4E57Frame.MaxBytes];
    _answer = frame[..Jk4E57Encoder.Answer(bms, frame)];
    _bms.OnBytes = Asked;
    _can.OnBytes = Spoken;
  }

  /// <summary>Where the BMS is plugged in.</summary>
  public string BmsPort => _bms.Path;

  /// <summary>Where the CAN adapter is plugged in.</summary>
  public string InverterPort => "slcan:" + _can.Path;

  /// <summary>Looks at what the inverter understood.</summary>
  public T Inverter<T>(Func<PylonLvState, T> look)
  {
    lock (_gate) return look(_heard);
  }

  public void Dispose()
  {
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
