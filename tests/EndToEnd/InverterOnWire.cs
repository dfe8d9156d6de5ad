using System.Diagnostics;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Tests.Host;
using JkFleet.Inverter;

namespace JkFleet.EndToEnd;

/// <summary>What an inverter went through when the agent closed its adapter and opened it again.</summary>
/// <param name="Silence">From the last frame before to the first one after.</param>
/// <param name="AllowedBeforeMa">What it might charge and discharge with when the silence began, together, mA.</param>
/// <param name="ZeroFor">How long it had been told zero by then.</param>
public sealed record Handover(TimeSpan Silence, int AllowedBeforeMa, TimeSpan ZeroFor);

/// <summary>An inverter behind a USB-CAN adapter: it believes what its own decoder makes of the frames, and notes every handover.</summary>
public sealed class InverterOnWire
{
  private readonly StringBuilder _line = new();
  private readonly PylonLvState _heard = new();
  private readonly List<Handover> _handovers = [];
  private readonly Lock _gate = new();
  private bool _closed;
  private long _last;
  private long _zeroSince;

  /// <summary>Every time frames came again after the adapter had been closed.</summary>
  public IReadOnlyList<Handover> Handovers
  {
    get { lock (_gate) return [.. _handovers]; }
  }

  /// <summary>What it may charge and discharge with, together, mA.</summary>
  public int AllowedMa => Look(i => i.AllowedChargeMa() + i.AllowedDischargeMa());

  /// <summary>Looks at what it understood.</summary>
  public T Look<T>(Func<PylonLvState, T> look)
  {
    lock (_gate) return look(_heard);
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

      var line = _line.ToString();
      _line.Clear();
      wire.Write("\r");
      // The agent closes its channel when it ends.
      _closed |= line == "C";
      if (!SlcanText.TryParse(Encoding.Latin1.GetBytes(line), frame)) continue;
      Take(frame);
      // The keep-alive by which the agent knows that the inverter listens.
      if (frame.Id == 0x351) wire.Write("t30580000000000000000\r");
    }
  }

  private void Take(CanFrame frame)
  {
    lock (_gate)
    {
      var now = Stopwatch.GetTimestamp();
      if (_closed && _last != 0)
        _handovers.Add(new(Stopwatch.GetElapsedTime(_last, now), AllowedMa, _zeroSince == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_zeroSince, _last)));
      _closed = false;
      _last = now;
      PylonLvDecoder.Decode(frame, 0, _heard);
      if (AllowedMa > 0) _zeroSince = 0;
      else if (_zeroSince == 0) _zeroSince = now;
    }
  }
}
