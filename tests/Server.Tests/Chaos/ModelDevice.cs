// The real agent loop on a link and a store that a test holds in its hands.
using JkFleet.Agent;
using JkFleet.Agent.Ports;
using JkFleet.Bms.Jk4E57;
using JkFleet.Contracts;
using JkFleet.Inverter;
using JkFleet.Limits;
using JkFleet.Server.Profiles;

namespace JkFleet.Server.Tests.Chaos;

/// <summary>A device that can lose its power and its connection at any point; its store stays.</summary>
internal sealed class ModelDevice : IBmsPort, ICanPort, IClock, IServerLink, IStore
{
  private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);
  private readonly AgentSettings _settings = new() { Version = "1.0.0", Board = "sim" };
  private readonly Queue<byte[]> _inbox = new();
  private int _boots;

  public ModelDevice(string id, int maxChargeMa)
  {
    Id = id;
    _settings.Envelope.MaxChargeMa = maxChargeMa;
    Loop = Boot();
  }

  public string Id { get; }
  public AgentLoop Loop { get; private set; }
  public ProfileSlot Slot => Loop.Agent.Slot;
  public Envelope Envelope => _settings.Envelope;
  public string Content => ProfileText.Write(Slot.Active);

  /// <summary>On their way; the model delivers, repeats, swaps and loses them.</summary>
  public List<byte[]> Up { get; } = [];
  public List<byte[]> Down { get; } = [];

  public bool Connected { get; private set; }
  public int Connections { get; private set; }
  public bool StoreBroken { get; set; }
  public bool Busy { get; set; }
  public bool Drained => Up.Count == 0;
  public long NowMs { get; private set; }
  public long UtcMs => 0;

  public void Connect()
  {
    if (!Connected) Connections++;
    Connected = true;
  }

  /// <summary>What was on its way down is lost; what was on its way up is sent again later (QoS 1).</summary>
  public void Disconnect()
  {
    Connected = false;
    Down.Clear();
  }

  /// <summary>Everything but the store is gone, whatever was under way.</summary>
  public void PowerCut()
  {
    Disconnect();
    Up.Clear();
    _inbox.Clear();
    Connections = 0;
    Loop = Boot();
  }

  public void Tick()
  {
    NowMs += AgentLoop.StepMs; // A shorter tick without news decides nothing.
    Loop.Tick(NowMs);
  }

  private AgentLoop Boot() =>
    new(new Agent.Agent(_settings, new Jk4E57Protocol(), new PylonLv()), this, this, this, this, this, 1000 + ++_boots) { StoreInline = false };

  int IBmsPort.Read(byte[] buffer) => 0;

  bool IBmsPort.Write(byte[] buffer, int count) => true;

  bool ICanPort.Send(CanFrame frame) => true;

  bool ICanPort.Receive(CanFrame frame) => false;

  CanPortState ICanPort.State => CanPortState.Up;

  void ICanPort.Recover()
  {
  }

  bool IServerLink.Offer(string leaf, byte[] buffer, int count, bool retain)
  {
    if (!Connected || Busy) return false;
    if (leaf == Topics.Reported) Up.Add(buffer[..count]);
    return true;
  }

  int IServerLink.Take(byte[] buffer, out string leaf)
  {
    leaf = Topics.Desired;
    if (!Connected || _inbox.Count == 0) return 0;
    var message = _inbox.Dequeue();
    message.CopyTo(buffer, 0);
    return message.Length;
  }

  /// <summary>A message reaches the device.</summary>
  public void Arrive(byte[] message) => _inbox.Enqueue(message);

  int IStore.Read(string name, byte[] buffer)
  {
    if (!_records.TryGetValue(name, out var record)) return -1;
    record.CopyTo(buffer, 0);
    return record.Length;
  }

  bool IStore.Write(string name, byte[] buffer, int count)
  {
    if (StoreBroken) return false;
    _records[name] = buffer[..count];
    return true;
  }
}
