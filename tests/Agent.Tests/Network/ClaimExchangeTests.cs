using System.Text;
using System.Text.Json;
using JkFleet.Agent.Network;
using JkFleet.Agent.Portal;
using Xunit;

namespace JkFleet.Agent.Tests.Network;

/// <summary>A claim as the board speaks it.</summary>
public sealed class ClaimExchangeTests
{
    private const string Good = """{"device_id":"jk-abc","mqtt_host":"fleet.example","mqtt_port":8883,"mqtt_tls":true,"secret":"s3cret","desired":{"v":1,"profile":{"ramps":[[1,2],[3,4]],"name":"x"}}}""";
    private readonly ClaimExchange _exchange = new();
    private readonly Enrolment _found = new();

    private bool Read(int status, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return _exchange.TryRead(status, bytes, bytes.Length, _found);
    }

    [Fact]
    public void The_request_is_what_the_server_asks_for()
    {
        var buffer = new byte[ClaimExchange.MaxRequest];
        var count = _exchange.WriteRequest(buffer, "ABCD \"x\"", "esp32", "0.1.0", "k");
        using var json = JsonDocument.Parse(buffer.AsMemory(0, count));
        Assert.Equal("ABCD \"x\"", json.RootElement.GetProperty("code").GetString());
        Assert.Equal("esp32", json.RootElement.GetProperty("board").GetString());
        Assert.Equal("0.1.0", json.RootElement.GetProperty("agent").GetString());
        Assert.Equal("k", json.RootElement.GetProperty("device_key").GetString());
        Assert.Equal(0, _exchange.WriteRequest(buffer, new string('x', 600), "esp32", "0.1.0", "k"));
    }

    [Fact]
    public void An_enrolment_is_read_kept_and_found_again()
    {
        Assert.False(Read(429, "slow down"));
        Assert.True(Read(200, Good), _exchange.Why);
        Assert.Equal(("", ""), (_exchange.Reason, _exchange.Why));
        var store = new MemoryStore();
        Assert.True(_found.Save(store));
        var again = new Enrolment();
        Assert.True(again.Load(store));
        Assert.Equal(("jk-abc", "fleet.example", 8883, true, "s3cret"), (again.DeviceId, again.MqttHost, again.MqttPort, again.MqttTls, again.Secret));
        Assert.True(Read(200, Good.Replace("true", "false", StringComparison.Ordinal)) && _found.Save(store) && again.Load(store) && !again.MqttTls);
        Assert.True(Read(200, Good.Replace("{\"v\":1", "null,\"x\":{\"v\":1", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(403, """{"title":"Forbidden","status":403,"detail":"This code is not valid","refusal":"wrong_code","field":"code"}""", "This code is not valid", "wrong_code")]
    [InlineData(403, """{"detail":"an older server"}""", "an older server", "")]
    [InlineData(500, """{"title":"oh"}""", "oh", "")]
    [InlineData(429, "slow down", "asks for patience", "too_many_tries")]
    [InlineData(502, "<html>", "refused with 502", "")]
    [InlineData(200, "<html>", "no enrolment")]
    [InlineData(200, """{"device_id":"jk-abc"}""", "no enrolment")]
    [InlineData(200, """{"title":"a page","refusal":"wrong_code"}""", "no enrolment")]
    [InlineData(200, """{"device_id":"JK ABC","mqtt_host":"h","mqtt_port":1,"mqtt_tls":false,"secret":"s"}""", "no enrolment")]
    [InlineData(200, """{"device_id":"a","mqtt_host":"h\nx","mqtt_port":1,"mqtt_tls":false,"secret":"s"}""", "no enrolment")]
    [InlineData(200, """{"device_id":"a","mqtt_host":"h","mqtt_port":70000,"mqtt_tls":false,"secret":"s"}""", "no enrolment")]
    public void Anything_else_is_a_reason_for_a_person(int status, string body, string why, string reason = "other_server")
    {
        Assert.False(Read(status, body));
        Assert.Equal(reason, _exchange.Reason);
        Assert.Contains(why, _exchange.Why, StringComparison.Ordinal);
        Assert.Equal("", _found.DeviceId);
    }

    [Fact]
    public void No_part_of_an_answer_is_an_enrolment()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        for (var count = 0; count < bytes.Length; count++) Assert.False(_exchange.TryRead(200, bytes, count, _found), $"{count} bytes");
        Assert.False(new Enrolment().Load(new MemoryStore()));
        Assert.False(new Enrolment { DeviceId = "a", MqttHost = "h", MqttPort = 1, Secret = "two\nlines" }.Save(new MemoryStore()));
    }

    [Fact]
    public void A_silent_connection_gives_way_and_a_talking_one_has_a_bound()
    {
        var patience = new ConnectionPatience();
        patience.Begin(0);
        Assert.False(patience.IsOver(ConnectionPatience.SilentMs - 1, anotherWaits: false));
        Assert.True(patience.IsOver(ConnectionPatience.SilentMs, anotherWaits: false));
        Assert.False(patience.IsOver(ConnectionPatience.SilentInTheWayMs - 1, anotherWaits: true));
        Assert.True(patience.IsOver(ConnectionPatience.SilentInTheWayMs, anotherWaits: true));
        patience.Spoke();
        Assert.False(patience.IsOver(ConnectionPatience.WholeMs - 1, anotherWaits: true));
        Assert.True(patience.IsOver(ConnectionPatience.WholeMs, anotherWaits: false));
        patience.Begin(10_000);
        Assert.True(patience.IsOver(10_000 + ConnectionPatience.SilentInTheWayMs, anotherWaits: true));
    }
}
