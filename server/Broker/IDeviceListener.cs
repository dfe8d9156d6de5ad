namespace JkFleet.Server.Broker;

/// <summary>Hears what devices say on one leaf (telemetry has its own fast way). The message is acknowledged when the task ends.</summary>
public interface IDeviceListener
{
  /// <summary>Topic leaf, one of <see cref="JkFleet.Contracts.Topics"/>.</summary>
  string Leaf { get; }

  /// <param name="device">Who said it; already checked.</param>
  /// <param name="message">Holds the message from index 0; yours to keep.</param>
  /// <returns>Null, or why it could not be read: it is counted, acknowledged and dropped.</returns>
  /// <exception cref="Exception">It could be read but not stored: the device will send it again.</exception>
  Task<string?> Hear(string device, byte[] message, CancellationToken stop);
}
