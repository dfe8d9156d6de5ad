using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace JkFleet.Server.Broker;

/// <summary>
/// Ends a connection whose next MQTT packet announces more bytes than allowed. MQTTnet waits for the whole packet, up to
/// 256 MB of it, and does so before it knows who is talking: a stranger could fill the memory.
/// </summary>
public static class PacketLimit
{
  public static IConnectionBuilder UsePacketLimit(this IConnectionBuilder builder, int maxBytes) =>
    builder.Use(next => connection =>
    {
      connection.Transport = new Limited(connection.Transport, maxBytes);
      return next(connection);
    });

  /// <summary>Remaining length of the packet that begins the buffer, or -1 while its length is not here yet.</summary>
  internal static int LengthOf(System.Buffers.ReadOnlySequence<byte> buffer)
  {
    var reader = new System.Buffers.SequenceReader<byte>(buffer);
    if (!reader.TryRead(out _)) return -1;
    var length = 0;
    for (var shift = 0; shift < 28; shift += 7)
    {
      if (!reader.TryRead(out var part)) return -1;
      length |= (part & 0x7F) << shift;
      if (part < 0x80) return length;
    }

    return int.MaxValue;
  }

  private sealed class Limited(IDuplexPipe inner, int maxBytes) : IDuplexPipe
  {
    public PipeReader Input { get; } = new Reader(inner.Input, maxBytes);
    public PipeWriter Output => inner.Output;
  }

  /// <summary>The formatter above consumes whole packets only, so every read begins with a packet's first byte.</summary>
  private sealed class Reader(PipeReader inner, int maxBytes) : PipeReader
  {
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
      var read = inner.ReadAsync(cancellationToken);
      return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Check(read.Result)) : Await(read);
    }

    public override bool TryRead(out ReadResult result)
    {
      if (!inner.TryRead(out result)) return false;
      result = Check(result);
      return true;
    }

    // Nearly every read of a device waits: pooled, or each packet would cost an object.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> Await(ValueTask<ReadResult> read) => Check(await read);

    private ReadResult Check(ReadResult result)
    {
      if (LengthOf(result.Buffer) <= maxBytes) return result;
      inner.AdvanceTo(result.Buffer.End);
      throw new ConnectionAbortedException("A packet announced more bytes than are allowed.");
    }
  }
}
