using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Contracts;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace JkFleet.Agent.Tests.Host;

public class MqttServerLinkTests
{
    private const string Id = "house-7";
    private static readonly byte[] Will = "{\"v\":1,\"online\":false,\"boot\":1}"u8.ToArray();
    private readonly Transcript _said = new();

    [Fact]
    public async Task Messages_reach_the_broker_in_order_with_topic_and_retain()
    {
        using var broker = new Mosquitto(false, (Id, "secret"), ("watch", "watch"));
        await using var watcher = await Watcher.ConnectAsync(broker);
        await using var link = Link(broker.Port, "secret");
        Wait.Until(() => link.Connected, "connected");
        for (var i = 0; i < 50; i++) Assert.True(Offer(link, Topics.Telemetry, $"m{i}"));
        Assert.True(Offer(link, Topics.Status, "online", retain: true));
        Wait.Until(() => watcher.Got.Count == 51, "51 messages");
        Wait.Until(() => link.Drained, "drained");
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"jk/v1/{Id}/telemetry m{i}"), watcher.Got.Take(50));
        await using var late = await Watcher.ConnectAsync(broker);
        Wait.Until(() => late.Got.Contains($"jk/v1/{Id}/status online"), "retained status for a late watcher");
    }

    [Fact]
    public async Task Nothing_acknowledged_or_queued_is_lost_by_a_broker_restart()
    {
        using var broker = new Mosquitto(false, (Id, "secret"), ("watch", "watch"));
        await using var link = Link(broker.Port, "secret");
        Wait.Until(() => link.Connected, "connected");
        // Queued while the broker is already dead: the link cannot know it yet, and must not forget them.
        broker.Kill();
        // Retained on a topic each, so that a watcher sees them however late it comes.
        var taken = Enumerable.Range(0, 20).Where(i => Offer(link, $"m{i}", "content", retain: true)).ToList();
        Wait.Until(() => !link.Connected, "loss seen");
        Assert.False(Offer(link, Topics.Telemetry, "later"));
        broker.Start();
        await using var watcher = await Watcher.ConnectAsync(broker);
        Wait.Until(() => link.Connected && link.Connections == 2, "connected again", 20_000);
        Wait.Until(() => link.Drained, "drained");
        foreach (var i in taken) Wait.Until(() => watcher.Got.Contains($"jk/v1/{Id}/m{i} content"), $"message {i}");
    }

    [Fact]
    public async Task Will_is_published_when_the_agent_dies_and_not_when_it_says_goodbye()
    {
        using var broker = new Mosquitto(false, (Id, "secret"), ("watch", "watch"));
        await using var watcher = await Watcher.ConnectAsync(broker);
        var link = Link(broker.Port, "secret");
        Wait.Until(() => link.Connected, "connected");
        Assert.True(Offer(link, Topics.Status, "bye", retain: true));
        await link.DisposeAsync();
        Wait.Until(() => watcher.Got.Contains($"jk/v1/{Id}/status bye"), "goodbye");

        // A second session with the same id takes the first one over, which is a death without goodbye for the first.
        await using var first = Link(broker.Port, "secret");
        Wait.Until(() => first.Connected, "connected");
        Assert.DoesNotContain(watcher.Got, m => m.Contains("false", StringComparison.Ordinal));
        await using var second = Link(broker.Port, "secret");
        Wait.Until(() => watcher.Got.Any(m => m.Contains("\"online\":false", StringComparison.Ordinal)), "last will");
    }

    [Fact]
    public async Task Mail_of_the_server_arrives_and_only_the_newest_desired_state_waits()
    {
        using var broker = new Mosquitto(false, (Id, "secret"), ("watch", "watch"));
        await using var watcher = await Watcher.ConnectAsync(broker);
        await using var link = Link(broker.Port, "secret");
        Wait.Until(() => link.Connected, "connected");
        await watcher.SayAsync($"jk/v1/{Id}/desired", "one");
        await watcher.SayAsync($"jk/v1/{Id}/desired", "two");
        await watcher.SayAsync($"jk/v1/{Id}/command", "identify");
        await watcher.SayAsync($"jk/v1/{Id}/command", new string('x', 300));
        await watcher.SayAsync($"jk/v1/{Id}/command", "reboot");
        // All five are there before the first is taken: the loop of a busy agent looks late.
        Wait.Until(() => link.MailWaiting == 4, "mail");
        Assert.Equal(("two", Topics.Desired), Take(link));
        Assert.Equal(("identify", Topics.Command), Take(link));
        Assert.Equal(("reboot", Topics.Command), Take(link));
        Assert.Equal(("", ""), Take(link));
        Assert.Equal(1, link.MailDropped);
    }

    [Fact]
    public async Task Wrong_secret_is_said_in_words_that_help()
    {
        using var broker = new Mosquitto(false, (Id, "secret"));
        await using var link = Link(broker.Port, "wrong");
        Wait.Until(() => Said.Contains("id or secret refused", StringComparison.Ordinal), "refusal said");
        Assert.False(link.Connected);
        Assert.DoesNotContain("wrong", Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_broker_is_believed_by_the_pinned_authority_only()
    {
        using var broker = new Mosquitto(tls: true, (Id, "secret"));
        Assert.True(ServerAddress.TryParse($"mqtts://localhost:{broker.Port}", broker.AuthorityFile, out var pinned, out var wrong), wrong);
        await using var link = new MqttServerLink(pinned, new DeviceIdentity(Id, "secret"), Will, Journal);
        Wait.Until(() => link.Connected, "connected over TLS");

        Assert.True(ServerAddress.TryParse($"mqtts://localhost:{broker.Port}", null, out var system, out wrong), wrong);
        await using var distrusting = new MqttServerLink(system, new DeviceIdentity("house-8", "secret"), Will, Journal);
        Wait.Until(() => Said.Contains("--ca", StringComparison.Ordinal), "TLS refusal said");
        Assert.False(distrusting.Connected);
    }

    [Fact]
    public void Pauses_grow_to_a_minute_and_never_fall_in_step()
    {
        for (var failures = 0; failures < 40; failures++)
        {
            var expected = Math.Min(60, Math.Pow(2, failures));
            Assert.InRange(Backoff.Next(failures, refused: false).TotalSeconds, expected * 0.5, expected * 1.5);
        }

        Assert.True(Enumerable.Range(0, 20).Select(_ => Backoff.Next(3, false)).Distinct().Count() > 10);
        Assert.True(Backoff.Next(0, refused: true).TotalSeconds >= 7.5);
    }

    [Theory]
    [InlineData("http://host:1883")]
    [InlineData("host:1883")]
    [InlineData("mqtt://")]
    [InlineData("")]
    public void Address_that_is_none_is_refused_with_an_example(string text)
    {
        Assert.False(ServerAddress.TryParse(text, null, out _, out var wrong));
        Assert.Contains("mqtt://host:1883", wrong, StringComparison.Ordinal);
    }

    private string Said => _said.ToString();

    private Journal Journal => new(_said, TimeProvider.System);

    private MqttServerLink Link(int port, string secret) =>
        new(new ServerAddress("127.0.0.1", port, false, null), new DeviceIdentity(Id, secret), Will, Journal);

    private static bool Offer(MqttServerLink link, string leaf, string text, bool retain = false)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "junk behind the message");
        var taken = link.Offer(leaf, bytes, Encoding.UTF8.GetByteCount(text), retain);
        Array.Clear(bytes); // the link must have copied it
        return taken;
    }

    private static (string Text, string Leaf) Take(MqttServerLink link)
    {
        var buffer = new byte[256];
        var n = link.Take(buffer, out var leaf);
        return (Encoding.UTF8.GetString(buffer, 0, n), leaf);
    }

    private sealed class Watcher : IAsyncDisposable
    {
        private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

        public ConcurrentQueue<string> Got { get; } = new();

        public static async Task<Watcher> ConnectAsync(Mosquitto broker)
        {
            var watcher = new Watcher();
            watcher._client.ApplicationMessageReceivedAsync += e =>
            {
                watcher.Got.Enqueue($"{e.ApplicationMessage.Topic} {Encoding.UTF8.GetString(e.ApplicationMessage.Payload.ToArray())}");
                return Task.CompletedTask;
            };
            await watcher._client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).WithCredentials("watch", "watch").Build());
            await watcher._client.SubscribeAsync("jk/v1/#", MqttQualityOfServiceLevel.AtLeastOnce);
            return watcher;
        }

        public Task SayAsync(string topic, string text) =>
            _client.PublishStringAsync(topic, text, MqttQualityOfServiceLevel.AtLeastOnce);

        public async ValueTask DisposeAsync()
        {
            await _client.DisconnectAsync();
            _client.Dispose();
        }
    }
}
