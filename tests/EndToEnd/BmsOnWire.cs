using JkFleet.Agent.Tests.Host;
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;

namespace JkFleet.EndToEnd;

/// <summary>
/// A 4E57 BMS at its end of the cable, as strict as a real one may be (protocols.md 1.1): asleep it hears nothing but the
/// activate frame, and it takes a write only right behind the password. The pause between them is not asked for here: a busy machine
/// wakes whoever reads this terminal so late that it shrinks (Jk4E57ProtocolTests proves it).
/// </summary>
public sealed class BmsOnWire
{
  /// <summary>The activate frame. All frames here as the handbook prints them, not as our own code would write them.</summary>
  public const string Wake = "4E5700130000000001030000000000006800000124";

  private const string Password = "4E570014000000000502000000000000006800000128";
  private const string ReadAll = "4E5700130000000006030000000000006800000129";

  private const int ChargeSwitch = 0xAB, Status = 0x8C;

  private readonly Jk4E57Image _image;
  private readonly byte[] _buffer = new byte[Jk4E57Frame.MaxBytes];
  private readonly Jk4E57FrameReader _requests = new(new BmsLinkCounters());
  private readonly List<string> _orders = [];
  private readonly Lock _gate = new();
  private bool _asleep;
  private bool _password;

  /// <param name="image">What it answers.</param>
  /// <param name="asleep">It sleeps until somebody wakes it.</param>
  public BmsOnWire(Jk4E57Image image, bool asleep = false) => (_image, _asleep) = (image, asleep);

  /// <summary>Switches that are written are set; otherwise it keeps them as they are and says nothing about it.</summary>
  public bool Obeys { get; set; } = true;

  /// <summary>Every frame that it was sent beside the polls, in order, as hex.</summary>
  public IReadOnlyList<string> Orders
  {
    get { lock (_gate) return [.. _orders]; }
  }

  /// <summary>It was woken.</summary>
  public bool Awake
  {
    get { lock (_gate) return !_asleep; }
  }

  /// <summary>The frame that writes a switch, as the handbook prints it.</summary>
  public static string[] SwitchCharging(bool on) => [Password, on ? "4E57001400000000020200AB010000000068000001D1" : "4E57001400000000020200AB000000000068000001D0"];

  /// <summary>Sets a register.</summary>
  /// <param name="register">80..C0.</param>
  /// <param name="value">Raw value.</param>
  public void Set(int register, uint value)
  {
    lock (_gate) _image.Set(register, value);
  }

  /// <summary>Hears bytes and answers on the same wire.</summary>
  internal void Hear(byte[] bytes, PseudoTerminal wire)
  {
    lock (_gate)
    {
      for (var at = 0; at < bytes.Length;)
      {
        at += _requests.Take(bytes, at, bytes.Length - at, 0);
        while (_requests.Next())
        {
          var hex = Convert.ToHexString(_requests.Buffer.AsSpan(_requests.FrameOffset, _requests.FrameCount));
          if (Answer(hex) is var count and > 0) wire.Write(_buffer.AsSpan(0, count));
        }
      }
    }
  }

  private int Answer(string hex)
  {
    if (hex == ReadAll) return _asleep ? 0 : Jk4E57Encoder.Answer(_image, _buffer);
    _orders.Add(hex);
    if (hex == Wake) _asleep = false;
    if (_asleep) return 0;
    if (hex == Password) _password = true;
    else if (hex == SwitchCharging(on: true)[1]) return Write(ChargeSwitch, 1);
    else if (hex == SwitchCharging(on: false)[1]) return Write(ChargeSwitch, 0);
    return 0;
  }

  private int Write(int register, uint value)
  {
    if (_password && Obeys)
    {
      _image.Set(register, value);
      _image.Set(Status, (_image.Value(Status) & ~1u) | value);
    }

    _password = false;

    // Acknowledged either way: only reading again tells what became of it.
    return Jk4E57Encoder.One(_image, Jk4E57Frame.Write, register, _buffer);
  }
}
