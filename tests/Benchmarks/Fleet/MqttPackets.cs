// The few MQTT 3.1.1 packets that a load generator needs, written by hand (OASIS mqtt-v3.1.1 sections 3.1, 3.3, 3.4, 3.8).
using System.Text;

namespace JkFleet.Benchmarks.Fleet;

internal static class MqttPackets
{
    public const byte ConnAck = 0x20;
    public const byte Publish = 0x30;
    public const byte PubAck = 0x40;
    public const byte SubAck = 0x90;

    public static byte[] Connect(string clientId, string? user, string? password, ushort keepAliveSeconds)
    {
        var body = new List<byte>();
        Text(body, "MQTT");
        body.Add(4);
        body.Add((byte)(2 | (user is null ? 0 : 0x80) | (password is null ? 0 : 0x40))); // clean session
        Number(body, keepAliveSeconds);
        Text(body, clientId);
        if (user is not null) Text(body, user);
        if (password is not null) Text(body, password);
        return Whole(0x10, body);
    }

    /// <summary>QoS 1 with packet id 1: one in flight per connection needs no other.</summary>
    public static byte[] PublishOnce(string topic, ReadOnlySpan<byte> payload)
    {
        var body = new List<byte>();
        Text(body, topic);
        Number(body, 1);
        foreach (var b in payload) body.Add(b);
        return Whole(0x32, body);
    }

    /// <summary>QoS 1 for every topic.</summary>
    public static byte[] Subscribe(params string[] topics)
    {
        var body = new List<byte>();
        Number(body, 1);
        foreach (var topic in topics)
        {
            Text(body, topic);
            body.Add(1);
        }

        return Whole(0x82, body);
    }

    public static byte[] Acknowledge(byte high, byte low) => [PubAck, 2, high, low];

    private static byte[] Whole(byte kind, List<byte> body)
    {
        var packet = new List<byte> { kind };
        var rest = body.Count;
        do
        {
            packet.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            rest >>= 7;
        }
        while (rest > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void Text(List<byte> into, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(into, (ushort)bytes.Length);
        into.AddRange(bytes);
    }

    private static void Number(List<byte> into, ushort value)
    {
        into.Add((byte)(value >> 8));
        into.Add((byte)value);
    }
}
