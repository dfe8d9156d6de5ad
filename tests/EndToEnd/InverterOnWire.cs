using System.Diagnostics;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Tests.Host;
using JkFleet.Inverter;

namespace JkFleet.EndToEnd;

/// <summary>A time in which the inverter heard nothing.</summary>
/// <param name="Length">From the last frame before it to the first one after it.</param>
/// <param name="AllowedBeforeMa">What the inverter might charge and discharge with when it began, together, mA.</param>
/// <param name="ZeroFor">How long it had been told zero by then.</param>
public sealed record Silence(TimeSpan Length, int AllowedBeforeMa, TimeSpan ZeroFor);

/// <summary>An inverter behind a USB-CAN adapter: it believes what its own decoder makes of the frames, and it notes when it hears nothing.</summary>
public sealed class InverterOnWire
{
  private readonly StringBuilder _line = new();
  private readonly PylonLvState _heard = new();
  private readonly Lock _gate = new();
  private long _last;
  private long _zeroSince;
  private Silence _longest = new(TimeSpan.Zero, 0, TimeSpan.Zero);

  /// <summary>The longest silence since <see cref="WatchAnew"/>.</summary>
  public Silence LongestSilence
  {
    get { lock (_gate) return _longest; }
  }

  /// <summary>Looks at what it understood.</summary>
  public T Look<T>(Func<PylonLvState, T> look)
  {
    lock (_gate) return look(_heard);
  }

  /// <summary>Forgets the silences until now.</summary>
  public void WatchAnew()
  {
    lock (_gate) _longest = new(TimeSpan.Zero, 0, TimeSpan.Zero);
  }

  /// <summary>Hears lines of the adapter and says its keep-alive on the same wire.</summary>
  internal void Hear(byte[] bytes, PseudoTerminal wire)
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
      wire.Write("\r");
      if (!SlcanText.TryParse(line, frame)) continue;
      lock (_gate) Take(frame);
      // The keep-alive by which the agent knows that the inverter listens.
      if (frame.Id == 0x351) wire.Write("t30580000000000000000\r");
    }
  }

  private void Take(CanFrame frame)
  {
    var now = Stopwatch.GetTimestamp();
    var allowed = AllowedMa();
    if (_last != 0 && Stopwatch.GetElapsedTime(_last, now) is var length && length > _longest.Length)
      _longest = new(length, allowed, _zeroSince == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_zeroSince, _last));
    _last = now;
    PylonLvDecoder.Decode(frame, 0, _heard);
    if (AllowedMa() > 0) _zeroSince = 0;
    else if (_zeroSince == 0) _zeroSince = now;
  }

  private int AllowedMa() => _heard.AllowedChargeMa() + _heard.AllowedDischargeMa();
}
