using System.Buffers;
using System.Runtime.InteropServices;
using JkFleet.Contracts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Broker;
using JkFleet.Server.History;

namespace JkFleet.Server.Telemetry;

/// <summary>
/// One telemetry message: decode, recognise a duplicate, live state, alarms, history. It returns when the sample is
/// durable; only then does the broker acknowledge. A message that cannot be read is counted and dropped: sent again it
/// would be no better.
/// </summary>
public sealed class TelemetryIngest(LiveFleet fleet, Inbox inbox, AlarmWatch alarms, TimeProvider clock, ILogger<TelemetryIngest> log)
{
  [ThreadStatic] private static Bench? _bench;

  /// <summary>Takes one message of an authenticated device.</summary>
  /// <exception cref="Exception">The sample could not be stored.</exception>
  public Task Take(DeviceEntry device, ReadOnlySequence<byte> payload)
  {
    var bench = _bench ??= new Bench();
    var message = bench.Message;
    if (!bench.Read(payload))
    {
      fleet.Tally(device.Id, c => c with { Refused = c.Refused + 1 });
      log.LogDebug("Telemetry of {Device} refused: {Refusal}", device.Id, bench.Codec.Refusal);
      return Task.CompletedTask;
    }

    var (boot, seq) = (message.Header.Boot, message.Header.Seq);
    long t;
    lock (device.Lock)
    {
      if (!device.Window.TryAdd(boot, seq))
      {
        fleet.Tally(device.Id, c => c with { Duplicates = c.Duplicates + 1 });
        // The first copy may still be on its way to the disk.
        return inbox.Settled();
      }

      t = device.Clock.Date(message.Header, clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    Metric.Read(message, bench.Values);
    var length = HistoryRow.Write(bench.Row, device.HistoryKey, t, boot, seq, bench.Values);
    var stored = inbox.Add(bench.Row.AsSpan(0, length));
    alarms.Observe(device.Id, message);
    bench.Message = fleet.Apply(device.Id, message);
    return stored.IsCompletedSuccessfully ? stored : Await(device, boot, seq, stored);
  }

  private static async Task Await(DeviceEntry device, long boot, long seq, Task stored)
  {
    try
    {
      await stored;
    }
    catch
    {
      lock (device.Lock) device.Window.Forget(boot, seq);
      throw;
    }
  }

  /// <summary>What one thread needs to decode without garbage.</summary>
  private sealed class Bench
  {
    public readonly TelemetryCodec Codec = new();
    public readonly int[] Values = new int[Metric.MaxCount];
    public readonly byte[] Row = new byte[HistoryRow.MaxBytes];
    public TelemetryMessage Message = new();
    private byte[] _copy = new byte[TelemetryCodec.MaxBytes];

    public bool Read(ReadOnlySequence<byte> payload)
    {
      if (payload.IsSingleSegment && MemoryMarshal.TryGetArray(payload.First, out var segment))
        return Codec.TryRead(segment.Array!, segment.Offset, segment.Count, Message);
      var length = (int)payload.Length;
      if (_copy.Length < length) _copy = new byte[length];
      payload.CopyTo(_copy);
      return Codec.TryRead(_copy, 0, length, Message);
    }
  }
}
